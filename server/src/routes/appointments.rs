//! The dated list of appointments, for personnel and administrators: who holds which post, acts for whom or assists
//! whom, from when to when and by which order. An entry is ended or replaced, never changed or deleted.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use schema::appointments::{self, Appointment, Ending, Filter, Kind, NewAppointment, State};
use schema::ids::{AppointmentId, PersonId, RankId, UnitId};
use schema::past;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::{page, said};
use crate::access::personnel::Keeper;
use crate::actions::appoint;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::org::PersonRecord;
use crate::views::appointments::{AppointmentView, RankChoice};

const LONGEST_REASON: usize = 2000;
const LONGEST_TITLE: usize = 200;
const LONGEST_NUMBER: usize = 100;

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppointmentsQuery {
    /// Those in one state: `active` by their ends, `coming` by their beginnings, `past` the latest first. Without it
    /// all of them, those that begin last first.
    #[param(inline)]
    state: Option<State>,
    /// Those of one kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Who is appointed, or for whom.
    person: Option<PersonId>,
    /// Where the post is, or the post of the one for whom.
    unit: Option<UnitId>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many entries, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AppointmentsAnswer {
    appointments: Vec<AppointmentView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AppointmentAnswer {
    appointment: AppointmentView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RanksAnswer {
    ranks: Vec<RankChoice>,
}

/// An appointment to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAppointmentBody {
    kind: Kind,
    person_id: PersonId,
    /// For whom: `acting`, `deputy`, `assistant`.
    principal_id: Option<PersonId>,
    /// Where: `further`, `secondment`.
    unit_id: Option<UnitId>,
    /// With which rank: `further`, `secondment`.
    rank_id: Option<RankId>,
    /// What the holder is called: `further`, `secondment`.
    title: Option<String>,
    /// When it begins; at once without it. Not in the past, but a correction may repeat the beginning of the entry that
    /// it corrects, and then takes over from that at once.
    from: Option<DateTime<Utc>>,
    /// The moment at which it is over. Required for `acting`, `deputy`, `secondment` and `duty`.
    until: Option<DateTime<Utc>>,
    /// Why, in words.
    reason: String,
    /// The number of the order.
    order_number: Option<String>,
    /// The entry that this one corrects: it ends as this one is made.
    replaces: Option<AppointmentId>,
}

/// Why an entry ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndBody {
    reason: String,
}

/// Whose ranks to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RanksQuery {
    /// Somebody of the agency.
    person: PersonId,
}

/// The list, as far as it is the reader's to keep.
#[utoipa::path(
    operation_id = "list_appointments", tag = "appointments", security(("access_token" = [])),
    params(AppointmentsQuery),
    responses(
        (status = 200, description = "A page of entries", body = AppointmentsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader keeps no list", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/appointments")]
pub(super) async fn list_appointments(
    app: App,
    keeper: Keeper,
    asked: web::Query<AppointmentsQuery>,
) -> Result<web::Json<AppointmentsAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let after: Option<(DateTime<Utc>, AppointmentId)> = page::key(asked.cursor.as_deref())?;
    let filter = Filter {
        source: keeper.source(),
        state: asked.state,
        kind: asked.kind,
        person: asked.person,
        unit: asked.unit,
    };
    let mut connection = app.pool.get().await?;
    let at = past::latest(&mut connection, app.clock.now()).await?;
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let rows = appointments::list(&mut connection, filter, at, after, wanted).await?;
    let mut ranks = Vec::new();
    let mut sources: Vec<_> = rows.iter().map(|row| row.source_id).collect();
    sources.sort_unstable();
    sources.dedup();
    for source in sources {
        ranks.extend(schema::ranks::list(&mut connection, source).await?);
    }
    let (rows, next) = page::cut(rows.into_iter().map(|row| ((row.sort_at, row.id), row)), limit)?;
    let reader = keeper.reader.actor.person;
    let mirror = &keeper.reader.scene.mirror;
    let shown = rows.into_iter().filter_map(|row| AppointmentView::of(row, mirror, &ranks, reader, at));
    Ok(web::Json(AppointmentsAnswer { appointments: shown.collect(), next }))
}

/// Appoints somebody. It is in force on every node at once, or from the day that it names, and ends by itself.
#[utoipa::path(
    operation_id = "create_appointment", tag = "appointments", security(("access_token" = [])),
    request_body = NewAppointmentBody,
    responses(
        (status = 201, description = "The entry", body = AppointmentAnswer),
        (status = 400, description = "The body makes no sense; `in_the_past`: it would begin before now", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `appoints_oneself`", body = ErrorBody),
        (status = 404, description = "Nobody whom the reader may appoint", body = ErrorBody),
        (status = 409, description = "`appointment_clashes` with another entry, which the message names; \
            `held_by_directory`; `not_in_service`; `appointment_over`: what it replaces", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/appointments")]
pub(super) async fn create_appointment(
    app: App,
    keeper: Keeper,
    body: Body<NewAppointmentBody>,
) -> Result<HttpResponse, Error> {
    // The one moment of the change: what begins now, what ends for it and the seats in unit channels meet in it.
    let (at, body) = (app.clock.now(), body.0);
    let mut corrected = None;
    if let Some(id) = body.replaces {
        corrected = Some(appoint::kept(&mut app.pool.get().await?, &keeper, id).await?);
    }
    let replaces = body.replaces.map(|id| Ending {
        id,
        ended_by: keeper.reader.actor.person,
        end_reason: body.reason.trim().to_owned(),
    });
    let from_at = begins(body.from, corrected.as_ref(), at)?;
    let new = entry(&keeper, body, from_at)?;
    appoint::change(&app, &keeper, replaces.as_ref(), Some(&new), at).await?;
    answer(&app, &keeper, new.id, StatusCode::CREATED).await
}

/// Ends an entry before its time, or takes back one that has not begun.
#[utoipa::path(
    operation_id = "end_appointment", tag = "appointments", security(("access_token" = [])),
    params(("id" = AppointmentId, Path, description = "The entry")), request_body = EndBody,
    responses(
        (status = 200, description = "The entry", body = AppointmentAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `appoints_oneself`: the reader's own", body = ErrorBody),
        (status = 404, description = "No entry that the reader keeps", body = ErrorBody),
        (status = 409, description = "`appointment_over`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/appointments/{id}/end")]
pub(super) async fn end_appointment(
    app: App,
    keeper: Keeper,
    id: web::Path<AppointmentId>,
    body: Body<EndBody>,
) -> Result<HttpResponse, Error> {
    let end_reason = said::lines("reason", &body.0.reason, LONGEST_REASON)?;
    let at = app.clock.now();
    let ending = Ending { id: *id, ended_by: keeper.reader.actor.person, end_reason };
    appoint::change(&app, &keeper, Some(&ending), None, at).await?;
    answer(&app, &keeper, *id, StatusCode::OK).await
}

/// The ladder of the agency that a person belongs to, the highest rank first.
#[utoipa::path(
    operation_id = "list_appointment_ranks", tag = "appointments", security(("access_token" = [])),
    params(RanksQuery),
    responses(
        (status = 200, description = "The ranks", body = RanksAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader keeps no list", body = ErrorBody),
        (status = 404, description = "Nobody whom the reader may appoint", body = ErrorBody),
    ),
)]
#[get("/appointments/ranks")]
pub(super) async fn list_appointment_ranks(
    app: App,
    keeper: Keeper,
    asked: web::Query<RanksQuery>,
) -> Result<web::Json<RanksAnswer>, Error> {
    let source = keeper.person(asked.person).ok_or(Error::NotFound)?.source;
    let mut ranks = schema::ranks::list(&mut *app.pool.get().await?, source).await?;
    // Those that have left the ladder stay until their last holder has.
    ranks.retain(|rank| rank.step < 10_000);
    ranks.sort_by_key(|rank| std::cmp::Reverse(rank.step));
    Ok(web::Json(RanksAnswer { ranks: ranks.iter().map(RankChoice::of).collect() }))
}

async fn answer(
    app: &App,
    keeper: &Keeper,
    id: AppointmentId,
    status: StatusCode,
) -> Result<HttpResponse, Error> {
    let mut connection = app.pool.get().await?;
    let at = past::latest(&mut connection, app.clock.now()).await?;
    let row = appointments::find(&mut connection, id).await?;
    let ranks = schema::ranks::list(&mut connection, row.source_id).await?;
    let (mirror, reader) = (&keeper.reader.scene.mirror, keeper.reader.actor.person);
    let shown = AppointmentView::of(row, mirror, &ranks, reader, at).ok_or(Error::NotFound)?;
    Ok(HttpResponse::build(status).json(AppointmentAnswer { appointment: shown }))
}

/// When the new entry begins: nobody is appointed backwards. What an entry that is corrected gave until now, it gave.
fn begins(
    from: Option<DateTime<Utc>>,
    corrected: Option<&Appointment>,
    at: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    let from = from.unwrap_or(at);
    if from >= at || corrected.is_some_and(|corrected| corrected.from_at == from) {
        Ok(from.max(at))
    } else {
        Err(Error::Past { field: "from", given: from })
    }
}

/// The entry that the body asks for, from `from_at` on, as far as it can be one.
fn entry(keeper: &Keeper, body: NewAppointmentBody, from_at: DateTime<Utc>) -> Result<NewAppointment, Error> {
    let invalid = |field| Error::invalid(codes::INVALID_VALUE, field);
    let missing = |field| Error::invalid(codes::MISSING_FIELD, field);
    let reason = said::lines("reason", &body.reason, LONGEST_REASON)?;
    let number = body.order_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    let order_number =
        number.map(|number| said::lines("order_number", number, LONGEST_NUMBER)).transpose()?;
    let person = keeper.person(body.person_id).ok_or(Error::NotFound)?;
    if body.until.is_some_and(|until| until <= from_at) {
        return Err(invalid("until"));
    }
    let is_post = matches!(body.kind, Kind::Further | Kind::Secondment);
    let may_be_open = matches!(body.kind, Kind::Further | Kind::Assistant);
    if body.until.is_none() && !may_be_open {
        return Err(missing("until"));
    }
    let mut new = NewAppointment {
        id: AppointmentId::new(),
        source_id: person.source,
        kind: body.kind,
        person_id: person.id,
        principal_id: None,
        unit_id: None,
        rank_id: None,
        title: None,
        from_at,
        until_at: body.until,
        reason,
        order_number,
        entered_by: keeper.reader.actor.person,
    };
    if is_post {
        if body.principal_id.is_some() {
            return Err(invalid("principal_id"));
        }
        let unit = body.unit_id.ok_or_else(|| missing("unit_id"))?;
        if keeper.reader.scene.mirror.org.unit(unit.0).is_none() {
            return Err(invalid("unit_id"));
        }
        new.unit_id = Some(unit);
        new.rank_id = Some(body.rank_id.ok_or_else(|| missing("rank_id"))?);
        new.title = Some(said::lines("title", &body.title.ok_or_else(|| missing("title"))?, LONGEST_TITLE)?);
    } else {
        for (is_there, field) in [
            (body.unit_id.is_some(), "unit_id"),
            (body.rank_id.is_some(), "rank_id"),
            (body.title.is_some(), "title"),
        ] {
            if is_there {
                return Err(invalid(field));
            }
        }
        new.principal_id = principal(keeper, person, body.kind, body.principal_id)?;
    }
    possible(keeper, person, &new)?;
    Ok(new)
}

/// For whom the entry is: somebody else of the agency, but for whoever is on duty, who is so for nobody.
fn principal(
    keeper: &Keeper,
    person: &PersonRecord,
    kind: Kind,
    named: Option<PersonId>,
) -> Result<Option<PersonId>, Error> {
    let invalid = Err(Error::invalid(codes::INVALID_VALUE, "principal_id"));
    match named {
        None if kind == Kind::Duty => Ok(None),
        Some(_) if kind == Kind::Duty => invalid,
        None => Err(Error::invalid(codes::MISSING_FIELD, "principal_id")),
        Some(named) => {
            let record = keeper.person(named).filter(|record| record.source == person.source);
            if named == person.id || record.is_none() { invalid } else { Ok(Some(named)) }
        }
    }
}

/// Whether those whom the entry names are in service, and the directory does not say the same already.
fn possible(keeper: &Keeper, person: &PersonRecord, new: &NewAppointment) -> Result<(), Error> {
    let mirror = &keeper.reader.scene.mirror;
    let concerned = std::iter::once(new.person_id).chain(new.principal_id);
    if concerned.into_iter().any(|id| !mirror.is_active(id)) {
        return Err(Error::Conflict(codes::NOT_IN_SERVICE));
    }
    // The primary post has no end: whoever leaves it is moved in the directory.
    if person.primary_post().is_some_and(|post| {
        Some(post.unit) == new.unit_id && post.title == new.title.as_deref().unwrap_or_default()
    }) {
        return Err(Error::Conflict(codes::HELD_BY_DIRECTORY));
    }
    Ok(())
}
