//! The quarantine, and why somebody is in the system or is not.

use actix_web::{get, web};
use schema::directory_console::findings::{self, DirectoryFinding, DirectoryFindingCode, Wanted};
use schema::directory_console::people;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Key, query, rows, source};
use crate::access::directory::Operator;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::page;
use crate::views::directory::{DirectoryEntryCard, DirectoryPersonCard, sort_history};

/// Which findings to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingsQuery {
    /// The name of a source.
    #[param(max_length = 200)]
    source: Option<String>,
    /// With this code alone.
    #[param(max_length = 200)]
    code: Option<String>,
    /// Part of a DN, a name or a login, or an id.
    #[param(max_length = 200)]
    query: Option<String>,
    /// `true`: those that are so still; `false`: those that are mended; both without it.
    open: Option<bool>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many findings, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryFindingsAnswer {
    findings: Vec<DirectoryFinding>,
    /// How many findings there are now of each kind, whatever else was asked.
    codes: Vec<DirectoryFindingCode>,
    next: Option<String>,
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Part of a name, login or DN, or an id.
    #[param(min_length = 2, max_length = 200)]
    query: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DirectoryHistoryAnswer {
    /// Those whom the system knows.
    people: Vec<DirectoryPersonCard>,
    /// Entries of which none of these people were made.
    entries: Vec<DirectoryEntryCard>,
    /// Whether more people match than are shown: search for more of the name.
    more: bool,
}

/// Entries of which something could not be used, the newest findings first.
#[utoipa::path(
    operation_id = "list_directory_findings", tag = "directory", security(("access_token" = [])),
    params(FindingsQuery),
    responses(
        (status = 200, description = "A page of findings", body = DirectoryFindingsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "No such source", body = ErrorBody),
    ),
)]
#[get("/directory/findings")]
pub(super) async fn list_directory_findings(
    app: App,
    operator: Operator,
    asked: web::Query<FindingsQuery>,
) -> Result<web::Json<DirectoryFindingsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<Key> = page::key(asked.cursor.as_deref())?;
    let (code, text) = (query(asked.code.as_deref(), "code")?, query(asked.query.as_deref(), "query")?);
    let mut connection = app.pool.get().await?;
    let source = source(&mut connection, operator, asked.source.as_deref()).await?;
    let wanted = Wanted { source, code, query: text, open: asked.open };
    let found = findings::list(&mut connection, operator.whose(), &wanted, after, rows(limit)).await?;
    let codes = findings::codes(&mut connection, operator.whose(), source).await?;
    let keyed = found.into_iter().map(|finding| ((finding.since, finding.id), finding));
    let (findings, next) = page::cut(keyed, limit)?;
    Ok(web::Json(DirectoryFindingsAnswer { findings, codes, next }))
}

/// Why somebody is in the system or is not: by name, login, DN or id.
#[utoipa::path(
    operation_id = "get_directory_history", tag = "directory", security(("access_token" = [])),
    params(HistoryQuery),
    responses(
        (status = 200, description = "People and entries; both may be empty", body = DirectoryHistoryAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
    ),
)]
#[get("/directory/findings/history")]
pub(super) async fn get_directory_history(
    app: App,
    operator: Operator,
    asked: web::Query<HistoryQuery>,
) -> Result<web::Json<DirectoryHistoryAnswer>, Error> {
    let text = query(Some(&asked.query), "query")?.filter(|text| text.chars().count() >= 2);
    let text = text.ok_or_else(|| Error::invalid(codes::INVALID_VALUE, "query"))?;
    let whose = operator.whose();
    let mut connection = app.pool.get().await?;
    let mut found = people::search(&mut connection, whose, &text).await?;
    let most = usize::try_from(people::MOST).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let ids: Vec<_> = found.iter().map(|person| person.id).collect();
    let directory_ids: Vec<_> = found.iter().map(|person| person.directory_id).collect();
    let versions = people::versions(&mut connection, &ids).await?;
    let findings = findings::about(&mut connection, whose, &ids, &directory_ids, &text).await?;
    let (people, entries) = sort_history(found, versions, findings);
    Ok(web::Json(DirectoryHistoryAnswer { people, entries, more }))
}
