//! Messages. One statement stores a message with everything that belongs to it; nothing here updates or deletes one: what is
//! erased is by [`crate::retention`].

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

mod attachment;
mod months;
mod notice;
mod store;
mod witness;

pub use attachment::{Attachment, Attachments};
pub use months::{Detached, MonthTable, detach_oldest, kept_from, make_partitions, tables};
pub use notice::{Notice, NoticeKind};
pub use store::{Sealed, Stored, ToStore, store, store_all};
pub use witness::{WithoutEntry, Witness, count, detached, without_entry, witnesses};

use crate::Error;
use crate::ids::{ConversationId, MessageId, PersonId};
use crate::tables::{messages, sends};
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
    /// When what it said was erased; it says nothing since.
    pub erased_at: Option<DateTime<Utc>>,
    /// What was sent with it.
    #[serde(default)]
    pub files: Option<Attachments>,
    /// How often it was changed or taken back, and one more.
    #[serde(default = "one")]
    pub version: i32,
    /// When it was changed last.
    #[serde(default)]
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back; it says nothing since.
    #[serde(default)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Who took it back.
    #[serde(default)]
    pub deleted_by: Option<PersonId>,
}

fn one() -> i32 {
    1
}

/// The message with the number `seq`.
pub async fn find_by_seq(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    seq: i64,
) -> Result<Option<Message>, Error> {
    // When it was sent tells in which month it lies.
    let sent_at = sends::table
        .filter(sends::conversation_id.eq(conversation))
        .filter(sends::seq.eq(seq))
        .select(sends::created_at)
        .single_value();
    Ok(messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::seq.eq(seq))
        .filter(messages::created_at.nullable().eq(sent_at))
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
         join sends s using (conversation_id, seq)
         join messages m using (conversation_id, seq, created_at)",
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
            sends::table.filter(sends::conversation_id.eq(conversation)).filter(sends::author_id.eq(person)),
        ))
        .get_result(connection)
        .await?;
        if found {
            wrote.push(*person);
        }
    }
    Ok(wrote)
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
    Ok(sends::table
        .filter(sends::conversation_id.eq_any(conversations))
        .select((sends::conversation_id, sends::author_id))
        .distinct()
        .load(connection)
        .await?)
}
