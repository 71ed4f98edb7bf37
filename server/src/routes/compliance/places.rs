//! Channels by name, for officers, who need not be in them: to ask who could read one, or to open a case about it.

use actix_web::{get, web};
use schema::ids::ConversationId;
use schema::{audit, conversations};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::access::cases as access;
use crate::actions::cases::entry;
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::{page, said};
use crate::views::Reader;
use crate::views::cases::CasePlace;

/// The longest part of a name, in characters.
const LONGEST_QUERY: usize = 200;

/// Which channels to find.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PlacesQuery {
    /// What their name contains; all channels without it.
    #[param(max_length = 200)]
    query: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many channels, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PlacesAnswer {
    /// By name; those that the reader is not cleared for are left out.
    conversations: Vec<CasePlace>,
    next: Option<String>,
}

/// Channels that are not in the archive, by a part of their name. Direct conversations and groups are found by their people.
/// Every call is an entry in the audit log.
#[utoipa::path(
    operation_id = "list_compliance_conversations", tag = "compliance", security(("access_token" = [])), params(PlacesQuery),
    responses(
        (status = 200, description = "A page of channels; it may be short although there are more", body = PlacesAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/conversations")]
pub(super) async fn list_compliance_conversations(
    app: App,
    reader: Reader,
    asked: web::Query<PlacesQuery>,
) -> Result<web::Json<PlacesAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let after: Option<(String, ConversationId)> = page::key(asked.cursor.as_deref())?;
    let query = asked.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
    let query = query.map(|query| said::line("query", query, LONGEST_QUERY)).transpose()?.unwrap_or_default();
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
    let mut connection = app.pool.get().await?;
    let found = conversations::channels(&mut connection, &query, after, wanted).await?;
    let keyed = found.into_iter().map(|(id, name)| ((name, id), id));
    let (found, next) = page::cut(keyed, limit)?;
    let mut places = CasePlace::all(&mut connection, &reader, found.iter().copied()).await?;
    let conversations: Vec<CasePlace> =
        found.iter().filter_map(|id| places.remove(id)).filter(CasePlace::is_shown).collect();
    let about = json!({ "query": query, "entries": conversations.len() });
    let entry = entry("compliance.places_viewed", officer.person(), app.clock.now(), about);
    audit::append(&mut connection, &entry).await?;
    Ok(web::Json(PlacesAnswer { conversations, next }))
}
