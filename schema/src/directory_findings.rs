//! What could not be used of entries, and from when to when: why somebody is not in the system.

use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
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

/// The entries that a run looked at, by id and by name.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Their immutable ids, of those that show one, and of those that have gone.
    pub ids: Vec<Uuid>,
    /// Their names.
    pub names: Vec<String>,
}

/// Notes which findings stand after `run`: those that did not before begin, those that do no more end. Where `looked` is
/// given, only those about these entries end.
pub async fn settle(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    run: SyncRunId,
    standing: &[Standing],
    looked: Option<&Looked>,
) -> Result<(), Error> {
    let rows = serde_json::to_value(standing)
        .map_err(|error| Error::Query(diesel::result::Error::SerializationError(Box::new(error))))?;
    sql_query(
        "update directory_findings as f set until = greatest(now(), since), ended_by = $2
         where f.source_id = $1 and f.until is null and not exists (
             select from jsonb_to_recordset($3) as row (dn text, finding jsonb)
             where row.dn = f.dn and row.finding = f.finding)
         and ($4 or f.directory_id = any($5) or f.dn = any($6))",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<SqlUuid, _>(run)
    .bind::<Jsonb, _>(&rows)
    .bind::<Bool, _>(looked.is_none())
    .bind::<Array<SqlUuid>, _>(looked.map(|looked| looked.ids.as_slice()).unwrap_or_default())
    .bind::<Array<Text>, _>(looked.map(|looked| looked.names.as_slice()).unwrap_or_default())
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

/// Something that stands about an entry, which a change of another entry may mend.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Mendable {
    /// The entry.
    #[diesel(sql_type = SqlUuid)]
    pub directory_id: Uuid,
    /// Which rule.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// What the attribute holds, where that is told.
    #[diesel(sql_type = Nullable<Text>)]
    pub value: Option<String>,
}

/// What stands by one of `codes` about entries that show an id; at most `most`, the newest first.
pub async fn mendable(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    codes: &[String],
    most: i64,
) -> Result<Vec<Mendable>, Error> {
    Ok(sql_query(
        "select directory_id, code, finding->>'value' as value from directory_findings
         where source_id = $1 and until is null and code = any($2) and directory_id is not null
         order by since desc, directory_id limit $3",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<Text>, _>(codes)
    .bind::<BigInt, _>(most)
    .load(connection)
    .await?)
}

/// How many entries besides those of `looked` cannot be used as a whole, or by one of `codes` are not what they were.
pub async fn quarantined_besides(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    looked: &Looked,
    codes: &[String],
) -> Result<usize, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let found: Count = sql_query(
        "select count(distinct dn) as number from directory_findings
         where source_id = $1 and until is null
         and (effect = 'left_out' or (effect = 'last_good_kept' and code = any($2)))
         and not (dn = any($4) or coalesce(directory_id = any($3), false))",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<Text>, _>(codes)
    .bind::<Array<SqlUuid>, _>(&looked.ids)
    .bind::<Array<Text>, _>(&looked.names)
    .get_result(connection)
    .await?;
    Ok(usize::try_from(found.number).unwrap_or(0))
}
