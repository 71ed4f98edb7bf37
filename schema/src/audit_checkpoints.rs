//! What was signed of the tree over the audit log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::tables::audit_checkpoints;

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_checkpoints)]
pub struct SignedCheckpoint {
    /// How many leaves the tree had.
    pub size: i64,
    /// Its root.
    pub root: Vec<u8>,
    /// The note, as it is given to others.
    pub note: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

/// Keeps a checkpoint; false where there is one of that size.
pub async fn keep(connection: &mut AsyncPgConnection, signed: &SignedCheckpoint) -> Result<bool, Error> {
    let kept = diesel::insert_into(audit_checkpoints::table)
        .values(signed)
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(kept > 0)
}

/// The newest one.
pub async fn newest(connection: &mut AsyncPgConnection) -> Result<Option<SignedCheckpoint>, Error> {
    Ok(audit_checkpoints::table
        .order(audit_checkpoints::size.desc())
        .select(SignedCheckpoint::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// The one of so many leaves.
pub async fn of_size(
    connection: &mut AsyncPgConnection,
    size: i64,
) -> Result<Option<SignedCheckpoint>, Error> {
    Ok(audit_checkpoints::table
        .find(size)
        .select(SignedCheckpoint::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// Up to `limit` of more leaves than `size`, the smallest first.
pub async fn after(
    connection: &mut AsyncPgConnection,
    size: i64,
    limit: i64,
) -> Result<Vec<SignedCheckpoint>, Error> {
    Ok(audit_checkpoints::table
        .filter(audit_checkpoints::size.gt(size))
        .order(audit_checkpoints::size)
        .limit(limit)
        .select(SignedCheckpoint::as_select())
        .load(connection)
        .await?)
}
