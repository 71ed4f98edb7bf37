//! Signing in, renewing, signing out, and the devices on which one is signed in.

use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::{Cookie, Expiration, SameSite};
use actix_web::http::header::USER_AGENT;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use schema::ids::SessionId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use crate::app::App;
use crate::auth::{Actor, actor, origin, session};
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::language;
use crate::views::sessions::{Session, SignedIn};
use crate::views::{Person, Reader};

const COOKIE: &str = "chancery_refresh";
const COOKIE_PATH: &str = "/api/v1/session";
const LONGEST_LOGIN: usize = 256;
const LONGEST_PASSWORD: usize = 1024;

/// Login and password, as the directory knows them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    #[schema(max_length = 256)]
    login: String,
    #[schema(value_type = String, format = Password, max_length = 1024)]
    password: SecretString,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SessionAnswer {
    session: SignedIn,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SessionsAnswer {
    sessions: Vec<Session>,
    next: Option<String>,
}

/// Signs in with the password of the directory.
#[utoipa::path(
    operation_id = "create_session", tag = "session", request_body = NewSession,
    responses(
        (status = 201, description = "Signed in; the refresh token is in a cookie", body = SessionAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "`invalid_credentials`", body = ErrorBody),
        (status = 403, description = "`cross_site`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`", body = ErrorBody),
        (status = 503, description = "`directory_unavailable`", body = ErrorBody),
    ),
)]
#[post("/session")]
pub(super) async fn create_session(
    app: App,
    request: HttpRequest,
    Body(new): Body<NewSession>,
) -> Result<HttpResponse, Error> {
    origin::refuse_cross_site(&request, &app.config)?;
    if new.login.chars().count() > LONGEST_LOGIN {
        return Err(Error::invalid(codes::TOO_LONG, "login"));
    }
    if new.password.expose_secret().len() > LONGEST_PASSWORD {
        return Err(Error::invalid(codes::TOO_LONG, "password"));
    }
    let user_agent =
        request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let asked = session::SignIn {
        login: new.login,
        password: new.password,
        address: origin::address(&request, &app.config.server),
        user_agent: user_agent.to_owned(),
    };
    let granted = session::sign_in(&app, asked).await?;
    answer(&app, &request, HttpResponse::Created(), granted)
}

/// Exchanges the refresh cookie for a new access token. A cookie that was exchanged before ends the session.
#[utoipa::path(
    operation_id = "refresh_session", tag = "session",
    responses(
        (status = 200, description = "A new access token, and a new cookie", body = SessionAnswer),
        (status = 401, description = "`token_missing`, `token_invalid`, `session_ended` or `account_disabled`", body = ErrorBody),
        (status = 403, description = "`cross_site`", body = ErrorBody),
    ),
)]
#[post("/session/refresh")]
pub(super) async fn refresh_session(app: App, request: HttpRequest) -> Result<HttpResponse, Error> {
    origin::refuse_cross_site(&request, &app.config)?;
    let cookie = request.cookie(COOKIE).ok_or(Error::Unauthorized(codes::TOKEN_MISSING))?;
    let granted = session::refresh(&app, cookie.value()).await?;
    answer(&app, &request, HttpResponse::Ok(), granted)
}

/// Signs out. The access token or the refresh cookie says which session.
#[utoipa::path(
    operation_id = "delete_session", tag = "session", security(("access_token" = [])),
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Was not signed in", body = ErrorBody),
        (status = 403, description = "`cross_site`", body = ErrorBody),
    ),
)]
#[delete("/session")]
pub(super) async fn delete_session(app: App, request: HttpRequest) -> Result<HttpResponse, Error> {
    origin::refuse_cross_site(&request, &app.config)?;
    let by_token = actor::of_headers(&app, request.headers());
    let ended = match (by_token, request.cookie(COOKIE)) {
        (Ok(actor), _) => actor.session,
        (Err(_), Some(cookie)) => session::of_refresh_token(&app, cookie.value()).await?,
        (Err(refusal), None) => return Err(refusal),
    };
    session::sign_out(&app, ended).await?;
    let mut gone = cookie(&app, String::new(), OffsetDateTime::UNIX_EPOCH);
    gone.make_removal();
    Ok(HttpResponse::NoContent().cookie(gone).finish())
}

/// The devices on which the reader is signed in, the newest first.
#[utoipa::path(
    operation_id = "list_sessions", tag = "session", security(("access_token" = [])),
    responses(
        (status = 200, description = "The sessions", body = SessionsAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
    ),
)]
#[get("/sessions")]
pub(super) async fn list_sessions(app: App, actor: Actor) -> Result<web::Json<SessionsAnswer>, Error> {
    let rows = schema::sessions::list(&mut *app.pool.get().await?, actor.person, app.clock.now()).await?;
    let sessions = rows.into_iter().map(|row| Session::of(row, actor.session)).collect();
    Ok(web::Json(SessionsAnswer { sessions, next: None }))
}

/// Signs out on one device.
#[utoipa::path(
    operation_id = "end_session", tag = "session", security(("access_token" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    responses(
        (status = 204, description = "Ended"),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such session of the reader's", body = ErrorBody),
    ),
)]
#[delete("/sessions/{id}")]
pub(super) async fn end_session(
    app: App,
    actor: Actor,
    id: web::Path<SessionId>,
) -> Result<HttpResponse, Error> {
    session::end_own(&app, &actor, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn answer(
    app: &App,
    request: &HttpRequest,
    mut response: actix_web::HttpResponseBuilder,
    granted: session::Granted,
) -> Result<HttpResponse, Error> {
    let reader = Reader::new(app, granted.actor, language::of_headers(request.headers()))?;
    let person = Person::of(&reader, reader.person).ok_or(Error::Unauthorized(codes::ACCOUNT_DISABLED))?;
    let ends_at = OffsetDateTime::from_unix_timestamp(granted.session_expires_at.timestamp());
    let secret = granted.refresh_token.expose_secret().to_owned();
    Ok(response.cookie(cookie(app, secret, ends_at.map_err(Error::internal)?)).json(SessionAnswer {
        session: SignedIn { access_token: granted.access_token, expires_at: granted.expires_at, person },
    }))
}

fn cookie(app: &App, value: String, expires_at: OffsetDateTime) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.config.server.needs_secure_cookies())
        .expires(Expiration::DateTime(expires_at))
        .finish()
}
