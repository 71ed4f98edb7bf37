//! Exceptions: contacts that are granted for a time, and blocks of the security office. None is changed or deleted; each
//! ends by itself, or is ended before.

mod requests;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, TimeDelta, Utc};
use schema::exceptions::{self, Filter, Kind, State};
use schema::ids::{ExceptionId, PersonId};
use schema::past;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::body::Body;
use super::{page, said};
use crate::access::exceptions::{self as access, spanned};
use crate::actions::{except, to_the_end};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::Reader;
use crate::views::exceptions::ExceptionView;

const LONGEST_REASON: usize = 2000;
/// A block is made anew after a year, so that somebody looks at it again.
const LONGEST_BLOCK: TimeDelta = TimeDelta::days(366);

/// The handlers of this page.
pub fn map(map: &mut ServiceConfig) {
    map.configure(requests::map).service(list_exceptions).service(create_exception).service(revoke_exception);
}

/// Whose exceptions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionsOf {
    /// What was granted to the reader.
    #[default]
    Mine,
    /// What the reader, or the office that is theirs now, granted.
    Office,
    /// All of them, blocks included: for the security office.
    All,
}

/// Which exceptions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExceptionsQuery {
    /// Whose: `mine` without it.
    #[param(inline)]
    which: Option<ExceptionsOf>,
    /// Those in one state: `active` by their ends, `coming` by their beginnings, `past` the latest first. Without it all
    /// of them, those that begin last first.
    #[param(inline)]
    state: Option<State>,
    /// Those of one kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExceptionsAnswer {
    exceptions: Vec<ExceptionView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ExceptionAnswer {
    exception: ExceptionView,
}

/// What can be made without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MadeKind {
    /// A block, both ways.
    Block,
}

/// A block to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewExceptionBody {
    #[expect(dead_code, reason = "there is one kind; it is written out so that nobody blocks by mistake")]
    kind: MadeKind,
    /// One of the two.
    person_id: PersonId,
    /// The other one.
    target_id: PersonId,
    /// When it begins; at once without it.
    from: Option<DateTime<Utc>>,
    /// The moment at which it is over, a year later at most.
    until: DateTime<Utc>,
    /// Why, in words.
    reason: String,
}

/// Why an exception ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeBody {
    reason: String,
}

/// Exceptions: one's own, those of one's office, or all.
#[utoipa::path(
    operation_id = "list_exceptions", tag = "exceptions", security(("access_token" = [])),
    params(ExceptionsQuery),
    responses(
        (status = 200, description = "A page of exceptions", body = ExceptionsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: all of them are for the security office", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/exceptions")]
pub(super) async fn list_exceptions(
    app: App,
    reader: Reader,
    asked: web::Query<ExceptionsQuery>,
) -> Result<web::Json<ExceptionsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<(DateTime<Utc>, ExceptionId)> = page::key(asked.cursor.as_deref())?;
    let own = reader.actor.person;
    let which = asked.which.unwrap_or_default();
    let mut filter = Filter { state: asked.state, kind: asked.kind, ..Filter::default() };
    match which {
        ExceptionsOf::Mine => filter.holder = Some(own),
        ExceptionsOf::Office => filter.office = Some((own, access::reports(&reader))),
        ExceptionsOf::All => access::security(&reader)?,
    }
    let mut connection = app.pool.get().await?;
    let at = past::latest(&mut connection, app.clock.now()).await?;
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let rows = exceptions::list(&mut connection, &filter, at, after, wanted).await?;
    let (rows, next) = page::cut(rows.into_iter().map(|row| ((row.sort_at, row.id), row)), limit)?;
    let is_shown = |row: &exceptions::Exception| match which {
        // Whom the reader may not know of any more is not named again.
        ExceptionsOf::Mine => reader.sees(row.to_id),
        ExceptionsOf::Office => access::reads(&reader.scene, own, row),
        ExceptionsOf::All => true,
    };
    let shown = rows.into_iter().filter(is_shown).filter_map(|row| ExceptionView::of(&reader, row, at));
    Ok(web::Json(ExceptionsAnswer { exceptions: shown.collect(), next }))
}

/// Blocks contact between two people, both ways and for a time. It is in force on every node at once, or from the moment
/// that it names, and ends by itself.
#[utoipa::path(
    operation_id = "create_exception", tag = "exceptions", security(("access_token" = [])),
    request_body = NewExceptionBody,
    responses(
        (status = 201, description = "The block", body = ExceptionAnswer),
        (status = 400, description = "The body makes no sense; `in_the_past`; `too_long_an_exception`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `decides_oneself`", body = ErrorBody),
        (status = 404, description = "There is no such person", body = ErrorBody),
        (status = 409, description = "`exception_clashes`: there is a block at that time", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/exceptions")]
pub(super) async fn create_exception(
    app: App,
    reader: Reader,
    body: Body<NewExceptionBody>,
) -> Result<HttpResponse, Error> {
    access::security(&reader)?;
    let body = body.0;
    let reason = said::lines("reason", &body.reason, LONGEST_REASON)?;
    let at = app.clock.now();
    let span = spanned(body.from, body.until, at, LONGEST_BLOCK)?;
    if body.person_id == body.target_id {
        return Err(Error::invalid(codes::INVALID_VALUE, "target_id"));
    }
    if [body.person_id, body.target_id].iter().any(|id| reader.scene.mirror.person(*id).is_none()) {
        return Err(Error::NotFound);
    }
    to_the_end(async move {
        let pair = (body.person_id, body.target_id);
        let id = except::block(&app, &reader, pair, span, reason, at).await?;
        answer(&app, &reader, id, StatusCode::CREATED).await
    })
    .await
}

/// Ends an exception before its time: whoever holds a grant gives it up; whoever made it, the office that did, or the
/// security office takes it back. It is over on every node at once.
#[utoipa::path(
    operation_id = "revoke_exception", tag = "exceptions", security(("access_token" = [])),
    params(("id" = ExceptionId, Path, description = "The exception")), request_body = RevokeBody,
    responses(
        (status = 200, description = "The exception", body = ExceptionAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`decides_oneself`: the reader is blocked by it", body = ErrorBody),
        (status = 404, description = "No exception that the reader may end", body = ErrorBody),
        (status = 409, description = "`exception_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/exceptions/{id}/revoke")]
pub(super) async fn revoke_exception(
    app: App,
    reader: Reader,
    id: web::Path<ExceptionId>,
    body: Body<RevokeBody>,
) -> Result<HttpResponse, Error> {
    let reason = said::lines("reason", &body.0.reason, LONGEST_REASON)?;
    to_the_end(async move {
        except::end(&app, &reader, *id, reason).await?;
        answer(&app, &reader, *id, StatusCode::OK).await
    })
    .await
}

async fn answer(
    app: &App,
    reader: &Reader,
    id: ExceptionId,
    status: StatusCode,
) -> Result<HttpResponse, Error> {
    let row = except::known(app, reader, id).await?;
    let shown = ExceptionView::of(reader, row, app.clock.now()).ok_or(Error::NotFound)?;
    Ok(HttpResponse::build(status).json(ExceptionAnswer { exception: shown }))
}
