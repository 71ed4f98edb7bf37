//! Checks of the audit log that somebody asked for. One at a time: each reads everything.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{AuditCheckId, PersonId};
use crate::tables::audit_checks;

/// A check that nothing was heard of for so long has ended with its node.
const SILENCE: TimeDelta = TimeDelta::minutes(1);

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_checks)]
pub struct AuditCheck {
    /// Its identifier.
    pub id: AuditCheckId,
    /// Who asked for it.
    pub requested_by: PersonId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// What is looked at.
    pub stage: String,
    /// How many of them have been.
    pub done: i64,
    /// How many there are, where that is known.
    pub total: Option<i64>,
    /// When something was heard of it last.
    pub seen_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it came to; none where it could not be finished.
    pub report: Option<serde_json::Value>,
}

/// Begins a check, with its entry in the log; nothing where one is under way.
pub async fn begin(
    connection: &mut AsyncPgConnection,
    id: AuditCheckId,
    by: PersonId,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            diesel::update(audit_checks::table)
                .filter(audit_checks::finished_at.is_null())
                .filter(audit_checks::seen_at.lt(at - SILENCE))
                .set(audit_checks::finished_at.eq(at))
                .execute(connection)
                .await?;
            let begun = diesel::insert_into(audit_checks::table)
                .values((
                    audit_checks::id.eq(id),
                    audit_checks::requested_by.eq(by),
                    audit_checks::requested_at.eq(at),
                    audit_checks::seen_at.eq(at),
                ))
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
            if begun > 0 {
                audit::append(connection, entry).await?;
            }
            Ok(begun > 0)
        })
        .await
}

/// Says how far it is.
pub async fn progress(
    connection: &mut AsyncPgConnection,
    id: AuditCheckId,
    (stage, done, total): (&str, i64, Option<i64>),
    at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::update(audit_checks::table.find(id).filter(audit_checks::finished_at.is_null()))
        .set((
            audit_checks::stage.eq(stage),
            audit_checks::done.eq(done),
            audit_checks::total.eq(total),
            audit_checks::seen_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// It has ended, with its entry in the log; without a report it could not be finished.
pub async fn end(
    connection: &mut AsyncPgConnection,
    id: AuditCheckId,
    report: Option<serde_json::Value>,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::update(audit_checks::table.find(id))
                .set((
                    audit_checks::finished_at.eq(at),
                    audit_checks::seen_at.eq(at),
                    audit_checks::report.eq(report),
                ))
                .execute(connection)
                .await?;
            audit::append(connection, entry).await
        })
        .await
}

/// One of them.
pub async fn find(connection: &mut AsyncPgConnection, id: AuditCheckId) -> Result<Option<AuditCheck>, Error> {
    Ok(audit_checks::table.find(id).select(AuditCheck::as_select()).first(connection).await.optional()?)
}

/// The newest ones.
pub async fn newest(connection: &mut AsyncPgConnection, limit: i64) -> Result<Vec<AuditCheck>, Error> {
    Ok(audit_checks::table
        .order((audit_checks::requested_at.desc(), audit_checks::id.desc()))
        .limit(limit)
        .select(AuditCheck::as_select())
        .load(connection)
        .await?)
}
