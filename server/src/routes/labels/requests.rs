//! Lowering labels, which takes two: the wish with its reason, and the decision of somebody else.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use schema::ids::{ConversationId, LabelRequestId, MessageId};
use schema::label_requests;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::LONGEST_REASON;
use crate::access::labels;
use crate::actions::{relabel, to_the_end};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::body::Body;
use crate::routes::{page, said};
use crate::views::label_requests::LabelRequestView;
use crate::views::{Label, Reader};

/// How many wishes one page looks at, to find those that may be shown.
const LOOKED_AT: i64 = 500;

/// The wish for a lower label.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct NewLabelRequest {
    /// The message that is to be said again under the lower label; without it the label of the conversation itself.
    message_id: Option<MessageId>,
    /// The conversation in which it is to be said again; the same one without it.
    target_id: Option<ConversationId>,
    /// The lower label.
    label: Label,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Why somebody decided so.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct LabelDecision {
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Which wishes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct LabelRequestsQuery {
    /// The reader's own, the newest first; without it those on which the reader may decide, the oldest first.
    #[serde(default)]
    own: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct LabelRequestAnswer {
    label_request: LabelRequestView,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct LabelRequestsAnswer {
    label_requests: Vec<LabelRequestView>,
    next: Option<String>,
}

/// Asks that the label of a conversation is lowered, or that a message is said again under a lower one.
#[utoipa::path(
    operation_id = "create_label_request", tag = "labels", security(("access_token" = [])),
    params(("id" = ConversationId, Path, description = "The conversation")), request_body = NewLabelRequest,
    responses(
        (status = 201, description = "Somebody else may decide on it for seven days", body = LabelRequestAnswer),
        (status = 400, description = "The body makes no sense; `unknown_label`, `label_not_lower`, `unknown_message`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied` with the decision", body = ErrorBody),
        (status = 404, description = "None that the reader may look into", body = ErrorBody),
        (status = 409, description = "`label_request_exists`, `label_requests_waiting`, `conversation_archived`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/conversations/{id}/label-requests")]
pub(in crate::routes) async fn create_label_request(
    app: App,
    reader: Reader,
    id: web::Path<ConversationId>,
    Body(new): Body<NewLabelRequest>,
) -> Result<HttpResponse, Error> {
    let to = new.label.parse(reader.scene.policy.labels(), "label")?;
    let reason = said::lines("reason", &new.reason, LONGEST_REASON)?;
    let label_request = to_the_end(async move {
        let wish = labels::ask(&app, &reader, id.into_inner(), new.message_id, new.target_id, to).await?;
        let request = relabel::ask(&app, &reader, &wish, reason).await?;
        LabelRequestView::of(&reader, &request, &wish).ok_or(Error::NotFound)
    })
    .await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(LabelRequestAnswer { label_request }))
}

/// The wishes on which the reader may decide, or their own. What the reader is not cleared for is left out.
#[utoipa::path(
    operation_id = "list_label_requests", tag = "labels", security(("access_token" = [])),
    params(LabelRequestsQuery),
    responses(
        (status = 200, description = "A page of wishes", body = LabelRequestsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/label-requests")]
pub(in crate::routes) async fn list_label_requests(
    app: App,
    reader: Reader,
    asked: web::Query<LabelRequestsQuery>,
) -> Result<web::Json<LabelRequestsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<(DateTime<Utc>, LabelRequestId)> = page::key(asked.cursor.as_deref())?;
    if reader.scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    let mut connection = app.pool.get().await?;
    let found = if asked.own {
        label_requests::of_person(&mut connection, reader.actor.person, after, LOOKED_AT).await?
    } else {
        label_requests::waiting(&mut connection, app.clock.now(), after, LOOKED_AT).await?
    };
    drop(connection);
    let is_whole = i64::try_from(found.len()).unwrap_or(i64::MAX) < LOOKED_AT;
    let mut shown = Vec::new();
    let mut last = None;
    let mut rest = found.into_iter().peekable();
    while shown.len() < limit {
        let Some(request) = rest.next() else { break };
        match labels::wish(&app, &reader.scene, &request).await {
            Ok(wish) => {
                let view = LabelRequestView::of(&reader, &request, &wish);
                shown.extend(view.filter(|view| asked.own || view.can_decide));
            }
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
        last = Some((request.requested_at, request.id));
    }
    let has_more = rest.peek().is_some() || !is_whole;
    let next = last.filter(|_| has_more).map(|last| page::cursor(&last)).transpose()?;
    Ok(web::Json(LabelRequestsAnswer { label_requests: shown, next }))
}

/// Grants a wish: the conversation gets the lower label, or the message is said again under it by whoever asked.
#[utoipa::path(
    operation_id = "approve_label_request", tag = "labels", security(("access_token" = [])),
    params(("id" = LabelRequestId, Path, description = "The wish")), request_body = LabelDecision,
    responses(
        (status = 204, description = "Done"),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied`: nobody decides on their own", body = ErrorBody),
        (status = 404, description = "None on which the reader may decide", body = ErrorBody),
        (status = 409, description = "`label_request_over`, `label_request_moot`, `label_changed` meanwhile", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/label-requests/{id}/approve")]
pub(in crate::routes) async fn approve_label_request(
    app: App,
    reader: Reader,
    id: web::Path<LabelRequestId>,
    Body(asked): Body<LabelDecision>,
) -> Result<HttpResponse, Error> {
    let reason = said::lines("reason", &asked.reason, LONGEST_REASON)?;
    to_the_end(async move {
        let granted = labels::decision(&app, &reader, id.into_inner()).await?;
        relabel::approve(&app, &reader, &granted, reason).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Refuses a wish.
#[utoipa::path(
    operation_id = "refuse_label_request", tag = "labels", security(("access_token" = [])),
    params(("id" = LabelRequestId, Path, description = "The wish")), request_body = LabelDecision,
    responses(
        (status = 204, description = "Refused"),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`policy_denied`: nobody decides on their own", body = ErrorBody),
        (status = 404, description = "None on which the reader may decide", body = ErrorBody),
        (status = 409, description = "`label_request_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/label-requests/{id}/refuse")]
pub(in crate::routes) async fn refuse_label_request(
    app: App,
    reader: Reader,
    id: web::Path<LabelRequestId>,
    Body(asked): Body<LabelDecision>,
) -> Result<HttpResponse, Error> {
    let reason = said::lines("reason", &asked.reason, LONGEST_REASON)?;
    to_the_end(async move {
        let granted = labels::decision(&app, &reader, id.into_inner()).await?;
        relabel::refuse(&app, &reader, &granted, reason).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
