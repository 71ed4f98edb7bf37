//! Plans that the guard refused: kept until an operator decides, or the directory says something else.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Binary, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::ids::{SourceId, SyncRunId};

/// A refused plan.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct NewPlan {
    pub source: SourceId,
    pub run: SyncRunId,
    pub sha256: [u8; 32],
    pub refusals: Value,
    pub counts: Value,
    pub changes: Value,
    pub changes_total: i32,
    pub consequences: Value,
}

/// A plan that is open: it waits, or is approved and not yet applied.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Open {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub source_id: SourceId,
    #[diesel(sql_type = Text)]
    pub source: String,
    #[diesel(sql_type = Binary)]
    pub sha256: Vec<u8>,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    pub refusals: Value,
    #[diesel(sql_type = Jsonb)]
    pub counts: Value,
    #[diesel(sql_type = Integer)]
    pub changes_total: i32,
}

/// What somebody says to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It shall be applied.
    Approve,
    /// It shall not.
    Reject,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = Text)]
    state: String,
}

/// Lets the plan wait. One that waits already stays as it is; any other open one of the source is superseded. A set of
/// changes that was rejected does not come back by itself: then there is none.
pub async fn wait(connection: &mut AsyncPgConnection, plan: &NewPlan) -> Result<Option<Uuid>, Error> {
    connection
        .transaction(async |connection| {
            let known: Option<Known> = sql_query(
                "select id from directory_plans
                 where source_id = $1 and sha256 = $2 and state in ('waiting', 'approved') for update",
            )
            .bind::<SqlUuid, _>(plan.source)
            .bind::<Binary, _>(&plan.sha256[..])
            .get_result(connection)
            .await
            .optional()?;
            if let Some(known) = known {
                return Ok(Some(known.id));
            }
            supersede(connection, plan.source, None).await?;
            if newest(connection, plan.source, &plan.sha256).await?.as_deref() == Some("rejected") {
                return Ok(None);
            }
            insert(connection, plan).await.map(Some)
        })
        .await
}

/// Whether this very set of changes waits, was approved or was rejected, and nothing else was planned since: `wait`
/// then adds nothing.
pub async fn is_decided_or_waits(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    sha256: &[u8; 32],
) -> Result<bool, Error> {
    let state = newest(connection, source, sha256).await?;
    Ok(state.is_some_and(|state| ["waiting", "approved", "rejected"].contains(&state.as_str())))
}

/// What became of the newest plan of the source, where it is this set of changes.
async fn newest(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    sha256: &[u8; 32],
) -> Result<Option<String>, Error> {
    let found: Option<State> = sql_query(
        "select state from (select state, sha256 from directory_plans
             where source_id = $1 order by made_at desc, id desc limit 1) as newest where sha256 = $2",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Binary, _>(&sha256[..])
    .get_result(connection)
    .await
    .optional()?;
    Ok(found.map(|found| found.state))
}

async fn insert(connection: &mut AsyncPgConnection, plan: &NewPlan) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    sql_query(
        "insert into directory_plans (id, source_id, run_id, sha256, state, made_at, refusals, counts, changes,
             changes_total, consequences)
         values ($1, $2, $3, $4, 'waiting', now(), $5, $6, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(plan.source)
    .bind::<SqlUuid, _>(plan.run)
    .bind::<Binary, _>(&plan.sha256[..])
    .bind::<Jsonb, _>(&plan.refusals)
    .bind::<Jsonb, _>(&plan.counts)
    .bind::<Jsonb, _>(&plan.changes)
    .bind::<Integer, _>(plan.changes_total)
    .bind::<Jsonb, _>(&plan.consequences)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Notes that the directory says something else than the open plan of the source, unless it is the one of `but`.
pub async fn supersede(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    but: Option<&[u8; 32]>,
) -> Result<usize, Error> {
    Ok(sql_query(
        "update directory_plans set state = 'superseded'
         where source_id = $1 and state in ('waiting', 'approved') and sha256 is distinct from $2",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Nullable<Binary>, _>(but.map(|sha256| &sha256[..]))
    .execute(connection)
    .await?)
}

/// Notes that the approved plan was applied.
pub async fn applied(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    sha256: &[u8; 32],
) -> Result<usize, Error> {
    Ok(sql_query(
        "update directory_plans set state = 'applied'
         where source_id = $1 and sha256 = $2 and state = 'approved'",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Binary, _>(&sha256[..])
    .execute(connection)
    .await?)
}

/// The open plans, of one source or of all.
pub async fn open(connection: &mut AsyncPgConnection, source: Option<SourceId>) -> Result<Vec<Open>, Error> {
    Ok(sql_query(
        "select p.id, p.source_id, s.name as source, p.sha256, p.state, p.made_at, p.refusals, p.counts,
             p.changes_total
         from directory_plans p join sources s on s.id = p.source_id
         where p.state in ('waiting', 'approved') and ($1::uuid is null or p.source_id = $1) order by s.name",
    )
    .bind::<Nullable<SqlUuid>, _>(source)
    .load(connection)
    .await?)
}

/// Decides about a plan that waits, in the name of an account of the sync's host. False where it no longer waits.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    verdict: Verdict,
    decided_as: &str,
    reason: &str,
) -> Result<bool, Error> {
    let state = match verdict {
        Verdict::Approve => "approved",
        Verdict::Reject => "rejected",
    };
    let decided = sql_query(
        "update directory_plans set state = $2, decided_as = $3, decided_at = now(), decision_reason = $4
         where id = $1 and state = 'waiting'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(state)
    .bind::<Text, _>(decided_as)
    .bind::<Text, _>(reason)
    .execute(connection)
    .await?;
    Ok(decided > 0)
}
