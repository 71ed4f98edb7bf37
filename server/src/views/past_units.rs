//! A part of the tree as it was at a moment, with the names of that moment.

use chrono::{DateTime, Utc};
use policies::org::{PersonIx, UnitIx};
use schema::ids::{PersonId, UnitId};
use serde::Serialize;
use utoipa::ToSchema;

use super::people::Rank;
use super::{PersonRef, UnitRef};
use crate::access::past::Then;
use crate::org::{Duty, Mirror};

/// A unit as it was, with what was in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastTree {
    /// The moment.
    at: DateTime<Utc>,
    /// What was entered later is not in the answer.
    known_at: DateTime<Utc>,
    /// The version of the organisation's mirror; null before the first recorded one.
    org_version: Option<i64>,
    /// The unit that was asked about; null where it was about the agencies.
    unit: Option<PastUnit>,
    /// The way to it from its agency down, itself included.
    path: Vec<UnitRef>,
    /// The units directly below it, by their names.
    units: Vec<PastUnit>,
    /// Who held a post in it, those of the highest rank first: a page of them.
    people: Vec<PastHolder>,
    /// When something changed in it within the year before now: the newest first, at most 500.
    changed_at: Vec<DateTime<Utc>>,
}

/// A unit as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastUnit {
    #[serde(flatten)]
    named: UnitRef,
    /// Who led it.
    head: Option<PersonRef>,
    /// How many people held a post in it.
    people_count: usize,
    /// How many units were directly below.
    children_count: usize,
}

/// Somebody who held a post in a unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastHolder {
    #[serde(flatten)]
    person: PersonRef,
    /// `primary`, `further`, `acting` or `secondment`.
    post: String,
    /// What the holder of the post was called.
    post_title: String,
    rank: Rank,
    /// Since when the post was held, if that was known.
    from: Option<DateTime<Utc>>,
    /// Until when it was to be held, if that was known.
    until: Option<DateTime<Utc>>,
    /// In whose name they could act.
    duties: Vec<PastDuty>,
}

/// In whose name somebody could act.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastDuty {
    duty: Duty,
    principal: PersonRef,
}

impl PastTree {
    /// What is shown of `unit`, or of the agencies.
    pub fn of(
        then: &Then,
        unit: Option<UnitIx>,
        people: Vec<PastHolder>,
        changed_at: Vec<DateTime<Utc>>,
    ) -> Self {
        let mirror = &then.scene.mirror;
        let below: Vec<UnitIx> = match unit {
            Some(unit) => mirror.org.children(unit).to_vec(),
            None => mirror.org.units().filter(|unit| mirror.org.parent(*unit).is_none()).collect(),
        };
        let mut units: Vec<PastUnit> = below.into_iter().map(|unit| PastUnit::of(then, unit)).collect();
        units.sort_by_cached_key(|unit| (unit.named.name.to_lowercase(), unit.named.id));
        Self {
            at: then.when.at,
            known_at: then.when.known_at,
            org_version: then.org_version,
            unit: unit.map(|unit| PastUnit::of(then, unit)),
            path: unit.map(|unit| UnitRef::path(mirror, unit)).unwrap_or_default(),
            units,
            people,
            changed_at,
        }
    }
}

impl PastUnit {
    fn of(then: &Then, unit: UnitIx) -> Self {
        let mirror = &then.scene.mirror;
        let org = &mirror.org;
        Self {
            named: UnitRef::of(mirror, unit),
            head: org.head(unit).and_then(|head| mirror.record(head)).map(PersonRef::of),
            people_count: mirror.holders(unit, then.scene.moment.now).len(),
            children_count: org.children(unit).len(),
        }
    }
}

impl PastHolder {
    /// Somebody who held a post in `unit`.
    pub fn of(mirror: &Mirror, person: PersonIx, unit: UnitIx) -> Option<Self> {
        let record = mirror.record(person)?;
        let unit = UnitId(mirror.org.unit_id(unit));
        let post = record.posts.iter().find(|post| post.unit == unit).or(record.primary_post())?;
        let name = |person: PersonId| mirror.person(person).map(PersonRef::of);
        let duties = record
            .duties
            .iter()
            .filter_map(|duty| Some(PastDuty { duty: duty.kind, principal: name(duty.principal)? }));
        Some(Self {
            post: post.kind.clone(),
            post_title: post.title.clone(),
            rank: Rank::of(&post.rank),
            from: post.from,
            until: post.until,
            duties: duties.collect(),
            person: PersonRef::of(record),
        })
    }
}
