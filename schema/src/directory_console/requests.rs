//! What operators ask of the sync, and what came of it.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::documents::{DirectoryRequestResult, DirectoryTrouble};
use super::{Act, Whose, tell_the_sync};
use crate::ids::{SourceId, SyncRunId};
use crate::text_enum::text_enum;
use crate::{Error, audit};

/// As many requests as may wait for one source: each may carry a large LDIF.
const MOST_OPEN: i64 = 8;

text_enum! {
    /// What the sync is asked to do.
    RequestKind {
        /// Read the directory now.
        Read = "read",
        /// Say what a read or an LDIF would change.
        Preview = "preview",
        /// Take a run back.
        Undo = "undo",
    }
}

/// A request, without the LDIF that it may carry.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryRequest {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The source's name.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// `read`, `preview` or `undo`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The run to take back.
    #[diesel(sql_type = Nullable<Text>)]
    pub run_id: Option<String>,
    /// How large the LDIF is that it carries.
    #[diesel(sql_type = Nullable<Integer>)]
    pub ldif_bytes: Option<i32>,
    /// Why it was asked.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// The name of whoever asked.
    #[diesel(sql_type = Nullable<Text>)]
    pub asked_by: Option<String>,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    /// `waiting`, `running`, `done` or `failed`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it was done or failed.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
    /// What came of it; lists leave it out.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<DirectoryRequestResult>)]
    pub result: Option<Value>,
    /// Why it failed.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<DirectoryTrouble>)]
    pub error: Option<Value>,
}

macro_rules! request {
    ($result:literal, $rest:literal) => {
        concat!(
            "select q.id, s.name as source, q.kind, q.argument->>'run_id' as run_id,
                coalesce(octet_length(q.argument->>'ldif'), (q.argument->>'ldif_bytes')::int) as ldif_bytes, q.reason,
                coalesce(asker.display_name, q.asked_as) as asked_by, q.asked_at, q.state, q.finished_at, ",
            $result,
            " as result, q.error
             from directory_requests q join sources s on s.id = q.source_id
             left join people asker on asker.id = q.asked_by ",
            $rest
        )
    };
}

/// The request, with its result.
pub async fn find(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    id: Uuid,
) -> Result<DirectoryRequest, Error> {
    Ok(sql_query(request!("q.result", "where q.id = $1 and ($2::uuid is null or q.source_id = $2)"))
        .bind::<SqlUuid, _>(id)
        .bind::<Nullable<SqlUuid>, _>(whose.source())
        .get_result(connection)
        .await?)
}

/// What was asked lately of each source, or waits still, the newest first and without results.
pub async fn recent(
    connection: &mut AsyncPgConnection,
    whose: Whose,
) -> Result<Vec<DirectoryRequest>, Error> {
    Ok(sql_query(request!(
        "null::jsonb",
        "where ($1::uuid is null or q.source_id = $1) and q.id in (
             select recent.id from sources of, lateral (select id from directory_requests
                 where source_id = of.id order by asked_at desc limit 8) recent)
         order by q.asked_at desc"
    ))
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .load(connection)
    .await?)
}

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many wait already.
    TooManyWait,
    /// The run is none of the source's, or did not write, or was taken back already.
    NothingToUndo,
}

/// Asks for a read, or for a preview of an LDIF or of the directory as it is.
pub async fn ask(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    kind: RequestKind,
    ldif: Option<&str>,
    act: &Act,
) -> Result<Result<Uuid, Refusal>, Error> {
    connection
        .transaction(async |connection| {
            if open(connection, source).await? >= MOST_OPEN {
                return Ok(Err(Refusal::TooManyWait));
            }
            let argument = ldif.map_or_else(|| json!({}), |ldif| json!({ "ldif": ldif }));
            let id = insert(connection, source, kind, &argument, act).await?;
            let entry = json!({
                "source_id": source, "request_id": id, "kind": kind, "ldif_bytes": ldif.map(str::len),
            });
            audit::append(connection, &act.entry("directory.requested", entry)).await?;
            Ok(Ok(id))
        })
        .await
}

/// Asks for a run to be taken back.
pub async fn ask_undo(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    run: SyncRunId,
    act: &Act,
) -> Result<Result<Uuid, Refusal>, Error> {
    connection
        .transaction(async |connection| {
            if open(connection, source).await? >= MOST_OPEN {
                return Ok(Err(Refusal::TooManyWait));
            }
            if !can_be_undone(connection, source, run).await? {
                return Ok(Err(Refusal::NothingToUndo));
            }
            let id = insert(connection, source, RequestKind::Undo, &json!({ "run_id": run }), act).await?;
            let entry = json!({ "source_id": source, "request_id": id, "kind": "undo", "run_id": run });
            audit::append(connection, &act.entry("directory.requested", entry)).await?;
            Ok(Ok(id))
        })
        .await
}

/// Counts what waits, one asker at a time.
async fn open(connection: &mut AsyncPgConnection, source: SourceId) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Open {
        #[diesel(sql_type = BigInt)]
        open: i64,
    }
    sql_query("select pg_advisory_xact_lock(hashtextextended('directory-requests:' || $1::text, 0))")
        .bind::<SqlUuid, _>(source)
        .execute(connection)
        .await?;
    let found: Open = sql_query(
        "select count(*) as open from directory_requests where source_id = $1 and state in ('waiting', 'running')",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await?;
    Ok(found.open)
}

async fn can_be_undone(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    run: SyncRunId,
) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Run {
        #[diesel(sql_type = SqlUuid)]
        #[expect(dead_code, reason = "that the row is there says it")]
        id: SyncRunId,
    }
    let found: Option<Run> = sql_query(
        "select id from sync_runs r where id = $1 and source_id = $2 and state = 'applied' and undone_by is null
             and not exists (select from directory_requests q where q.source_id = $2 and q.kind = 'undo'
                 and q.state in ('waiting', 'running') and q.argument->>'run_id' = r.id::text)",
    )
    .bind::<SqlUuid, _>(run)
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await
    .optional()?;
    Ok(found.is_some())
}

/// Writes the request and wakes the sync.
pub(super) async fn insert(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    kind: RequestKind,
    argument: &Value,
    act: &Act,
) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    sql_query(
        "insert into directory_requests (id, source_id, kind, argument, reason, asked_by)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(kind.as_str())
    .bind::<Jsonb, _>(argument)
    .bind::<Nullable<Text>, _>(&act.reason)
    .bind::<SqlUuid, _>(act.by)
    .execute(connection)
    .await?;
    tell_the_sync(connection, source).await?;
    Ok(id)
}
