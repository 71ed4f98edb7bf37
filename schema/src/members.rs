//! Who is in a conversation.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::conversations::Conversation;
use crate::ids::{ConversationId, PersonId, UnitId};
use crate::tables::{conversations, members};
use crate::text_enum::text_enum;

text_enum! {
    /// What a member may do beyond reading and writing.
    #[schema(as = MemberRole)]
    Role {
        /// Reads and writes.
        Member = "member",
        /// Also adds and removes members.
        Moderator = "moderator",
        /// Also names the moderators.
        Owner = "owner",
    }
}

text_enum! {
    /// How a member came in.
    #[schema(as = MemberOrigin)]
    Origin {
        /// Somebody chose them, or they joined.
        Chosen = "chosen",
        /// The directory put them there and alone takes them out.
        Tree = "tree",
    }
}

/// A person in a conversation.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable)]
#[diesel(table_name = members)]
pub struct Member {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The person.
    pub person_id: PersonId,
    /// Their role.
    pub role: Role,
    /// How they came in.
    pub origin: Origin,
    /// The first message they may read.
    pub reads_from_seq: i64,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// Everybody in the conversation `id`.
pub async fn list(connection: &mut AsyncPgConnection, id: ConversationId) -> Result<Vec<Member>, Error> {
    Ok(members::table
        .filter(members::conversation_id.eq(id))
        .order(members::person_id)
        .select(Member::as_select())
        .load(connection)
        .await?)
}

/// The conversations into which the tree has put each of `people`.
pub async fn tree_seats_of(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
) -> Result<HashMap<PersonId, HashSet<ConversationId>>, Error> {
    let rows: Vec<(PersonId, ConversationId)> = members::table
        .filter(members::person_id.eq_any(people))
        .filter(members::origin.eq(Origin::Tree))
        .select((members::person_id, members::conversation_id))
        .load(connection)
        .await?;
    let mut found: HashMap<_, HashSet<_>> = HashMap::new();
    for (person, conversation) in rows {
        found.entry(person).or_default().insert(conversation);
    }
    Ok(found)
}

/// Every seat of `people`, with its conversation.
pub async fn seats_of(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
) -> Result<Vec<(Member, Conversation)>, Error> {
    Ok(members::table
        .inner_join(conversations::table)
        .filter(members::person_id.eq_any(people))
        .select((Member::as_select(), Conversation::as_select()))
        .load(connection)
        .await?)
}

/// Everybody in these conversations.
pub async fn people_in(
    connection: &mut AsyncPgConnection,
    conversations: &[ConversationId],
) -> Result<Vec<(ConversationId, PersonId)>, Error> {
    Ok(members::table
        .filter(members::conversation_id.eq_any(conversations))
        .select((members::conversation_id, members::person_id))
        .load(connection)
        .await?)
}

/// The seats that some of `people` have in conversations of `units`.
pub async fn seats_in_units(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    units: &[UnitId],
) -> Result<Vec<(Member, Conversation)>, Error> {
    Ok(members::table
        .inner_join(conversations::table)
        .filter(conversations::unit_id.eq_any(units).assume_not_null())
        .filter(members::person_id.eq_any(people))
        .select((Member::as_select(), Conversation::as_select()))
        .load(connection)
        .await?)
}

/// The seats that some of `people` have in direct conversations with some of `others`.
pub async fn seats_beside(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    others: &[PersonId],
) -> Result<Vec<(Member, Conversation)>, Error> {
    let low = conversations::direct_low.eq_any(others).assume_not_null();
    let high = conversations::direct_high.eq_any(others).assume_not_null();
    let other_than_oneself = members::person_id
        .nullable()
        .eq(conversations::direct_low)
        .and(conversations::direct_high.eq_any(others))
        .or(members::person_id
            .nullable()
            .eq(conversations::direct_high)
            .and(conversations::direct_low.eq_any(others)));
    Ok(members::table
        .inner_join(conversations::table)
        .filter(low.or(high))
        .filter(members::person_id.eq_any(people))
        .filter(other_than_oneself.assume_not_null())
        .select((Member::as_select(), Conversation::as_select()))
        .load(connection)
        .await?)
}

/// Adds `people` who are not in the conversation `id` yet, each with an entry in the audit log, and says who was added;
/// none while its label is not the one with `label_version`, under which they were let in.
pub async fn add(
    connection: &mut AsyncPgConnection,
    id: ConversationId,
    label_version: i64,
    people: &[Member],
    entry_of: impl Fn(&Member) -> NewEntry + Send + Sync,
) -> Result<Option<Vec<PersonId>>, Error> {
    let entry_of = &entry_of;
    connection
        .transaction(async |connection| {
            // Held against a change of the label until these are seated, so that it finds them.
            let current: i64 = conversations::table
                .find(id)
                .for_share()
                .select(conversations::label_version)
                .first(connection)
                .await?;
            if current != label_version {
                return Ok(None);
            }
            let added: Vec<PersonId> = diesel::insert_into(members::table)
                .values(people)
                .on_conflict_do_nothing()
                .returning(members::person_id)
                .get_results(connection)
                .await?;
            let entries: Vec<NewEntry> =
                people.iter().filter(|member| added.contains(&member.person_id)).map(entry_of).collect();
            audit::append_all(connection, &entries).await?;
            Ok(Some(added))
        })
        .await
}

/// Takes a chosen member out, with an entry in the audit log. False: there was no such member, or the tree put them
/// there.
pub async fn remove(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    person: PersonId,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let removed = diesel::delete(
                members::table
                    .filter(members::conversation_id.eq(conversation))
                    .filter(members::person_id.eq(person))
                    .filter(members::origin.eq(Origin::Chosen)),
            )
            .execute(connection)
            .await?;
            if removed == 0 {
                return Ok(false);
            }
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}
