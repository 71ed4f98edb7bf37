//! What is asked of the sync: to read now, to say what would change, to take a run back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use schema::directory_console::requests::{self, DirectoryRequest, Refusal, RequestKind};
use schema::ids::SyncRunId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{reason, source};
use crate::access::directory::Operator;
use crate::actions::to_the_end;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::body::LargeBody;

/// The largest LDIF: some fifty thousand people.
const LARGEST_LDIF: usize = 5 * 1024 * 1024;

/// What to ask.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryAsk {
    /// The source's name.
    source: String,
    kind: RequestKind,
    /// For a preview: what the directory is going to say, at most 5 MiB. Without it the directory is read as it is.
    ldif: Option<String>,
    /// For an undo: the run to take back.
    run_id: Option<SyncRunId>,
    /// Needed for an undo; kept in the audit log.
    #[schema(min_length = 1, max_length = 2000)]
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryRequestAnswer {
    request: DirectoryRequest,
}

/// Asks the sync for something; `GET /directory/requests/{id}` tells what came of it.
#[utoipa::path(
    operation_id = "ask_directory", tag = "directory", security(("access_token" = [])), request_body = DirectoryAsk,
    responses(
        (status = 201, description = "It is asked", body = DirectoryRequestAnswer),
        (status = 400, description = "A field is missing, wrong, or does not go with the kind", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such source", body = ErrorBody),
        (status = 409, description = "`requests_waiting`, `nothing_to_undo`", body = ErrorBody),
        (status = 413, description = "`body_too_large`", body = ErrorBody),
    ),
)]
#[post("/directory/requests")]
pub(super) async fn ask_directory(
    app: App,
    operator: Operator,
    body: LargeBody<DirectoryAsk>,
) -> Result<HttpResponse, Error> {
    let asked = body.0;
    check(&asked)?;
    let act = operator.act(&app, asked.reason.as_deref().map(reason).transpose()?);
    to_the_end(async move {
        let mut connection = app.pool.get().await?;
        let source = source(&mut connection, operator, Some(&asked.source)).await?;
        let source = source.ok_or_else(|| Error::invalid(codes::INVALID_VALUE, "source"))?;
        let id = match asked.run_id {
            Some(run) => requests::ask_undo(&mut connection, source, run, &act).await?,
            None => requests::ask(&mut connection, source, asked.kind, asked.ldif.as_deref(), &act).await?,
        };
        let id = id.map_err(|refusal| {
            Error::Conflict(match refusal {
                Refusal::TooManyWait => codes::REQUESTS_WAITING,
                Refusal::NothingToUndo => codes::NOTHING_TO_UNDO,
            })
        })?;
        let request = requests::find(&mut connection, operator.whose(), id).await?;
        Ok(HttpResponse::build(StatusCode::CREATED).json(DirectoryRequestAnswer { request }))
    })
    .await
}

/// What was asked, and what came of it. The LDIF is not given back.
#[utoipa::path(
    operation_id = "get_directory_request", tag = "directory", security(("access_token" = [])),
    params(("id" = Uuid, Path, description = "The request")),
    responses(
        (status = 200, description = "The request", body = DirectoryRequestAnswer),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such request", body = ErrorBody),
    ),
)]
#[get("/directory/requests/{id}")]
pub(super) async fn get_directory_request(
    app: App,
    operator: Operator,
    id: web::Path<Uuid>,
) -> Result<web::Json<DirectoryRequestAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let request = requests::find(&mut connection, operator.whose(), *id).await?;
    Ok(web::Json(DirectoryRequestAnswer { request }))
}

/// That the fields go with the kind.
fn check(asked: &DirectoryAsk) -> Result<(), Error> {
    let is = |kind| asked.kind == kind;
    if asked.ldif.is_some() && !is(RequestKind::Preview) {
        return Err(Error::invalid(codes::INVALID_VALUE, "ldif"));
    }
    if asked.run_id.is_some() != is(RequestKind::Undo) {
        let code = if is(RequestKind::Undo) { codes::MISSING_FIELD } else { codes::INVALID_VALUE };
        return Err(Error::invalid(code, "run_id"));
    }
    if is(RequestKind::Undo) && asked.reason.is_none() {
        return Err(Error::invalid(codes::MISSING_FIELD, "reason"));
    }
    asked.ldif.as_deref().map_or(Ok(()), check_ldif)
}

/// That it may be an LDIF at all; whether it is one the sync says, which reads it.
fn check_ldif(ldif: &str) -> Result<(), Error> {
    if ldif.len() > LARGEST_LDIF {
        return Err(Error::invalid(codes::TOO_LONG, "ldif"));
    }
    let names_an_entry = |line: &str| line.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("dn:"));
    // Postgres keeps no zero bytes, and an LDIF has none.
    if ldif.contains('\0') || !ldif.lines().any(names_an_entry) {
        return Err(Error::invalid(codes::INVALID_VALUE, "ldif"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(kind: RequestKind) -> DirectoryAsk {
        DirectoryAsk { source: "lands".into(), kind, ldif: None, run_id: None, reason: None }
    }

    #[test]
    fn fields_go_with_the_kind() {
        assert!(check(&asked(RequestKind::Read)).is_ok() && check(&asked(RequestKind::Preview)).is_ok());
        let ldif = || Some("dn: dc=gov\nobjectClass: top\n".to_owned());
        assert!(check(&DirectoryAsk { ldif: ldif(), ..asked(RequestKind::Preview) }).is_ok());
        assert!(check(&DirectoryAsk { ldif: ldif(), ..asked(RequestKind::Read) }).is_err());
        let run_id = Some(SyncRunId::new());
        assert!(check(&DirectoryAsk { run_id, ..asked(RequestKind::Undo) }).is_err());
        assert!(
            check(&DirectoryAsk { run_id, reason: Some("x".into()), ..asked(RequestKind::Undo) }).is_ok()
        );
        assert!(check(&DirectoryAsk { run_id, ..asked(RequestKind::Read) }).is_err());
        assert!(check(&asked(RequestKind::Undo)).is_err());
    }

    #[test]
    fn what_is_no_ldif_is_refused() {
        assert!(check_ldif("version: 1\r\n\r\nDN:: ZGM9Z292\r\n").is_ok());
        for bad in ["", "name;unit\nAnna;A1\n", "dn: a\0b", "дн: dc=gov"] {
            assert!(check_ldif(bad).is_err(), "{bad:?}");
        }
        assert!(check_ldif(&format!("dn: dc=gov\n{}", "x".repeat(LARGEST_LDIF))).is_err());
    }
}
