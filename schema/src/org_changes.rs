//! What each version of the mirror changed, so that a copy in memory reads a few rows and not all.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::ids::{PersonId, UnitId};
use crate::tables::org_changes;
use crate::{Error, org_state};

/// Of more than so many changes none is listed: reading everything is faster then.
pub const LISTED_MAX: usize = 10_000;

/// Something of the mirror that a transaction changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Changed {
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

/// Gives the mirror its next version, in which nothing but these people and units changed.
pub async fn bump(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    units: &[UnitId],
) -> Result<i64, Error> {
    let version = org_state::bump(connection).await?;
    note(connection, version, people, units, false).await?;
    Ok(version)
}

/// Notes what `version` changed, in the transaction that changed it; more than can be listed is noted as everything. A
/// version about which nothing is noted makes every node read everything.
pub async fn note(
    connection: &mut AsyncPgConnection,
    version: i64,
    people: &[PersonId],
    units: &[UnitId],
    ladder: bool,
) -> Result<(), Error> {
    let mut rows: Vec<(&str, Uuid)> = Vec::new();
    if people.len() + units.len() > LISTED_MAX {
        rows.push(("all", Uuid::nil()));
    } else {
        rows.extend(people.iter().map(|id| ("person", id.0)));
        rows.extend(units.iter().map(|id| ("unit", id.0)));
        rows.extend(ladder.then_some(("ladder", Uuid::nil())));
    }
    let (kinds, ids): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    sql_query(
        "insert into org_changes (version, kind, id) select $1, * from unnest($2::text[], $3::uuid[])
            on conflict do nothing",
    )
    .bind::<BigInt, _>(version)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(connection)
    .await?;
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
