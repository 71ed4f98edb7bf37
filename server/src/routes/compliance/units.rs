//! The tree as it was, one unit at a time.

use std::cmp::Reverse;

use actix_web::{get, web};
use chrono::TimeDelta;
use policies::org::UnitIx;
use schema::ids::UnitId;
use schema::past::{Subject, When, latest, moments};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::moment;
use crate::access::past::{self, Asked, Then};
use crate::actions::look;
use crate::app::App;
use crate::error::Error;
use crate::error::describe::ErrorBody;
use crate::routes::page;
use crate::views::Reader;
use crate::views::past_units::{PastHolder, PastTree};

/// How far back it is said when something changed.
const LOOKED_BACK: TimeDelta = TimeDelta::days(366);

/// Which unit to show, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PastUnitQuery {
    /// The unit; the agencies without it.
    unit_id: Option<UnitId>,
    /// The moment, by RFC 3339 and not in the future; now without it.
    #[param(format = DateTime)]
    at: Option<String>,
    /// As it was known when: what was entered later does not count. The moment itself without it.
    #[param(format = DateTime)]
    known_at: Option<String>,
    /// `next` of the page before, which keeps its moment.
    cursor: Option<String>,
    /// How many people, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PastUnitAnswer {
    tree: PastTree,
    next: Option<String>,
}

/// Where somebody comes in the list of a unit: those of the highest rank first.
type Place = (Reverse<i16>, String, Uuid);

/// A unit as it was at a moment: who led it, what was below it, and who held a post in it. Every call is an entry in the
/// audit log.
#[utoipa::path(
    operation_id = "get_past_unit", tag = "compliance", security(("access_token" = [])), params(PastUnitQuery),
    responses(
        (status = 200, description = "The unit, and a page of its people", body = PastUnitAnswer),
        (status = 400, description = "The query makes no sense: a moment in the future, for instance", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader is no compliance officer", body = ErrorBody),
        (status = 404, description = "No such unit at that moment", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/units")]
pub(super) async fn get_past_unit(
    app: App,
    reader: Reader,
    asked: web::Query<PastUnitQuery>,
) -> Result<web::Json<PastUnitAnswer>, Error> {
    let officer = past::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let named = Asked {
        at: moment(asked.at.as_deref(), "at")?,
        known_at: moment(asked.known_at.as_deref(), "known_at")?,
    };
    let page: Option<(When, Place)> = page::key(asked.cursor.as_deref())?;
    let (begun, after) = page.unzip();
    let then = past::then(&app, &officer, Subject::Organisation, named.going_on(begun)?).await?;
    let unit = asked.unit_id.map(|id| then.scene.mirror.org.unit(id.0));
    let details = json!({
        "unit_id": asked.unit_id,
        "at": then.when.at,
        "known_at": then.when.known_at,
        "org_version": then.org_version,
        "found": unit != Some(None),
    });
    look::note(&app, &officer, "compliance.organisation_viewed", details).await?;
    // That it was not there is an answer too.
    let unit = unit.map(|found| found.ok_or(Error::NotFound)).transpose()?;
    let (people, next) = match unit {
        Some(unit) => page::cut(people(&then, unit, after.as_ref()).into_iter(), limit)?,
        None => (Vec::new(), None),
    };
    let mut connection = app.pool.get().await?;
    let now = latest(&mut connection, app.clock.now()).await?;
    let changed_at = moments::of_unit(&mut connection, asked.unit_id, now - LOOKED_BACK, now).await?;
    Ok(web::Json(PastUnitAnswer { tree: PastTree::of(&then, unit, people, changed_at), next }))
}

/// Who held a post in `unit`, from after a place on.
fn people(then: &Then, unit: UnitIx, after: Option<&Place>) -> Vec<((When, Place), PastHolder)> {
    let mirror = &then.scene.mirror;
    let mut found: Vec<(Place, _)> = mirror
        .holders(unit, then.scene.moment.now)
        .into_iter()
        .filter_map(|person| {
            let record = mirror.record(person)?;
            let step = record.primary_post().map_or(0, |post| post.rank.step);
            Some(((Reverse(step), record.display_name.to_lowercase(), record.id.0), person))
        })
        .filter(|(place, _)| after.is_none_or(|after| place > after))
        .collect();
    found.sort_unstable();
    let holder = |(place, person)| Some(((then.when, place), PastHolder::of(mirror, person, unit)?));
    found.into_iter().filter_map(holder).collect()
}
