//! Plans that the guard refused: shown, approved, rejected.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Binary, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::documents::{DirectoryChange, DirectoryConsequences, DirectoryFindingText};
use super::{Act, Whose, requests, sources};
use crate::ids::{SourceId, SyncRunId};
use crate::{Error, audit};

/// A plan, as a list shows it.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryPlan {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The source's name.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// The run that made it.
    #[diesel(sql_type = SqlUuid)]
    pub run_id: SyncRunId,
    /// What tells exactly this set of changes from any other: 64 hexadecimal digits.
    #[diesel(sql_type = Text)]
    pub sha256: String,
    /// `waiting`, `approved`, `applied`, `superseded` or `rejected`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When the guard refused it.
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    /// Why the guard refused it.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<DirectoryFindingText>)]
    pub refusals: Value,
    /// How much of what it would change.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub counts: Value,
    /// How many changes it has.
    #[diesel(sql_type = Integer)]
    pub changes_total: i32,
    /// Who decided: a person, or the account on the sync's host.
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    /// When.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub decision_reason: Option<String>,
}

/// All of a plan.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryPlanCard {
    #[diesel(embed)]
    #[serde(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub plan: DirectoryPlan,
    /// The changes, as many as people read.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<DirectoryChange>)]
    pub changes: Value,
    /// What it would mean.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = DirectoryConsequences)]
    pub consequences: Value,
}

macro_rules! plan {
    ($more:literal, $rest:literal) => {
        concat!(
            "select p.id, s.name as source, p.run_id, encode(p.sha256, 'hex') as sha256, p.state, p.made_at,
                p.refusals, p.counts, p.changes_total, coalesce(decider.display_name, p.decided_as) as decided_by,
                p.decided_at, p.decision_reason",
            $more,
            " from directory_plans p join sources s on s.id = p.source_id
             left join people decider on decider.id = p.decided_by
             where ($1::uuid is null or p.source_id = $1) and ",
            $rest
        )
    };
}

/// Plans of `source`, or of all sources of theirs, the newest first, after the key of another one.
pub async fn list(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    source: Option<SourceId>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<DirectoryPlan>, Error> {
    let (at, id) = after.unzip();
    Ok(sql_query(plan!(
        "",
        "($2::uuid is null or p.source_id = $2) and ($3::timestamptz is null or (p.made_at, p.id) < ($3, $4))
         order by p.made_at desc, p.id desc limit $5"
    ))
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Nullable<SqlUuid>, _>(source)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// The whole plan.
pub async fn find(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    id: Uuid,
) -> Result<DirectoryPlanCard, Error> {
    Ok(sql_query(plan!(", p.changes, p.consequences", "p.id = $2"))
        .bind::<Nullable<SqlUuid>, _>(whose.source())
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await?)
}

/// What an operator says to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It shall be applied.
    Approve,
    /// It shall not.
    Reject,
}

/// What came of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It stands. An approval asks for a read, which applies it.
    Done(Option<Uuid>),
    /// The plan is another set of changes than the one that was looked at.
    OtherChanges,
    /// Somebody decided already, or the directory says something else by now.
    NotWaiting,
    /// Nothing of the source is written until it is released.
    Held,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    source_id: SourceId,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Text)]
    state: String,
}

/// Decides about exactly the changes that `sha256` names.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    id: Uuid,
    sha256: &[u8],
    verdict: Verdict,
    act: &Act,
) -> Result<Decided, Error> {
    connection
        .transaction(async |connection| {
            let plan = lock(connection, whose, id).await?.ok_or(Error::NotFound)?;
            if plan.state != "waiting" {
                return Ok(Decided::NotWaiting);
            }
            if plan.sha256 != sha256 {
                return Ok(Decided::OtherChanges);
            }
            if verdict == Verdict::Approve && sources::is_held(connection, plan.source_id).await? {
                return Ok(Decided::Held);
            }
            write(connection, id, &plan, verdict, act).await.map(Decided::Done)
        })
        .await
}

async fn lock(connection: &mut AsyncPgConnection, whose: Whose, id: Uuid) -> Result<Option<Found>, Error> {
    Ok(sql_query(
        "select source_id, sha256, state from directory_plans
         where id = $1 and ($2::uuid is null or source_id = $2) for update",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .get_result(connection)
    .await
    .optional()?)
}

async fn write(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    plan: &Found,
    verdict: Verdict,
    act: &Act,
) -> Result<Option<Uuid>, Error> {
    let (state, kind) = match verdict {
        Verdict::Approve => ("approved", "directory.plan_approved"),
        Verdict::Reject => ("rejected", "directory.plan_rejected"),
    };
    sql_query(
        "update directory_plans set state = $2, decided_by = $3, decided_at = now(), decision_reason = $4
         where id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(state)
    .bind::<SqlUuid, _>(act.by)
    .bind::<Nullable<Text>, _>(&act.reason)
    .execute(connection)
    .await?;
    let nothing = json!({});
    let request = match verdict {
        Verdict::Approve => Some(
            requests::insert(connection, plan.source_id, requests::RequestKind::Read, &nothing, act).await?,
        ),
        Verdict::Reject => None,
    };
    let sha256 = plan.sha256.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let entry =
        json!({ "source_id": plan.source_id, "plan_id": id, "plan_sha256": sha256, "request_id": request });
    audit::append(connection, &act.entry(kind, entry)).await?;
    Ok(request)
}
