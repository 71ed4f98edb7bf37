//! What could not be used of entries, and from when to when: why somebody is not in the system.

use diesel::sql_query;
use diesel::sql_types::{Jsonb, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::ids::{SourceId, SyncRunId};

/// A finding that stands by now.
#[derive(Debug, Clone, Serialize)]
pub struct Standing {
    id: Uuid,
    /// The entry's immutable id, where it shows one.
    pub directory_id: Option<Uuid>,
    /// The entry.
    pub dn: String,
    /// Which rule.
    pub code: String,
    /// What came of it.
    pub effect: String,
    /// The whole finding.
    pub finding: Value,
}

impl Standing {
    /// About the entry `dn`.
    pub fn new(directory_id: Option<Uuid>, dn: String, code: &str, effect: String, finding: Value) -> Self {
        Self { id: Uuid::now_v7(), directory_id, dn, code: code.to_owned(), effect, finding }
    }
}

/// Notes which findings stand after `run`: those that did not before begin, those that do no more end.
pub async fn settle(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    run: SyncRunId,
    standing: &[Standing],
) -> Result<(), Error> {
    let rows = serde_json::to_value(standing)
        .map_err(|error| Error::Query(diesel::result::Error::SerializationError(Box::new(error))))?;
    sql_query(
        "update directory_findings as f set until = greatest(now(), since), ended_by = $2
         where f.source_id = $1 and f.until is null and not exists (
             select from jsonb_to_recordset($3) as row (dn text, finding jsonb)
             where row.dn = f.dn and row.finding = f.finding)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<SqlUuid, _>(run)
    .bind::<Jsonb, _>(&rows)
    .execute(connection)
    .await?;
    sql_query(
        "insert into directory_findings (id, source_id, directory_id, dn, person_id, code, effect, finding, since, found_by)
         select row.id, $1, row.directory_id, row.dn, people.id, row.code, row.effect, row.finding, now(), $2
         from jsonb_to_recordset($3)
             as row (id uuid, directory_id uuid, dn text, code text, effect text, finding jsonb)
         left join people on people.source_id = $1 and people.directory_id = row.directory_id
         where not exists (select from directory_findings f where f.source_id = $1 and f.until is null
             and f.dn = row.dn and f.finding = row.finding)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<SqlUuid, _>(run)
    .bind::<Jsonb, _>(&rows)
    .execute(connection)
    .await?;
    Ok(())
}
