//! Storing messages, one or many at once, with everything that belongs to them: see `store_messages` in the migrations.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Attachments, Hat, Message, Notice};
use crate::Error;
use crate::ids::{ConversationId, MessageId, PersonId};

/// Stands between the categories of one label on the way to the database; no category has it in its name.
const SEPARATOR: &str = "\u{1f}";

/// What the audit log keeps of a message.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its entry, without the number, with the hash of its body.
    pub entry: serde_json::Value,
    /// What that hash is salted with. It goes when the message is erased: the hash then tells nobody what was said.
    pub salt: [u8; 16],
}

/// A message to be stored.
#[derive(Debug, Clone, Copy)]
pub struct ToStore<'a> {
    /// The message; its `seq` is not looked at.
    pub message: &'a Message,
    /// The version of the conversation's label under which it was decided: it is stored under no other.
    pub label_version: i64,
    /// What the audit log keeps of it.
    pub sealed: &'a Sealed,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It has this number.
    New(i64),
    /// Its author stored one under the same `client_id` before, with this number.
    Before(i64),
    /// The conversation takes no messages any more, or has another label.
    Not,
}

/// Stores one message and returns its number; [`Error::NotFound`] where it is [`Stored::Not`] stored, or was before.
pub async fn store(
    connection: &mut AsyncPgConnection,
    message: &Message,
    label_version: i64,
    sealed: &Sealed,
) -> Result<i64, Error> {
    let stored = store_all(connection, &[ToStore { message, label_version, sealed }]).await?;
    match stored.as_slice() {
        [Stored::New(seq)] => Ok(*seq),
        _ => Err(Error::NotFound),
    }
}

/// Stores messages, in their order, and says what became of each. No two of them may have the same conversation, author and
/// `client_id`. All of it is one statement, hence one transaction and one round trip: an error stores nothing.
pub async fn store_all(
    connection: &mut AsyncPgConnection,
    messages: &[ToStore<'_>],
) -> Result<Vec<Stored>, Error> {
    let rows: Vec<(i64, Option<i64>, bool)> = Columns::of(messages).get_results(connection).await?;
    let mut stored = vec![Stored::Not; messages.len()];
    for (place, seq, is_new) in rows {
        let place = usize::try_from(place).ok().and_then(|place| stored.get_mut(place.wrapping_sub(1)));
        if let (Some(place), Some(seq)) = (place, seq) {
            *place = if is_new { Stored::New(seq) } else { Stored::Before(seq) };
        }
    }
    Ok(stored)
}

/// The messages, a column each. The text of the statement never changes, so each connection prepares it once.
#[derive(Default)]
struct Columns<'a> {
    conversations: Vec<ConversationId>,
    ids: Vec<MessageId>,
    authors: Vec<PersonId>,
    hats: Vec<Hat>,
    principals: Vec<Option<PersonId>>,
    client_ids: Vec<&'a str>,
    bodies: Vec<&'a str>,
    label_policies: Vec<Option<&'a str>>,
    label_levels: Vec<i16>,
    label_categories: Vec<String>,
    replies: Vec<Option<MessageId>>,
    rules: Vec<&'a str>,
    policy_versions: Vec<i64>,
    times: Vec<DateTime<Utc>>,
    sources: Vec<Option<MessageId>>,
    notices: Vec<Option<&'a Notice>>,
    files: Vec<Option<&'a Attachments>>,
    label_versions: Vec<i64>,
    /// As text: the database adds the number before it parses them.
    entries: Vec<String>,
    salts: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn of(messages: &[ToStore<'a>]) -> Self {
        let mut columns = Self::default();
        for to_store in messages {
            columns.add(to_store);
        }
        columns
    }

    fn add(&mut self, to_store: &ToStore<'a>) {
        let message = to_store.message;
        self.conversations.push(message.conversation_id);
        self.ids.push(message.id);
        self.authors.push(message.author_id);
        self.hats.push(message.hat);
        self.principals.push(message.principal_id);
        self.client_ids.push(&message.client_id);
        self.bodies.push(&message.body);
        self.label_policies.push(message.label_policy.as_deref());
        self.label_levels.push(message.label_level);
        self.label_categories.push(message.label_categories.join(SEPARATOR));
        self.replies.push(message.reply_to);
        self.rules.push(&message.rule);
        self.policy_versions.push(message.policy_version);
        self.times.push(message.created_at);
        self.sources.push(message.downgraded_from);
        self.notices.push(message.notice.as_ref());
        self.files.push(message.files.as_ref());
        self.label_versions.push(to_store.label_version);
        self.entries.push(to_store.sealed.entry.to_string());
        self.salts.push(&to_store.sealed.salt);
    }
}

impl QueryId for Columns<'_> {
    type QueryId = Columns<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Columns<'_> {
    type SqlType = (BigInt, Nullable<BigInt>, Bool);
}

impl QueryFragment<Pg> for Columns<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select place, seq, is_new from store_messages(");
        out.push_bind_param::<Array<Uuid>, _>(&self.conversations)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Uuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Uuid>, _>(&self.authors)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.hats)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Uuid>>, _>(&self.principals)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.client_ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.bodies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.label_policies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SmallInt>, _>(&self.label_levels)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.label_categories)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Uuid>>, _>(&self.replies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.rules)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.policy_versions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Timestamptz>, _>(&self.times)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Uuid>>, _>(&self.sources)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Jsonb>>, _>(&self.notices)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Jsonb>>, _>(&self.files)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.label_versions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.entries)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.salts)?;
        out.push_sql(")");
        Ok(())
    }
}
