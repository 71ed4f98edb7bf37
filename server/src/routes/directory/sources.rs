//! The sources: their state, and stopping and releasing them.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use schema::directory_console::{self, in_force, requests, runs, sources};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reason;
use crate::access::directory::Operator;
use crate::actions::to_the_end;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::body::Body;
use crate::views::directory::{DirectorySourceCard, measured_since};

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectorySourcesAnswer {
    sources: Vec<DirectorySourceCard>,
    /// The server's time, to tell ages by.
    now: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectorySourcesState {
    /// The request for a read that came with it.
    request_id: Option<Uuid>,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryReason {
    /// Kept in the audit log.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// The directories and how they are: health, the last runs, what waits, how soon changes are in force. Personnel see
/// the directory of their own agency, administrators see all.
#[utoipa::path(
    operation_id = "list_directory_sources", tag = "directory", security(("access_token" = [])),
    responses(
        (status = 200, description = "The sources, by name", body = DirectorySourcesAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither personnel nor administrator", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/directory/sources")]
pub(super) async fn list_directory_sources(
    app: App,
    operator: Operator,
) -> Result<web::Json<DirectorySourcesAnswer>, Error> {
    let now = app.clock.now();
    let whose = operator.whose();
    let mut connection = app.pool.get().await?;
    let states = sources::list(&mut connection, whose).await?;
    let last = runs::recent(&mut connection, whose).await?;
    let asked = requests::recent(&mut connection, whose).await?;
    let passages = in_force::passages(&mut connection, whose, measured_since(now)).await?;
    let sources = DirectorySourceCard::of(states, &last, &asked, &passages, now);
    Ok(web::Json(DirectorySourcesAnswer { sources, now }))
}

/// Stops a source: nothing of it is written until it is released.
#[utoipa::path(
    operation_id = "hold_directory_source", tag = "directory", security(("access_token" = [])),
    params(("name" = String, Path, description = "The source's name")), request_body = DirectoryReason,
    responses(
        (status = 200, description = "It is stopped", body = DirectorySourcesState),
        (status = 400, description = "The reason says nothing or too much", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such source", body = ErrorBody),
        (status = 409, description = "`source_held`: it is stopped already", body = ErrorBody),
    ),
)]
#[post("/directory/sources/{name}/hold")]
pub(super) async fn hold_directory_source(
    app: App,
    operator: Operator,
    name: web::Path<String>,
    body: Body<DirectoryReason>,
) -> Result<web::Json<DirectorySourcesState>, Error> {
    let act = operator.act(&app, Some(reason(&body.0.reason)?));
    to_the_end(async move {
        let mut connection = app.pool.get().await?;
        let source = named(&mut connection, operator, &name).await?;
        if !sources::hold(&mut connection, source, &act).await? {
            return Err(Error::Conflict(codes::SOURCE_HELD));
        }
        Ok(web::Json(DirectorySourcesState { request_id: None }))
    })
    .await
}

/// Lets a source write again, and reads the directory.
#[utoipa::path(
    operation_id = "release_directory_source", tag = "directory", security(("access_token" = [])),
    params(("name" = String, Path, description = "The source's name")), request_body = DirectoryReason,
    responses(
        (status = 200, description = "It is released, and a read is asked for", body = DirectorySourcesState),
        (status = 400, description = "The reason says nothing or too much", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such source", body = ErrorBody),
        (status = 409, description = "`source_not_held`: it is not stopped", body = ErrorBody),
    ),
)]
#[post("/directory/sources/{name}/release")]
pub(super) async fn release_directory_source(
    app: App,
    operator: Operator,
    name: web::Path<String>,
    body: Body<DirectoryReason>,
) -> Result<web::Json<DirectorySourcesState>, Error> {
    let act = operator.act(&app, Some(reason(&body.0.reason)?));
    to_the_end(async move {
        let mut connection = app.pool.get().await?;
        let source = named(&mut connection, operator, &name).await?;
        let released = sources::release(&mut connection, source, &act).await?;
        let request_id = Some(released.ok_or(Error::Conflict(codes::SOURCE_NOT_HELD))?);
        Ok(web::Json(DirectorySourcesState { request_id }))
    })
    .await
}

async fn named(
    connection: &mut schema::Connection,
    operator: Operator,
    name: &str,
) -> Result<schema::ids::SourceId, Error> {
    if name.contains('\0') {
        return Err(Error::NotFound);
    }
    Ok(directory_console::source(connection, operator.whose(), name).await?)
}
