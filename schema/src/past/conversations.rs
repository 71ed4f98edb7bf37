//! Conversations as they stood, and who was in them. They have no dates but those at which the system had them so.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{PastConversation, Stand, held};
use crate::Error;
use crate::conversations::{Conversation, Kind, find_direct};
use crate::ids::{ConversationId, PersonId};
use crate::members::Member;
use crate::tables::{conversations_history, members_history};

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

/// The conversation `id` and everybody in it.
pub(super) async fn one(
    connection: &mut AsyncPgConnection,
    id: ConversationId,
    stood: &Stand,
) -> Result<PastConversation, Error> {
    let conversation: Conversation = conversations_history::table
        .filter(conversations_history::id.eq(id))
        .filter(held!(stood))
        .select(CONVERSATION)
        .first(connection)
        .await?;
    let seats = members_history::table
        .filter(members_history::conversation_id.eq(id))
        .filter(held!(stood))
        .order(members_history::person_id)
        .select(MEMBER)
        .load(connection)
        .await?;
    let wrote = writers(connection, &[id], stood.at).await?;
    Ok(PastConversation {
        conversation,
        seats,
        wrote: wrote.into_iter().map(|writer| writer.person_id).collect(),
    })
}

/// The conversations that `person` was in, and all that are not direct, in the order of their ids.
pub(super) async fn of(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    stood: &Stand,
) -> Result<Vec<PastConversation>, Error> {
    let seats: Vec<Member> = members_history::table
        .filter(members_history::person_id.eq(person))
        .filter(held!(stood))
        .select(MEMBER)
        .load(connection)
        .await?;
    let own: Vec<ConversationId> = seats.iter().map(|seat| seat.conversation_id).collect();
    let rows: Vec<Conversation> = conversations_history::table
        .filter(conversations_history::id.eq_any(own).or(conversations_history::kind.ne(Kind::Direct)))
        .filter(held!(stood))
        .order(conversations_history::id)
        .select(CONVERSATION)
        .load(connection)
        .await?;
    let direct: Vec<ConversationId> =
        rows.iter().filter(|row| row.kind == Kind::Direct).map(|row| row.id).collect();
    let mut wrote: HashMap<ConversationId, Vec<PersonId>> = HashMap::new();
    for writer in writers(connection, &direct, stood.at).await? {
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

/// The direct conversation of the two, if there was one.
pub(super) async fn between(
    connection: &mut AsyncPgConnection,
    one: PersonId,
    other: PersonId,
    stood: &Stand,
) -> Result<Option<PastConversation>, Error> {
    // Pairs stay as they are, and their table has the index.
    let Some(id) = find_direct(connection, one, other).await? else { return Ok(None) };
    match self::one(connection, id, stood).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
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
