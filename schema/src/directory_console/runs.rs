//! The runs of the sync, as people read them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Whose;
use super::documents::{DirectoryChange, DirectoryFindingText};
use crate::Error;
use crate::ids::{SourceId, SyncRunId};

/// A run, as a list shows it.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryRun {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: SyncRunId,
    /// The source's name.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// `schedule`, `live`, `snapshot`, `operator` or `undo`.
    #[diesel(sql_type = Text)]
    pub cause: String,
    /// `running`, `applied`, `unchanged`, `refused` or `failed`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it began.
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    /// When the first of its changes was heard of.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub detected_at: Option<DateTime<Utc>>,
    /// When it ended: since then its changes are stored.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
    /// The version of the organisation that it made.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub org_version: Option<i64>,
    /// How much of what it changed.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub counts: Value,
    /// How many changes it keeps for people to read.
    #[diesel(sql_type = Integer)]
    pub changes_kept: i32,
    /// How many findings it keeps for people to read.
    #[diesel(sql_type = Integer)]
    pub findings_kept: i32,
    /// Why it failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
    /// The plan that it made and the guard refused.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub plan_id: Option<Uuid>,
    /// The run that took this one back.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub undone_by: Option<SyncRunId>,
    /// Whether it can be taken back: it wrote, and nobody asked for that yet.
    #[diesel(sql_type = Bool)]
    pub can_undo: bool,
}

/// All of a run.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryRunCard {
    #[diesel(embed)]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub run: DirectoryRun,
    /// What changed, as much as people read.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<DirectoryChange>)]
    pub changes: Value,
    /// What could not be used, and why the guard refused.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<DirectoryFindingText>)]
    pub findings: Value,
}

macro_rules! run {
    ($more:literal, $rest:literal) => {
        concat!(
            "select r.id, s.name as source, r.cause, r.state, r.started_at, r.detected_at, r.finished_at,
                r.org_version, r.counts, r.error, plan.id as plan_id, r.undone_by,
                case jsonb_typeof(r.changes) when 'array' then jsonb_array_length(r.changes) else 0 end as changes_kept,
                case jsonb_typeof(r.findings) when 'array' then jsonb_array_length(r.findings) else 0 end
                    as findings_kept,
                r.state = 'applied' and r.undone_by is null and not exists (select from directory_requests q
                    where q.source_id = r.source_id and q.kind = 'undo' and q.state in ('waiting', 'running')
                    and q.argument->>'run_id' = r.id::text) as can_undo",
            $more,
            " from sync_runs r join sources s on s.id = r.source_id
             left join lateral (select id from directory_plans where run_id = r.id
                 order by made_at desc limit 1) plan on true
             where ($1::uuid is null or r.source_id = $1) and ",
            $rest
        )
    };
}

/// Runs of `source`, or of all sources of theirs, the newest first, after the key of another one.
pub async fn list(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    source: Option<SourceId>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<DirectoryRun>, Error> {
    let (at, id) = after.unzip();
    Ok(sql_query(run!(
        "",
        "($2::uuid is null or r.source_id = $2) and ($3::timestamptz is null or (r.started_at, r.id) < ($3, $4))
         order by r.started_at desc, r.id desc limit $5"
    ))
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Nullable<SqlUuid>, _>(source)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// The last few runs of each source, the newest first.
pub async fn recent(connection: &mut AsyncPgConnection, whose: Whose) -> Result<Vec<DirectoryRun>, Error> {
    Ok(sql_query(run!(
        "",
        "r.id in (select recent.id from sources of, lateral (select id from sync_runs
             where source_id = of.id order by started_at desc limit 3) recent)
         order by r.started_at desc, r.id desc"
    ))
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .load(connection)
    .await?)
}

/// The whole run.
pub async fn find(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    id: SyncRunId,
) -> Result<DirectoryRunCard, Error> {
    Ok(sql_query(run!(", r.changes, r.findings", "r.id = $2"))
        .bind::<Nullable<SqlUuid>, _>(whose.source())
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await?)
}
