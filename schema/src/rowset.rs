//! Statements over many rows at once: the rows travel as one JSON text, which keeps arrays in rows possible and is read by
//! Postgres only once.

use diesel::sql_query;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

use crate::Error;

/// As many rows as travel at once: enough to make the round trips cheap, little enough to keep memory small.
const ROWS: usize = 1000;

/// Runs `statement`, which reads its rows by `json_to_recordset($1::json)`. Returns how many rows it changed.
pub(crate) async fn run<T: Serialize>(
    connection: &mut AsyncPgConnection,
    statement: &str,
    rows: &[T],
) -> Result<usize, Error> {
    let mut changed = 0;
    for rows in rows.chunks(ROWS) {
        let rows = serde_json::to_string(rows)
            .map_err(|error| Error::Query(diesel::result::Error::SerializationError(Box::new(error))))?;
        changed += sql_query(statement).bind::<Text, _>(rows).execute(connection).await?;
    }
    Ok(changed)
}

/// Runs `statement`, which has the ids as `any($1)`. Returns how many rows it changed.
pub(crate) async fn run_for(
    connection: &mut AsyncPgConnection,
    statement: &str,
    ids: impl Iterator<Item = Uuid>,
) -> Result<usize, Error> {
    let ids: Vec<Uuid> = ids.collect();
    if ids.is_empty() {
        return Ok(0);
    }
    Ok(sql_query(statement).bind::<Array<SqlUuid>, _>(ids).execute(connection).await?)
}
