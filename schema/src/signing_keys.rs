//! The public keys with which officers sign policies.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{PersonId, SigningKeyId};
use crate::tables::signing_keys;

/// A key.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct SigningKey {
    /// Its id.
    pub id: SigningKeyId,
    /// Whose it is.
    pub person_id: PersonId,
    /// What its owner calls it.
    pub name: String,
    /// The 32 octets of Ed25519.
    pub public_key: Vec<u8>,
    /// When its owner brought it.
    pub enrolled_at: DateTime<Utc>,
    /// Who saw that it is theirs.
    pub confirmed_by: Option<PersonId>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who ended it.
    pub revoked_by: Option<PersonId>,
    /// When.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl SigningKey {
    /// Whether what it signs counts.
    pub fn is_in_use(&self) -> bool {
        self.confirmed_at.is_some() && self.revoked_at.is_none()
    }
}

/// All keys, the newest first.
pub async fn list(connection: &mut AsyncPgConnection) -> Result<Vec<SigningKey>, Error> {
    Ok(signing_keys::table
        .order(signing_keys::enrolled_at.desc())
        .limit(200)
        .select(SigningKey::as_select())
        .load(connection)
        .await?)
}

/// The key `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: SigningKeyId) -> Result<SigningKey, Error> {
    Ok(signing_keys::table.find(id).select(SigningKey::as_select()).first(connection).await?)
}

/// The key with these octets.
pub async fn by_octets(
    connection: &mut AsyncPgConnection,
    public_key: &[u8],
) -> Result<Option<SigningKey>, Error> {
    Ok(signing_keys::table
        .filter(signing_keys::public_key.eq(public_key))
        .select(SigningKey::as_select())
        .first(connection)
        .await
        .optional()?)
}

/// Keeps a key that is still to be confirmed.
pub async fn enrol(
    connection: &mut AsyncPgConnection,
    key: &SigningKey,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::insert_into(signing_keys::table).values(key).execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// Confirms a key. False: it was confirmed or ended already.
pub async fn confirm(
    connection: &mut AsyncPgConnection,
    id: SigningKeyId,
    by: PersonId,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let waiting = signing_keys::confirmed_at.is_null().and(signing_keys::revoked_at.is_null());
            let changed = diesel::update(signing_keys::table.find(id).filter(waiting))
                .set((signing_keys::confirmed_by.eq(by), signing_keys::confirmed_at.eq(at)))
                .execute(connection)
                .await?;
            if changed == 1 {
                audit::append(connection, entry).await?;
            }
            Ok(changed == 1)
        })
        .await
}

/// Ends a key. What it signed stays signed. False: it was ended already.
pub async fn revoke(
    connection: &mut AsyncPgConnection,
    id: SigningKeyId,
    by: PersonId,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let changed =
                diesel::update(signing_keys::table.find(id).filter(signing_keys::revoked_at.is_null()))
                    .set((signing_keys::revoked_by.eq(by), signing_keys::revoked_at.eq(at)))
                    .execute(connection)
                    .await?;
            if changed == 1 {
                audit::append(connection, entry).await?;
            }
            Ok(changed == 1)
        })
        .await
}
