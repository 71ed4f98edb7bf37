//! The mirror and the conversations as they were at a moment, out of the histories that triggers keep. What has no
//! history (ranks, sources) is as it is today, and photos are left out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::conversations::{Conversation, Kind};
use crate::ids::{ConversationId, PersonId};
use crate::members::Member;
use crate::org_snapshot::{self, OrgSnapshot};
use crate::policy_activations::{self, Activation};
use crate::pool::take_time;
use crate::tables::{
    clearances_history, conversations_history, delegations_history, exceptions_history, liaisons_history,
    members_history, org_state, people_history, posts_history, ranks, sources, sync_runs, units_history,
};

/// What one wants to know of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A conversation and who was in it.
    Conversation(ConversationId),
    /// A person: the conversations they were in, and all others but direct ones: a rule may open these to people outside.
    Person(PersonId),
}

/// How things stood at one moment.
#[derive(Debug)]
pub struct Past {
    /// The mirror of that moment.
    pub org: OrgSnapshot,
    /// Its version, where a run of the sync recorded it.
    pub org_version: Option<i64>,
    /// The sets of rules that decided, everywhere or in one agency; none before the first was published.
    pub policies: Vec<Activation>,
    /// The conversations in question.
    pub conversations: Vec<PastConversation>,
}

/// A conversation as it stood.
#[derive(Debug)]
pub struct PastConversation {
    /// The row; the number of its newest message is today's.
    pub conversation: Conversation,
    /// Who was in it: everybody, or the person in question alone where the question is about a person.
    pub seats: Vec<Member>,
    /// Who of a direct pair had written.
    pub wrote: Vec<PersonId>,
}

/// The latest moment that can be looked at: the database's clock dates the histories, and a node's may lag behind.
pub async fn latest(connection: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let theirs: DateTime<Utc> =
        diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(connection).await?;
    Ok(now.max(theirs))
}

/// How things stood at `at`, in one consistent picture. A conversation that was not there then is not found.
pub async fn load(
    connection: &mut AsyncPgConnection,
    subject: Subject,
    at: DateTime<Utc>,
) -> Result<Past, Error> {
    connection
        .build_transaction()
        .repeatable_read()
        .read_only()
        .run(async |connection| {
            take_time(connection).await?;
            let conversations = match subject {
                Subject::Conversation(id) => vec![conversation(connection, id, at).await?],
                Subject::Person(person) => conversations_of(connection, person, at).await?,
            };
            let org_version = org_version(connection, at).await?;
            Ok(Past {
                org: org(connection, org_version.unwrap_or_default(), at).await?,
                org_version,
                policies: policy_activations::deciding_at(connection, at).await?,
                conversations,
            })
        })
        .await
}

/// The condition that a version of a row held at the moment.
macro_rules! held_at {
    ($at:expr) => {
        sql::<Bool>("held @> ").bind::<Timestamptz, _>($at)
    };
}

async fn org(
    connection: &mut AsyncPgConnection,
    version: i64,
    at: DateTime<Utc>,
) -> Result<OrgSnapshot, Error> {
    Ok(OrgSnapshot {
        version,
        sources: sources::table.select((sources::id, sources::name)).load(connection).await?,
        people: people(connection, at).await?,
        units: units_history::table
            .filter(held_at!(at))
            .filter(units_history::status.eq("active"))
            .select((
                units_history::id,
                units_history::kind,
                units_history::parent_id,
                units_history::name,
                units_history::head_id,
            ))
            .load(connection)
            .await?,
        posts: posts(connection, at).await?,
        ranks: ranks::table.select(org_snapshot::RankRow::as_select()).load(connection).await?,
        delegations: delegations_history::table
            .filter(held_at!(at))
            .select((
                delegations_history::id,
                delegations_history::person_id,
                delegations_history::principal_id,
                delegations_history::hat,
                delegations_history::valid,
                sql::<Nullable<Text>>(
                    "(select appointments.kind from appointments where appointments.id = delegations_history.appointment_id)",
                ),
            ))
            .load(connection)
            .await?,
        liaisons: liaisons_history::table
            .filter(held_at!(at))
            .select((liaisons_history::person_id, liaisons_history::agency_id))
            .load(connection)
            .await?,
        clearances: clearances_history::table
            .filter(held_at!(at))
            .select((
                clearances_history::person_id,
                clearances_history::level,
                clearances_history::categories,
            ))
            .load(connection)
            .await?,
        exceptions: exceptions_history::table
            .filter(held_at!(at))
            .filter(sql::<Bool>("not isempty(in_force)"))
            .select((
                exceptions_history::kind,
                exceptions_history::from_id,
                exceptions_history::to_id,
                exceptions_history::in_force,
            ))
            .load(connection)
            .await?,
        photos: Vec::new(),
        at,
        moments: Vec::new(),
    })
}

async fn people(
    connection: &mut AsyncPgConnection,
    at: DateTime<Utc>,
) -> Result<Vec<org_snapshot::PersonRow>, Error> {
    Ok(people_history::table
        .filter(held_at!(at))
        .select((
            people_history::id,
            people_history::source_id,
            people_history::dn,
            people_history::login,
            people_history::login_key,
            people_history::display_name,
            people_history::given_name,
            people_history::family_name,
            people_history::mail,
            people_history::phone,
            people_history::employment,
            people_history::status,
            people_history::segments,
            people_history::roles,
        ))
        .load(connection)
        .await?)
}

/// The posts that were known at `at` and held then.
async fn posts(
    connection: &mut AsyncPgConnection,
    at: DateTime<Utc>,
) -> Result<Vec<org_snapshot::PostRow>, Error> {
    Ok(posts_history::table
        .filter(held_at!(at))
        .filter(sql::<Bool>("valid @> ").bind::<Timestamptz, _>(at))
        .select((
            posts_history::id,
            posts_history::person_id,
            posts_history::unit_id,
            posts_history::rank_id,
            posts_history::kind,
            posts_history::title,
            posts_history::superior_id,
            posts_history::valid,
        ))
        .load(connection)
        .await?)
}

/// The version of the mirror: today's since the last change, before it what the last finished run noted.
async fn org_version(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<Option<i64>, Error> {
    let current: Option<i64> = org_state::table
        .filter(org_state::changed_at.le(at))
        .select(org_state::version)
        .first(connection)
        .await
        .optional()?;
    if current.is_some() {
        return Ok(current);
    }
    Ok(sync_runs::table
        .filter(sync_runs::finished_at.le(at))
        .select(diesel::dsl::max(sync_runs::org_version))
        .first(connection)
        .await?)
}

type ConversationColumns = (
    conversations_history::id,
    conversations_history::kind,
    conversations_history::channel_kind,
    conversations_history::name,
    conversations_history::agency_id,
    conversations_history::unit_id,
    conversations_history::direct_low,
    conversations_history::direct_high,
    conversations_history::label_level,
    conversations_history::label_categories,
    conversations_history::created_by,
    conversations_history::created_at,
    conversations_history::archived_at,
    conversations_history::last_seq,
    conversations_history::label_policy,
    conversations_history::label_version,
);

const CONVERSATION: ConversationColumns = (
    conversations_history::id,
    conversations_history::kind,
    conversations_history::channel_kind,
    conversations_history::name,
    conversations_history::agency_id,
    conversations_history::unit_id,
    conversations_history::direct_low,
    conversations_history::direct_high,
    conversations_history::label_level,
    conversations_history::label_categories,
    conversations_history::created_by,
    conversations_history::created_at,
    conversations_history::archived_at,
    conversations_history::last_seq,
    conversations_history::label_policy,
    conversations_history::label_version,
);

type MemberColumns = (
    members_history::conversation_id,
    members_history::person_id,
    members_history::role,
    members_history::origin,
    members_history::reads_from_seq,
    members_history::joined_at,
);

const MEMBER: MemberColumns = (
    members_history::conversation_id,
    members_history::person_id,
    members_history::role,
    members_history::origin,
    members_history::reads_from_seq,
    members_history::joined_at,
);

async fn conversation(
    connection: &mut AsyncPgConnection,
    id: ConversationId,
    at: DateTime<Utc>,
) -> Result<PastConversation, Error> {
    let conversation: Conversation = conversations_history::table
        .filter(conversations_history::id.eq(id))
        .filter(held_at!(at))
        .select(CONVERSATION)
        .first(connection)
        .await?;
    let seats = members_history::table
        .filter(members_history::conversation_id.eq(id))
        .filter(held_at!(at))
        .order(members_history::person_id)
        .select(MEMBER)
        .load(connection)
        .await?;
    let wrote = writers(connection, &[id], at).await?;
    Ok(PastConversation {
        conversation,
        seats,
        wrote: wrote.into_iter().map(|writer| writer.person_id).collect(),
    })
}

/// The conversations that `person` was in, and all that are not direct, in the order of their ids.
async fn conversations_of(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    at: DateTime<Utc>,
) -> Result<Vec<PastConversation>, Error> {
    let seats: Vec<Member> = members_history::table
        .filter(members_history::person_id.eq(person))
        .filter(held_at!(at))
        .select(MEMBER)
        .load(connection)
        .await?;
    let own: Vec<ConversationId> = seats.iter().map(|seat| seat.conversation_id).collect();
    let rows: Vec<Conversation> = conversations_history::table
        .filter(conversations_history::id.eq_any(own).or(conversations_history::kind.ne(Kind::Direct)))
        .filter(held_at!(at))
        .order(conversations_history::id)
        .select(CONVERSATION)
        .load(connection)
        .await?;
    let direct: Vec<ConversationId> =
        rows.iter().filter(|row| row.kind == Kind::Direct).map(|row| row.id).collect();
    let mut wrote: HashMap<ConversationId, Vec<PersonId>> = HashMap::new();
    for writer in writers(connection, &direct, at).await? {
        wrote.entry(writer.conversation_id).or_default().push(writer.person_id);
    }
    let mut seats: HashMap<ConversationId, Member> =
        seats.into_iter().map(|seat| (seat.conversation_id, seat)).collect();
    let found = rows.into_iter().map(|conversation| PastConversation {
        seats: seats.remove(&conversation.id).into_iter().collect(),
        wrote: wrote.remove(&conversation.id).unwrap_or_default(),
        conversation,
    });
    Ok(found.collect())
}

#[derive(QueryableByName)]
struct Writer {
    #[diesel(sql_type = SqlUuid)]
    conversation_id: ConversationId,
    #[diesel(sql_type = SqlUuid)]
    person_id: PersonId,
}

/// Who of the pairs of these direct conversations had written there by `at`.
async fn writers(
    connection: &mut AsyncPgConnection,
    conversations: &[ConversationId],
    at: DateTime<Utc>,
) -> Result<Vec<Writer>, Error> {
    Ok(diesel::sql_query(
        "select c.id as conversation_id, pair.person_id
         from conversations c
         cross join lateral (values (c.direct_low), (c.direct_high)) as pair (person_id)
         where c.id = any($1) and c.kind = 'direct'
           and exists (select from sends s where s.conversation_id = c.id and s.author_id = pair.person_id
                       and s.created_at <= $2)",
    )
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<Timestamptz, _>(at)
    .load(connection)
    .await?)
}
