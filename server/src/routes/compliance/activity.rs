//! What people did in a conversation, or one person anywhere.

use actix_web::{get, web};
use schema::ids::{ConversationId, PersonId};
use schema::past::activity::{self, Filter, Key};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{period, subject};
use crate::access::past;
use crate::actions::look;
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::page;
use crate::views::Reader;
use crate::views::past_activity::DeedView;

/// Whose deeds, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ActivityQuery {
    /// The conversation; either this or `person_id`.
    conversation_id: Option<ConversationId>,
    /// The person; either this or `conversation_id`.
    person_id: Option<PersonId>,
    /// From then on, by RFC 3339.
    #[param(format = DateTime)]
    from: String,
    /// Before that, and not in the future; until now without it.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many deeds, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ActivityAnswer {
    activity: Vec<DeedView>,
    next: Option<String>,
}

/// Who actually did what: messages by author, hat, rule and number, without a word of what they say; denials; history that was
/// opened; who came and went. The earliest first. Messages of months that were put away are not in it. Every call is an entry in
/// the audit log.
#[utoipa::path(
    operation_id = "list_activity", tag = "compliance", security(("access_token" = [])), params(ActivityQuery),
    responses(
        (status = 200, description = "A page of deeds", body = ActivityAnswer),
        (status = 400, description = "The query makes no sense: both ids, none, an end before the beginning or in the future", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader is no compliance officer", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/activity")]
pub(super) async fn list_activity(
    app: App,
    reader: Reader,
    asked: web::Query<ActivityQuery>,
) -> Result<web::Json<ActivityAnswer>, Error> {
    let officer = past::officer(&reader)?;
    subject(asked.conversation_id, asked.person_id)?;
    let limit = page::limit(asked.limit)?;
    let after: Option<Key> = page::key(asked.cursor.as_deref())?;
    let (from, until) = period(&app, &asked.from, asked.until.as_deref()).await?;
    let filter = Filter { conversation: asked.conversation_id, person: asked.person_id, from, until };
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = activity::list(&mut *app.pool.get().await?, filter, after.as_ref(), wanted).await?;
    let keyed = found.into_iter().map(|deed| ((deed.at, deed.what.clone(), deed.key.clone()), deed));
    let (found, next) = page::cut(keyed, limit)?;
    let details = json!({
        "conversation_id": filter.conversation,
        "person_id": filter.person,
        "from": from,
        "until": until,
        "entries": found.len(),
    });
    look::note(&app, &officer, "compliance.activity_viewed", details).await?;
    let activity = found.into_iter().map(|deed| DeedView::of(&reader, deed)).collect();
    Ok(web::Json(ActivityAnswer { activity, next }))
}
