//! The audit log, which only grows. A change and its entry are written in one transaction, so the functions that
//! change a table take the entry along.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::PersonId;
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
