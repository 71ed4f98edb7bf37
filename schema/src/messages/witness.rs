//! Messages as whoever checks the audit log looks at them: each beside the entry that tells of it. Bodies go no further than the
//! hash that is taken of them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{ConversationId, MessageId, PersonId};

/// A message, as far as the log tells of it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Witness {
    /// The conversation.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// Its number there.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// Its identifier.
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    /// Who wrote it.
    #[diesel(sql_type = SqlUuid)]
    pub author_id: PersonId,
    /// In which capacity.
    #[diesel(sql_type = Text)]
    pub hat: String,
    /// For whom.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub principal_id: Option<PersonId>,
    /// What it says.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// What was sent with it, as it is stored.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub files: Option<serde_json::Value>,
    /// What the hash of that is salted with.
    #[diesel(sql_type = Nullable<Binary>)]
    pub body_salt: Option<Vec<u8>>,
    /// The policy that its label is of.
    #[diesel(sql_type = Nullable<Text>)]
    pub label_policy: Option<String>,
    /// The level of its label.
    #[diesel(sql_type = SmallInt)]
    pub label_level: i16,
    /// The categories of its label.
    #[diesel(sql_type = Array<Text>)]
    pub label_categories: Vec<String>,
    /// The rule that allowed it.
    #[diesel(sql_type = Text)]
    pub rule: String,
    /// The policy version that it was allowed under.
    #[diesel(sql_type = BigInt)]
    pub policy_version: i64,
    /// When it was taken.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// How often it was changed or taken back, and one more.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// When it was taken back.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it lost what it said.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub erased_at: Option<DateTime<Utc>>,
}

/// The messages with these numbers, as far as they are there.
pub async fn witnesses(
    connection: &mut AsyncPgConnection,
    conversations: &[ConversationId],
    seqs: &[i64],
    times: &[DateTime<Utc>],
) -> Result<Vec<Witness>, Error> {
    Ok(diesel::sql_query(
        "select conversation_id, seq, id, author_id, hat, principal_id, body, files, body_salt, label_policy, label_level,
            label_categories, rule, policy_version, created_at, version, deleted_at, erased_at
         from unnest($1, $2, $3) as wanted (conversation_id, seq, created_at)
         join messages using (conversation_id, seq, created_at)",
    )
    .bind::<Array<SqlUuid>, _>(conversations)
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<Array<Timestamptz>, _>(times)
    .load(connection)
    .await?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many messages there are.
pub async fn count(connection: &mut AsyncPgConnection) -> Result<i64, Error> {
    let found: Count = diesel::sql_query("select count(*) from messages").get_result(connection).await?;
    Ok(found.count)
}

/// A message that the log does not tell of.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct WithoutEntry {
    /// The conversation.
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    /// Its number there.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
}

/// Up to `limit` messages of which no entry tells that they were sent. It reads every message and every entry.
pub async fn without_entry(
    connection: &mut AsyncPgConnection,
    limit: i64,
) -> Result<Vec<WithoutEntry>, Error> {
    Ok(diesel::sql_query(
        "select conversation_id, seq from messages where id not in (
            select (entry ->> 'message_id')::uuid from audit_log where kind = 'message.sent' and entry ? 'message_id')
         order by conversation_id, seq limit $1",
    )
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// The months that are no longer part of the messages: what was said in them may be gone.
pub async fn detached(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>, Error> {
    use crate::tables::detached_months;
    Ok(detached_months::table
        .select((detached_months::from_at, detached_months::until_at))
        .load(connection)
        .await?)
}
