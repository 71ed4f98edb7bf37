//! What is written into an archive: messages with who wrote them and who was there, as of then, and the conversations.

use chrono::{DateTime, Utc};
use diesel::deserialize::FromSqlRow;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{
    Array, BigInt, Binary, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{ConversationId, ExportId, MessageId, PersonId};
use crate::jsonb::jsonb;
use crate::messages::{Attachments, Hat, Notice};

/// A message as it is exported: with who wrote it, in which post, as of then.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Record {
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    #[diesel(sql_type = SqlUuid)]
    pub conversation_id: ConversationId,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    pub author_id: PersonId,
    #[diesel(sql_type = Nullable<Text>)]
    pub author_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub author_mail: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub author_title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub author_unit: Option<String>,
    #[diesel(sql_type = Text)]
    pub hat: Hat,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub principal_id: Option<PersonId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub principal_name: Option<String>,
    #[diesel(sql_type = Text)]
    pub conversation_kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub conversation_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub place_policy: Option<String>,
    #[diesel(sql_type = SmallInt)]
    pub place_level: i16,
    #[diesel(sql_type = Array<Text>)]
    pub place_categories: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub label_policy: Option<String>,
    #[diesel(sql_type = SmallInt)]
    pub label_level: i16,
    #[diesel(sql_type = Array<Text>)]
    pub label_categories: Vec<String>,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = BigInt)]
    pub policy_version: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub reply_to: Option<MessageId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub downgraded_from: Option<MessageId>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub notice: Option<Notice>,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub files: Option<Attachments>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub body_salt: Option<Vec<u8>>,
    /// What it said before, as JSON, the first version first.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub versions: Option<FormerVersions>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub edited_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub deleted_by: Option<PersonId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub erased_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub entry_seq: Option<i64>,
}

/// What a message said before it was changed or taken back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FormerVersion {
    /// 1 is what was sent.
    pub version: i32,
    /// What it said.
    pub body: String,
    /// What the hash of that is salted with, in hexadecimal.
    pub body_salt: Option<String>,
    /// What it brought.
    pub files: Option<Attachments>,
    /// When another version took its place.
    pub until_at: DateTime<Utc>,
}

/// The versions of one message, the first one first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromSqlRow)]
#[serde(transparent)]
pub struct FormerVersions(pub Vec<FormerVersion>);

jsonb!(FormerVersions);

/// The messages of an export behind the one at `from` and up to that at `until`, in their order. One that lost what it said since it was
/// chosen says nothing here either; one whose month went is not there any more.
pub async fn records(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    (from, until): (i64, i64),
) -> Result<Vec<Record>, Error> {
    Ok(sql_query(
        "select e.place, e.entry_seq, m.*, former.versions, author.display_name as author_name, author.mail as author_mail,
            post.title as author_title, post.unit as author_unit, principal.display_name as principal_name,
            c.label_policy as place_policy, c.label_level as place_level, c.label_categories as place_categories,
            c.kind as conversation_kind, coalesce(named.name, c.name) as conversation_name
         from case_export_messages e
         join messages m on (m.conversation_id, m.seq, m.created_at) = (e.conversation_id, e.seq, e.created_at)
         join conversations c on c.id = e.conversation_id
         left join lateral (select p.display_name, p.mail from people_history p
            where p.id = m.author_id and p.held @> m.created_at limit 1) author on true
         left join lateral (select p.display_name from people_history p
            where p.id = m.principal_id and p.held @> m.created_at limit 1) principal on true
         left join lateral (select p.title, u.name as unit from posts_history p
            left join units_history u on u.id = p.unit_id and u.held @> m.created_at
            where p.person_id = m.author_id and p.held @> m.created_at and p.valid @> m.created_at and p.kind = 'primary'
            limit 1) post on true
         left join lateral (select jsonb_agg(jsonb_build_object('version', v.version, 'body', v.body,
                'body_salt', encode(v.body_salt, 'hex'), 'files', v.files, 'until_at', v.until_at) order by v.version) as versions
            from message_versions v where m.version > 1 and (v.conversation_id, v.seq) = (m.conversation_id, m.seq)) former on true
         left join lateral (select h.name from conversations_history h
            where h.id = m.conversation_id and h.held @> m.created_at limit 1) named on true
         where e.export_id = $1 and e.place > $2 and e.place <= $3 order by e.place",
    )
    .bind::<SqlUuid, _>(export)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(until)
    .load(connection)
    .await?)
}

/// Somebody who was in the conversation of a message when it was sent.
#[derive(Debug, Clone, QueryableByName)]
pub struct Participant {
    /// Of the message at this place.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub person_id: PersonId,
    /// What they were called.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Their address.
    #[diesel(sql_type = Nullable<Text>)]
    pub mail: Option<String>,
}

/// Up to `most` participants of each message of an export behind the one at `from` and up to that at `until`.
pub async fn participants(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    (from, until): (i64, i64),
    most: i64,
) -> Result<Vec<Participant>, Error> {
    Ok(sql_query(
        "select e.place, there.person_id, person.display_name as name, person.mail from case_export_messages e
         cross join lateral (select distinct m.person_id from members_history m
            where m.conversation_id = e.conversation_id
                and tstzrange(least(m.joined_at, lower(m.held)), upper(m.held)) @> e.created_at order by m.person_id limit $4) there
         left join lateral (select p.display_name, p.mail from people_history p
            where p.id = there.person_id and p.held @> e.created_at limit 1) person on true
         where e.export_id = $1 and e.place > $2 and e.place <= $3 order by e.place, there.person_id",
    )
    .bind::<SqlUuid, _>(export)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(until)
    .bind::<BigInt, _>(most)
    .load(connection)
    .await?)
}

/// A conversation of an export.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Conversation {
    #[diesel(sql_type = SqlUuid)]
    pub id: ConversationId,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub label_policy: Option<String>,
    #[diesel(sql_type = SmallInt)]
    pub label_level: i16,
    #[diesel(sql_type = Array<Text>)]
    pub label_categories: Vec<String>,
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
    #[diesel(sql_type = Timestamptz)]
    pub first_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub last_at: DateTime<Utc>,
}

/// The conversations of an export, in the order of their ids, after `after`.
pub async fn conversations(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    after: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<Conversation>, Error> {
    Ok(sql_query(
        "select c.id, c.kind, c.name, c.label_policy, c.label_level, c.label_categories, e.messages, e.first_at, e.last_at
         from (select conversation_id, count(*) as messages, min(created_at) as first_at, max(created_at) as last_at
               from case_export_messages where export_id = $1 and ($2::uuid is null or conversation_id > $2)
               group by conversation_id order by conversation_id limit $3) e
         join conversations c on c.id = e.conversation_id order by c.id",
    )
    .bind::<SqlUuid, _>(export)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// From when to when somebody was in a conversation of an export.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Stay {
    #[diesel(sql_type = SqlUuid)]
    pub person_id: PersonId,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Timestamptz)]
    pub from_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until_at: Option<DateTime<Utc>>,
}

/// Who was in a conversation while what was exported of it was said, by person and time, behind `skip` of them: each by their name
/// when they were there, at the first message of it.
pub async fn stays(
    connection: &mut AsyncPgConnection,
    conversation: &Conversation,
    skip: i64,
    limit: i64,
) -> Result<Vec<Stay>, Error> {
    Ok(sql_query(
        "select m.person_id, coalesce(named.display_name, p.display_name) as name, m.role, upper(m.held) as until_at,
            -- Another role begins when it was given, and not when somebody joined.
            case when lower(m.held) = min(lower(m.held)) over (partition by m.person_id, m.joined_at)
                then least(m.joined_at, lower(m.held)) else lower(m.held) end as from_at
         from members_history m left join people p on p.id = m.person_id
         left join lateral (select h.display_name from people_history h
            where h.id = m.person_id and h.held @> greatest(lower(m.held), $2) limit 1) named on true
         where m.conversation_id = $1 and tstzrange(least(m.joined_at, lower(m.held)), upper(m.held)) && tstzrange($2, $3, '[]')
         order by m.person_id, lower(m.held) offset $4 limit $5",
    )
    .bind::<SqlUuid, _>(conversation.id)
    .bind::<Timestamptz, _>(conversation.first_at)
    .bind::<Timestamptz, _>(conversation.last_at)
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}
