//! Conversations: direct, group and channel. Unit channels are made by the tree and not here.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{ConversationId, PersonId, UnitId};
use crate::members::Member;
use crate::tables::{conversations, members};
use crate::text_enum::text_enum;

text_enum! {
    /// What sort of conversation it is.
    #[schema(as = ConversationKind)]
    Kind {
        /// Between two people.
        Direct = "direct",
        /// Between several chosen people.
        Group = "group",
        /// A place with a purpose.
        Channel = "channel",
    }
}

text_enum! {
    /// The purpose of a channel.
    ChannelKind {
        /// Of a unit, kept by the tree.
        Unit = "unit",
        /// Of a piece of work.
        Project = "project",
        /// Read by many, written by moderators.
        Announcement = "announcement",
        /// Of several agencies.
        Shared = "shared",
        /// Of an incident.
        Crisis = "crisis",
    }
}

/// A conversation as it stands.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, QueryableByName)]
#[diesel(table_name = conversations)]
pub struct Conversation {
    /// Its identifier.
    pub id: ConversationId,
    /// What sort it is.
    pub kind: Kind,
    /// The purpose of a channel.
    pub channel_kind: Option<ChannelKind>,
    /// What it is called; a direct one has no name.
    pub name: Option<String>,
    /// Whose it is.
    pub agency_id: UnitId,
    /// The unit it belongs to.
    pub unit_id: Option<UnitId>,
    /// The smaller id of a direct pair.
    pub direct_low: Option<PersonId>,
    /// The larger id of a direct pair.
    pub direct_high: Option<PersonId>,
    /// The highest level it may hold.
    pub label_level: i16,
    /// The categories it may hold.
    pub label_categories: Vec<String>,
    /// Who made it; nobody made a unit channel.
    pub created_by: Option<PersonId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when nothing is written here any more.
    pub archived_at: Option<DateTime<Utc>>,
    /// The number of the newest message.
    pub last_seq: i64,
    /// The policy that its label is of; none where it has no label.
    pub label_policy: Option<String>,
    /// Moves with the label: what was decided under another version is not stored.
    pub label_version: i64,
}

/// The unique index that two people who start the same direct conversation at once run into.
pub const ONE_PER_PAIR: &str = "conversations_direct";

/// The conversation `id`.
pub async fn find(
    connection: &mut AsyncPgConnection,
    id: ConversationId,
) -> Result<Option<Conversation>, Error> {
    Ok(conversations::table.find(id).select(Conversation::as_select()).first(connection).await.optional()?)
}

/// Those of `ids` that there are.
pub async fn find_all(
    connection: &mut AsyncPgConnection,
    ids: &[ConversationId],
) -> Result<Vec<Conversation>, Error> {
    Ok(conversations::table
        .filter(conversations::id.eq_any(ids))
        .select(Conversation::as_select())
        .load(connection)
        .await?)
}

/// The direct conversation of two people, in either order.
pub async fn find_direct(
    connection: &mut AsyncPgConnection,
    one: PersonId,
    other: PersonId,
) -> Result<Option<ConversationId>, Error> {
    Ok(conversations::table
        .filter(conversations::direct_low.eq(one.min(other)))
        .filter(conversations::direct_high.eq(one.max(other)))
        .select(conversations::id)
        .first(connection)
        .await
        .optional()?)
}

/// Makes a conversation with its first members and its entries in the audit log.
pub async fn open(
    connection: &mut AsyncPgConnection,
    conversation: &Conversation,
    first_members: &[Member],
    entries: &[NewEntry],
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::insert_into(conversations::table).values(conversation).execute(connection).await?;
            diesel::insert_into(members::table).values(first_members).execute(connection).await?;
            audit::append_all(connection, entries).await
        })
        .await
}

/// Gives the conversation another name, with an entry in the audit log.
pub async fn rename(
    connection: &mut AsyncPgConnection,
    id: ConversationId,
    name: &str,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            let renamed = diesel::update(conversations::table.find(id))
                .set(conversations::name.eq(name))
                .execute(connection)
                .await?;
            if renamed == 0 {
                return Err(Error::NotFound);
            }
            audit::append(connection, entry).await
        })
        .await
}

/// A line of somebody's list of conversations.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Listed {
    /// The conversation.
    #[diesel(sql_type = Uuid)]
    pub conversation_id: ConversationId,
    /// When something last happened there.
    #[diesel(sql_type = Timestamptz)]
    pub active_at: DateTime<Utc>,
    /// How far the person has read.
    #[diesel(sql_type = BigInt)]
    pub read_seq: i64,
}

/// The conversations that `person` is in, the most recently active first, from after `(active_at, id)` on.
pub async fn list_of(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    after: Option<(DateTime<Utc>, ConversationId)>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let (active_at, id) = after.unzip();
    Ok(diesel::sql_query(
        "select c.id as conversation_id, coalesce(newest.created_at, c.created_at) as active_at,
                coalesce(r.seq, 0) as read_seq
         from members mine
         join conversations c on c.id = mine.conversation_id
         left join sends newest on newest.conversation_id = c.id and newest.seq = c.last_seq
         left join read_pointers r on r.conversation_id = c.id and r.person_id = mine.person_id
         where mine.person_id = $1
           and ($2 is null or (coalesce(newest.created_at, c.created_at), c.id) < ($2, $3))
         order by active_at desc, c.id desc
         limit $4",
    )
    .bind::<Uuid, _>(person)
    .bind::<Nullable<Timestamptz>, _>(active_at)
    .bind::<Nullable<Uuid>, _>(id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// Channels that are not archived, by name, from after `(name, id)` on. Whether one may know of them is the caller's
/// question.
pub async fn channels(
    connection: &mut AsyncPgConnection,
    name_contains: &str,
    after: Option<(&str, ConversationId)>,
    limit: i64,
) -> Result<Vec<(ConversationId, String)>, Error> {
    // In these words, because the indexes of the channels have them in theirs.
    let mut query = conversations::table
        .filter(sql::<Bool>("kind = 'channel' and archived_at is null"))
        .order((conversations::name, conversations::id))
        .select((conversations::id, conversations::name.assume_not_null()))
        .limit(limit)
        .into_boxed();
    if !name_contains.is_empty() {
        let name = name_contains.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.filter(conversations::name.ilike(format!("%{name}%")).assume_not_null());
    }
    if let Some((name, id)) = after {
        query = query.filter(
            sql::<Bool>("(name, id) > (").bind::<Text, _>(name).sql(", ").bind::<Uuid, _>(id).sql(")"),
        );
    }
    Ok(query.load(connection).await?)
}

/// The conversations of any of `people` that were written to after `since`, each with the number of its newest message.
pub async fn written_since(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    since: DateTime<Utc>,
) -> Result<Vec<(ConversationId, i64)>, Error> {
    #[derive(QueryableByName)]
    struct Written {
        #[diesel(sql_type = Uuid)]
        conversation_id: ConversationId,
        #[diesel(sql_type = BigInt)]
        seq: i64,
    }
    let rows: Vec<Written> = diesel::sql_query(
        "with written as materialized (
             select conversation_id, max(seq) as seq from sends where created_at > $2 group by conversation_id
         )
         select written.conversation_id, written.seq
         from written
         where exists (
             select 1 from members mine
             where mine.conversation_id = written.conversation_id and mine.person_id = any($1)
         )",
    )
    .bind::<diesel::sql_types::Array<Uuid>, _>(people)
    .bind::<Timestamptz, _>(since)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.conversation_id, row.seq)).collect())
}

/// The channels of those of `units` in whose channel `person` is a member.
pub async fn unit_channels_of(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    units: &[UnitId],
) -> Result<Vec<(UnitId, ConversationId)>, Error> {
    let rows: Vec<(Option<UnitId>, ConversationId)> = conversations::table
        .inner_join(members::table)
        .filter(members::person_id.eq(person))
        .filter(conversations::channel_kind.eq(ChannelKind::Unit))
        .filter(conversations::unit_id.eq_any(units))
        .select((conversations::unit_id, conversations::id))
        .load(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|(unit, channel)| Some((unit?, channel))).collect())
}
