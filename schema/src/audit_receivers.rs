//! How far each receiver outside has got: with checkpoints, or with entries of the audit log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::tables::audit_receivers;

/// A receiver.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_receivers)]
pub struct Receiver {
    /// What the configuration calls it.
    pub name: String,
    /// The size of the last checkpoint, or the number of leaves, that it has taken.
    pub has_until: i64,
    /// When it took something last.
    pub taken_at: Option<DateTime<Utc>>,
    /// Since when it takes nothing.
    pub failing_since: Option<DateTime<Utc>>,
    /// What it said last, or why it could not be reached.
    pub error: Option<String>,
}

/// All of them, by name.
pub async fn list(connection: &mut AsyncPgConnection) -> Result<Vec<Receiver>, Error> {
    Ok(audit_receivers::table
        .order(audit_receivers::name)
        .select(Receiver::as_select())
        .load(connection)
        .await?)
}

/// The receiver of this name, for whoever gives it something until the transaction ends; nothing where another node does. One
/// that is new begins at `from`.
pub async fn lease(
    connection: &mut AsyncPgConnection,
    name: &str,
    from: i64,
) -> Result<Option<Receiver>, Error> {
    diesel::insert_into(audit_receivers::table)
        .values((audit_receivers::name.eq(name), audit_receivers::has_until.eq(from)))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(audit_receivers::table
        .find(name)
        .for_update()
        .skip_locked()
        .select(Receiver::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// It has taken everything up to `has_until`.
pub async fn took(
    connection: &mut AsyncPgConnection,
    name: &str,
    has_until: i64,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::update(audit_receivers::table.find(name))
        .set((
            audit_receivers::has_until.eq(has_until),
            audit_receivers::taken_at.eq(at),
            audit_receivers::failing_since.eq(None::<DateTime<Utc>>),
            audit_receivers::error.eq(None::<String>),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// It takes nothing, and this is why.
pub async fn failed(
    connection: &mut AsyncPgConnection,
    receiver: &Receiver,
    why: &str,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let why: String = why.chars().take(2000).collect();
    diesel::update(audit_receivers::table.find(&receiver.name))
        .set((
            audit_receivers::failing_since.eq(receiver.failing_since.unwrap_or(at)),
            audit_receivers::error.eq(if why.is_empty() { "no reason was given".to_owned() } else { why }),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
