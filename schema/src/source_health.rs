//! How each source is: what operators see of it, and whether they hold it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::Error;
use crate::ids::{PersonId, SourceId};
use crate::text_enum::text_enum;

text_enum! {
    /// What the sync does with a source at the moment.
    Health {
        /// Nobody has run it.
        Unknown = "unknown",
        /// The whole directory is being read.
        Reading = "reading",
        /// Changes arrive by themselves.
        Following = "following",
        /// Between two reads.
        Waiting = "waiting",
        /// The directory cannot be read or followed.
        Failing = "failing",
    }
}

/// Notes how the source is. `trouble` is what operators must know: code and the two messages.
pub async fn set(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    health: Health,
    trouble: Option<&Value>,
) -> Result<(), Error> {
    sql_query(
        "update sources set health = $2, trouble = $3,
             health_since = case when health = $2 then health_since else now() end
         where id = $1 and (health, trouble) is distinct from ($2, $3)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(health.as_str())
    .bind::<Nullable<Jsonb>, _>(trouble)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that the directory gave a sign of life.
pub async fn heard(connection: &mut AsyncPgConnection, source: SourceId) -> Result<(), Error> {
    sql_query("update sources set heard_at = now() where id = $1")
        .bind::<SqlUuid, _>(source)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes where the directory is and of which kind, for people to read.
pub async fn describe(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    kind: &str,
    url: &str,
) -> Result<(), Error> {
    sql_query(
        "update sources set kind = $2, url = $3 where id = $1 and (kind, url) is distinct from ($2, $3)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(kind)
    .bind::<Text, _>(url)
    .execute(connection)
    .await?;
    Ok(())
}

/// Since when nothing of the source is written, and why.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Held {
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// Why.
    #[diesel(sql_type = Text)]
    pub reason: String,
}

/// Whether somebody holds the source.
pub async fn held(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Option<Held>, Error> {
    Ok(sql_query(
        "select held_at as since, held_reason as reason from sources where id = $1 and held_at is not null",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await
    .optional()?)
}

/// Holds the source: nothing of it is written until it is released. False where it is held already.
/// `by` is the person, where it is one of the mirror.
pub async fn hold(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    by: Option<PersonId>,
    reason: &str,
) -> Result<bool, Error> {
    let held = sql_query(
        "update sources set held_at = now(), held_by = $2, held_reason = $3 where id = $1 and held_at is null",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Nullable<SqlUuid>, _>(by)
    .bind::<Text, _>(reason)
    .execute(connection)
    .await?;
    Ok(held > 0)
}

/// Lets the source be written again. False where nobody holds it.
pub async fn release(connection: &mut AsyncPgConnection, source: SourceId) -> Result<bool, Error> {
    let released = sql_query(
        "update sources set held_at = null, held_by = null, held_reason = null
         where id = $1 and held_at is not null",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?;
    Ok(released > 0)
}
