//! The numbered sets of rules. One is active; all of them are kept, so that any decision can be made again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::Error;
use crate::tables::policy_versions;

/// The files of a set: name to text.
pub type Files = BTreeMap<String, String>;

/// Which set is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    /// Its number.
    pub number: i64,
    /// The SHA-256 over its files.
    pub sha256: Vec<u8>,
}

/// The active set, if anything was ever published.
pub async fn active(connection: &mut AsyncPgConnection) -> Result<Option<Active>, Error> {
    let row: Option<(i64, Vec<u8>)> = policy_versions::table
        .filter(policy_versions::state.eq("active"))
        .select((policy_versions::number, policy_versions::sha256))
        .first(connection)
        .await
        .optional()?;
    Ok(row.map(|(number, sha256)| Active { number, sha256 }))
}

/// The number that the next set will have, if nobody is faster.
pub async fn next_number(connection: &mut AsyncPgConnection) -> Result<i64, Error> {
    let newest: Option<i64> =
        policy_versions::table.select(diesel::dsl::max(policy_versions::number)).first(connection).await?;
    Ok(newest.unwrap_or(0) + 1)
}

/// The files of the set `number`.
pub async fn files(connection: &mut AsyncPgConnection, number: i64) -> Result<Files, Error> {
    let value: serde_json::Value =
        policy_versions::table.find(number).select(policy_versions::files).first(connection).await?;
    serde_json::from_value(value)
        .map_err(|error| Error::Query(diesel::result::Error::DeserializationError(Box::new(error))))
}

/// Publishes a set as `number` and makes it the active one, on every node as soon as the transaction commits.
/// False: somebody else was faster, and `number` is taken.
pub async fn activate(
    connection: &mut AsyncPgConnection,
    number: i64,
    sha256: &[u8],
    files: &Files,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            // One publisher at a time, until the transaction ends.
            connection
                .batch_execute("select pg_advisory_xact_lock(hashtext('chancery.policy_versions'))")
                .await?;
            if next_number(connection).await? != number {
                return Ok(false);
            }
            diesel::update(policy_versions::table.filter(policy_versions::state.eq("active")))
                .set(policy_versions::state.eq("retired"))
                .execute(connection)
                .await?;
            diesel::insert_into(policy_versions::table)
                .values((
                    policy_versions::number.eq(number),
                    policy_versions::sha256.eq(sha256),
                    policy_versions::files.eq(serde_json::json!(files)),
                    policy_versions::state.eq("active"),
                    policy_versions::created_at.eq(at),
                    policy_versions::activated_at.eq(at),
                ))
                .execute(connection)
                .await?;
            crate::notifications::notify_policy_changed(connection, number).await?;
            Ok(true)
        })
        .await
}
