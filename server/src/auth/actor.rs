//! The person asking, taken from the access token. It needs no table: token, ended sessions and mirror are in memory.

use std::future::{Ready, ready};

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{DateTime, Utc};
use schema::ids::{PersonId, SessionId};

use crate::app::App;
use crate::error::{Error, codes};

/// Who asks, in which session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// The session.
    pub session: SessionId,
    /// When the token expires that proved it.
    pub expires_at: DateTime<Utc>,
}

/// Whose token it is, if it is good, its session lasts, and its owner may still come in.
pub fn authenticate(app: &App, token: &str) -> Result<Actor, Error> {
    let (person, session, expires_at) = app.tokens.check(token, app.clock.now())?;
    let actor = Actor { person, session, expires_at };
    recheck(app, &actor)?;
    Ok(actor)
}

/// Whether the session of `actor` lasts and its owner may still come in: for whoever stays longer than one request.
pub fn recheck(app: &App, actor: &Actor) -> Result<(), Error> {
    if !app.org.current().is_active(actor.person) {
        return Err(Error::Unauthorized(codes::ACCOUNT_DISABLED));
    }
    if app.sessions.has_ended(actor.session) {
        return Err(Error::Unauthorized(codes::SESSION_ENDED));
    }
    Ok(())
}

/// Who sends a request with these headers.
pub fn of_headers(app: &App, headers: &HeaderMap) -> Result<Actor, Error> {
    authenticate(app, bearer(headers)?)
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let value = headers.get(AUTHORIZATION).ok_or(Error::Unauthorized(codes::TOKEN_MISSING))?;
    let text = value.to_str().map_err(|_| Error::Unauthorized(codes::TOKEN_INVALID))?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Error::Unauthorized(codes::TOKEN_MISSING)),
    }
}

impl FromRequest for Actor {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let counted = |app: App| {
            let actor = of_headers(&app, request.headers())?;
            app.limits.request(actor.person).map(|()| actor)
        };
        ready(App::of(request).and_then(counted))
    }
}
