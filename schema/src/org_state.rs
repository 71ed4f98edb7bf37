//! The number that every copy of the mirror in memory follows.

use diesel::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = BigInt)]
    version: i64,
}

/// Gives the mirror its next version, and tells every node as soon as the transaction commits.
pub async fn bump(connection: &mut AsyncPgConnection) -> Result<i64, Error> {
    let state: State =
        sql_query("update org_state set version = version + 1, changed_at = now() returning version")
            .get_result(connection)
            .await?;
    sql_query("select pg_notify('org_changed', $1::text)")
        .bind::<BigInt, _>(state.version)
        .execute(connection)
        .await?;
    Ok(state.version)
}

/// The version that the mirror has now.
pub async fn version(connection: &mut AsyncPgConnection) -> Result<i64, Error> {
    let state: State = sql_query("select version from org_state").get_result(connection).await?;
    Ok(state.version)
}
