//! For those who run the server: is it alive, can it work, and how much does it do.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, web};
use secrecy::ExposeSecret;
use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::actor;
use crate::error::{Error, codes};
use crate::telemetry;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`: a dead process answers nothing.
    status: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// Whether requests can be answered.
    ready: bool,
    /// Why not.
    reasons: Vec<&'static str>,
    org_version: i64,
    policy_version: i64,
}

/// Whether the process lives.
#[utoipa::path(
    operation_id = "healthz", tag = "operations",
    responses((status = 200, description = "It lives", body = Health)),
)]
#[get("/healthz")]
pub(super) async fn healthz() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// Whether the server can work, or why not.
#[utoipa::path(
    operation_id = "readyz", tag = "operations",
    responses(
        (status = 200, description = "It can work", body = Readiness),
        (status = 503, description = "It cannot: `database_unavailable`, `org_stale`, `policy_stale`, `draining`", body = Readiness),
    ),
)]
#[get("/readyz")]
pub(super) async fn readyz(app: App) -> HttpResponse {
    let asking = async { schema::org_snapshot::version(&mut *app.pool.get().await?).await };
    let files = async { app.files.as_ref()?.trouble().await };
    // Side by side: whoever asks does not wait for one after the other.
    let (answered, files) =
        tokio::join!(tokio::time::timeout(PATIENCE, asking), tokio::time::timeout(PATIENCE, files));
    let answered = matches!(answered, Ok(Ok(_)));
    let files = files.unwrap_or(Some(codes::FILE_STORE_UNAVAILABLE));
    let reasons: Vec<&'static str> = [
        (!answered).then_some(codes::DATABASE_UNAVAILABLE.name),
        app.org.is_stale().then_some(codes::ORG_STALE.name),
        app.policies.is_stale().then_some("policy_stale"),
        (!app.bus.is_whole()).then_some("bus_broken"),
        app.is_draining().then_some("draining"),
        files.map(|code| code.name),
    ]
    .into_iter()
    .flatten()
    .collect();
    // Without files a node still serves; so it does without the way to the others, and reads from the database what they would have told it.
    let ready = answered && !app.org.is_stale() && !app.policies.is_stale() && !app.is_draining();
    HttpResponse::build(if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }).json(
        Readiness {
            ready,
            reasons,
            org_version: app.org.current().version(),
            policy_version: app.gate.snapshot().version(),
        },
    )
}

/// Figures for Prometheus.
#[utoipa::path(
    operation_id = "metrics", tag = "operations", security((), ("metrics_token" = [])),
    responses(
        (status = 200, description = "Prometheus text format", content_type = "text/plain", body = String),
        (status = 401, description = "A token is configured, and was not sent"),
    ),
)]
#[get("/metrics")]
pub(super) async fn metrics(app: App, request: HttpRequest) -> Result<HttpResponse, Error> {
    if let Some(token) = &app.metrics_token {
        let sent = actor::bearer(request.headers())?;
        if !bool::from(sent.as_bytes().ct_eq(token.expose_secret().as_bytes())) {
            return Err(Error::Unauthorized(codes::TOKEN_INVALID));
        }
    }
    telemetry::measure(&app);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(telemetry::recorder().render()))
}
