//! Reads of the mirror only what changed, as one consistent picture.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::try_join;

use crate::Error;
use crate::ids::{PersonId, UnitId};
use crate::org_changes::{self, Changed};
use crate::org_snapshot::{self, OrgSnapshot, excepts, not_over};
use crate::tables::{clearances, delegations, exceptions, liaisons, people, photos, posts, sources, units};

/// Some people and units, as the mirror has them now.
#[derive(Debug)]
pub struct OrgPart {
    /// Who was asked for; who has no row is not there.
    pub people: Vec<PersonId>,
    /// What was asked for; what has no row is not there, or gone.
    pub units: Vec<UnitId>,
    /// All rows of these, and no others: delegations and exceptions in both directions, but no ranks.
    pub rows: OrgSnapshot,
}

/// What a copy of the mirror has to take in.
#[derive(Debug)]
pub enum News {
    /// These rows.
    Part(Box<OrgPart>),
    /// It is not known what changed, or it was too much: everything has to be read.
    Everything,
}

/// Reads what changed since version `since`, and the people of `due`, with the posts that are held at `at`.
pub async fn load(
    connection: &mut AsyncPgConnection,
    since: i64,
    due: &[PersonId],
    at: DateTime<Utc>,
) -> Result<News, Error> {
    connection
        .build_transaction()
        .repeatable_read()
        .read_only()
        .run(async |connection| {
            let (version, at) = org_snapshot::state(connection, at).await?;
            // An older version than ours: somebody put an old database back.
            let changed = match version - since {
                0 => Some(Vec::new()),
                1.. => org_changes::between(connection, since, version).await?,
                _ => None,
            };
            let Some(changed) = changed else { return Ok(News::Everything) };
            let mut people = due.to_vec();
            let mut units = Vec::new();
            for one in changed {
                match one {
                    Changed::Person(id) => people.push(id),
                    Changed::Unit(id) => units.push(id),
                    Changed::Ladder | Changed::All => return Ok(News::Everything),
                }
            }
            people.sort_unstable();
            people.dedup();
            if people.len() + units.len() > org_changes::LISTED_MAX {
                return Ok(News::Everything);
            }
            let rows = rows(connection, version, at, &people, &units).await?;
            Ok(News::Part(Box::new(OrgPart { people, units, rows })))
        })
        .await
}

/// One round trip: the statements are sent together.
async fn rows(
    connection: &AsyncPgConnection,
    version: i64,
    at: DateTime<Utc>,
    of_people: &[PersonId],
    of_units: &[UnitId],
) -> Result<OrgSnapshot, Error> {
    let (mut c0, mut c1, mut c2, mut c3, mut c4) =
        (connection, connection, connection, connection, connection);
    let (mut c5, mut c6, mut c7, mut c8) = (connection, connection, connection, connection);
    let (sources, people, units, posts, delegations, liaisons, clearances, exceptions, photos) = try_join!(
        sources::table.select((sources::id, sources::name)).load(&mut c0),
        people::table
            .filter(people::id.eq_any(of_people))
            .select(org_snapshot::PersonRow::as_select())
            .load(&mut c1),
        units::table
            .filter(units::id.eq_any(of_units))
            .filter(units::status.eq("active"))
            .select(org_snapshot::UnitRow::as_select())
            .load(&mut c2),
        // The index of the posts begins with the source.
        posts::table
            .filter(
                sql::<Bool>(
                    "(source_id, person_id) in (select p.source_id, p.id from people p where p.id = any("
                )
                .bind::<Array<SqlUuid>, _>(of_people)
                .sql("))"),
            )
            .filter(not_over!("posts.valid", at))
            .select(org_snapshot::PostRow::as_select())
            .load(&mut c3),
        delegations::table
            .filter(not_over!("delegations.valid", at))
            .filter(
                delegations::person_id
                    .eq_any(of_people)
                    .or(delegations::principal_id.eq_any(of_people).assume_not_null()),
            )
            .select(org_snapshot::DelegationRow::as_select())
            .load(&mut c4),
        liaisons::table
            .filter(liaisons::person_id.eq_any(of_people))
            .select((liaisons::person_id, liaisons::agency_id))
            .load(&mut c5),
        clearances::table
            .filter(clearances::person_id.eq_any(of_people))
            .select(org_snapshot::ClearanceRow::as_select())
            .load(&mut c6),
        exceptions::table
            .filter(exceptions::from_id.eq_any(of_people).or(exceptions::to_id.eq_any(of_people)))
            .filter(excepts!(at))
            .select(org_snapshot::ExceptionRow::as_select())
            .load(&mut c7),
        photos::table
            .filter(photos::person_id.eq_any(of_people))
            .select((photos::person_id, photos::sha256))
            .load(&mut c8),
    )?;
    let mut rows = OrgSnapshot {
        sources,
        people,
        units,
        posts,
        delegations,
        liaisons,
        clearances,
        exceptions,
        photos,
        ..OrgSnapshot::empty(version, at)
    };
    rows.part_now_from_later();
    Ok(rows)
}
