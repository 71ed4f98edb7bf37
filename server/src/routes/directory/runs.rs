//! The runs of the sync.

use actix_web::{get, web};
use schema::directory_console::runs::{self, DirectoryRun, DirectoryRunCard};
use schema::ids::SyncRunId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Asked, Key, SourcePageQuery, rows, source};
use crate::access::directory::Operator;
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::page;

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryRunsAnswer {
    runs: Vec<DirectoryRun>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryRunAnswer {
    run: DirectoryRunCard,
}

/// The runs, the newest first. Of runs in a row that had nothing to do, the newest is kept.
#[utoipa::path(
    operation_id = "list_directory_runs", tag = "directory", security(("access_token" = [])),
    params(SourcePageQuery),
    responses(
        (status = 200, description = "A page of runs", body = DirectoryRunsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such source", body = ErrorBody),
    ),
)]
#[get("/directory/runs")]
pub(super) async fn list_directory_runs(
    app: App,
    operator: Operator,
    asked: Asked,
) -> Result<web::Json<DirectoryRunsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<Key> = page::key(asked.cursor.as_deref())?;
    let mut connection = app.pool.get().await?;
    let source = source(&mut connection, operator, asked.source.as_deref()).await?;
    let found = runs::list(&mut connection, operator.whose(), source, after, rows(limit)).await?;
    let keyed = found.into_iter().map(|run| ((run.started_at, run.id.0), run));
    let (runs, next) = page::cut(keyed, limit)?;
    Ok(web::Json(DirectoryRunsAnswer { runs, next }))
}

/// One run, with what it changed and what it could not use.
#[utoipa::path(
    operation_id = "get_directory_run", tag = "directory", security(("access_token" = [])),
    params(("id" = SyncRunId, Path, description = "The run")),
    responses(
        (status = 200, description = "The run", body = DirectoryRunAnswer),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such run", body = ErrorBody),
    ),
)]
#[get("/directory/runs/{id}")]
pub(super) async fn get_directory_run(
    app: App,
    operator: Operator,
    id: web::Path<SyncRunId>,
) -> Result<web::Json<DirectoryRunAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let run = runs::find(&mut connection, operator.whose(), *id).await?;
    Ok(web::Json(DirectoryRunAnswer { run }))
}
