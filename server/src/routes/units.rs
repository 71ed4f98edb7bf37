//! The tree of units, one step at a time.

use std::cmp::Reverse;
use std::collections::HashMap;

use actix_web::{get, web};
use policies::org::UnitIx;
use schema::ids::{ConversationId, PersonId, UnitId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::page::{self, PageQuery};
use super::people::PeopleAnswer;
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::views::{Person, Reader, Unit};

#[derive(Serialize, ToSchema)]
pub(super) struct UnitAnswer {
    unit: Unit,
}

#[derive(Serialize, ToSchema)]
pub(super) struct UnitsAnswer {
    units: Vec<Unit>,
    next: Option<String>,
}

/// The agencies: the roots of the tree.
#[utoipa::path(
    operation_id = "list_roots", tag = "units", security(("access_token" = [])), params(PageQuery),
    responses(
        (status = 200, description = "A page of agencies", body = UnitsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
    ),
)]
#[get("/units")]
pub(super) async fn list_roots(
    app: App,
    reader: Reader,
    asked: web::Query<PageQuery>,
) -> Result<web::Json<UnitsAnswer>, Error> {
    let org = &reader.scene.mirror.org;
    let roots: Vec<UnitIx> = org.units().filter(|unit| org.parent(*unit).is_none()).collect();
    Ok(web::Json(list(&app, &reader, roots, &asked).await?))
}

/// A unit.
#[utoipa::path(
    operation_id = "get_unit", tag = "units", security(("access_token" = [])),
    params(("id" = UnitId, Path, description = "The unit")),
    responses(
        (status = 200, description = "The unit", body = UnitAnswer),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such unit", body = ErrorBody),
    ),
)]
#[get("/units/{id}")]
pub(super) async fn get_unit(
    app: App,
    reader: Reader,
    id: web::Path<UnitId>,
) -> Result<web::Json<UnitAnswer>, Error> {
    let unit = find(&reader, &id)?;
    let channel = channels_of(&app, &reader, &[unit]).await?.remove(&unit);
    Ok(web::Json(UnitAnswer { unit: Unit::of(&reader, unit, channel) }))
}

/// The units directly below a unit, in the order of their names.
#[utoipa::path(
    operation_id = "list_children", tag = "units", security(("access_token" = [])),
    params(("id" = UnitId, Path, description = "The unit"), PageQuery),
    responses(
        (status = 200, description = "A page of units", body = UnitsAnswer),
        (status = 400, description = "`invalid_id`, or the query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such unit", body = ErrorBody),
    ),
)]
#[get("/units/{id}/children")]
pub(super) async fn list_children(
    app: App,
    reader: Reader,
    id: web::Path<UnitId>,
    asked: web::Query<PageQuery>,
) -> Result<web::Json<UnitsAnswer>, Error> {
    let children = reader.scene.mirror.org.children(find(&reader, &id)?).to_vec();
    Ok(web::Json(list(&app, &reader, children, &asked).await?))
}

/// The people who hold a post in a unit and whom the reader may see, those of the highest rank first.
#[utoipa::path(
    operation_id = "list_unit_people", tag = "units", security(("access_token" = [])),
    params(("id" = UnitId, Path, description = "The unit"), PageQuery),
    responses(
        (status = 200, description = "A page of people", body = PeopleAnswer),
        (status = 400, description = "`invalid_id`, or the query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such unit", body = ErrorBody),
    ),
)]
#[get("/units/{id}/people")]
pub(super) async fn list_unit_people(
    reader: Reader,
    id: web::Path<UnitId>,
    asked: web::Query<PageQuery>,
) -> Result<web::Json<PeopleAnswer>, Error> {
    type Key = (Reverse<i16>, String, Uuid);
    let mirror = &reader.scene.mirror;
    let after: Option<Key> = page::key(asked.cursor.as_deref())?;
    let unit = find(&reader, &id)?;
    let mut people: Vec<_> = mirror
        .holders(unit, reader.scene.moment.now)
        .into_iter()
        .filter_map(|person| {
            let record = mirror.record(person)?;
            let key =
                (Reverse(record.primary_post()?.rank.step), record.display_name.to_lowercase(), record.id.0);
            Some((key, person))
        })
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
        .collect();
    people.sort_unstable();
    let visible =
        people.into_iter().filter_map(|(key, person)| Some((key, Person::if_found(&reader, person)?)));
    let (people, next) = page::cut(visible, page::limit(asked.limit)?)?;
    Ok(web::Json(PeopleAnswer { people, next }))
}

fn find(reader: &Reader, id: &UnitId) -> Result<UnitIx, Error> {
    reader.scene.mirror.org.unit(id.0).ok_or(Error::NotFound)
}

async fn list(
    app: &App,
    reader: &Reader,
    units: Vec<UnitIx>,
    asked: &PageQuery,
) -> Result<UnitsAnswer, Error> {
    type Key = (String, Uuid);
    let org = &reader.scene.mirror.org;
    let after: Option<Key> = page::key(asked.cursor.as_deref())?;
    let mut keyed: Vec<(Key, UnitIx)> = units
        .into_iter()
        .map(|unit| ((org.unit_name(unit).to_lowercase(), org.unit_id(unit)), unit))
        .collect();
    keyed.retain(|(key, _)| after.as_ref().is_none_or(|after| key > after));
    keyed.sort_unstable();
    let (units, next) = page::cut(keyed.into_iter(), page::limit(asked.limit)?)?;
    let mut channels = channels_of(app, reader, &units).await?;
    let units = units.into_iter().map(|unit| Unit::of(reader, unit, channels.remove(&unit))).collect();
    Ok(UnitsAnswer { units, next })
}

/// The channels of those of `units` in whose channel the reader is.
pub(super) async fn channels_of(
    app: &App,
    reader: &Reader,
    units: &[UnitIx],
) -> Result<HashMap<UnitIx, ConversationId>, Error> {
    let org = &reader.scene.mirror.org;
    let ids: Vec<UnitId> = units.iter().map(|unit| UnitId(org.unit_id(*unit))).collect();
    let person: PersonId = reader.actor.person;
    let found = schema::conversations::unit_channels_of(&mut *app.pool.get().await?, person, &ids).await?;
    Ok(found.into_iter().filter_map(|(unit, channel)| Some((org.unit(unit.0)?, channel))).collect())
}
