//! The audit log, which only grows. A change and its entry are written in one transaction, so the functions that
//! change a table take the entry along.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{ConversationId, PersonId};
use crate::tables::audit_log;

/// One entry: what happened, when, and who did it.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = audit_log)]
pub struct NewEntry {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened, as `thing.verb`.
    pub kind: &'static str,
    /// Who did it; nobody for what the system does by itself.
    pub actor_id: Option<PersonId>,
    /// The kind's own fields. Never a body, a token or a password.
    pub entry: serde_json::Value,
}

/// Adds `entry` to the log.
pub async fn append(connection: &mut AsyncPgConnection, entry: &NewEntry) -> Result<(), Error> {
    diesel::insert_into(audit_log::table).values(entry).execute(connection).await?;
    Ok(())
}

/// Adds all `entries` to the log, in their order.
pub async fn append_all(connection: &mut AsyncPgConnection, entries: &[NewEntry]) -> Result<(), Error> {
    diesel::insert_into(audit_log::table).values(entries).execute(connection).await?;
    Ok(())
}

/// An entry, for people to read.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Entry {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// When it happened.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// What happened.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Who did it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub actor_id: Option<PersonId>,
    /// The kind's own fields.
    #[diesel(sql_type = Jsonb)]
    pub entry: serde_json::Value,
}

/// Which entries are wanted; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Below this number.
    pub before: Option<i64>,
    /// Of one of these kinds, or of those that begin with such a word and a dot; all of them where there is none.
    pub kinds: Vec<String>,
    /// By this person.
    pub actor: Option<PersonId>,
    /// About this person: named in one of the entry's fields.
    pub person: Option<PersonId>,
    /// About this conversation.
    pub conversation: Option<ConversationId>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// Up to `limit` of the wanted entries, the newest first. Entries that only give the hashes of rows are left out.
pub async fn list(
    connection: &mut AsyncPgConnection,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    Ok(diesel::sql_query(
        "select seq, at, kind, actor_id, entry from audit_log
         where kind <> 'rows.changed' and ($1 is null or seq < $1)
           and (cardinality($2) = 0 or kind = any ($2) or split_part(kind, '.', 1) = any ($2))
           and ($3 is null or actor_id = $3)
           and ($4 is null or entry @> jsonb_build_object('person_id', $4) or actor_id = $4
                or entry @> jsonb_build_object('to_id', $4) or entry @> jsonb_build_object('from_id', $4)
                or entry @> jsonb_build_object('target_id', $4))
           and ($5 is null or entry @> jsonb_build_object('conversation_id', $5))
           and ($6 is null or at >= $6) and ($7 is null or at < $7)
         order by seq desc limit $8",
    )
    .bind::<Nullable<BigInt>, _>(wanted.before)
    .bind::<Array<Text>, _>(&wanted.kinds)
    .bind::<Nullable<SqlUuid>, _>(wanted.actor)
    .bind::<Nullable<SqlUuid>, _>(wanted.person)
    .bind::<Nullable<SqlUuid>, _>(wanted.conversation)
    .bind::<Nullable<Timestamptz>, _>(wanted.from)
    .bind::<Nullable<Timestamptz>, _>(wanted.until)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}
