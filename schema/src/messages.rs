//! Messages. One statement stores a message with everything that belongs to it; nothing here updates or deletes one.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

mod notice;

pub use notice::{Notice, NoticeKind};

use crate::Error;
use crate::ids::{ConversationId, MessageId, PersonId};
use crate::tables::messages;
use crate::text_enum::text_enum;

text_enum! {
    /// In which capacity somebody wrote.
    #[schema(as = MessageHat)]
    Hat {
        /// Their own.
        Own = "own",
        /// Acting for an absent principal.
        Acting = "acting",
        /// As assistant of a principal.
        Assistant = "assistant",
        /// As duty officer.
        Duty = "duty",
    }
}

/// A message as it is stored.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, Queryable, Selectable, QueryableByName,
)]
#[diesel(table_name = messages)]
pub struct Message {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its number there, without gaps.
    pub seq: i64,
    /// Its identifier.
    pub id: MessageId,
    /// Who wrote it.
    pub author_id: PersonId,
    /// In which capacity.
    pub hat: Hat,
    /// For whom, when acting or assisting.
    pub principal_id: Option<PersonId>,
    /// What the author's client called it.
    pub client_id: String,
    /// What it says.
    pub body: String,
    /// The policy that its label is of; none where it has no label.
    pub label_policy: Option<String>,
    /// The level of its label.
    pub label_level: i16,
    /// The categories of its label.
    pub label_categories: Vec<String>,
    /// The message of the same conversation that it answers.
    pub reply_to: Option<MessageId>,
    /// The rule that allowed it.
    pub rule: String,
    /// The policy version that it was allowed under.
    pub policy_version: i64,
    /// When the server took it.
    pub created_at: DateTime<Utc>,
    /// The message, perhaps of another conversation, that it says again under a lower label.
    pub downgraded_from: Option<MessageId>,
    /// What the system tells by it, instead of what somebody says.
    pub notice: Option<Notice>,
}

/// The key that a second send with the same `client_id` runs into.
pub const ONE_PER_CLIENT_ID: &str = "sends_pkey";

/// Stores `message` under the next number of its conversation and returns the number; the `seq` of `message` is not
/// looked at. It is stored only while the conversation is in use and its label the one with `label_version`, under which
/// the message was decided; otherwise it is [`Error::NotFound`]. With it go the memory of its `client_id`, the author's read pointer and the audit entry (which also
/// gets the number). All of it is one statement, hence one transaction and one round trip.
pub async fn store(
    connection: &mut AsyncPgConnection,
    message: &Message,
    label_version: i64,
    entry: &serde_json::Value,
) -> Result<i64, Error> {
    Ok(Store { message, label_version, entry }.get_result(connection).await?)
}

struct Store<'a> {
    message: &'a Message,
    label_version: i64,
    entry: &'a serde_json::Value,
}

// The text of the statement never changes, so each connection prepares it once.
impl QueryId for Store<'_> {
    type QueryId = Store<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Store<'_> {
    type SqlType = BigInt;
}

impl QueryFragment<Pg> for Store<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let message = self.message;
        out.push_sql(
            "with given (conversation_id, id, author_id, hat, principal_id, client_id, body, label_policy, label_level, \
             label_categories, reply_to, rule, policy_version, created_at, downgraded_from, notice, label_version, entry) \
             as (values (",
        );
        out.push_bind_param::<Uuid, _>(&message.conversation_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Uuid, _>(&message.id)?;
        out.push_sql(", ");
        out.push_bind_param::<Uuid, _>(&message.author_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&message.hat)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Uuid>, _>(&message.principal_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&message.client_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&message.body)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&message.label_policy)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&message.label_level)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&message.label_categories)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Uuid>, _>(&message.reply_to)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&message.rule)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&message.policy_version)?;
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&message.created_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Uuid>, _>(&message.downgraded_from)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Jsonb>, _>(&message.notice)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.label_version)?;
        out.push_sql(", ");
        out.push_bind_param::<Jsonb, _>(self.entry)?;
        out.push_sql(
            ")), numbered as ( \
                 update conversations c set last_seq = c.last_seq + 1 from given g \
                 where c.id = g.conversation_id and c.archived_at is null and c.label_version = g.label_version \
                 returning c.last_seq as seq \
             ), stored as ( \
                 insert into messages (conversation_id, seq, id, author_id, hat, principal_id, client_id, body, \
                     label_policy, label_level, label_categories, reply_to, rule, policy_version, created_at, \
                     downgraded_from, notice) \
                 select g.conversation_id, n.seq, g.id, g.author_id, g.hat, g.principal_id, g.client_id, g.body, \
                     g.label_policy, g.label_level, g.label_categories, g.reply_to, g.rule, g.policy_version, \
                     g.created_at, g.downgraded_from, g.notice \
                 from given g, numbered n \
             ), remembered as ( \
                 insert into sends (conversation_id, author_id, client_id, seq, message_id, created_at) \
                 select g.conversation_id, g.author_id, g.client_id, n.seq, g.id, g.created_at from given g, numbered n \
             ), pointed as ( \
                 insert into read_pointers (conversation_id, person_id, seq, read_at) \
                 select g.conversation_id, g.author_id, n.seq, g.created_at from given g, numbered n \
                 on conflict (conversation_id, person_id) do update \
                     set seq = greatest(read_pointers.seq, excluded.seq), read_at = excluded.read_at \
             ), logged as ( \
                 insert into audit_log (at, kind, actor_id, entry) \
                 select g.created_at, 'message.sent', g.author_id, g.entry || jsonb_build_object('seq', n.seq) \
                 from given g, numbered n \
             ) select seq from numbered",
        );
        Ok(())
    }
}

/// The message with the number `seq`.
pub async fn find_by_seq(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    seq: i64,
) -> Result<Option<Message>, Error> {
    Ok(messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::seq.eq(seq))
        .select(Message::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// The message `id`, if it is one of the conversation.
pub async fn find(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<Message>, Error> {
    Ok(messages::table
        .filter(messages::id.eq(id))
        .filter(messages::conversation_id.eq(conversation))
        .select(Message::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// Up to `limit` messages with a number above `seq`, ascending.
pub async fn after(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    Ok(messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::seq.gt(seq))
        .order(messages::seq)
        .limit(limit)
        .select(Message::as_select())
        .load(connection)
        .await?)
}

/// Up to `limit` messages with a number below `seq`, the nearest, ascending.
pub async fn before(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    seq: i64,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let mut found: Vec<Message> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::seq.lt(seq))
        .order(messages::seq.desc())
        .limit(limit)
        .select(Message::as_select())
        .load(connection)
        .await?;
    found.reverse();
    Ok(found)
}

/// The messages at the given places, in no order.
pub async fn at(
    connection: &mut AsyncPgConnection,
    places: &[(ConversationId, i64)],
) -> Result<Vec<Message>, Error> {
    let (conversations, seqs): (Vec<_>, Vec<_>) = places.iter().copied().unzip();
    Ok(diesel::sql_query(
        "select m.* from unnest($1, $2) as wanted (conversation_id, seq)
         join messages m on m.conversation_id = wanted.conversation_id and m.seq = wanted.seq",
    )
    .bind::<Array<Uuid>, _>(conversations)
    .bind::<Array<BigInt>, _>(seqs)
    .load(connection)
    .await?)
}

/// Which of `people` have written in the conversation.
pub async fn writers_among(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    people: &[PersonId],
) -> Result<Vec<PersonId>, Error> {
    let mut wrote = Vec::new();
    for person in people {
        let found: bool = diesel::select(diesel::dsl::exists(
            crate::tables::sends::table
                .filter(crate::tables::sends::conversation_id.eq(conversation))
                .filter(crate::tables::sends::author_id.eq(person)),
        ))
        .get_result(connection)
        .await?;
        if found {
            wrote.push(*person);
        }
    }
    Ok(wrote)
}

/// Months for which partitions are made, the current one included.
const MONTHS_AHEAD: i32 = 4;

/// Makes the partitions of the month of `today` and of the next ones, where they are missing.
pub async fn make_partitions(connection: &mut AsyncPgConnection, today: NaiveDate) -> Result<(), Error> {
    diesel::sql_query("select make_message_partitions($1, $2)")
        .bind::<Date, _>(today)
        .bind::<Integer, _>(MONTHS_AHEAD)
        .execute(connection)
        .await?;
    Ok(())
}

/// Those of `conversations` in which a message has a label.
pub async fn labelled_among(
    connection: &mut AsyncPgConnection,
    conversations: &[ConversationId],
) -> Result<Vec<ConversationId>, Error> {
    Ok(messages::table
        .filter(messages::conversation_id.eq_any(conversations))
        .filter(messages::label_level.gt(0))
        .select(messages::conversation_id)
        .distinct()
        .load(connection)
        .await?)
}

/// Who of the two has written, in each of these direct conversations.
pub async fn writers_in_direct(
    connection: &mut AsyncPgConnection,
    conversations: &[ConversationId],
) -> Result<Vec<(ConversationId, PersonId)>, Error> {
    use crate::tables::sends;
    Ok(sends::table
        .filter(sends::conversation_id.eq_any(conversations))
        .select((sends::conversation_id, sends::author_id))
        .distinct()
        .load(connection)
        .await?)
}
