//! Plans that the guard refused, and what operators say to them.

use actix_web::{get, post, web};
use schema::directory_console::plans::{self, Decided, DirectoryPlan, DirectoryPlanCard, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Asked, Key, SourcePageQuery, reason, rows, source};
use crate::access::directory::Operator;
use crate::actions::to_the_end;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::body::Body;
use crate::routes::page;
use crate::text;

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryPlansAnswer {
    plans: Vec<DirectoryPlan>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryPlanAnswer {
    plan: DirectoryPlanCard,
    /// The request for the read that applies it, where it was approved just now.
    request_id: Option<Uuid>,
}

/// Exactly which changes, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryVerdict {
    /// The `sha256` of the plan that was looked at.
    #[schema(min_length = 64, max_length = 64)]
    sha256: String,
    /// Kept with the plan and in the audit log.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// The plans that the guard refused, the newest first.
#[utoipa::path(
    operation_id = "list_directory_plans", tag = "directory", security(("access_token" = [])),
    params(SourcePageQuery),
    responses(
        (status = 200, description = "A page of plans", body = DirectoryPlansAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such source", body = ErrorBody),
    ),
)]
#[get("/directory/plans")]
pub(super) async fn list_directory_plans(
    app: App,
    operator: Operator,
    asked: Asked,
) -> Result<web::Json<DirectoryPlansAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<Key> = page::key(asked.cursor.as_deref())?;
    let mut connection = app.pool.get().await?;
    let source = source(&mut connection, operator, asked.source.as_deref()).await?;
    let found = plans::list(&mut connection, operator.whose(), source, after, rows(limit)).await?;
    let keyed = found.into_iter().map(|plan| ((plan.made_at, plan.id), plan));
    let (plans, next) = page::cut(keyed, limit)?;
    Ok(web::Json(DirectoryPlansAnswer { plans, next }))
}

/// One plan, with its changes and what they would mean.
#[utoipa::path(
    operation_id = "get_directory_plan", tag = "directory", security(("access_token" = [])),
    params(("id" = Uuid, Path, description = "The plan")),
    responses(
        (status = 200, description = "The plan", body = DirectoryPlanAnswer),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such plan", body = ErrorBody),
    ),
)]
#[get("/directory/plans/{id}")]
pub(super) async fn get_directory_plan(
    app: App,
    operator: Operator,
    id: web::Path<Uuid>,
) -> Result<web::Json<DirectoryPlanAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let plan = plans::find(&mut connection, operator.whose(), *id).await?;
    Ok(web::Json(DirectoryPlanAnswer { plan, request_id: None }))
}

/// Approves exactly the changes that `sha256` names; the sync is asked to read at once and applies them if the
/// directory still says the same.
#[utoipa::path(
    operation_id = "approve_directory_plan", tag = "directory", security(("access_token" = [])),
    params(("id" = Uuid, Path, description = "The plan")), request_body = DirectoryVerdict,
    responses(
        (status = 200, description = "It is approved", body = DirectoryPlanAnswer),
        (status = 400, description = "`sha256` or `reason` is wrong", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such plan", body = ErrorBody),
        (status = 409, description = "`plan_differs`, `plan_not_waiting`, `source_held`", body = ErrorBody),
    ),
)]
#[post("/directory/plans/{id}/approve")]
pub(super) async fn approve_directory_plan(
    app: App,
    operator: Operator,
    id: web::Path<Uuid>,
    body: Body<DirectoryVerdict>,
) -> Result<web::Json<DirectoryPlanAnswer>, Error> {
    decide(app, operator, *id, body.0, Verdict::Approve).await
}

/// Rejects exactly the changes that `sha256` names: the system stays as it is.
#[utoipa::path(
    operation_id = "reject_directory_plan", tag = "directory", security(("access_token" = [])),
    params(("id" = Uuid, Path, description = "The plan")), request_body = DirectoryVerdict,
    responses(
        (status = 200, description = "It is rejected", body = DirectoryPlanAnswer),
        (status = 400, description = "`sha256` or `reason` is wrong", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such plan", body = ErrorBody),
        (status = 409, description = "`plan_differs`, `plan_not_waiting`", body = ErrorBody),
    ),
)]
#[post("/directory/plans/{id}/reject")]
pub(super) async fn reject_directory_plan(
    app: App,
    operator: Operator,
    id: web::Path<Uuid>,
    body: Body<DirectoryVerdict>,
) -> Result<web::Json<DirectoryPlanAnswer>, Error> {
    decide(app, operator, *id, body.0, Verdict::Reject).await
}

async fn decide(
    app: App,
    operator: Operator,
    id: Uuid,
    asked: DirectoryVerdict,
    verdict: Verdict,
) -> Result<web::Json<DirectoryPlanAnswer>, Error> {
    // A short form names no set of changes for certain.
    let sha256 = text::digest(&asked.sha256);
    let sha256 = sha256.ok_or_else(|| Error::invalid(codes::INVALID_VALUE, "sha256"))?;
    let act = operator.act(&app, Some(reason(&asked.reason)?));
    to_the_end(async move {
        let mut connection = app.pool.get().await?;
        let whose = operator.whose();
        let request_id = match plans::decide(&mut connection, whose, id, &sha256, verdict, &act).await? {
            Decided::Done(request) => request,
            Decided::OtherChanges => return Err(Error::Conflict(codes::PLAN_DIFFERS)),
            Decided::NotWaiting => return Err(Error::Conflict(codes::PLAN_NOT_WAITING)),
            Decided::Held => return Err(Error::Conflict(codes::SOURCE_HELD)),
        };
        let plan = plans::find(&mut connection, whose, id).await?;
        Ok(web::Json(DirectoryPlanAnswer { plan, request_id }))
    })
    .await
}
