//! Sends that were acknowledged: the same `client_id` again finds its message here.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{ConversationId, PersonId};
use crate::tables::sends;

/// The number of the message that `author` sent to the conversation under `client_id`, if it was stored.
pub async fn find(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    author: PersonId,
    client_id: &str,
) -> Result<Option<i64>, Error> {
    Ok(sends::table
        .find((conversation, author, client_id))
        .select(sends::seq)
        .first(connection)
        .await
        .optional()?)
}
