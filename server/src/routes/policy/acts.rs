//! What officers do with versions: sign, put in force, end, go back, take back. Each needs a reason, and is on record.

use actix_web::{HttpResponse, post, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schema::ids::{SigningKeyId, UnitId};
use schema::policy_activations::Mode;
use schema::signing_keys;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reason;
use crate::access::policy::PolicyReader;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::policy::keeper;
use crate::policy::life::{self, Act, Start};
use crate::routes::body::Body;

/// A signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureBody {
    /// With which key.
    key_id: SigningKeyId,
    /// The 64 octets of Ed25519 under `to_sign.statement`, in base64.
    signature: String,
}

/// Where a version comes into force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivateBody {
    mode: Mode,
    /// In one agency alone; everywhere without it.
    agency_id: Option<UnitId>,
    reason: String,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyReasonBody {
    reason: String,
}

/// To which version to go back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RollBackBody {
    /// One that was in force everywhere; the last one without it.
    number: Option<i64>,
    reason: String,
}

/// What is in force now.
#[derive(Serialize, ToSchema)]
pub(super) struct InForceAnswer {
    number: i64,
    /// Whether every node that is there decides by it already.
    on_every_node: bool,
}

fn act(app: &App, keeper: &PolicyReader) -> Act {
    Act { officer: keeper.officer, at: app.clock.now() }
}

/// Signs a version: its author first, then somebody else.
#[utoipa::path(
    operation_id = "sign_policy_version", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The version")),
    request_body = SignatureBody,
    responses(
        (status = 204, description = "Signed"),
        (status = 400, description = "`signature_wrong`, or the body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`, `policy_own`, `policy_needs_security`, `key_not_yours`", body = ErrorBody),
        (status = 404, description = "There is no such version or key", body = ErrorBody),
        (status = 409, description = "`policy_signed_already`, `policy_not_signed_by_author`, `policy_withdrawn`, \
            `policy_base_moved`, `policy_of_program`, `key_not_confirmed`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/versions/{number}/signatures")]
pub(super) async fn sign_policy_version(
    app: App,
    keeper: PolicyReader,
    number: web::Path<i64>,
    Body(asked): Body<SignatureBody>,
) -> Result<HttpResponse, Error> {
    keeper.officer.acting()?;
    let octets = STANDARD.decode(asked.signature.trim());
    let octets = octets.ok().filter(|octets| octets.len() == 64);
    let octets = octets.ok_or(Error::invalid(codes::SIGNATURE_WRONG, "signature"))?;
    let mut connection = app.pool.get().await?;
    let key = signing_keys::find(&mut connection, asked.key_id).await?;
    life::sign(&mut connection, act(&app, &keeper), *number, &key, octets).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Puts an approved version in force: in the shadow, in one agency, or everywhere. Answers when every node that is there decides
/// by it, or after ten seconds.
#[utoipa::path(
    operation_id = "activate_policy_version", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The version")),
    request_body = ActivateBody,
    responses(
        (status = 200, description = "In force", body = InForceAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such version", body = ErrorBody),
        (status = 409, description = "`policy_not_approved`, `policy_not_built`, `policy_tables_differ`, \
            `policy_base_moved`, `policy_other_ground`, `policy_in_force`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/versions/{number}/activate")]
pub(super) async fn activate_policy_version(
    app: App,
    keeper: PolicyReader,
    number: web::Path<i64>,
    Body(asked): Body<ActivateBody>,
) -> Result<web::Json<InForceAnswer>, Error> {
    let ActivateBody { mode, agency_id: agency, reason: text } = asked;
    let org = &keeper.reader.scene.mirror.org;
    let is_agency = |id: &UnitId| org.unit(id.0).is_some_and(|unit| org.unit_path(unit).len() == 1);
    if agency.is_some_and(|id| mode == Mode::Shadow || !is_agency(&id)) {
        return Err(Error::invalid(codes::INVALID_VALUE, "agency_id"));
    }
    let start = Start { number: *number, mode, agency, reason: reason(&text)? };
    let mut connection = app.pool.get().await?;
    life::begin(&mut connection, act(&app, &keeper), start).await?;
    drop(connection);
    let on_every_node = keeper::everywhere(&app).await?;
    Ok(web::Json(InForceAnswer { number: *number, on_every_node }))
}

/// Takes a version back that is in force nowhere.
#[utoipa::path(
    operation_id = "withdraw_policy_version", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The version")),
    request_body = PolicyReasonBody,
    responses(
        (status = 204, description = "Taken back"),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such version", body = ErrorBody),
        (status = 409, description = "`policy_in_force`, or it was taken back already", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/versions/{number}/withdraw")]
pub(super) async fn withdraw_policy_version(
    app: App,
    keeper: PolicyReader,
    number: web::Path<i64>,
    Body(asked): Body<PolicyReasonBody>,
) -> Result<HttpResponse, Error> {
    let text = reason(&asked.reason)?;
    life::withdraw(&mut app.pool.get().await?, act(&app, &keeper), *number, &text).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends a time in the shadow or in one agency.
#[utoipa::path(
    operation_id = "end_policy_activation", tag = "policy", security(("access_token" = [])),
    params(("id" = Uuid, Path, description = "The activation")),
    request_body = PolicyReasonBody,
    responses(
        (status = 204, description = "Ended"),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 409, description = "`policy_not_endable`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/activations/{id}/end")]
pub(super) async fn end_policy_activation(
    app: App,
    keeper: PolicyReader,
    id: web::Path<Uuid>,
    Body(asked): Body<PolicyReasonBody>,
) -> Result<HttpResponse, Error> {
    let text = reason(&asked.reason)?;
    life::end(&mut app.pool.get().await?, act(&app, &keeper), *id, &text).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Goes back to a version that was in force everywhere before.
#[utoipa::path(
    operation_id = "roll_back_policy", tag = "policy", security(("access_token" = [])),
    request_body = RollBackBody,
    responses(
        (status = 200, description = "In force", body = InForceAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 409, description = "`policy_nothing_before`, `policy_never_in_force`, `policy_in_force`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/rollback")]
pub(super) async fn roll_back_policy(
    app: App,
    keeper: PolicyReader,
    Body(asked): Body<RollBackBody>,
) -> Result<web::Json<InForceAnswer>, Error> {
    let text = reason(&asked.reason)?;
    let mut connection = app.pool.get().await?;
    let number = life::roll_back(&mut connection, act(&app, &keeper), asked.number, text).await?;
    drop(connection);
    let on_every_node = keeper::everywhere(&app).await?;
    Ok(web::Json(InForceAnswer { number, on_every_node }))
}
