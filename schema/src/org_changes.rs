//! What each version of the mirror changed, so that a copy in memory reads a few rows and not all.

use diesel::prelude::*;
use diesel::sql_query;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::Error;
use crate::ids::{PersonId, UnitId};
use crate::tables::org_changes;

/// Of more than so many changes none is listed: reading everything is faster then.
pub const LISTED_MAX: usize = 10_000;

/// Something of the mirror that a transaction changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Changed {
    /// A person: the row, or anything that hangs on it, their posts, clearance, photo, delegations, liaisons and
    /// exceptions.
    Person(PersonId),
    /// A unit.
    Unit(UnitId),
    /// The ranks.
    Ladder,
    /// More than is listed.
    All,
}

impl Changed {
    fn row(self) -> (&'static str, Uuid) {
        match self {
            Self::Person(id) => ("person", id.0),
            Self::Unit(id) => ("unit", id.0),
            Self::Ladder => ("ladder", Uuid::nil()),
            Self::All => ("all", Uuid::nil()),
        }
    }
}

/// Notes what `version` changed, in the transaction that changed it. A version about which nothing is noted makes every
/// node read everything.
pub async fn note(
    connection: &mut AsyncPgConnection,
    version: i64,
    changed: &[Changed],
) -> Result<(), Error> {
    let listed = if changed.len() > LISTED_MAX { &[Changed::All][..] } else { changed };
    // Three values a row, and a statement takes 65,535.
    for some in listed.chunks(5000) {
        let rows: Vec<_> = some
            .iter()
            .map(|one| {
                let (kind, id) = one.row();
                (org_changes::version.eq(version), org_changes::kind.eq(kind), org_changes::id.eq(id))
            })
            .collect();
        diesel::insert_into(org_changes::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// What changed after `since` up to `version`, without repetitions; nothing if that is not known of every version in
/// between, or too much.
pub(crate) async fn between(
    connection: &mut AsyncPgConnection,
    since: i64,
    version: i64,
) -> Result<Option<Vec<Changed>>, Error> {
    let rows: Vec<(i64, String, Uuid)> = org_changes::table
        .filter(org_changes::version.gt(since))
        .filter(org_changes::version.le(version))
        .order(org_changes::version)
        .limit(i64::try_from(LISTED_MAX).unwrap_or(i64::MAX) + 1)
        .load(connection)
        .await?;
    let mut versions: Vec<i64> = rows.iter().map(|(version, ..)| *version).collect();
    versions.dedup();
    let is_whole = i64::try_from(versions.len()).is_ok_and(|known| known == version - since);
    if !is_whole || rows.len() > LISTED_MAX {
        return Ok(None);
    }
    let mut changed: Vec<Changed> = rows
        .iter()
        .map(|(_, kind, id)| match kind.as_str() {
            "person" => Changed::Person(PersonId(*id)),
            "unit" => Changed::Unit(UnitId(*id)),
            "ladder" => Changed::Ladder,
            _ => Changed::All,
        })
        .collect();
    changed.sort_unstable();
    changed.dedup();
    Ok(Some(changed))
}

/// Forgets what nobody asks for any more: changes before the last ten thousand versions.
pub async fn forget_old(connection: &mut AsyncPgConnection) -> Result<usize, Error> {
    Ok(sql_query("delete from org_changes where version <= (select version from org_state) - 10000")
        .execute(connection)
        .await?)
}
