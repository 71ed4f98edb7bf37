//! The channel that every unit has, and who is in it: kept by the tree, never by hand.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::conversations::ChannelKind;
use crate::ids::{ConversationId, PersonId, SourceId, UnitId};
use crate::tables::conversations;
use crate::{Error, rowset, statistics};

/// What the reconciliation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// Channels made for new units.
    pub channels_made: usize,
    /// Channels of units that are gone.
    pub channels_archived: usize,
    /// Members put in, or given another role.
    pub members_set: usize,
    /// Members taken out.
    pub members_removed: usize,
}

/// Who belongs where: the holders of posts in a unit, its head, and whoever stands in for one of the unit by the dated
/// list. The head and whoever holds a post for somebody else moderate. `{units}` says which units, `{at}` when.
const WANTED: &str = "
    with belongs (unit_id, person_id, moderates) as (
        select units.id, posts.person_id, posts.kind = 'acting'
            from units join posts on posts.unit_id = units.id and posts.valid @> {at}
            where {units} and units.status = 'active'
        union all
        select units.id, units.head_id, true from units
            where {units} and units.status = 'active' and units.head_id is not null
        union all
        select units.id, stand_in.person_id, units.head_id is not distinct from stand_in.principal_id
            from delegations stand_in
            join people principal on principal.id = stand_in.principal_id and principal.status = 'active'
            join units on units.head_id = principal.id or units.id in (select posts.unit_id from posts
                where posts.person_id = principal.id and posts.kind = 'primary' and posts.valid @> {at})
            where stand_in.appointment_id is not null and stand_in.hat = 'acting' and stand_in.valid @> {at}
            and {units} and units.status = 'active'
    ), wanted (conversation_id, person_id, role) as (
        select conversations.id, belongs.person_id, case when bool_or(moderates) then 'moderator' else 'member' end
            from belongs
            join people on people.id = belongs.person_id and people.status = 'active'
            join conversations on conversations.unit_id = belongs.unit_id and conversations.channel_kind = 'unit'
            group by conversations.id, belongs.person_id
    )";

/// By `except`, which costs the same whatever Postgres believes about the numbers of rows.
const REMOVE: &str = ", extra (conversation_id, person_id) as (
        select members.conversation_id, members.person_id from units
            join conversations on conversations.unit_id = units.id and conversations.channel_kind = 'unit'
            join members on members.conversation_id = conversations.id and members.origin = 'tree' where {units}
        except select conversation_id, person_id from wanted
    )
    delete from members using extra
        where members.conversation_id = extra.conversation_id and members.person_id = extra.person_id";

const SET: &str = ", missing (conversation_id, person_id, role) as (
        select conversation_id, person_id, role from wanted
        except select members.conversation_id, members.person_id, members.role from units
            join conversations on conversations.unit_id = units.id and conversations.channel_kind = 'unit'
            join members on members.conversation_id = conversations.id and members.origin = 'tree' where {units}
    )
    insert into members (conversation_id, person_id, role, origin, reads_from_seq, joined_at)
        select conversation_id, person_id, role, 'tree', 1, now() from missing
        on conflict (conversation_id, person_id) do update set role = excluded.role, origin = 'tree'
        where (members.role, members.origin) is distinct from (excluded.role, 'tree')";

/// What is done with the channels of those `units`, `$1`, at `$2`.
fn statement(units: &str, what: &str) -> String {
    format!("{WANTED} {what}").replace("{units}", units).replace("{at}", "$2")
}

/// With more new channels than these, Postgres is told of them at once.
const MANY: usize = 500;

/// What makes those who change unit channels wait for each other, so that none undoes or deadlocks another.
const LOCK: i64 = 0x756e_6974_5f63_6820;

/// Waits until nobody else changes unit channels, to the end of the transaction.
pub(crate) async fn alone(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    sql_query("select pg_advisory_xact_lock($1)").bind::<BigInt, _>(LOCK).execute(connection).await?;
    Ok(())
}

/// The moment whose seats to set: `at`, unless the database's clock is further. Whoever waited to be alone has an old
/// moment, and would take away the seats that others have set since.
async fn latest(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let theirs: DateTime<Utc> =
        diesel::select(sql::<Timestamptz>("clock_timestamp()")).get_result(connection).await?;
    Ok(at.max(theirs))
}

/// Brings the unit channels of a source up to its units and posts, in the transaction that changed these.
pub async fn reconcile(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Reconciled, Error> {
    alone(connection).await?;
    let channels_made = make(connection, source).await?;
    hold(connection, source).await?;
    rename(connection, source).await?;
    let channels_archived = archive(connection, source).await?;
    let at = latest(connection, DateTime::UNIX_EPOCH).await?;
    let mut changed = [0; 2];
    for (what, changed) in [REMOVE, SET].into_iter().zip(&mut changed) {
        *changed = sql_query(statement("units.source_id = $1", what))
            .bind::<SqlUuid, _>(source)
            .bind::<Timestamptz, _>(at)
            .execute(connection)
            .await?;
    }
    let [members_removed, members_set] = changed;
    Ok(Reconciled { channels_made, channels_archived, members_set, members_removed })
}

/// The units in whose channels `people` are, or may be: where they hold posts, which they lead, and where those are for
/// whom they stand in by the dated list.
pub async fn units_around(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    people: &[PersonId],
) -> Result<Vec<UnitId>, Error> {
    let found: Vec<Bare> = sql_query(
        "select unit_id from posts where source_id = $2 and person_id = any($1)
         union select id from units where source_id = $2 and head_id = any($1)
         union select posts.unit_id from delegations
             join posts on posts.source_id = $2 and posts.person_id = delegations.principal_id
                 and posts.kind = 'primary'
             where delegations.person_id = any($1) and delegations.appointment_id is not null
         union select units.id from delegations join units on units.source_id = $2
                 and units.head_id = delegations.principal_id
             where delegations.person_id = any($1) and delegations.appointment_id is not null",
    )
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<SqlUuid, _>(source)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|found| found.unit_id).collect())
}

/// Brings the channels of `units` of a source up to these units and their posts, in the transaction that changed them;
/// where units came, went or have other names, those of the whole source.
pub async fn reconcile_part(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    units: &[UnitId],
    units_changed: bool,
    now: DateTime<Utc>,
) -> Result<Reconciled, Error> {
    alone(connection).await?;
    let (mut channels_made, mut channels_archived) = (0, 0);
    if units_changed {
        channels_made = make(connection, source).await?;
        rename(connection, source).await?;
        channels_archived = archive(connection, source).await?;
    }
    let members = reconcile_units(connection, units, now).await?;
    Ok(Reconciled { channels_made, channels_archived, ..members })
}

/// Brings the members of the channels of `units` up to what holds at `at`, or by now where that is later.
pub async fn reconcile_units(
    connection: &mut AsyncPgConnection,
    units: &[UnitId],
    at: DateTime<Utc>,
) -> Result<Reconciled, Error> {
    alone(connection).await?;
    if units.is_empty() {
        return Ok(Reconciled::default());
    }
    let at = latest(connection, at).await?;
    let mut changed = [0; 2];
    for (what, changed) in [REMOVE, SET].into_iter().zip(&mut changed) {
        *changed = sql_query(statement("units.id = any($1)", what))
            .bind::<Array<SqlUuid>, _>(units)
            .bind::<Timestamptz, _>(at)
            .execute(connection)
            .await?;
    }
    let [members_removed, members_set] = changed;
    Ok(Reconciled { members_set, members_removed, ..Reconciled::default() })
}

#[derive(QueryableByName)]
struct Bare {
    #[diesel(sql_type = SqlUuid)]
    unit_id: UnitId,
}

#[derive(Serialize)]
struct Channel {
    id: ConversationId,
    unit_id: UnitId,
}

async fn make(connection: &mut AsyncPgConnection, source: SourceId) -> Result<usize, Error> {
    let bare: Vec<Bare> = sql_query(
        "select units.id as unit_id from units where units.source_id = $1 and units.status = 'active'
            and not exists (select from conversations
                where conversations.unit_id = units.id and conversations.channel_kind = 'unit')
            order by units.id",
    )
    .bind::<SqlUuid, _>(source)
    .load(connection)
    .await?;
    let many = bare.len() > MANY;
    let channels: Vec<Channel> =
        bare.into_iter().map(|bare| Channel { id: ConversationId::new(), unit_id: bare.unit_id }).collect();
    let made = rowset::run(
        connection,
        "insert into conversations (id, kind, channel_kind, name, agency_id, unit_id, created_at)
            select row.id, 'channel', 'unit', left(units.name, 200), agency.id, units.id, now()
            from json_to_recordset($1::json) as row (id uuid, unit_id uuid)
            join units on units.id = row.unit_id
            join units agency on agency.source_id = units.source_id and agency.kind = 'agency'
                and agency.status = 'active'",
        &channels,
    )
    .await?;
    if many {
        statistics::gather_of_channels(connection).await?;
    }
    Ok(made)
}

/// Locks the channels that are about to change in the order of their ids, as whoever stores messages does: then neither waits
/// for the other in a circle.
async fn hold(connection: &mut AsyncPgConnection, source: SourceId) -> Result<(), Error> {
    sql_query(
        "select conversations.id from conversations
            join units on units.id = conversations.unit_id
            where conversations.channel_kind = 'unit' and units.source_id = $1 and (
                (units.status = 'gone') = (conversations.archived_at is null)
                or conversations.name is distinct from left(units.name, 200)
                or conversations.agency_id is distinct from (select agency.id from units agency
                    where agency.source_id = $1 and agency.kind = 'agency' and agency.status = 'active'))
            order by conversations.id for no key update of conversations",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?;
    Ok(())
}

/// A unit that is renamed takes its channel along; one that comes back has its channel back.
async fn rename(connection: &mut AsyncPgConnection, source: SourceId) -> Result<usize, Error> {
    Ok(sql_query(
        "with agency as materialized (
             select id from units where source_id = $1 and kind = 'agency' and status = 'active')
         update conversations set name = left(units.name, 200), agency_id = agency.id, archived_at = null
            from units, agency
            where conversations.unit_id = units.id and conversations.channel_kind = 'unit'
            and units.source_id = $1 and units.status = 'active'
            and (conversations.name, conversations.agency_id, conversations.archived_at)
                is distinct from (left(units.name, 200), agency.id, null)",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?)
}

async fn archive(connection: &mut AsyncPgConnection, source: SourceId) -> Result<usize, Error> {
    Ok(sql_query(
        "update conversations set archived_at = now() from units
            where conversations.unit_id = units.id and conversations.channel_kind = 'unit'
            and units.source_id = $1 and units.status = 'gone' and conversations.archived_at is null",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?)
}

/// The channels of units that are in use, by name.
pub async fn in_use(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<(ConversationId, Option<String>)>, Error> {
    Ok(conversations::table
        .filter(conversations::channel_kind.eq(ChannelKind::Unit))
        .filter(conversations::archived_at.is_null())
        .order(conversations::id)
        .select((conversations::id, conversations::name))
        .load(connection)
        .await?)
}
