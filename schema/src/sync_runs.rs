//! The runs of the directory sync: what each one found and did.

use chrono::{DateTime, Utc};
use deadpool::managed::Object;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::ids::{SourceId, SyncRunId};
use crate::tables::sync_runs;
use crate::text_enum::text_enum;
use crate::{Error, Pool};

text_enum! {
    /// How a run ended.
    State {
        /// It wrote a plan.
        Applied = "applied",
        /// It read well and had nothing to do.
        Unchanged = "unchanged",
        /// The guard refused the plan.
        Refused = "refused",
        /// It could not be made.
        Failed = "failed",
    }
}

text_enum! {
    /// Why a run was made.
    Cause {
        /// It was time for a full read.
        Schedule = "schedule",
        /// The directory told of a change.
        Live = "live",
        /// Following could not begin where it ended, so all was read.
        Snapshot = "snapshot",
        /// Somebody asked.
        Operator = "operator",
        /// An earlier run was taken back.
        Undo = "undo",
    }
}

/// How a run ended, and with what.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = sync_runs)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Outcome {
    pub finished_at: DateTime<Utc>,
    pub state: State,
    pub plan_sha256: Option<Vec<u8>>,
    pub org_version: Option<i64>,
    pub counts: Value,
    pub findings: Value,
    pub error: Option<String>,
}

/// While this lives, nobody else runs the sync of the source. It ends with its connection, whatever ends that.
pub struct SourceLock {
    _connection: AsyncPgConnection,
}

/// Waits until nobody else runs the sync of `source`.
pub async fn lock(pool: &Pool, source: SourceId) -> Result<SourceLock, Error> {
    let mut connection = Object::take(pool.get().await?);
    sql_query("select pg_advisory_lock(hashtextextended('sync:' || $1::text, 0))")
        .bind::<SqlUuid, _>(source)
        .execute(&mut connection)
        .await?;
    Ok(SourceLock { _connection: connection })
}

/// Notes that a run began, why it is made, and when the first of its changes was heard of. Runs of the source that never
/// ended are noted as failed: whoever made them holds no lock any more.
pub async fn start(
    connection: &mut AsyncPgConnection,
    id: SyncRunId,
    source: SourceId,
    cause: Cause,
    detected_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    sql_query(
        "with broken as (
             update sync_runs set state = 'failed', finished_at = now(), error = 'the program ended within the run'
             where source_id = $2 and state = 'running')
         insert into sync_runs (id, source_id, started_at, state, cause, detected_at)
             values ($1, $2, now(), 'running', $3, $4)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(cause.as_str())
    .bind::<Nullable<Timestamptz>, _>(detected_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes how the run ended.
///
/// Of runs in a row that found nothing to do only the newest is kept: they say the same, and a source that is read
/// every few seconds would fill the table with them.
pub async fn finish(
    connection: &mut AsyncPgConnection,
    id: SyncRunId,
    outcome: &Outcome,
) -> Result<(), Error> {
    diesel::update(sync_runs::table.find(id)).set(outcome).execute(connection).await?;
    if outcome.state == State::Unchanged {
        sql_query(
            "delete from sync_runs as old using sync_runs as new
             where new.id = $1 and old.source_id = new.source_id and old.state = 'unchanged'
               and old.started_at < new.started_at and old.findings = new.findings
               and not exists (select from directory_findings
                   where directory_findings.found_by = old.id or directory_findings.ended_by = old.id)
               and not exists (select from sync_runs as other where other.source_id = new.source_id
                   and other.state <> 'unchanged' and other.started_at between old.started_at and new.started_at)",
        )
        .bind::<SqlUuid, _>(id)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Notes what the run changed, for people to read.
pub async fn tell_changes(
    connection: &mut AsyncPgConnection,
    id: SyncRunId,
    changes: &Value,
) -> Result<(), Error> {
    diesel::update(sync_runs::table.find(id)).set(sync_runs::changes.eq(changes)).execute(connection).await?;
    Ok(())
}

/// Notes that the run could not be made, at the database's time.
pub async fn fail(connection: &mut AsyncPgConnection, id: SyncRunId, error: &str) -> Result<(), Error> {
    sql_query("update sync_runs set state = 'failed', finished_at = now(), error = $2 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(error)
        .execute(connection)
        .await?;
    Ok(())
}

/// What the last run that was believed found in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Found {
    /// How many entries.
    #[diesel(sql_type = Integer)]
    pub entries: i32,
    /// Of how many people the mirror knew after it.
    #[diesel(sql_type = Integer)]
    pub people: i32,
    /// Of how many units.
    #[diesel(sql_type = Integer)]
    pub units: i32,
}

/// What the last run of `source` found that was believed and not taken back.
pub async fn last_found(
    connection: &mut AsyncPgConnection,
    source: SourceId,
) -> Result<Option<Found>, Error> {
    let found = sql_query(
        "select (counts->>'entries')::integer as entries, (counts->>'people')::integer as people,
             (counts->>'units')::integer as units
         from sync_runs where source_id = $1 and state in ('applied', 'unchanged') and undone_by is null
             and counts ?& array['entries', 'people', 'units']
         order by started_at desc limit 1",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await
    .optional()?;
    Ok(found)
}

/// The time, as the database has it: all of a run is told by one clock.
pub async fn now(connection: &mut AsyncPgConnection) -> Result<DateTime<Utc>, Error> {
    Ok(diesel::select(sql::<diesel::sql_types::Timestamptz>("clock_timestamp()"))
        .get_result(connection)
        .await?)
}

/// The lock under which all sources are applied, one at a time: logins are one for all of them.
pub const APPLY: i64 = 0x0063_6861_6e73_796e;
