//! What changed between two moments: who gained or lost reading or writing, and what made it so.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use schema::ids::{ConversationId, PersonId};
use schema::past::Subject;
use schema::past::changes::{self, Cause};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{moment, period, subject};
use crate::access::past::difference::{Difference, differences};
use crate::access::past::{self, Asked, Key, Officer, Then};
use crate::actions::look;
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::page;
use crate::views::Reader;
use crate::views::past_activity::{CauseView, ChangeView, ChangesView, concerns};

/// How much is told of what changed for everybody, and about the people of a page.
const CAUSES: i64 = 1000;

/// Between which moments.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// The conversation; either this or `person_id`.
    conversation_id: Option<ConversationId>,
    /// The person; either this or `conversation_id`.
    person_id: Option<PersonId>,
    /// The first moment, by RFC 3339.
    #[param(format = DateTime)]
    from: String,
    /// The second, not in the future; now without it.
    #[param(format = DateTime)]
    until: Option<String>,
    /// Both moments as they were known when: what was entered later does not count. Each as it was known at the time without it.
    #[param(format = DateTime)]
    known_at: Option<String>,
    /// `next` of the page before, which keeps its moments.
    cursor: Option<String>,
    /// How many entries, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ChangesAnswer {
    changes: ChangesView,
    next: Option<String>,
}

/// What changed between two moments for a conversation, or for a person: who gained or lost reading or writing, each with what
/// changed about them meanwhile, and what changed for everybody. Every call is an entry in the audit log.
#[utoipa::path(
    operation_id = "list_past_changes", tag = "compliance", security(("access_token" = [])), params(ChangesQuery),
    responses(
        (status = 200, description = "A page of entries", body = ChangesAnswer),
        (status = 400, description = "The query makes no sense: both ids, none, an end before the beginning or in the future", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader is no compliance officer", body = ErrorBody),
        (status = 404, description = "No such conversation or person at the second moment", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/changes")]
pub(super) async fn list_past_changes(
    app: App,
    reader: Reader,
    asked: web::Query<ChangesQuery>,
) -> Result<web::Json<ChangesAnswer>, Error> {
    let officer = past::officer(&reader)?;
    let subject = subject(asked.conversation_id, asked.person_id)?;
    let limit = page::limit(asked.limit)?;
    let page: Option<(DateTime<Utc>, Key)> = page::key(asked.cursor.as_deref())?;
    let (begun, last) = page.unzip();
    let (from, until) = period(&app, &asked.from, asked.until.as_deref()).await?;
    let until = begun.map_or(until, |begun| begun.min(until));
    let known_at = moment(asked.known_at.as_deref(), "known_at")?;
    let details = |entries: Option<usize>| {
        json!({
            "conversation_id": asked.conversation_id,
            "person_id": asked.person_id,
            "from": from,
            "until": until,
            "known_at": known_at,
            "entries": entries,
        })
    };
    let (before, after) = match both(&app, &officer, subject, (from, until), known_at).await {
        Err(Error::NotFound) => {
            look::note(&app, &officer, "compliance.changes_viewed", details(None)).await?;
            return Err(Error::NotFound);
        }
        found => found?,
    };
    let deciding = move || {
        let found = differences(before.as_ref(), &after, last.as_ref(), limit.saturating_add(1));
        (before, after, found)
    };
    let (before, after, found) = tokio::task::spawn_blocking(deciding).await.map_err(Error::internal)?;
    let keyed = found.into_iter().map(|one| ((until, one.key.clone()), one));
    let (found, next) = page::cut(keyed, limit)?;
    let (common, causes) = causes(&app, &asked, &found, (from, until)).await?;
    look::note(&app, &officer, "compliance.changes_viewed", details(Some(found.len()))).await?;
    let shown = |cause: Cause| CauseView::of(&reader, cause);
    let entries = found.iter().map(|one| {
        let own = causes.iter().filter(|cause| concerns(cause, one.person.0)).cloned();
        ChangeView::of(before.as_ref(), &after, one, own.map(shown).collect())
    });
    let common = common.into_iter().map(shown).collect();
    let changes = ChangesView::of(before.as_ref(), &after, (from, until), common, entries.collect());
    Ok(web::Json(ChangesAnswer { changes, next }))
}

/// How things stood at both moments; nothing where what it is about was not there yet at the first.
async fn both(
    app: &App,
    officer: &Officer,
    subject: Subject,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    known_at: Option<DateTime<Utc>>,
) -> Result<(Option<Then>, Then), Error> {
    let at = |at| Asked { at: Some(at), known_at };
    let after = past::then(app, officer, subject, at(until)).await?;
    match past::then(app, officer, subject, at(from)).await {
        Ok(before) => Ok((Some(before), after)),
        // Nor was there anything before the first policy.
        Err(Error::NotFound | Error::Invalid { .. }) => Ok((None, after)),
        Err(error) => Err(error),
    }
}

async fn causes(
    app: &App,
    asked: &ChangesQuery,
    found: &[Difference],
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<(Vec<Cause>, Vec<Cause>), Error> {
    let mut people: Vec<PersonId> = found.iter().map(|one| one.person).collect();
    people.sort_unstable();
    people.dedup();
    let mut connection = app.pool.get().await?;
    let common = changes::of_all(&mut connection, asked.conversation_id, period, CAUSES).await?;
    let of_people =
        changes::of_people(&mut connection, &people, asked.conversation_id, period, CAUSES).await?;
    Ok((common, of_people))
}
