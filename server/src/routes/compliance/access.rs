//! Who could read and write at a moment, or what somebody could reach.

use actix_web::{get, web};
use schema::ids::{ConversationId, PersonId};
use schema::past::When;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{moment, subject};
use crate::access::past::{self, Asked, Key};
use crate::actions::look::{self, Found};
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::page;
use crate::views::Reader;
use crate::views::access::AccessView;

/// Whose access to show, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AccessQuery {
    /// The conversation; either this or `person_id`.
    conversation_id: Option<ConversationId>,
    /// The person; either this or `conversation_id`.
    person_id: Option<PersonId>,
    /// The moment, by RFC 3339 and not in the future; now without it.
    #[param(format = DateTime)]
    at: Option<String>,
    /// As it was known when: what was entered later does not count. The moment itself without it: what the gate decided by.
    #[param(format = DateTime)]
    known_at: Option<String>,
    /// `next` of the page before, which keeps its moment.
    cursor: Option<String>,
    /// How many entries, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AccessAnswer {
    access: AccessView,
    next: Option<String>,
}

/// Who could read and write a conversation at a moment, or what a person could read and write: decided again with the
/// organisation, the members and the policy of that moment. Every call is an entry in the audit log.
#[utoipa::path(
    operation_id = "list_access", tag = "compliance", security(("access_token" = [])), params(AccessQuery),
    responses(
        (status = 200, description = "A page of entries", body = AccessAnswer),
        (status = 400, description = "The query makes no sense: both ids, none, a moment in the future", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader is no compliance officer", body = ErrorBody),
        (status = 404, description = "No such conversation or person at that moment", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/access")]
pub(super) async fn list_access(
    app: App,
    reader: Reader,
    asked: web::Query<AccessQuery>,
) -> Result<web::Json<AccessAnswer>, Error> {
    let officer = past::officer(&reader)?;
    let subject = subject(asked.conversation_id, asked.person_id)?;
    let limit = page::limit(asked.limit)?;
    let named = Asked {
        at: moment(asked.at.as_deref(), "at")?,
        known_at: moment(asked.known_at.as_deref(), "known_at")?,
    };
    let page: Option<(When, Key)> = page::key(asked.cursor.as_deref())?;
    let (begun, after) = page.unzip();
    let when = named.going_on(begun)?;

    let then = match past::then(&app, &officer, subject, when).await {
        // That something was not there is an answer too.
        Err(Error::NotFound) => {
            look::record(&app, &officer, subject, when, Found::Nothing).await?;
            return Err(Error::NotFound);
        }
        then => then?,
    };
    let deciding = move || {
        let entries = then.entries(after.as_ref(), limit.saturating_add(1));
        (then, entries)
    };
    let (then, entries) = tokio::task::spawn_blocking(deciding).await.map_err(Error::internal)?;
    let keyed = entries.into_iter().map(|entry| ((then.when, entry.key.clone()), entry));
    let (entries, next) = page::cut(keyed, limit)?;
    look::record(&app, &officer, subject, when, Found::Entries(&then, entries.len())).await?;
    Ok(web::Json(AccessAnswer { access: AccessView::of(&then, &entries), next }))
}
