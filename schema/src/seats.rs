//! The conversations in which people sit, from the people's side: what a change of the directory takes and gives.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::conversations::{ChannelKind, Conversation};
use crate::ids::{ConversationId, PersonId};
use crate::members::Member;
use crate::tables::{conversations, members};

/// The seats of `people` in conversations that are not archived.
pub async fn of_people(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
) -> Result<Vec<(Member, Conversation)>, Error> {
    Ok(members::table
        .inner_join(conversations::table)
        .filter(members::person_id.eq_any(people))
        .filter(conversations::archived_at.is_null())
        .select((Member::as_select(), Conversation::as_select()))
        .load(connection)
        .await?)
}

/// The channels of units that are in use, by name.
pub async fn unit_channels(
    connection: &mut AsyncPgConnection,
) -> Result<Vec<(ConversationId, Option<String>)>, Error> {
    Ok(conversations::table
        .filter(conversations::channel_kind.eq(ChannelKind::Unit))
        .filter(conversations::archived_at.is_null())
        .order(conversations::id)
        .select((conversations::id, conversations::name))
        .load(connection)
        .await?)
}
