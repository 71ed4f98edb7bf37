//! Signing in by the directory's own check of the password, renewing, signing out.
//!
//! An unknown login gets the same answer as a wrong password, from the same directory, after the same time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ldap_sync::directory::{self, BindError, SettingsError, SignInSource};
use schema::ids::{PersonId, SessionId};
use schema::sessions::{self, EndReason, Exchange, NewSession};
use secrecy::SecretString;
use tokio::time::Instant;
use uuid::Uuid;

use super::Actor;
use super::attempts::LoginDigest;
use super::token::RefreshToken;
use crate::app::App;
use crate::error::{Error, codes, describe};
use crate::org::follow::session_ended;
use crate::org::people::login_key;
use crate::org::{Mirror, PersonRecord};
use crate::realtime::bus::Note;

/// What the table holds of a browser's name for itself.
const USER_AGENT_LENGTH: usize = 400;

/// The directories that check passwords, by the names of their sources.
pub struct Directories(HashMap<String, directory::Server>);

/// Who wants to come in, and from where.
pub struct SignIn {
    /// The login, as it was typed.
    pub login: String,
    /// The password, as it was typed.
    pub password: SecretString,
    /// From where.
    pub address: IpAddr,
    /// With what.
    pub user_agent: String,
}

/// What the owner of a session is given.
pub struct Granted {
    /// For each request.
    pub access_token: String,
    /// When that expires.
    pub expires_at: DateTime<Utc>,
    /// For the next access token.
    pub refresh_token: SecretString,
    /// When the session ends at the latest.
    pub session_expires_at: DateTime<Utc>,
    /// Who it is.
    pub actor: Actor,
}

impl Directories {
    /// Reads certificates and addresses of all sources. Connects to nothing yet.
    pub fn open(sources: &[SignInSource]) -> Result<Self, SettingsError> {
        let open =
            |source: &SignInSource| Ok((source.name.clone(), directory::Server::open(&source.server)?));
        sources.iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// The directory of the source `name`.
    fn find(&self, name: &str) -> Result<&directory::Server, Error> {
        self.0.get(name).ok_or_else(|| {
            tracing::error!(source = name, "the configuration has no such directory source");
            Error::Unavailable(codes::DIRECTORY_UNAVAILABLE)
        })
    }
}

/// Lets somebody in, if their directory says that the password is right.
pub async fn sign_in(app: &App, request: SignIn) -> Result<Granted, Error> {
    let (login, address) = (LoginDigest::of(&login_key(&request.login)), request.address);
    app.attempts.count(login, address)?;
    app.bus.tell(Note::SignInTried { login, address });
    let answer_at = Instant::now() + Duration::from_millis(app.config.auth.refusal_milliseconds);
    let mirror = app.org.current();
    let known = mirror.by_login(&request.login);
    let person = match check_password(app, &mirror, known, &request.password).await {
        Ok(person) => person,
        Err(refusal) => {
            if let (Some(record), Error::Unauthorized(_)) = (known, &refusal) {
                let mut connection = app.pool.get().await?;
                sessions::refuse(&mut connection, record.id, request.address, app.clock.now()).await?;
            }
            metrics::counter!("chancery_sign_ins_total", "outcome" => refusal.code().name).increment(1);
            tokio::time::sleep_until(answer_at).await;
            return Err(refusal);
        }
    };
    app.attempts.succeeded(login);
    app.bus.tell(Note::SignedIn { login });
    let granted = begin(app, person, request.address, &request.user_agent).await?;
    metrics::counter!("chancery_sign_ins_total", "outcome" => "signed_in").increment(1);
    Ok(granted)
}

async fn check_password(
    app: &App,
    mirror: &Mirror,
    known: Option<&PersonRecord>,
    password: &SecretString,
) -> Result<PersonId, Error> {
    let refused = Error::Unauthorized(codes::INVALID_CREDENTIALS);
    let source = match known.or_else(|| mirror.anybody()) {
        Some(record) => mirror.source_name(record.source).unwrap_or_default(),
        // An empty mirror knows nobody.
        None => return Err(refused),
    };
    let server = app.directories.find(source)?;
    let dn = match known {
        Some(record) => record.dn.clone(),
        None => nobodys_dn(mirror.anybody().map_or("", |record| record.dn.as_str())),
    };
    match directory::sign_in(server, &dn, password).await {
        // A directory that lets nobody's name in is not believed.
        Ok(()) => known.map(|record| record.id).ok_or(refused),
        Err(BindError::InvalidCredentials) => Err(refused),
        Err(BindError::Unavailable(error)) => {
            tracing::warn!(source, error = %describe::chain(&error), "the directory cannot check a password");
            Err(Error::Unavailable(codes::DIRECTORY_UNAVAILABLE))
        }
    }
}

/// A name that is nobody's, beside that of somebody: the directory looks as long for it.
fn nobodys_dn(somebodys: &str) -> String {
    let mut escaped = false;
    let comma = somebodys.find(|c: char| {
        let ends_here = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        ends_here
    });
    let above = comma.and_then(|at| somebodys.get(at..)).unwrap_or_default();
    format!("cn={}{above}", Uuid::new_v4())
}

async fn begin(app: &App, person: PersonId, address: IpAddr, user_agent: &str) -> Result<Granted, Error> {
    let now = app.clock.now();
    let refresh_token = RefreshToken::generate()?;
    let new = NewSession {
        id: SessionId::new(),
        person_id: person,
        created_at: now,
        expires_at: now + TimeDelta::hours(app.config.auth.session_hours.into()),
        address,
        user_agent: user_agent.chars().take(USER_AGENT_LENGTH).collect(),
        token_sha256: refresh_token.sha256,
    };
    // Whoever was disabled meanwhile gets no session: neither by the table, nor by a mirror that is newer than the
    // table was then, nor by one that is older.
    let most = app.config.limits.sessions_per_person;
    let crowded_out = sessions::begin(&mut *app.pool.get().await?, &new, most).await?;
    let Some(crowded_out) = crowded_out.filter(|_| app.org.current().is_active(person)) else {
        return Err(Error::Unauthorized(codes::INVALID_CREDENTIALS));
    };
    for session in crowded_out {
        session_ended(app, session);
    }
    grant(app, person, new.id, refresh_token.secret, new.expires_at)
}

fn grant(
    app: &App,
    person: PersonId,
    session: SessionId,
    refresh_token: SecretString,
    session_expires_at: DateTime<Utc>,
) -> Result<Granted, Error> {
    let (access_token, expires_at) = app.tokens.issue(person, session, app.clock.now())?;
    let actor = Actor { person, session, expires_at };
    Ok(Granted { access_token, expires_at, refresh_token, session_expires_at, actor })
}

/// Exchanges a refresh token for a new pair. One that was used before ends its session, on every device and node.
pub async fn refresh(app: &App, presented: &str) -> Result<Granted, Error> {
    let presented = RefreshToken::hash(presented).ok_or(Error::Unauthorized(codes::TOKEN_INVALID))?;
    let next = RefreshToken::generate()?;
    let now = app.clock.now();
    let idle_since = now - TimeDelta::hours(app.config.auth.idle_hours.into());
    let mut connection = app.pool.get().await?;
    match sessions::exchange(&mut connection, &presented, &next.sha256, now, idle_since).await? {
        Exchange::Renewed { session, person, expires_at } => {
            if !app.org.current().is_active(person) {
                return Err(Error::Unauthorized(codes::ACCOUNT_DISABLED));
            }
            grant(app, person, session, next.secret, expires_at)
        }
        Exchange::Reused { session, person } => {
            tracing::warn!(%session, %person, "a refresh token was used twice, its session is ended");
            session_ended(app, session);
            Err(Error::Unauthorized(codes::SESSION_ENDED))
        }
        Exchange::Ended => Err(Error::Unauthorized(codes::SESSION_ENDED)),
        Exchange::Unknown => Err(Error::Unauthorized(codes::TOKEN_INVALID)),
    }
}

/// The session that a refresh token belongs to.
pub async fn of_refresh_token(app: &App, presented: &str) -> Result<SessionId, Error> {
    let invalid = Error::Unauthorized(codes::TOKEN_INVALID);
    let Some(sha256) = RefreshToken::hash(presented) else { return Err(invalid) };
    let found = sessions::of_token(&mut *app.pool.get().await?, &sha256).await?;
    found.map(|(session, _)| session).ok_or(invalid)
}

/// Ends a session, with its access tokens and its open connections.
pub async fn sign_out(app: &App, session: SessionId) -> Result<(), Error> {
    let mut connection = app.pool.get().await?;
    sessions::end(&mut connection, session, EndReason::SignedOut, app.clock.now()).await?;
    session_ended(app, session);
    Ok(())
}

/// Ends another session of the same person.
pub async fn end_own(app: &App, actor: &Actor, session: SessionId) -> Result<(), Error> {
    let mut connection = app.pool.get().await?;
    let now = app.clock.now();
    if !sessions::end_own(&mut connection, actor.person, session, EndReason::EndedByOwner, now).await? {
        return Err(Error::NotFound);
    }
    session_ended(app, session);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_name_stands_beside_somebodys() {
        let dn = nobodys_dn("cn=Petrov\\, Ivan,ou=People,dc=gov");
        assert!(dn.starts_with("cn=") && dn.ends_with(",ou=People,dc=gov") && !dn.contains("Ivan"), "{dn}");
        assert_eq!(nobodys_dn("").len(), 3 + 36);
    }
}
