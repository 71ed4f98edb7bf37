//! Whom a case was about is told of it when it is over, where the configuration says so.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use schema::ids::{CaseId, PersonId};
use schema::{case_notices, scopes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LONGEST_REASON;
use crate::access::cases::{self as access, Right};
use crate::actions::{notify_subject, to_the_end};
use crate::app::App;
use crate::config::SubjectNotice;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::body::Body;
use crate::routes::{page, said};
use crate::views::Reader;
use crate::views::cases::NoticeView;

/// That somebody was told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct NewNotice {
    /// How: by which letter, by whom.
    #[schema(min_length = 1, max_length = 2000)]
    note: String,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseNoticesAnswer {
    /// The rule of the configuration: `never` or `after_close`.
    rule: SubjectNotice,
    /// Whom the case was about; empty where nobody is to be told, or not yet.
    notices: Vec<NoticeView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseNoticeAnswer {
    notice: NoticeView,
}

/// Whom the case was about, and who of them was told.
#[utoipa::path(
    operation_id = "list_case_notices", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), page::PageQuery),
    responses(
        (status = 200, description = "A page of people", body = CaseNoticesAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/notices")]
pub(in crate::routes) async fn list_case_notices(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    asked: web::Query<page::PageQuery>,
) -> Result<web::Json<CaseNoticesAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let after: Option<PersonId> = page::key(asked.cursor.as_deref())?;
    let known = access::case(&app, officer, *id).await?;
    known.may(Right::Review, codes::CASE_OVER)?;
    let rule = app.config.compliance.subject_notice;
    let Some(due_at) = notify_subject::due_at(&app, &known) else {
        return Ok(web::Json(CaseNoticesAnswer { rule, notices: Vec::new(), next: None }));
    };
    let mut connection = app.pool.get().await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = scopes::subjects(&mut connection, *id, after, wanted).await?;
    let (found, next) = page::cut(found.into_iter().map(|person| (person, person)), limit)?;
    let given = case_notices::of(&mut connection, *id, &found).await?;
    let notices = found.iter().map(|person| NoticeView::of(&reader, *person, due_at, given.get(person)));
    Ok(web::Json(CaseNoticesAnswer { rule, notices: notices.collect(), next }))
}

/// Notes that somebody whom the case was about was told.
#[utoipa::path(
    operation_id = "give_case_notice", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("person_id" = PersonId, Path, description = "Who was told")),
    request_body = NewNotice,
    responses(
        (status = 201, description = "Noted", body = CaseNoticeAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "No such case, or nobody whom it was about", body = ErrorBody),
        (status = 409, description = "`notice_not_due`, `notice_given`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/notices/{person_id}")]
pub(in crate::routes) async fn give_case_notice(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, PersonId)>,
    Body(new): Body<NewNotice>,
) -> Result<HttpResponse, Error> {
    let (id, person) = path.into_inner();
    let officer = access::officer(&reader)?;
    let note = said::lines("note", &new.note, LONGEST_REASON)?;
    to_the_end(async move {
        notify_subject::give(&app, officer, id, person, note).await?;
        let known = access::case(&app, officer, id).await?;
        let due_at = notify_subject::due_at(&app, &known).ok_or(Error::Conflict(codes::NOTICE_NOT_DUE))?;
        let given = case_notices::of(&mut *app.pool.get().await?, id, &[person]).await?;
        let notice = NoticeView::of(&reader, person, due_at, given.get(&person));
        Ok(HttpResponse::build(StatusCode::CREATED).json(CaseNoticeAnswer { notice }))
    })
    .await
}
