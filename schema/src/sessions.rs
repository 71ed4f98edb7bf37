//! Sessions and their refresh tokens, of which the table knows only hashes. Whoever begins or ends one is on record.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{PersonId, SessionId};
use crate::notifications::notify_session_ended;
use crate::tables::{people, refresh_tokens, sessions};
use crate::text_enum::text_enum;

text_enum! {
    /// Why a session ended.
    EndReason {
        /// Its owner signed out.
        SignedOut = "signed_out",
        /// Its owner ended it from another device.
        EndedByOwner = "ended_by_owner",
        /// A refresh token was used twice: one of the two was a thief.
        TokenReuse = "token_reuse",
        /// The directory disabled the person.
        Disabled = "disabled",
        /// It was not used for too long, or lasted long enough.
        Expired = "expired",
        /// An administrator ended it.
        EndedByAdmin = "ended_by_admin",
        /// Its owner signed in on too many other devices after it was last used.
        CrowdedOut = "crowded_out",
    }
}

/// A session that begins.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub person_id: PersonId,
    /// When it begins.
    pub created_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// From where the person signed in.
    pub address: IpAddr,
    /// With what; at most 400 characters.
    pub user_agent: String,
    /// The hash of its first refresh token.
    pub token_sha256: [u8; 32],
}

fn entry(kind: &'static str, at: DateTime<Utc>, person: PersonId, entry: serde_json::Value) -> NewEntry {
    NewEntry { at, kind, actor_id: Some(person), entry }
}

/// Records that somebody could not sign in as `person`.
pub async fn refuse(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    address: IpAddr,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    audit::append(connection, &entry("session.refused", at, person, json!({ "address": address }))).await
}

/// A session as its owner sees it.
#[derive(Debug, Clone, Queryable)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When its token was last exchanged.
    pub last_used_at: DateTime<Utc>,
    /// From where the person signed in.
    pub address: String,
    /// With what.
    pub user_agent: String,
}

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// It was good, and is used up now; the next one is stored.
    Renewed {
        /// The session.
        session: SessionId,
        /// Its owner.
        person: PersonId,
        /// When the session ends at the latest.
        expires_at: DateTime<Utc>,
    },
    /// Nobody ever had it.
    Unknown,
    /// Its session is over.
    Ended,
    /// It was used before: its session ended because of that, just now.
    Reused {
        /// The session.
        session: SessionId,
        /// Its owner.
        person: PersonId,
    },
}

/// Begins a session, and ends those of the person that were used least lately where there are more than `most`: these come
/// back. Nothing: the person is not active, and has none.
///
/// Whoever disables the person at this moment either is waited for and obeyed, or waits for us and ends the session:
/// both lock the person's row.
pub async fn begin(
    connection: &mut AsyncPgConnection,
    new: &NewSession,
    most: u32,
) -> Result<Option<Vec<SessionId>>, Error> {
    connection
        .transaction(async |connection| {
            let status: Option<String> = people::table
                .find(new.person_id)
                .select(people::status)
                .for_share()
                .first(connection)
                .await
                .optional()?;
            if status.as_deref() != Some("active") {
                return Ok(None);
            }
            diesel::insert_into(sessions::table)
                .values((
                    sessions::id.eq(new.id),
                    sessions::person_id.eq(new.person_id),
                    sessions::created_at.eq(new.created_at),
                    sessions::last_used_at.eq(new.created_at),
                    sessions::expires_at.eq(new.expires_at),
                    sessions::address.eq(ipnetwork::IpNetwork::from(new.address)),
                    sessions::user_agent.eq(&new.user_agent),
                ))
                .execute(connection)
                .await?;
            store_token(connection, new.id, &new.token_sha256, new.created_at).await?;
            let said = json!({ "session_id": new.id, "address": new.address });
            audit::append(connection, &entry("session.began", new.created_at, new.person_id, said)).await?;
            crowd_out(connection, new, most).await.map(Some)
        })
        .await
}

/// Ends what is too much. The new session was used last, so it stays.
async fn crowd_out(
    connection: &mut AsyncPgConnection,
    new: &NewSession,
    most: u32,
) -> Result<Vec<SessionId>, Error> {
    let too_many: Vec<SessionId> = sessions::table
        .filter(sessions::person_id.eq(new.person_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(new.created_at))
        .filter(sessions::id.ne(new.id))
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .offset(i64::from(most.max(1)) - 1)
        .select(sessions::id)
        .load(connection)
        .await?;
    for session in &too_many {
        end(connection, *session, EndReason::CrowdedOut, new.created_at).await?;
    }
    Ok(too_many)
}

async fn store_token(
    connection: &mut AsyncPgConnection,
    session: SessionId,
    sha256: &[u8; 32],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::sha256.eq(sha256.as_slice()),
            refresh_tokens::session_id.eq(session),
            refresh_tokens::issued_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

type TokenRow =
    (SessionId, PersonId, DateTime<Utc>, Option<DateTime<Utc>>, DateTime<Utc>, Option<DateTime<Utc>>);

/// Exchanges a refresh token for the next one, in one transaction. `idle_since`: tokens issued before it are too old.
pub async fn exchange(
    connection: &mut AsyncPgConnection,
    presented: &[u8; 32],
    next: &[u8; 32],
    now: DateTime<Utc>,
    idle_since: DateTime<Utc>,
) -> Result<Exchange, Error> {
    connection
        .transaction(async |connection| {
            let row: Option<TokenRow> = refresh_tokens::table
                .inner_join(sessions::table)
                .filter(refresh_tokens::sha256.eq(presented.as_slice()))
                .select((
                    sessions::id,
                    sessions::person_id,
                    refresh_tokens::issued_at,
                    refresh_tokens::used_at,
                    sessions::expires_at,
                    sessions::ended_at,
                ))
                .for_update()
                .first(connection)
                .await
                .optional()?;
            let Some((session, person, issued_at, used_at, expires_at, ended_at)) = row else {
                return Ok(Exchange::Unknown);
            };
            if ended_at.is_some() {
                return Ok(Exchange::Ended);
            }
            if used_at.is_some() {
                end(connection, session, EndReason::TokenReuse, now).await?;
                return Ok(Exchange::Reused { session, person });
            }
            if expires_at <= now || issued_at < idle_since {
                end(connection, session, EndReason::Expired, now).await?;
                return Ok(Exchange::Ended);
            }
            diesel::update(refresh_tokens::table.find(presented.as_slice()))
                .set(refresh_tokens::used_at.eq(now))
                .execute(connection)
                .await?;
            store_token(connection, session, next, now).await?;
            diesel::update(sessions::table.find(session))
                .set(sessions::last_used_at.eq(now))
                .execute(connection)
                .await?;
            Ok(Exchange::Renewed { session, person, expires_at })
        })
        .await
}

/// The session that a refresh token belongs to, used or not, while it lasts.
pub async fn of_token(
    connection: &mut AsyncPgConnection,
    sha256: &[u8; 32],
) -> Result<Option<(SessionId, PersonId)>, Error> {
    Ok(refresh_tokens::table
        .inner_join(sessions::table)
        .filter(refresh_tokens::sha256.eq(sha256.as_slice()))
        .filter(sessions::ended_at.is_null())
        .select((sessions::id, sessions::person_id))
        .first(connection)
        .await
        .optional()?)
}

/// Ends a session and tells every node. False: it had ended before, or never was.
pub async fn end(
    connection: &mut AsyncPgConnection,
    session: SessionId,
    reason: EndReason,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let owner: Option<PersonId> =
                diesel::update(sessions::table.find(session).filter(sessions::ended_at.is_null()))
                    .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
                    .returning(sessions::person_id)
                    .get_result(connection)
                    .await
                    .optional()?;
            let Some(owner) = owner else { return Ok(false) };
            let said = json!({ "session_id": session, "reason": reason });
            audit::append(connection, &entry("session.ended", now, owner, said)).await?;
            notify_session_ended(connection, session).await?;
            Ok(true)
        })
        .await
}

/// Ends `session` if it is one of `person`'s own. False: it is not, or it had ended.
pub async fn end_own(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    session: SessionId,
    reason: EndReason,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let own: Option<SessionId> = sessions::table
        .find(session)
        .filter(sessions::person_id.eq(person))
        .select(sessions::id)
        .first(connection)
        .await
        .optional()?;
    match own {
        Some(session) => end(connection, session, reason, now).await,
        None => Ok(false),
    }
}

/// The sessions of `person` that last, the newest first.
pub async fn list(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, Error> {
    Ok(sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .select((
            sessions::id,
            sessions::created_at,
            sessions::last_used_at,
            sql::<Text>("host(address)"),
            sessions::user_agent,
        ))
        .load(connection)
        .await?)
}

/// The sessions that ended after `since`: their access tokens may still be about.
pub async fn ended_since(
    connection: &mut AsyncPgConnection,
    since: DateTime<Utc>,
) -> Result<Vec<SessionId>, Error> {
    Ok(sessions::table.filter(sessions::ended_at.ge(since)).select(sessions::id).load(connection).await?)
}

/// Whether `session` lasts: neither ended nor expired.
pub async fn lasts(
    connection: &mut AsyncPgConnection,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let found: Option<SessionId> = sessions::table
        .find(session)
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .select(sessions::id)
        .first(connection)
        .await
        .optional()?;
    Ok(found.is_some())
}
