//! Taking an archive out of a case: ask for it, see how far it is, fetch it. Whether that may be is decided at each of these, and
//! again for each part that is fetched.

use actix_web::cookie::time::OffsetDateTime;
use actix_web::cookie::{Cookie, Expiration, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG,
    Header, IF_RANGE, Range,
};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use schema::audit::{self, NewEntry};
use schema::case_exports::{self, Export, NewExport, Stage};
use schema::case_looks::Kind;
use schema::case_reading::Cleared;
use schema::ids::{CaseId, ConversationId, ExportId, PersonId, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::reading::SearchQuery;
use crate::access::cases::{self as access, Open, Right};
use crate::actions::look_into;
use crate::app::App;
use crate::auth::{Actor, actor};
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::export::take::{self, Octets};
use crate::routes::body::Body;
use crate::views::Reader;
use crate::views::exports::ExportView;
use crate::{export, language, words};

/// How many exports of a case are listed.
const LISTED: i64 = 50;
/// What carries the access token of whoever fetches with a browser: an address says nothing of it.
const COOKIE: &str = "chancery_export";

/// Which messages of the case to take, and in which forms beside JSON Lines, which is always among them. All messages of the scope
/// without anything else; the rest is as in the search.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct ExportBody {
    /// Also as a table (CSV).
    #[serde(default)]
    with_table: bool,
    /// Also as mails (EML), one for each message.
    #[serde(default)]
    with_mails: bool,
    /// Words that they contain.
    #[schema(max_length = 200)]
    query: Option<String>,
    /// Who wrote them, or in whose name.
    person_id: Option<PersonId>,
    /// Who wrote them had a post in this unit, or below it.
    unit_id: Option<UnitId>,
    /// The conversation.
    conversation_id: Option<ConversationId>,
    /// The level of their label, by its code.
    label: Option<String>,
    /// The rule that allowed them.
    #[schema(max_length = 40)]
    rule: Option<String>,
    /// From when on they were sent, by RFC 3339.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Before when.
    #[schema(format = DateTime)]
    until: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseExportAnswer {
    export: ExportView,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseExportsAnswer {
    /// The newest first, up to fifty.
    exports: Vec<ExportView>,
}

/// Begins to make an archive of the messages of a case. It goes on by itself, and is kept for seven days, or until the case is over.
#[utoipa::path(
    operation_id = "create_case_export", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")), request_body = ExportBody,
    responses(
        (status = 202, description = "It has begun", body = CaseExportAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: whoever opened it reads", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`; `export_runs`: one at a time; `too_many_exports`: 10 are ready", body = ErrorBody),
        (status = 415, description = "The body is no JSON", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`, `search_behind`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/exports")]
pub(in crate::routes) async fn create_case_export(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    Body(asked): Body<ExportBody>,
) -> Result<HttpResponse, Error> {
    let officer = access::officer(&reader)?;
    let (with_table, with_mails) = (asked.with_table, asked.with_mails);
    let filter = SearchQuery::from(asked).filter(&reader)?;
    let open = look_into::open(&app, &reader, officer, *id, Kind::Export).await?;
    if filter.query.is_some() {
        words::complete(&app).await?;
    }
    let at = app.clock.now();
    let Cleared { policy, level, categories } = open.cleared().clone();
    let wanted = NewExport {
        id: ExportId::new(),
        case_id: open.case(),
        scope_id: open.scope(),
        asked_by: officer.person(),
        asked_at: at,
        with_table,
        with_mails,
        about: serde_json::to_value(&filter).map_err(Error::internal)?,
        label_policy: policy,
        label_level: level,
        label_categories: categories,
    };
    let begun = export::begin(&app, wanted).await?;
    let found = case_exports::find(&mut *app.pool.get().await?, begun).await?.ok_or(Error::NotFound)?;
    let export = ExportView::of(&reader, officer, found);
    Ok(HttpResponse::build(StatusCode::ACCEPTED).json(CaseExportAnswer { export }))
}

impl From<ExportBody> for SearchQuery {
    fn from(asked: ExportBody) -> Self {
        let ExportBody { query, person_id, unit_id, conversation_id, label, rule, from, until, .. } = asked;
        Self { query, person_id, unit_id, conversation_id, label, rule, from, until, ..Self::default() }
    }
}

/// What was taken out of a case, and how far what is being made is.
#[utoipa::path(
    operation_id = "list_case_exports", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")),
    responses(
        (status = 200, description = "The newest fifty", body = CaseExportsAnswer),
        (status = 400, description = "The id is none", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/exports")]
pub(in crate::routes) async fn list_case_exports(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
) -> Result<web::Json<CaseExportsAnswer>, Error> {
    let officer = access::officer(&reader)?;
    access::case(&app, officer, *id).await?.may(Right::Review, codes::CASE_OVER)?;
    let found = case_exports::list(&mut *app.pool.get().await?, *id, LISTED).await?;
    let exports = found.into_iter().map(|export| ExportView::of(&reader, officer, export)).collect();
    Ok(web::Json(CaseExportsAnswer { exports }))
}

/// Stops the making of an archive, or takes it away before its time.
#[utoipa::path(
    operation_id = "remove_case_export", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("export_id" = ExportId, Path, description = "The archive")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "An id is none", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: for whoever opened it and the security office", body = ErrorBody),
        (status = 404, description = "No such case or archive that the reader may know of", body = ErrorBody),
        (status = 409, description = "`export_gone`: it is gone already", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[delete("/compliance/cases/{id}/exports/{export_id}")]
pub(in crate::routes) async fn remove_case_export(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, ExportId)>,
) -> Result<HttpResponse, Error> {
    let (id, export) = path.into_inner();
    let officer = access::officer(&reader)?;
    access::case(&app, officer, id).await?.may(Right::Review, codes::CASE_OVER)?;
    let found = of_case(&app, id, export).await?;
    if found.asked_by != officer.person() && !officer.is_security() {
        return Err(Error::Forbidden(codes::CASE_NOT_YOURS));
    }
    if export::remove(&app, &found, officer.person()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Error::Conflict(codes::EXPORT_GONE))
    }
}

/// Lets the browser fetch the archive by its address, for as long as the access token is good: it is put into a cookie for that
/// address alone.
#[utoipa::path(
    operation_id = "prepare_case_export_file", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("export_id" = ExportId, Path, description = "The archive")),
    responses(
        (status = 204, description = "The cookie is set"),
        (status = 400, description = "An id is none", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`; `export_not_cleared`", body = ErrorBody),
        (status = 404, description = "No such case or archive that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`; `export_not_ready`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/exports/{export_id}/file")]
pub(in crate::routes) async fn prepare_case_export_file(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, ExportId)>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (id, export) = path.into_inner();
    fetched(&app, &reader, id, export).await?;
    let token = actor::bearer(request.headers())?.to_owned();
    let expires = OffsetDateTime::from_unix_timestamp(reader.actor.expires_at.timestamp());
    let cookie = Cookie::build(COOKIE, token)
        .path(request.path().to_owned())
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.config.server.needs_secure_cookies())
        .expires(Expiration::DateTime(expires.map_err(Error::internal)?))
        .finish();
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}

/// The archive, or the part of it that `Range` names: who was interrupted goes on where they were.
#[utoipa::path(
    operation_id = "get_case_export_file", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("export_id" = ExportId, Path, description = "The archive")),
    responses(
        (status = 200, description = "The archive", content_type = "application/zip"),
        (status = 206, description = "The part of it", content_type = "application/zip"),
        (status = 400, description = "An id is none", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`; `export_not_cleared`", body = ErrorBody),
        (status = 404, description = "No such case or archive that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`; `export_not_ready`", body = ErrorBody),
        (status = 416, description = "There is no such part"),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/exports/{export_id}/file")]
pub(in crate::routes) async fn get_case_export_file(
    app: App,
    path: web::Path<(CaseId, ExportId)>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (id, export) = path.into_inner();
    let reader = reader_of(&app, &request)?;
    let (open, export) = fetched(&app, &reader, id, export).await?;
    let size = u64::try_from(export.size.unwrap_or_default()).map_err(Error::internal)?;
    let tag = format!("\"{}\"", export.manifest_sha256.as_deref().unwrap_or_default());
    let Some(wanted) = wanted(&request, size, &tag) else {
        return Ok(HttpResponse::RangeNotSatisfiable()
            .insert_header((CONTENT_RANGE, format!("bytes */{size}")))
            .finish());
    };
    let about = json!({ "case_id": id, "export_id": export.id, "from": wanted.from, "until": wanted.until });
    let entry = NewEntry {
        at: app.clock.now(),
        kind: "case.export_taken",
        actor_id: Some(reader.actor.person),
        entry: about,
    };
    audit::append(&mut *app.pool.get().await?, &entry).await?;
    if wanted.from == 0 {
        let about = json!({ "export_id": export.id, "is_fetched": true });
        let found = usize::try_from(export.total.unwrap_or_default()).unwrap_or(usize::MAX);
        look_into::record(&app, (id, open.officer()), Kind::Export, about, found).await?;
    }
    let (language, actor, export_id, whose) = (reader.language, reader.actor, export.id, app.clone());
    let decide = move || {
        let app = whose.clone();
        async move {
            actor::recheck(&app, &actor)?;
            fetched(&app, &Reader::new(&app, actor, language)?, id, export_id).await.map(drop)
        }
    };
    let octets = take::octets(&app, export.id, wanted, decide).await?;
    let is_all = wanted == Octets { from: 0, until: size };
    let mut answer = HttpResponse::build(if is_all { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT });
    answer
        .content_type("application/zip")
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", file_name(open.number(), &export)),
        ))
        // What is packed is not packed again: its parts would be others.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header((CONTENT_LENGTH, wanted.until - wanted.from))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((ETAG, tag));
    if !is_all {
        let range = format!("bytes {}-{}/{size}", wanted.from, wanted.until.saturating_sub(1));
        answer.insert_header((CONTENT_RANGE, range));
    }
    Ok(answer.streaming(octets))
}

/// Who fetches: by the header, as programs do, or by the cookie, as a browser does.
fn reader_of(app: &App, request: &HttpRequest) -> Result<Reader, Error> {
    let by_cookie = |refused: Error| match request.cookie(COOKIE) {
        Some(cookie) => actor::authenticate(app, cookie.value()),
        None => Err(refused),
    };
    let actor: Actor = actor::of_headers(app, request.headers()).or_else(by_cookie)?;
    app.limits.request(actor.person)?;
    Reader::new(app, actor, language::of_headers(request.headers()))
}

/// The case, open, and the archive, if the reader may fetch it now. That they may not is on record.
async fn fetched(app: &App, reader: &Reader, id: CaseId, export: ExportId) -> Result<(Open, Export), Error> {
    let officer = access::officer(reader)?;
    let open = look_into::open(app, reader, officer, id, Kind::Export).await?;
    match of_open(app, &open, export).await {
        Err(error @ (Error::NotFound | Error::Forbidden(_))) => {
            Err(look_into::refused(app, officer, id, Kind::Export, error).await)
        }
        found => Ok((open, found?)),
    }
}

/// An archive of the case that may be fetched by whoever has it open.
async fn of_open(app: &App, open: &Open, export: ExportId) -> Result<Export, Error> {
    let found = of_case(app, open.case(), export).await?;
    // For what they were cleared for then, and for the labels of now.
    let is_cleared = covers(open.cleared(), &found.cleared())
        && case_exports::is_cleared(&mut *app.pool.get().await?, export, open.cleared()).await?;
    if !is_cleared {
        return Err(Error::Forbidden(codes::EXPORT_NOT_CLEARED));
    }
    // Of another scope than that of today: it was of what may not be read any more.
    if found.scope_id != open.scope() || found.stage != Stage::Ready {
        return Err(Error::Conflict(codes::EXPORT_NOT_READY));
    }
    Ok(found)
}

async fn of_case(app: &App, id: CaseId, export: ExportId) -> Result<Export, Error> {
    let found = case_exports::find(&mut *app.pool.get().await?, export).await?;
    found.filter(|export| export.case_id == id).ok_or(Error::NotFound)
}

/// Whether somebody is cleared for all that they were cleared for when they asked.
fn covers(now: &Cleared, then: &Cleared) -> bool {
    now.policy == then.policy
        && now.level >= then.level
        && then.categories.iter().all(|category| now.categories.contains(category))
}

/// Which octets are wanted; nothing where there are none such.
fn wanted(request: &HttpRequest, size: u64, tag: &str) -> Option<Octets> {
    let all = Octets { from: 0, until: size };
    if request.headers().get(IF_RANGE).is_some_and(|asked| asked.as_bytes() != tag.as_bytes()) {
        return Some(all);
    }
    match Range::parse(request) {
        // Who wants several at once may have all of it.
        Ok(Range::Bytes(parts)) => match parts.as_slice() {
            [part] => part
                .to_satisfiable_range(size)
                .map(|(from, last)| Octets { from, until: last.saturating_add(1) }),
            _ => Some(all),
        },
        _ => Some(all),
    }
}

/// What the file is called: by the number of the case, as far as every system has such names.
fn file_name(number: &str, export: &Export) -> String {
    let plain: String = number
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
        .collect();
    let day = export.asked_at.format("%Y-%m-%d");
    format!("case-{}-{day}.zip", plain.trim_matches('-'))
}
