//! Holds: placed by one officer, at once; released by two, after a delay.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use schema::holds;
use schema::ids::{CaseId, HoldId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::body::Body;
use super::cases::{LONGEST_NUMBER, LONGEST_REASON, ReasonBody, ScopeBody};
use super::{page, said};
use crate::access::cases::{self as access, CaseOfficer};
use crate::actions::hold::{self, On, Step};
use crate::actions::to_the_end;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::Reader;
use crate::views::holds::HoldView;

/// How many holds one page looks at, to find those that may be shown.
const LOOKED_AT: i64 = 500;

/// The addresses that have to do with holds.
pub fn map(map: &mut ServiceConfig) {
    map.service(place_hold)
        .service(list_holds)
        .service(get_hold)
        .service(ask_hold_release)
        .service(approve_hold_release)
        .service(cancel_hold_release);
}

/// A hold: on what a case is about, or on something else under a number of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHold {
    /// The case, with its scope as it is now; either this or `number` and `scope`.
    case_id: Option<CaseId>,
    #[schema(min_length = 1, max_length = 60)]
    number: Option<String>,
    scope: Option<ScopeBody>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct HoldAnswer {
    hold: HoldView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct HoldsAnswer {
    /// The newest first.
    holds: Vec<HoldView>,
    next: Option<String>,
}

async fn answer(app: &App, reader: &Reader, officer: CaseOfficer, id: HoldId) -> Result<HoldAnswer, Error> {
    let known = access::hold(app, officer, id).await?;
    let views = HoldView::all(&mut app.pool.get().await?, reader, &[known]).await?;
    let hold = views.into_iter().next().ok_or(Error::NotFound)?;
    Ok(HoldAnswer { hold })
}

/// Places a hold: nothing that it is on is erased from then on.
#[utoipa::path(
    operation_id = "place_hold", tag = "compliance", security(("access_token" = [])), request_body = NewHold,
    responses(
        (status = 201, description = "It holds", body = HoldAnswer),
        (status = 400, description = "The body makes no sense, or names somebody or something that there is not", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`; `decides_oneself`: it would be about the reader", body = ErrorBody),
        (status = 404, description = "No case that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`, `case_number_taken`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/holds")]
pub(super) async fn place_hold(
    app: App,
    reader: Reader,
    Body(new): Body<NewHold>,
) -> Result<HttpResponse, Error> {
    let officer = access::officer(&reader)?;
    let reason = said::lines("reason", &new.reason, LONGEST_REASON)?;
    let on = match (new.case_id, new.number, new.scope) {
        (Some(case), None, None) => On::Case(case),
        (None, Some(number), Some(scope)) => {
            On::Alone { number: said::line("number", &number, LONGEST_NUMBER)?, wanted: scope.wanted()? }
        }
        (None, None, _) => return Err(Error::invalid(codes::MISSING_FIELD, "number")),
        (None, Some(_), None) => return Err(Error::invalid(codes::MISSING_FIELD, "scope")),
        (Some(_), ..) => return Err(Error::invalid(codes::INVALID_VALUE, "number")),
    };
    to_the_end(async move {
        let id = hold::place(&app, officer, on, reason).await?;
        Ok(HttpResponse::build(StatusCode::CREATED).json(answer(&app, &reader, officer, id).await?))
    })
    .await
}

/// The holds that the reader may know of: those that they placed or that are of cases of theirs, those whose release waits for somebody
/// else; the security office all of them. None that is about the reader.
#[utoipa::path(
    operation_id = "list_holds", tag = "compliance", security(("access_token" = [])), params(page::PageQuery),
    responses(
        (status = 200, description = "A page of holds", body = HoldsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/holds")]
pub(super) async fn list_holds(
    app: App,
    reader: Reader,
    asked: web::Query<page::PageQuery>,
) -> Result<web::Json<HoldsAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let before: Option<(DateTime<Utc>, HoldId)> = page::key(asked.cursor.as_deref())?;
    let found = holds::list(&mut *app.pool.get().await?, before, LOOKED_AT).await?;
    let is_whole = i64::try_from(found.len()).unwrap_or(i64::MAX) < LOOKED_AT;
    let last = found.last().map(|hold| (hold.placed_at, hold.id));
    let known = access::known_holds(&app, officer, found).await?;
    let keyed = known.into_iter().map(|known| ((known.hold().placed_at, known.hold().id), known));
    let (known, next) = page::cut(keyed, limit)?;
    let further = || last.filter(|_| !is_whole).map(|last| page::cursor(&last)).transpose();
    let next = if next.is_some() { next } else { further()? };
    let holds = HoldView::all(&mut app.pool.get().await?, &reader, &known).await?;
    Ok(web::Json(HoldsAnswer { holds, next }))
}

/// A hold.
#[utoipa::path(
    operation_id = "get_hold", tag = "compliance", security(("access_token" = [])),
    params(("id" = HoldId, Path, description = "The hold")),
    responses(
        (status = 200, description = "The hold", body = HoldAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/holds/{id}")]
pub(super) async fn get_hold(
    app: App,
    reader: Reader,
    id: web::Path<HoldId>,
) -> Result<web::Json<HoldAnswer>, Error> {
    let officer = access::officer(&reader)?;
    Ok(web::Json(answer(&app, &reader, officer, *id).await?))
}

/// Asks that a hold is released. Somebody else approves it, and it holds for the delay of the configuration at least.
#[utoipa::path(
    operation_id = "ask_hold_release", tag = "compliance", security(("access_token" = [])),
    params(("id" = HoldId, Path, description = "The hold")), request_body = ReasonBody,
    responses(
        (status = 200, description = "The hold, which holds on", body = HoldAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`hold_not_so`: it is released, or its release was asked for", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/holds/{id}/release-request")]
pub(super) async fn ask_hold_release(
    app: App,
    reader: Reader,
    id: web::Path<HoldId>,
    Body(asked): Body<ReasonBody>,
) -> Result<web::Json<HoldAnswer>, Error> {
    let reason = asked.said()?;
    release(app, reader, *id, Step::Ask(reason)).await
}

/// Approves the release that somebody else asked for. It holds until the delay is over.
#[utoipa::path(
    operation_id = "approve_hold_release", tag = "compliance", security(("access_token" = [])),
    params(("id" = HoldId, Path, description = "The hold")),
    responses(
        (status = 200, description = "The hold, and until when it holds", body = HoldAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `decides_oneself`: nobody approves what they asked for", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`hold_not_so`: its release was not asked for, or is approved", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/holds/{id}/release-approve")]
pub(super) async fn approve_hold_release(
    app: App,
    reader: Reader,
    id: web::Path<HoldId>,
) -> Result<web::Json<HoldAnswer>, Error> {
    release(app, reader, *id, Step::Approve).await
}

/// Takes the release of a hold back, or stops it, as long as it holds.
#[utoipa::path(
    operation_id = "cancel_hold_release", tag = "compliance", security(("access_token" = [])),
    params(("id" = HoldId, Path, description = "The hold")),
    responses(
        (status = 200, description = "The hold, which holds on", body = HoldAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: neither compliance nor security officer", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`hold_not_so`: it is released, or its release was not asked for", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/compliance/holds/{id}/release-cancel")]
pub(super) async fn cancel_hold_release(
    app: App,
    reader: Reader,
    id: web::Path<HoldId>,
) -> Result<web::Json<HoldAnswer>, Error> {
    release(app, reader, *id, Step::Cancel).await
}

async fn release(app: App, reader: Reader, id: HoldId, step: Step) -> Result<web::Json<HoldAnswer>, Error> {
    let officer = access::officer(&reader)?;
    to_the_end(async move {
        hold::release(&app, officer, id, step).await?;
        Ok(web::Json(answer(&app, &reader, officer, id).await?))
    })
    .await
}
