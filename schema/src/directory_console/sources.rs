//! The state of each source, and stopping and releasing it.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::documents::DirectoryTrouble;
use super::{Act, Whose, requests, tell_the_sync};
use crate::ids::{PersonId, SourceId};
use crate::{Error, audit, source_health};

/// How a source is, and what waits there.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectorySource {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: SourceId,
    /// The name in the configuration, and in addresses.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// `openldap` or `active_directory`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The agency whose people it holds, where it was read already.
    #[diesel(sql_type = Nullable<Text>)]
    pub agency: Option<String>,
    /// Where the directory is.
    #[diesel(sql_type = Nullable<Text>)]
    pub url: Option<String>,
    /// `unknown`, `reading`, `following`, `waiting` or `failing`.
    #[diesel(sql_type = Text)]
    pub health: String,
    /// Since when it is so.
    #[diesel(sql_type = Timestamptz)]
    pub health_since: DateTime<Utc>,
    /// When the directory last said anything, be it that nothing changed.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub heard_at: Option<DateTime<Utc>>,
    /// Why it fails, or what operators must know although it works.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<DirectoryTrouble>)]
    pub trouble: Option<Value>,
    /// Since when nothing of it is written.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub held_at: Option<DateTime<Utc>>,
    /// The name of whoever stopped it.
    #[diesel(sql_type = Nullable<Text>)]
    pub held_by: Option<String>,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub held_reason: Option<String>,
    /// How many entries the last believed read had.
    #[diesel(sql_type = Nullable<Integer>)]
    pub entries: Option<i32>,
    /// When a read was last believed.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub believed_at: Option<DateTime<Utc>>,
    /// People of it who can sign in.
    #[diesel(sql_type = BigInt)]
    pub people_active: i64,
    /// People of it whose account is disabled.
    #[diesel(sql_type = BigInt)]
    pub people_disabled: i64,
    /// Entries with something that could not be used, now.
    #[diesel(sql_type = BigInt)]
    pub open_findings: i64,
    /// Those of them that are not in the system at all.
    #[diesel(sql_type = BigInt)]
    pub left_out: i64,
    /// The plan that waits for somebody's approval, or is approved and not yet applied.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub plan_id: Option<Uuid>,
    /// `waiting` or `approved`.
    #[diesel(sql_type = Nullable<Text>)]
    pub plan_state: Option<String>,
}

const STATES: &str = "
    select s.id, s.name, s.kind, s.url, s.health, s.health_since, s.heard_at, s.trouble, s.held_at, s.held_reason,
        holder.display_name as held_by, believed.entries, believed.finished_at as believed_at,
        (select u.name from units u where u.source_id = s.id and u.kind = 'agency' and u.status = 'active'
            order by u.created_at limit 1) as agency,
        count_people.active as people_active, count_people.disabled as people_disabled,
        count_findings.entries as open_findings, count_findings.left_out,
        plan.id as plan_id, plan.state as plan_state
    from sources s
    left join people holder on holder.id = s.held_by
    left join lateral (select (r.counts->>'entries')::integer as entries, r.finished_at from sync_runs r
        where r.source_id = s.id and r.state in ('applied', 'unchanged') and r.counts ? 'entries'
        order by r.started_at desc limit 1) believed on true
    cross join lateral (select count(*) filter (where p.status = 'active') as active,
        count(*) filter (where p.status = 'disabled') as disabled
        from people p where p.source_id = s.id) count_people
    cross join lateral (select count(distinct (coalesce(f.directory_id::text, f.dn))) as entries,
        count(distinct (coalesce(f.directory_id::text, f.dn))) filter (where f.effect = 'left_out') as left_out
        from directory_findings f where f.source_id = s.id and f.until is null) count_findings
    left join directory_plans plan on plan.source_id = s.id and plan.state in ('waiting', 'approved')
    where $1::uuid is null or s.id = $1
    order by s.name";

/// All sources of theirs, by name.
pub async fn list(connection: &mut AsyncPgConnection, whose: Whose) -> Result<Vec<DirectorySource>, Error> {
    Ok(sql_query(STATES).bind::<Nullable<SqlUuid>, _>(whose.source()).load(connection).await?)
}

/// Whether nothing of the source is written for now. Locks the row, so that it stays so until the transaction ends.
pub(super) async fn is_held(connection: &mut AsyncPgConnection, source: SourceId) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Held {
        #[diesel(sql_type = Bool)]
        held: bool,
    }
    let found: Held = sql_query("select held_at is not null as held from sources where id = $1 for share")
        .bind::<SqlUuid, _>(source)
        .get_result(connection)
        .await?;
    Ok(found.held)
}

/// Stops the source: nothing of it is written until it is released. False where it is stopped already.
pub async fn hold(connection: &mut AsyncPgConnection, source: SourceId, act: &Act) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let reason = act.reason.as_deref().unwrap_or_default();
            if !source_health::hold(connection, source, Some(act.by), reason).await? {
                return Ok(false);
            }
            audit::append(connection, &act.entry("directory.source_held", json!({ "source_id": source })))
                .await?;
            tell_the_sync(connection, source).await?;
            Ok(true)
        })
        .await
}

/// Lets the source write again, and asks for a read. `None` where it is not stopped.
pub async fn release(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    act: &Act,
) -> Result<Option<Uuid>, Error> {
    connection
        .transaction(async |connection| {
            if !source_health::release(connection, source).await? {
                return Ok(None);
            }
            let request =
                requests::insert(connection, source, requests::RequestKind::Read, &json!({}), act).await?;
            let entry = json!({ "source_id": source, "request_id": request });
            audit::append(connection, &act.entry("directory.source_released", entry)).await?;
            Ok(Some(request))
        })
        .await
}

/// The person as the rows of others name them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DirectoryOperator {
    /// The person, where it was one of the mirror.
    pub id: Option<PersonId>,
    /// Their name, or the account on the sync's host.
    pub name: Option<String>,
}
