//! The life of a case: a draft, asked for, decided by a second officer, closed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, Utc};
use schema::cases::{State, Told};
use schema::ids::CaseId;
use schema::scopes::Outcome;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{CaseAnswer, LONGEST_NUMBER, LONGEST_REASON, ReasonBody, ScopeBody, answer, ends_at};
use crate::access::cases::{self as access};
use crate::actions::{cases, to_the_end};
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::body::Body;
use crate::routes::{page, said};
use crate::views::Reader;
use crate::views::cases::CaseView;

/// A case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct NewCase {
    /// As the register has it; no two cases have the same.
    #[schema(min_length = 1, max_length = 60)]
    number: String,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// By what right.
    #[schema(min_length = 1, max_length = 2000)]
    legal_basis: String,
    /// Until when it is read: within 366 days.
    ends_at: DateTime<Utc>,
    /// What it is about.
    scope: ScopeBody,
}

impl NewCase {
    fn told(&self) -> Result<Told, Error> {
        Ok(Told {
            number: said::line("number", &self.number, LONGEST_NUMBER)?,
            reason: said::lines("reason", &self.reason, LONGEST_REASON)?,
            legal_basis: said::lines("legal_basis", &self.legal_basis, LONGEST_REASON)?,
        })
    }
}

/// Which cases to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct CasesQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<State>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CasesAnswer {
    cases: Vec<CaseView>,
    next: Option<String>,
}

/// Opens a case as a draft. Nothing can be read by it before another officer approves it.
#[utoipa::path(
    operation_id = "open_case", tag = "compliance", security(("access_token" = [])), request_body = NewCase,
    responses(
        (status = 201, description = "The draft", body = CaseAnswer),
        (status = 400, description = "The body makes no sense, or names somebody or something that there is not", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: no compliance officer; `decides_oneself`: it would be about the reader", body = ErrorBody),
        (status = 409, description = "`case_number_taken`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases")]
pub(in crate::routes) async fn open_case(
    app: App,
    reader: Reader,
    Body(new): Body<NewCase>,
) -> Result<HttpResponse, Error> {
    let officer = access::officer(&reader)?.compliance()?;
    let (told, ends_at) = (new.told()?, ends_at(&app, new.ends_at)?);
    let wanted = new.scope.wanted()?;
    to_the_end(async move {
        let id = cases::open(&app, officer, &told, wanted, ends_at).await?;
        let answer = answer(&app, &reader, officer, id).await?;
        Ok(HttpResponse::build(StatusCode::CREATED).json(answer))
    })
    .await
}

/// The cases that the reader may know of, the newest first: their own, those that they decided on or may decide on; the security office
/// all of them. None that is about the reader.
#[utoipa::path(
    operation_id = "list_cases", tag = "compliance", security(("access_token" = [])), params(CasesQuery),
    responses(
        (status = 200, description = "A page of cases", body = CasesAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases")]
pub(in crate::routes) async fn list_cases(
    app: App,
    reader: Reader,
    asked: web::Query<CasesQuery>,
) -> Result<web::Json<CasesAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let before: Option<(DateTime<Utc>, CaseId)> = page::key(asked.cursor.as_deref())?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = access::list(&app, officer, asked.state, before, wanted).await?;
    let keyed = found.into_iter().map(|known| ((known.case().opened_at, known.case().id), known));
    let (found, next) = page::cut(keyed, limit)?;
    let mut connection = app.pool.get().await?;
    let mut cases = Vec::new();
    for known in found {
        cases.push(CaseView::of(&mut connection, &reader, &known).await?);
    }
    Ok(web::Json(CasesAnswer { cases, next }))
}

/// A case with its scope. No content of a message is in it.
#[utoipa::path(
    operation_id = "get_case", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")),
    responses(
        (status = 200, description = "The case", body = CaseAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}")]
pub(in crate::routes) async fn get_case(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
) -> Result<web::Json<CaseAnswer>, Error> {
    let officer = access::officer(&reader)?;
    Ok(web::Json(answer(&app, &reader, officer, id.into_inner()).await?))
}

/// Writes a draft anew.
#[utoipa::path(
    operation_id = "change_case", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")), request_body = NewCase,
    responses(
        (status = 200, description = "The draft", body = CaseAnswer),
        (status = 400, description = "The body makes no sense, or names somebody or something that there is not", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`; `decides_oneself`: it would be about the reader", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_draft`, `case_number_taken`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[patch("/compliance/cases/{id}")]
pub(in crate::routes) async fn change_case(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    Body(new): Body<NewCase>,
) -> Result<web::Json<CaseAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let (told, ends_at) = (new.told()?, ends_at(&app, new.ends_at)?);
    let wanted = new.scope.wanted()?;
    to_the_end(async move {
        cases::rewrite(&app, officer, *id, &told, wanted, ends_at).await?;
        Ok(web::Json(answer(&app, &reader, officer, *id).await?))
    })
    .await
}

/// Asks another officer to approve the case. From then on it stays as it is.
#[utoipa::path(
    operation_id = "request_case", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")),
    responses(
        (status = 200, description = "The case, which waits", body = CaseAnswer),
        (status = 400, description = "`in_the_past`: its end date has passed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_draft`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/request")]
pub(in crate::routes) async fn request_case(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
) -> Result<web::Json<CaseAnswer>, Error> {
    let officer = access::officer(&reader)?;
    to_the_end(async move {
        cases::request(&app, officer, *id).await?;
        Ok(web::Json(answer(&app, &reader, officer, *id).await?))
    })
    .await
}

/// Approves a case that another officer asked for: what it is about can be read from then on, by whoever opened it.
#[utoipa::path(
    operation_id = "approve_case", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")), request_body = ReasonBody,
    responses(
        (status = 200, description = "The case, in force", body = CaseAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `decides_oneself`: nobody approves what they asked for", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_decided`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/approve")]
pub(in crate::routes) async fn approve_case(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    Body(asked): Body<ReasonBody>,
) -> Result<web::Json<CaseAnswer>, Error> {
    decide(app, reader, *id, Outcome::Approved, asked).await
}

/// Rejects a case that another officer asked for.
#[utoipa::path(
    operation_id = "reject_case", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")), request_body = ReasonBody,
    responses(
        (status = 200, description = "The case, which is over", body = CaseAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `decides_oneself`: nobody decides on what they asked for", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_decided`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/reject")]
pub(in crate::routes) async fn reject_case(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    Body(asked): Body<ReasonBody>,
) -> Result<web::Json<CaseAnswer>, Error> {
    decide(app, reader, *id, Outcome::Rejected, asked).await
}

async fn decide(
    app: App,
    reader: Reader,
    id: CaseId,
    outcome: Outcome,
    asked: ReasonBody,
) -> Result<web::Json<CaseAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let reason = asked.said()?;
    to_the_end(async move {
        cases::decide(&app, officer, id, outcome, reason).await?;
        Ok(web::Json(answer(&app, &reader, officer, id).await?))
    })
    .await
}

/// Closes a case: nothing of it is read any more. Whoever opened it does, or the security office. Holds stay.
#[utoipa::path(
    operation_id = "close_case", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case")), request_body = ReasonBody,
    responses(
        (status = 200, description = "The case, which is over", body = CaseAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/cases/{id}/close")]
pub(in crate::routes) async fn close_case(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    Body(asked): Body<ReasonBody>,
) -> Result<web::Json<CaseAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let reason = asked.said()?;
    to_the_end(async move {
        cases::close(&app, officer, *id, &reason).await?;
        Ok(web::Json(answer(&app, &reader, officer, *id).await?))
    })
    .await
}
