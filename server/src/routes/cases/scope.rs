//! Another scope or end date of a case, which takes a second officer, too.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use schema::ids::{CaseId, ScopeId};
use schema::scopes::Outcome;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{CaseAnswer, LONGEST_REASON, ReasonBody, ScopeBody, answer, ends_at};
use crate::access::cases::{self as access};
use crate::actions::{cases, to_the_end};
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::body::Body;
use crate::routes::said;
use crate::views::Reader;

/// Another scope.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct NewScopeBody {
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// Until when the case is read from then on.
    ends_at: DateTime<Utc>,
    /// What it is about from then on: all of it, not what is added.
    scope: ScopeBody,
}

/// Asks that the case is about something else, or lasts longer. It stays as it is until another officer approves.
#[utoipa::path(
    operation_id = "ask_case_scope", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")), request_body = NewScopeBody,
    responses(
        (status = 201, description = "The case, with the scope that waits", body = CaseAnswer),
        (status = 400, description = "The body makes no sense, or names somebody or something that there is not", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`; `decides_oneself`: it would be about the reader", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`scope_change_waiting`, `case_not_in_force`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/scope-changes")]
pub(in crate::routes) async fn ask_case_scope(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    Body(new): Body<NewScopeBody>,
) -> Result<HttpResponse, Error> {
    let officer = access::officer(&reader)?;
    let reason = said::lines("reason", &new.reason, LONGEST_REASON)?;
    let ends_at = ends_at(&app, new.ends_at)?;
    let wanted = new.scope.wanted()?;
    to_the_end(async move {
        cases::ask_scope(&app, officer, *id, wanted, ends_at, reason).await?;
        let answer = answer(&app, &reader, officer, *id).await?;
        Ok(HttpResponse::build(StatusCode::CREATED).json(answer))
    })
    .await
}

/// Approves another scope: it is that of the case from then on.
#[utoipa::path(
    operation_id = "approve_case_scope", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("scope_id" = ScopeId, Path, description = "The scope")),
    request_body = ReasonBody,
    responses(
        (status = 200, description = "The case with its scope", body = CaseAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `decides_oneself`: nobody approves what they asked for", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`scope_change_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/scope-changes/{scope_id}/approve")]
pub(in crate::routes) async fn approve_case_scope(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, ScopeId)>,
    Body(asked): Body<ReasonBody>,
) -> Result<web::Json<CaseAnswer>, Error> {
    settle(app, reader, path.into_inner(), Outcome::Approved, Some(asked)).await
}

/// Rejects another scope.
#[utoipa::path(
    operation_id = "reject_case_scope", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("scope_id" = ScopeId, Path, description = "The scope")),
    request_body = ReasonBody,
    responses(
        (status = 200, description = "The case, as it was", body = CaseAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `decides_oneself`: nobody decides on what they asked for", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`scope_change_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/scope-changes/{scope_id}/reject")]
pub(in crate::routes) async fn reject_case_scope(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, ScopeId)>,
    Body(asked): Body<ReasonBody>,
) -> Result<web::Json<CaseAnswer>, Error> {
    settle(app, reader, path.into_inner(), Outcome::Rejected, Some(asked)).await
}

/// Takes the wish for another scope back.
#[utoipa::path(
    operation_id = "withdraw_case_scope", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("scope_id" = ScopeId, Path, description = "The scope")),
    responses(
        (status = 200, description = "The case, as it was", body = CaseAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`scope_change_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/scope-changes/{scope_id}/withdraw")]
pub(in crate::routes) async fn withdraw_case_scope(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, ScopeId)>,
) -> Result<web::Json<CaseAnswer>, Error> {
    settle(app, reader, path.into_inner(), Outcome::Withdrawn, None).await
}

async fn settle(
    app: App,
    reader: Reader,
    (id, scope): (CaseId, ScopeId),
    outcome: Outcome,
    asked: Option<ReasonBody>,
) -> Result<web::Json<CaseAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let reason = asked.map(|asked| asked.said()).transpose()?;
    to_the_end(async move {
        cases::settle_scope(&app, officer, id, scope, outcome, reason).await?;
        Ok(web::Json(answer(&app, &reader, officer, id).await?))
    })
    .await
}
