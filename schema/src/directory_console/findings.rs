//! What could not be used of the directories: the quarantine.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::documents::DirectoryFindingText;
use super::{Whose, anywhere};
use crate::Error;
use crate::ids::{PersonId, SourceId, SyncRunId};

/// Something of an entry that could not be used, from when to when.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryFinding {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The source's name.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// The entry's immutable id, where it shows one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub directory_id: Option<Uuid>,
    /// The entry.
    #[diesel(sql_type = Text)]
    pub dn: String,
    /// The person in the system, where there is one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person_id: Option<PersonId>,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub person_name: Option<String>,
    /// Which rule.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// `left_out`, `last_good_kept` or `not_used`.
    #[diesel(sql_type = Text)]
    pub effect: String,
    /// What is wrong and what to do.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = DirectoryFindingText)]
    pub finding: Value,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// Until when; null while it is so.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until: Option<DateTime<Utc>>,
    /// The run that found it.
    #[diesel(sql_type = SqlUuid)]
    pub found_by: SyncRunId,
    /// The run that found it mended.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub ended_by: Option<SyncRunId>,
}

/// Which findings to list.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this source alone.
    pub source: Option<SourceId>,
    /// With this code alone.
    pub code: Option<String>,
    /// Part of a DN, name or login, or an id.
    pub query: Option<String>,
    /// Those that are so still, or those that are mended.
    pub open: Option<bool>,
}

/// How many entries have a finding with a code.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryFindingCode {
    /// Which rule.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// How many findings.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

macro_rules! finding {
    ($rest:literal) => {
        concat!(
            "select f.id, s.name as source, f.directory_id, f.dn, f.person_id, p.display_name as person_name, f.code,
                f.effect, f.finding, f.since, f.until, f.found_by, f.ended_by
             from directory_findings f join sources s on s.id = f.source_id left join people p on p.id = f.person_id
             where ($1::uuid is null or f.source_id = $1) and ",
            $rest
        )
    };
}

/// The findings that are wanted, the newest first, after the key of another one.
pub async fn list(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    wanted: &Wanted,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<DirectoryFinding>, Error> {
    let (at, id) = after.unzip();
    let query = wanted.query.as_deref();
    Ok(sql_query(finding!(
        "($2::uuid is null or f.source_id = $2) and ($3::text is null or f.code = $3)
         and ($4::boolean is null or (f.until is null) = $4)
         and ($5::text is null or f.dn ilike $5 or p.display_name ilike $5 or p.login ilike $5
              or f.directory_id = $6 or f.person_id = $6)
         and ($7::timestamptz is null or (f.since, f.id) < ($7, $8))
         order by f.since desc, f.id desc limit $9"
    ))
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Nullable<SqlUuid>, _>(wanted.source)
    .bind::<Nullable<Text>, _>(&wanted.code)
    .bind::<Nullable<Bool>, _>(wanted.open)
    .bind::<Nullable<Text>, _>(query.map(anywhere))
    .bind::<Nullable<SqlUuid>, _>(query.and_then(|query| query.parse::<Uuid>().ok()))
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// The codes of the findings that are so now, the most frequent first.
pub async fn codes(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    source: Option<SourceId>,
) -> Result<Vec<DirectoryFindingCode>, Error> {
    Ok(sql_query(
        "select code, count(*) as count from directory_findings
         where ($1::uuid is null or source_id = $1) and ($2::uuid is null or source_id = $2) and until is null
         group by code order by count(*) desc, code",
    )
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Nullable<SqlUuid>, _>(source)
    .load(connection)
    .await?)
}

/// As many findings of the past as one look at people shows.
const MOST_IN_HISTORY: i64 = 200;

/// All findings, old and new, about these people, about entries with these ids, and about entries that `query` finds.
pub async fn about(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    people: &[PersonId],
    directory_ids: &[Uuid],
    query: &str,
) -> Result<Vec<DirectoryFinding>, Error> {
    Ok(sql_query(finding!(
        "(f.person_id = any($2) or f.directory_id = any($3) or f.directory_id = $4 or f.dn ilike $5)
         order by (f.until is null) desc, f.since desc, f.id desc limit $6"
    ))
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Array<SqlUuid>, _>(people.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(directory_ids.to_vec())
    .bind::<Nullable<SqlUuid>, _>(query.parse::<Uuid>().ok())
    .bind::<Text, _>(anywhere(query))
    .bind::<BigInt, _>(MOST_IN_HISTORY)
    .load(connection)
    .await?)
}
