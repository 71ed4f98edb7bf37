//! The numbered sets of rules, and who signed them. All of them are kept as they were signed, so that any decision can
//! be made again. Which of them decide is said by [`crate::policy_activations`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use crate::audit::{self, NewEntry};
use crate::ids::{PersonId, SigningKeyId};
use crate::tables::{policy_signatures, policy_versions};
use crate::text_enum::text_enum;
use crate::{Error, notifications};

/// The files of a set: name to text.
pub type Files = BTreeMap<String, String>;

text_enum! {
    /// As what an officer signs.
    SignatureRole {
        /// Wrote it.
        Author = "author",
        /// Approves it.
        Approver = "approver",
    }
}

/// A set of rules, without its files.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = policy_versions)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Version {
    /// Its number.
    pub number: i64,
    /// The SHA-256 over its files.
    pub sha256: Vec<u8>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The set that it was written from.
    pub base: Option<i64>,
    /// Who wrote it; nobody: it came with the program.
    pub author_id: Option<PersonId>,
    /// What it is for.
    pub note: String,
    /// It touches what only the security office may answer for.
    pub needs_security: bool,
    /// Who took it back.
    pub withdrawn_by: Option<PersonId>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// A set of rules to be kept.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Its number, from [`next_number`].
    pub number: i64,
    /// The SHA-256 over its files.
    pub sha256: [u8; 32],
    /// Its files.
    pub files: Files,
    /// The set that it was written from.
    pub base: i64,
    /// Who wrote it.
    pub author_id: PersonId,
    /// What it is for.
    pub note: String,
    /// It touches what only the security office may answer for.
    pub needs_security: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A signature under a set.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = policy_signatures)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Signature {
    /// Under which set.
    pub number: i64,
    /// As what.
    pub role: SignatureRole,
    /// By whom.
    pub person_id: PersonId,
    /// Under which duty.
    pub duty: String,
    /// With which key.
    pub key_id: SigningKeyId,
    /// The 64 octets of Ed25519.
    pub signature: Vec<u8>,
    /// When.
    pub signed_at: DateTime<Utc>,
}

/// The number that the next set will have, if nobody is faster.
pub async fn next_number(connection: &mut AsyncPgConnection) -> Result<i64, Error> {
    let newest: Option<i64> =
        policy_versions::table.select(diesel::dsl::max(policy_versions::number)).first(connection).await?;
    Ok(newest.unwrap_or(0) + 1)
}

/// The newest sets, newest first.
pub async fn list(connection: &mut AsyncPgConnection, limit: i64) -> Result<Vec<Version>, Error> {
    Ok(policy_versions::table
        .order(policy_versions::number.desc())
        .limit(limit)
        .select(Version::as_select())
        .load(connection)
        .await?)
}

/// The set `number`.
pub async fn find(connection: &mut AsyncPgConnection, number: i64) -> Result<Version, Error> {
    Ok(policy_versions::table.find(number).select(Version::as_select()).first(connection).await?)
}

/// The files of the set `number`.
pub async fn files(connection: &mut AsyncPgConnection, number: i64) -> Result<Files, Error> {
    let value: serde_json::Value =
        policy_versions::table.find(number).select(policy_versions::files).first(connection).await?;
    serde_json::from_value(value)
        .map_err(|error| Error::Query(diesel::result::Error::DeserializationError(Box::new(error))))
}

/// The signatures under these sets.
pub async fn signatures(
    connection: &mut AsyncPgConnection,
    numbers: &[i64],
) -> Result<Vec<Signature>, Error> {
    Ok(policy_signatures::table
        .filter(policy_signatures::number.eq_any(numbers))
        .order((policy_signatures::number, policy_signatures::signed_at))
        .select(Signature::as_select())
        .load(connection)
        .await?)
}

/// The sets that two officers signed, or that came with the program, and that nobody took back: they may be put in
/// force. The newest first.
pub async fn approved(connection: &mut AsyncPgConnection, limit: i64) -> Result<Vec<Version>, Error> {
    Ok(policy_versions::table
        .filter(sql::<Bool>("policy_is_approved(policy_versions)"))
        .order(policy_versions::number.desc())
        .limit(limit)
        .select(Version::as_select())
        .load(connection)
        .await?)
}

/// Whether the set may be put in force.
pub async fn is_approved(connection: &mut AsyncPgConnection, number: i64) -> Result<bool, Error> {
    Ok(policy_versions::table
        .find(number)
        .select(sql::<Bool>("policy_is_approved(policy_versions)"))
        .first(connection)
        .await?)
}

/// One writer of sets at a time, until the transaction ends.
pub(crate) async fn alone(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    Ok(connection.batch_execute("select pg_advisory_xact_lock(hashtext('chancery.policy_versions'))").await?)
}

/// Keeps a set that an officer wrote. False: somebody else was faster, and its number is taken.
pub async fn draft(
    connection: &mut AsyncPgConnection,
    new: &NewVersion,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            alone(connection).await?;
            if next_number(connection).await? != new.number {
                return Ok(false);
            }
            diesel::insert_into(policy_versions::table)
                .values((
                    policy_versions::number.eq(new.number),
                    policy_versions::sha256.eq(&new.sha256[..]),
                    policy_versions::files.eq(serde_json::json!(new.files)),
                    policy_versions::base.eq(new.base),
                    policy_versions::author_id.eq(new.author_id),
                    policy_versions::note.eq(&new.note),
                    policy_versions::needs_security.eq(new.needs_security),
                    policy_versions::created_at.eq(new.created_at),
                ))
                .execute(connection)
                .await?;
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Puts the files of the program in force everywhere, as set `number`. False: somebody else was faster.
pub async fn found(
    connection: &mut AsyncPgConnection,
    number: i64,
    sha256: &[u8],
    files: &Files,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let entry = NewEntry {
        at,
        kind: "policy.founded",
        actor_id: None,
        entry: serde_json::json!({ "number": number }),
    };
    connection
        .transaction(async |connection| {
            alone(connection).await?;
            if next_number(connection).await? != number {
                return Ok(false);
            }
            diesel::insert_into(policy_versions::table)
                .values((
                    policy_versions::number.eq(number),
                    policy_versions::sha256.eq(sha256),
                    policy_versions::files.eq(serde_json::json!(files)),
                    policy_versions::created_at.eq(at),
                ))
                .execute(connection)
                .await?;
            let beginning = crate::policy_activations::Beginning::founding(number, at);
            crate::policy_activations::replace(connection, &beginning).await?;
            audit::append(connection, &entry).await?;
            notifications::notify_policy_changed(connection, number).await?;
            Ok(true)
        })
        .await
}

/// Puts a signature under a set, and has every node build it where it is approved now.
pub async fn sign(
    connection: &mut AsyncPgConnection,
    signature: &Signature,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            alone(connection).await?;
            diesel::insert_into(policy_signatures::table).values(signature).execute(connection).await?;
            audit::append(connection, entry).await?;
            notifications::notify_policy_changed(connection, signature.number).await
        })
        .await
}

/// Takes a set back that is in force nowhere. False: it is in force, or was taken back already.
pub async fn withdraw(
    connection: &mut AsyncPgConnection,
    number: i64,
    by: PersonId,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            alone(connection).await?;
            let changed = diesel::update(policy_versions::table.find(number))
                .filter(policy_versions::withdrawn_at.is_null())
                .filter(sql::<Bool>(
                    "not exists (select from policy_activations activation
                        where activation.number = policy_versions.number and upper_inf(activation.valid))",
                ))
                .set((policy_versions::withdrawn_by.eq(by), policy_versions::withdrawn_at.eq(at)))
                .execute(connection)
                .await?;
            if changed == 1 {
                audit::append(connection, entry).await?;
                notifications::notify_policy_changed(connection, number).await?;
            }
            Ok(changed == 1)
        })
        .await
}

/// An id for a row about policies.
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}
