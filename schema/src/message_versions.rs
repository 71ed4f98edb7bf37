//! What messages said before they were changed or taken back. Only [`change`] makes one, and nothing changes one.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{ConversationId, PersonId};
use crate::messages::{Attachments, Message};
use crate::tables::{message_versions, messages};

/// What a message said before.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = message_versions)]
pub struct MessageVersion {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The number of the message.
    pub seq: i64,
    /// 1 is what was sent.
    pub version: i32,
    /// What it said.
    pub body: String,
    /// What the hash of that is salted with.
    pub body_salt: Option<Vec<u8>>,
    /// What it brought.
    pub files: Option<Attachments>,
    /// When another version took its place.
    pub until_at: DateTime<Utc>,
}

/// What becomes of a message.
#[derive(Debug, Clone)]
pub enum Change {
    /// It says something else.
    Edit {
        /// What it says.
        body: String,
        /// What the hash of that in its entry is salted with.
        salt: [u8; 16],
    },
    /// It says nothing any more.
    Delete {
        /// Who took it back.
        by: PersonId,
    },
}

/// Changes `message`, which was decided under that version of the conversation's label, with the entry of the audit log. Nothing: the
/// message or the label is not what it was any more.
pub async fn change(
    connection: &mut AsyncPgConnection,
    message: &Message,
    label_version: i64,
    change: &Change,
    entry: &NewEntry,
) -> Result<Option<Message>, Error> {
    let (body, salt, by) = match change {
        Change::Edit { body, salt } => (Some(body.as_str()), Some(salt.as_slice()), None),
        Change::Delete { by } => (None, None, Some(*by)),
    };
    connection
        .transaction(async |connection| {
            let made: Made =
                sql_query("select change_message($1, $2, $3, $4, $5, $6, $7, $8, $9) as version")
                    .bind::<SqlUuid, _>(message.conversation_id)
                    .bind::<BigInt, _>(message.seq)
                    .bind::<Timestamptz, _>(message.created_at)
                    .bind::<BigInt, _>(label_version)
                    .bind::<Integer, _>(message.version)
                    .bind::<Nullable<Text>, _>(body)
                    .bind::<Nullable<Binary>, _>(salt)
                    .bind::<Timestamptz, _>(entry.at)
                    .bind::<Nullable<SqlUuid>, _>(by)
                    .get_result(connection)
                    .await?;
            if made.version.is_none() {
                return Ok(None);
            }
            audit::append(connection, entry).await?;
            Ok(messages::table
                .filter(messages::conversation_id.eq(message.conversation_id))
                .filter(messages::seq.eq(message.seq))
                .filter(messages::created_at.eq(message.created_at))
                .select(Message::as_select())
                .first(connection)
                .await
                .optional()?)
        })
        .await
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
}

/// What a message said before, the first version first.
pub async fn of(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    seq: i64,
) -> Result<Vec<MessageVersion>, Error> {
    of_all(connection, &[(conversation, seq)]).await
}

/// What messages at these places said before: by place, the first version first.
pub async fn of_all(
    connection: &mut AsyncPgConnection,
    places: &[(ConversationId, i64)],
) -> Result<Vec<MessageVersion>, Error> {
    let (conversations, seqs): (Vec<_>, Vec<_>) = places.iter().copied().unzip();
    let wanted =
        diesel::dsl::sql::<diesel::sql_types::Bool>("(conversation_id, seq) in (select * from unnest(")
            .bind::<Array<SqlUuid>, _>(conversations)
            .sql(", ")
            .bind::<Array<BigInt>, _>(seqs)
            .sql("))");
    Ok(message_versions::table
        .filter(wanted)
        .order((message_versions::conversation_id, message_versions::seq, message_versions::version))
        .select(MessageVersion::as_select())
        .load(connection)
        .await?)
}

/// Up to `limit` messages of the conversations of these people that were changed after `since`, as they are now.
pub async fn changed_since(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    Ok(sql_query(
        "select m.* from (select distinct v.conversation_id, v.seq, v.created_at from message_versions v where v.until_at > $2) changed
         join messages m using (conversation_id, seq, created_at)
         where exists (select from members seat where seat.conversation_id = m.conversation_id and seat.person_id = any ($1))
         order by m.conversation_id, m.seq limit $3",
    )
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Timestamptz, _>(since)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}
