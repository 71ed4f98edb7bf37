//! Who looked at what in a case: for whoever opened it, decided on it, and the security office. Reviewing is a look, too.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use schema::case_looks::{self, Kind};
use schema::ids::{CaseId, LookId};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::access::cases::{self as access, Right};
use crate::actions::look_into;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::page;
use crate::views::Reader;
use crate::views::cases::LookView;

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseLooksAnswer {
    /// The newest first.
    looks: Vec<LookView>,
    next: Option<String>,
}

/// Every look into a case: who, what, when.
#[utoipa::path(
    operation_id = "list_case_looks", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), page::PageQuery),
    responses(
        (status = 200, description = "A page of looks", body = CaseLooksAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/looks")]
pub(in crate::routes) async fn list_case_looks(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    asked: web::Query<page::PageQuery>,
) -> Result<web::Json<CaseLooksAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let before: Option<(DateTime<Utc>, LookId)> = page::key(asked.cursor.as_deref())?;
    let known = access::case(&app, officer, *id).await?;
    known.may(Right::Review, codes::CASE_OVER)?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = case_looks::list(&mut *app.pool.get().await?, *id, before, wanted).await?;
    let keyed = found.into_iter().map(|look| ((look.at, look.id), look));
    let (found, next) = page::cut(keyed, limit)?;
    look_into::record(&app, (*id, officer), Kind::Looks, json!({}), found.len()).await?;
    let looks = found.into_iter().map(|look| LookView::of(&reader, look)).collect();
    Ok(web::Json(CaseLooksAnswer { looks, next }))
}
