//! How far each person has read. A message writes none for its readers: unread is the distance to `last_seq`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{ConversationId, PersonId};
use crate::tables::read_pointers;

/// Moves the pointer forward to `seq`; it never goes back. Says whether it moved.
pub async fn advance(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    person: PersonId,
    seq: i64,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let moved = diesel::sql_query(
        "insert into read_pointers (conversation_id, person_id, seq, read_at) values ($1, $2, $3, $4)
         on conflict (conversation_id, person_id) do update set seq = excluded.seq, read_at = excluded.read_at
         where read_pointers.seq < excluded.seq",
    )
    .bind::<Uuid, _>(conversation)
    .bind::<Uuid, _>(person)
    .bind::<BigInt, _>(seq)
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    Ok(moved > 0)
}

/// How far `person` has read in the conversation; 0 for not at all.
pub async fn find(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    person: PersonId,
) -> Result<i64, Error> {
    let seq = read_pointers::table
        .find((conversation, person))
        .select(read_pointers::seq)
        .first(connection)
        .await
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// How far each of `people` has read in the conversation; who is missing has not begun.
pub async fn of_people(
    connection: &mut AsyncPgConnection,
    conversation: ConversationId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, i64>, Error> {
    let rows: Vec<(PersonId, i64)> = read_pointers::table
        .filter(read_pointers::conversation_id.eq(conversation))
        .filter(read_pointers::person_id.eq_any(people))
        .select((read_pointers::person_id, read_pointers::seq))
        .load(connection)
        .await?;
    Ok(rows.into_iter().collect())
}
