//! What a version of the mirror changed, for those who keep a copy and would not read all of it anew.

use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::ids::{PersonId, UnitId};
use crate::{Error, org_state};

/// Gives the mirror its next version, in which nothing but these people and units changed.
pub async fn bump(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    units: &[UnitId],
) -> Result<i64, Error> {
    let version = org_state::bump(connection).await?;
    sql_query(
        "insert into org_changes (version, kind, id)
            select $1, 'person', id from unnest($2) as id union select $1, 'unit', id from unnest($3) as id",
    )
    .bind::<BigInt, _>(version)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Array<SqlUuid>, _>(units)
    .execute(connection)
    .await?;
    Ok(version)
}
