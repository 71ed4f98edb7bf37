//! When something changed in a unit: what is worth looking at, for whoever moves through its past.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::UnitId;

/// How many are told at most.
const MOST: i64 = 500;

#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// The newest moments from `from` until `until` at which the unit, a unit directly below it or a post in it began, ended or
/// became another one; without a unit, at which an agency did. The newest comes first. Before the
/// first policy nothing was decided, and nothing can be asked about.
pub async fn of_unit(
    connection: &mut AsyncPgConnection,
    unit: Option<UnitId>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, Error> {
    let rows: Vec<Moment> = sql_query(
        "with changed as (
             select held from units_history where id = $1
             union all select held from units_history where parent_id = $1
             union all select held from units_history where $1 is null and parent_id is null
             union all select held from posts_history where unit_id = $1
             union all select valid from posts_history where unit_id = $1
         ), moments as (
             select lower(held) as at from changed union select upper(held) from changed
         ), ended as (
             -- What a run of the sync writes carries the time at which it began, and is so from its end on.
             select changed_at, max(bumped_at) as at from org_state_history where bumped_at > $2 group by changed_at
         )
         select at from (
             select coalesce(ended.at, moments.at) as at from moments left join ended on ended.changed_at = moments.at
         ) so
         where at > $2 and at <= $3 and at >= (select min(lower(valid)) from policy_activations_history)
         group by at order by at desc limit $4",
    )
    .bind::<Nullable<SqlUuid>, _>(unit)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(until)
    .bind::<BigInt, _>(MOST)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.at).collect())
}
