//! The keys with which officers sign. The private half never leaves the officer's device.

use actix_web::{HttpResponse, get, post, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schema::ids::SigningKeyId;
use schema::signing_keys;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::policy::PolicyReader;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::policy::life::{self, Act};
use crate::routes::body::Body;
use crate::routes::said;
use crate::views::policy::KeyView;

const LONGEST_NAME: usize = 100;

#[derive(Serialize, ToSchema)]
pub(super) struct KeysAnswer {
    keys: Vec<KeyView>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct KeyAnswer {
    key: KeyView,
}

/// A key to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKeyBody {
    /// What its owner calls it: the device that holds it.
    name: String,
    /// The 32 octets of the public half, in base64.
    public_key: String,
}

/// All keys, the newest first.
#[utoipa::path(
    operation_id = "list_signing_keys", tag = "policy", security(("access_token" = [])),
    responses(
        (status = 200, description = "The keys", body = KeysAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy/keys")]
pub(super) async fn list_signing_keys(
    app: App,
    keeper: PolicyReader,
) -> Result<web::Json<KeysAnswer>, Error> {
    let keys = signing_keys::list(&mut *app.pool.get().await?).await?;
    let keys = keys.into_iter().map(|key| KeyView::of(&keeper.reader, key)).collect();
    Ok(web::Json(KeysAnswer { keys }))
}

/// Keeps the public half of the reader's key. Somebody else has to confirm that it is theirs.
#[utoipa::path(
    operation_id = "enrol_signing_key", tag = "policy", security(("access_token" = [])),
    request_body = NewKeyBody,
    responses(
        (status = 201, description = "Kept, to be confirmed", body = KeyAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 409, description = "`key_exists`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/keys")]
pub(super) async fn enrol_signing_key(
    app: App,
    keeper: PolicyReader,
    Body(asked): Body<NewKeyBody>,
) -> Result<HttpResponse, Error> {
    let name = said::line("name", &asked.name, LONGEST_NAME)?;
    let octets = STANDARD.decode(asked.public_key.trim());
    let octets = octets.map_err(|_| Error::invalid(codes::INVALID_VALUE, "public_key"))?;
    let act = Act { officer: keeper.officer, at: app.clock.now() };
    let key = life::enrol(&mut app.pool.get().await?, act, name, octets).await?;
    Ok(HttpResponse::Created().json(KeyAnswer { key: KeyView::of(&keeper.reader, key) }))
}

/// Says that a key is that of the officer who brought it.
#[utoipa::path(
    operation_id = "confirm_signing_key", tag = "policy", security(("access_token" = [])),
    params(("id" = SigningKeyId, Path, description = "The key")),
    responses(
        (status = 204, description = "Confirmed"),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`, `key_own`", body = ErrorBody),
        (status = 404, description = "There is no such key", body = ErrorBody),
        (status = 409, description = "`key_settled`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/keys/{id}/confirm")]
pub(super) async fn confirm_signing_key(
    app: App,
    keeper: PolicyReader,
    id: web::Path<SigningKeyId>,
) -> Result<HttpResponse, Error> {
    let act = Act { officer: keeper.officer, at: app.clock.now() };
    life::confirm_key(&mut app.pool.get().await?, act, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends a key. What it signed stays signed.
#[utoipa::path(
    operation_id = "revoke_signing_key", tag = "policy", security(("access_token" = [])),
    params(("id" = SigningKeyId, Path, description = "The key")),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such key", body = ErrorBody),
        (status = 409, description = "`key_settled`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/keys/{id}/revoke")]
pub(super) async fn revoke_signing_key(
    app: App,
    keeper: PolicyReader,
    id: web::Path<SigningKeyId>,
) -> Result<HttpResponse, Error> {
    let act = Act { officer: keeper.officer, at: app.clock.now() };
    life::revoke_key(&mut app.pool.get().await?, act, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
