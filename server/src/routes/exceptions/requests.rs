//! Requests for an exception: asked for by whoever was refused, decided by the office that the rule names.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use policies::facts::Action;
use schema::exception_requests::{self, Request};
use schema::exceptions;
use schema::ids::{ExceptionRequestId, PersonId};
use schema::past;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::LONGEST_REASON;
use crate::access::exceptions::{self as access, Case, longest};
use crate::actions::{except, to_the_end};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::body::Body;
use crate::routes::{page, said};
use crate::views::Reader;
use crate::views::exceptions::RequestView;

/// The handlers of this page.
pub(super) fn map(map: &mut ServiceConfig) {
    map.service(list_exception_requests)
        .service(ask_exception)
        .service(grant_exception)
        .service(refuse_exception)
        .service(withdraw_exception_request);
}

/// Whose requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestsOf {
    /// What the reader asked for, the newest first.
    #[default]
    Mine,
    /// What waits for the reader's decision, the oldest first.
    ToDecide,
}

/// Which requests to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestsQuery {
    /// Whose: `mine` without it.
    #[param(inline)]
    which: Option<RequestsOf>,
    /// Of mine, those about one person.
    person: Option<PersonId>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExceptionRequestsAnswer {
    requests: Vec<RequestView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExceptionRequestAnswer {
    request: RequestView,
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExceptionAsk {
    /// To whom the reader wants to write.
    person_id: PersonId,
    /// Why, in words.
    reason: String,
    /// For how many days from now; or `until`.
    #[schema(minimum = 1)]
    days: Option<i64>,
    /// Until when; or `days`.
    until: Option<DateTime<Utc>>,
    /// What was refused: `dm.start`, `dm.send`, `dm.file` or `dm.call`. Without it, writing.
    action: Option<String>,
}

/// What is granted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantBody {
    /// When it begins; at once without it.
    from: Option<DateTime<Utc>>,
    /// The moment at which it is over.
    until: DateTime<Utc>,
    /// Why, in words; the asker reads it.
    reason: String,
}

/// Why it is not granted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefuseBody {
    /// In words; the asker reads it.
    reason: String,
}

/// What the reader asked for, or what waits for their decision.
#[utoipa::path(
    operation_id = "list_exception_requests", tag = "exceptions", security(("access_token" = [])),
    params(RequestsQuery),
    responses(
        (status = 200, description = "A page of requests", body = ExceptionRequestsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/exceptions/requests")]
pub(super) async fn list_exception_requests(
    app: App,
    reader: Reader,
    asked: web::Query<RequestsQuery>,
) -> Result<web::Json<ExceptionRequestsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<(DateTime<Utc>, ExceptionRequestId)> = page::key(asked.cursor.as_deref())?;
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let (scene, own) = (&reader.scene, reader.actor.person);
    let which = asked.which.unwrap_or_default();
    if asked.person.is_some() && which != RequestsOf::Mine {
        return Err(Error::invalid(codes::INVALID_VALUE, "person"));
    }
    let mut connection = app.pool.get().await?;
    let rows = match which {
        RequestsOf::Mine => {
            exception_requests::of_asker(&mut connection, own, asked.person, after, wanted).await?
        }
        RequestsOf::ToDecide => {
            access::fresh(&reader)?;
            let security = scene.is_security(reader.person);
            let people = access::reports(&reader);
            exception_requests::open(&mut connection, &people, security, after, wanted).await?
        }
    };
    let at = past::latest(&mut connection, app.clock.now()).await?;
    let (mut rows, next) = page::cut(rows.into_iter().map(|row| ((row.asked_at, row.id), row)), limit)?;
    rows.retain(|row| match which {
        // Whom the reader may not know of any more is not named again.
        RequestsOf::Mine => reader.sees(row.to_id),
        RequestsOf::ToDecide => Case::of_request(row).decided_by(scene, own).is_some(),
    });
    let requests = shown(&mut connection, &reader, rows, at).await?;
    Ok(web::Json(ExceptionRequestsAnswer { requests, next }))
}

/// Asks for an exception to a refusal. It goes to the office that the rule names, and tells it at once.
#[utoipa::path(
    operation_id = "ask_exception", tag = "exceptions", security(("access_token" = [])),
    request_body = ExceptionAsk,
    responses(
        (status = 201, description = "The request", body = ExceptionRequestAnswer),
        (status = 400, description = "The body makes no sense; `too_long_an_exception`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "Nobody whom the reader may see", body = ErrorBody),
        (status = 409, description = "`not_refused`: it is permitted already; `not_excepted`: there is no exception; \
            `asked_already`", body = ErrorBody),
        (status = 429, description = "`too_many_requests`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/exceptions/requests")]
pub(super) async fn ask_exception(
    app: App,
    reader: Reader,
    body: Body<ExceptionAsk>,
) -> Result<HttpResponse, Error> {
    access::fresh(&reader)?;
    let body = body.0;
    let reason = said::lines("reason", &body.reason, LONGEST_REASON)?;
    let until = wanted_until(&reader, &body, app.clock.now())?;
    let action = body.action.as_deref().map(action).transpose()?;
    if body.person_id == reader.actor.person {
        return Err(Error::invalid(codes::INVALID_VALUE, "person_id"));
    }
    app.limits.exception(reader.actor.person)?;
    to_the_end(async move {
        let (person, target) = (reader.actor.person, body.person_id);
        crate::access::person(&app, &reader, target).await?;
        if exception_requests::is_open(&mut *app.pool.get().await?, person, target).await? {
            return Err(Error::Conflict(codes::ASKED_ALREADY));
        }
        let refusal = access::refusal(&app, &reader.scene, person, target, action).await?;
        let id = except::ask(&app, &reader, target, &refusal, (reason, until)).await?;
        answer(&app, &reader, id, StatusCode::CREATED).await
    })
    .await
}

/// Grants what was asked for. It is in force on every node at once, or from the moment that it names, and ends by itself.
#[utoipa::path(
    operation_id = "grant_exception", tag = "exceptions", security(("access_token" = [])),
    params(("id" = ExceptionRequestId, Path, description = "The request")), request_body = GrantBody,
    responses(
        (status = 200, description = "The request, with what was granted", body = ExceptionRequestAnswer),
        (status = 400, description = "The body makes no sense; `in_the_past`; `too_long_an_exception`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`decides_oneself`: the reader's own", body = ErrorBody),
        (status = 404, description = "No request that the reader may decide", body = ErrorBody),
        (status = 409, description = "`request_decided`; `not_refused`: it is permitted by now; `not_excepted`: there is \
            no such exception any more; `exception_clashes`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/exceptions/requests/{id}/grant")]
pub(super) async fn grant_exception(
    app: App,
    reader: Reader,
    id: web::Path<ExceptionRequestId>,
    body: Body<GrantBody>,
) -> Result<HttpResponse, Error> {
    let GrantBody { from, until, reason } = body.0;
    let reason = said::lines("reason", &reason, LONGEST_REASON)?;
    to_the_end(async move {
        except::grant(&app, &reader, *id, (from, until), reason).await?;
        answer(&app, &reader, *id, StatusCode::OK).await
    })
    .await
}

/// Refuses what was asked for, and says why.
#[utoipa::path(
    operation_id = "refuse_exception", tag = "exceptions", security(("access_token" = [])),
    params(("id" = ExceptionRequestId, Path, description = "The request")), request_body = RefuseBody,
    responses(
        (status = 200, description = "The request", body = ExceptionRequestAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`decides_oneself`: the reader's own", body = ErrorBody),
        (status = 404, description = "No request that the reader may decide", body = ErrorBody),
        (status = 409, description = "`request_decided`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/exceptions/requests/{id}/refuse")]
pub(super) async fn refuse_exception(
    app: App,
    reader: Reader,
    id: web::Path<ExceptionRequestId>,
    body: Body<RefuseBody>,
) -> Result<HttpResponse, Error> {
    let reason = said::lines("reason", &body.0.reason, LONGEST_REASON)?;
    to_the_end(async move {
        except::refuse(&app, &reader, *id, reason).await?;
        answer(&app, &reader, *id, StatusCode::OK).await
    })
    .await
}

/// Takes back what the reader asked for.
#[utoipa::path(
    operation_id = "withdraw_exception_request", tag = "exceptions", security(("access_token" = [])),
    params(("id" = ExceptionRequestId, Path, description = "The request")),
    responses(
        (status = 200, description = "The request", body = ExceptionRequestAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No request of the reader's", body = ErrorBody),
        (status = 409, description = "`request_decided`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`", body = ErrorBody),
    ),
)]
#[post("/exceptions/requests/{id}/withdraw")]
pub(super) async fn withdraw_exception_request(
    app: App,
    reader: Reader,
    id: web::Path<ExceptionRequestId>,
) -> Result<HttpResponse, Error> {
    to_the_end(async move {
        except::withdraw(&app, &reader, *id).await?;
        answer(&app, &reader, *id, StatusCode::OK).await
    })
    .await
}

/// Until when the contact is wanted: within the time that the policy allows.
fn wanted_until(reader: &Reader, body: &ExceptionAsk, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let longest = longest(&reader.scene, reader.actor.person);
    let (field, until) = match (body.days, body.until) {
        (None, None) => return Err(Error::invalid(codes::MISSING_FIELD, "days")),
        (Some(_), Some(_)) => return Err(Error::invalid(codes::INVALID_VALUE, "days")),
        (Some(days), None) => {
            let span = TimeDelta::try_days(days).filter(|span| *span > TimeDelta::zero());
            let span = span.ok_or(Error::invalid(codes::INVALID_VALUE, "days"))?;
            ("days", at + span.min(longest + TimeDelta::days(1)))
        }
        (None, Some(until)) if until <= at => return Err(Error::invalid(codes::INVALID_VALUE, "until")),
        (None, Some(until)) => ("until", until),
    };
    if until - at > longest { Err(Error::invalid(codes::TOO_LONG_AN_EXCEPTION, field)) } else { Ok(until) }
}

/// An action that a grant may open.
fn action(name: &str) -> Result<Action, Error> {
    let known = [Action::DmStart, Action::DmSend, Action::DmFile, Action::DmCall];
    let action = Action::parse(name).filter(|action| known.contains(action));
    action.ok_or(Error::invalid(codes::INVALID_VALUE, "action"))
}

async fn answer(
    app: &App,
    reader: &Reader,
    id: ExceptionRequestId,
    status: StatusCode,
) -> Result<HttpResponse, Error> {
    let mut connection = app.pool.get().await?;
    let row = exception_requests::find(&mut connection, id).await?;
    let request = shown(&mut connection, reader, vec![row], app.clock.now()).await?.pop();
    let request = request.ok_or(Error::NotFound)?;
    Ok(HttpResponse::build(status).json(ExceptionRequestAnswer { request }))
}

/// The requests with what was granted.
async fn shown(
    connection: &mut schema::Connection,
    reader: &Reader,
    rows: Vec<Request>,
    at: DateTime<Utc>,
) -> Result<Vec<RequestView>, Error> {
    let ids: Vec<_> = rows.iter().filter_map(|row| row.exception_id).collect();
    let granted = if ids.is_empty() { Vec::new() } else { exceptions::find_all(connection, &ids).await? };
    let granted = granted.into_iter().map(|row| (row.id, row)).collect();
    Ok(rows.into_iter().filter_map(|row| RequestView::of(reader, row, &granted, at)).collect())
}
