//! Posts and delegations begin and end by their dates, although nobody writes anything: what follows from that and is
//! kept in rows, the members of the unit channels, is brought up to date here. Authority itself is decided by the dates.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::ids::{PersonId, UnitId};
use crate::pool::take_time;
use crate::tables::org_state;
use crate::unit_channels::{self, Reconciled};
use crate::{Error, org_changes};

/// What began or ended: for whom, and in which unit it shows.
#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    person_id: PersonId,
    #[diesel(sql_type = SqlUuid)]
    unit_id: UnitId,
}

const DUE: &str = "
    with bounds (person_id, principal_id, unit_id) as (
        select person_id, null::uuid, unit_id from posts
            where (lower(valid) > $1 and lower(valid) <= $2) or (upper(valid) > $1 and upper(valid) <= $2)
        union all
        select person_id, principal_id, null from delegations
            where (lower(valid) > $1 and lower(valid) <= $2) or (upper(valid) > $1 and upper(valid) <= $2)
    )
    select person_id, unit_id from bounds where unit_id is not null
    union
    select bounds.person_id, posts.unit_id from bounds
        join posts on posts.person_id = bounds.principal_id and posts.kind = 'primary' and posts.valid @> $2
    union
    select bounds.person_id, units.id from bounds join units on units.head_id = bounds.principal_id";

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether something began or ended up to `at` that was not carried to the unit channels: also a date that passed between the
/// commit of its row and the moment at which somebody read it, of which nobody else tells.
pub async fn are_due(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<bool, Error> {
    let answer: Answer = sql_query(
        "select exists (select from posts where lower(valid) > settled_at and lower(valid) <= $1)
            or exists (select from posts where upper(valid) > settled_at and upper(valid) <= $1)
            or exists (select from delegations where lower(valid) > settled_at and lower(valid) <= $1)
            or exists (select from delegations where upper(valid) > settled_at and upper(valid) <= $1) as yes
         from org_state",
    )
    .bind::<Timestamptz, _>(at)
    .get_result(connection)
    .await?;
    Ok(answer.yes)
}

/// Carries to the unit channels what began or ended until `at`. The nodes do it one after the other, and all but the
/// first find nothing to do. Returns the new version of the mirror, if it has one.
pub async fn settle(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<Option<i64>, Error> {
    connection.transaction(async |connection| settle_within(connection, at).await).await
}

async fn settle_within(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<Option<i64>, Error> {
    // A sync may be at work, and holds what is waited for.
    take_time(connection).await?;
    unit_channels::alone(connection).await?;
    let since: DateTime<Utc> = org_state::table.select(org_state::settled_at).first(connection).await?;
    if at <= since {
        return Ok(None);
    }
    let due: Vec<Due> =
        sql_query(DUE).bind::<Timestamptz, _>(since).bind::<Timestamptz, _>(at).load(connection).await?;
    let mut units: Vec<UnitId> = due.iter().map(|due| due.unit_id).collect();
    units.sort_unstable();
    units.dedup();
    let done = unit_channels::reconcile_units(connection, &units, at).await?;
    diesel::update(org_state::table).set(org_state::settled_at.eq(at)).execute(connection).await?;
    if done == Reconciled::default() {
        return Ok(None);
    }
    let people: Vec<PersonId> = due.iter().map(|due| due.person_id).collect();
    org_changes::bump(connection, &people, &units).await.map(Some)
}
