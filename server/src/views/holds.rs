//! Holds as officers see them.

use chrono::{DateTime, Utc};
use schema::Connection;
use schema::ids::{CaseId, HoldId};
use schema::scopes;
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::{ScopeView, named};
use super::{PersonRef, Reader};
use crate::access::cases::{HoldRight, KnownHold};
use crate::error::Error;

/// A stop on whatever would erase messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hold)]
pub struct HoldView {
    id: HoldId,
    /// Its own number, or that of its case where the reader may know of that.
    number: Option<String>,
    case_id: Option<CaseId>,
    /// What it is on.
    scope: Option<ScopeView>,
    reason: String,
    placed_by: PersonRef,
    placed_at: DateTime<Utc>,
    /// Whether it holds now.
    holds: bool,
    release: Option<ReleaseView>,
    /// What the reader may do.
    can: Vec<HoldRight>,
}

/// The release of a hold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HoldRelease)]
pub struct ReleaseView {
    asked_by: PersonRef,
    asked_at: DateTime<Utc>,
    reason: String,
    /// Not before, so that somebody may still object.
    not_before: DateTime<Utc>,
    approved_by: Option<PersonRef>,
    approved_at: Option<DateTime<Utc>>,
    /// When it holds no more; may lie ahead.
    released_at: Option<DateTime<Utc>>,
}

impl HoldView {
    /// These holds.
    pub async fn all(
        connection: &mut Connection,
        reader: &Reader,
        known: &[KnownHold],
    ) -> Result<Vec<Self>, Error> {
        let ids: Vec<_> = known.iter().map(|hold| hold.hold().scope_id).collect();
        let rows = scopes::find_all(connection, &ids).await?;
        let scopes = ScopeView::all(connection, reader, &rows).await?;
        let scope_of =
            |id| rows.iter().zip(&scopes).find(|(row, _)| row.id == id).map(|(_, view)| view.clone());
        let views = known.iter().map(|hold| {
            let row = hold.hold();
            let asked = row.release_asked_by.zip(row.release_asked_at);
            let release = asked.zip(row.release_not_before).map(|((by, at), not_before)| ReleaseView {
                asked_by: named(reader, by),
                asked_at: at,
                reason: row.release_reason.clone().unwrap_or_default(),
                not_before,
                approved_by: row.release_approved_by.map(|by| named(reader, by)),
                approved_at: row.release_approved_at,
                released_at: row.released_at,
            });
            Self {
                id: row.id,
                number: row.number.clone().or_else(|| hold.case().map(|case| case.case().number.clone())),
                case_id: hold.case().map(|case| case.case().id),
                scope: scope_of(row.scope_id),
                reason: row.reason.clone(),
                placed_by: named(reader, row.placed_by),
                placed_at: row.placed_at,
                holds: hold.holds(),
                release,
                can: hold.rights(),
            }
        });
        Ok(views.collect())
    }
}
