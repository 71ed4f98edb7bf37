//! When a plan is refused: the directory is never believed when it looks broken.
//!
//! Pure. One person gone, disabled or raised passes at once; a unit that vanishes, or many at a time, does not.

pub mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use crate::duration::Span;
use crate::finding::{Code, Effect, Finding};
use crate::plan::{Change, Plan};
use crate::state::{Mirror, Person, Status};

/// How many of a number may change at once: the larger of a count and a share.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many at least always may.
    pub count: usize,
    /// And so large a share, from 0 to 1; none, where it is not said.
    #[serde(default)]
    pub share: f64,
}

impl Limit {
    fn allows(self, changed: usize, of: usize) -> bool {
        changed <= self.count || share(changed, of) <= self.share
    }
}

/// The limits of one source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// People gone, in the whole source.
    pub gone: Limit,
    /// People disabled, in the whole source.
    pub disabled: Limit,
    /// Disabled people enabled again.
    pub enabled: Limit,
    /// People gone or disabled in any one unit with all below it; it may lose one fewer than the count, or the share.
    pub unit: Limit,
    /// A unit of so many people or more never loses all of them at once.
    pub whole_unit: usize,
    /// Clearances that rise.
    pub clearances_raised: Limit,
    /// People who lose their clearance.
    pub clearances_lost: Limit,
    /// People who lose their superior.
    pub superiors_lost: Limit,
    /// People who lose a segment, and with it a wall.
    pub segments_lost: Limit,
    /// People who gain a duty in Chancery itself.
    pub roles_gained: Limit,
    /// Units that lose their head.
    pub heads_lost: Limit,
    /// Entries that cannot be used.
    pub quarantined: Limit,
    /// Entries fewer than at the last good read.
    pub fewer_entries: Limit,
    /// Changes that come one by one.
    pub window: Window,
}

/// Changes that come one by one: what may not happen at once may not happen bit by bit either, until so much time has
/// passed. All limits above count for the sum of what happens within it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// How many changes that take something away, of whatever kind.
    pub count: usize,
    /// Within how long.
    pub within: Span,
}

impl Default for Window {
    fn default() -> Self {
        Self { count: 200, within: Span::from(Duration::from_mins(10)) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            gone: Limit { count: 50, share: 0.005 },
            disabled: Limit { count: 50, share: 0.005 },
            enabled: Limit { count: 50, share: 0.005 },
            unit: Limit { count: 9, share: 0.2 },
            whole_unit: 3,
            clearances_raised: Limit { count: 10, share: 0.005 },
            clearances_lost: Limit { count: 10, share: 0.005 },
            superiors_lost: Limit { count: 10, share: 0.005 },
            segments_lost: Limit { count: 10, share: 0.005 },
            roles_gained: Limit { count: 5, share: 0.0 },
            heads_lost: Limit { count: 10, share: 0.005 },
            quarantined: Limit { count: 20, share: 0.001 },
            fewer_entries: Limit { count: 50, share: 0.01 },
            window: Window::default(),
        }
    }
}

/// Why `plan` must not be applied; empty where it may.
pub fn judge(plan: &Plan, mirror: &Mirror, limits: &Limits, missing_anchors: &[String]) -> Vec<Finding> {
    let mut refusals = Vec::new();
    if plan.counts.people == 0 || !plan.has_agency {
        refusals.push(Finding::new(Code::GuardEmptyRead, Effect::Refused));
    }
    for anchor in missing_anchors {
        refusals.push(Finding::new(Code::GuardAnchorMissing, Effect::Refused).about(anchor, None));
    }
    let mut limit = |code: Code, limit: Limit, changed: usize, of: usize| {
        refusals.extend(exceeded(code, limit, changed, of));
    };
    limit(Code::GuardManyQuarantined, limits.quarantined, plan.quarantined, plan.entries);
    if let Some(last) = mirror.last_entries {
        limit(Code::GuardFewerEntries, limits.fewer_entries, last.saturating_sub(plan.entries), last);
    }
    let tally = Tally::of(plan, mirror);
    refusals.extend(judge_tally(&tally, mirror.people(), limits));
    refusals
}

/// Why changes with these counts must not be made to a mirror of `held` people.
fn judge_tally(tally: &Tally, held: usize, limits: &Limits) -> Vec<Finding> {
    let counts = [
        (Code::GuardManyGone, limits.gone, tally.gone),
        (Code::GuardManyDisabled, limits.disabled, tally.disabled),
        (Code::GuardManyEnabled, limits.enabled, tally.enabled),
        (Code::GuardClearancesRaised, limits.clearances_raised, tally.clearances_raised),
        (Code::GuardClearancesLost, limits.clearances_lost, tally.clearances_lost),
        (Code::GuardSuperiorsLost, limits.superiors_lost, tally.superiors_lost),
        (Code::GuardSegmentsLost, limits.segments_lost, tally.segments_lost),
        (Code::GuardRolesGained, limits.roles_gained, tally.roles_gained),
        (Code::GuardHeadsLost, limits.heads_lost, tally.heads_lost),
    ];
    let exceeded =
        counts.into_iter().filter_map(|(code, limit, changed)| exceeded(code, limit, changed, held));
    exceeded.chain(lost_units(&tally.units, limits)).collect()
}

fn exceeded(code: Code, limit: Limit, changed: usize, of: usize) -> Option<Finding> {
    let refusal = || Finding::new(code, Effect::Refused).value(format!("{changed} / {of}"));
    (!limit.allows(changed, of)).then(refusal)
}

/// How much a plan takes away or gives, as far as the guard looks at it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub gone: usize,
    pub disabled: usize,
    pub enabled: usize,
    pub clearances_raised: usize,
    pub clearances_lost: usize,
    pub superiors_lost: usize,
    pub segments_lost: usize,
    pub roles_gained: usize,
    pub heads_lost: usize,
    /// Units that lose people, those of the units below counted in.
    #[serde(skip)]
    pub units: BTreeMap<Uuid, UnitLoss>,
}

/// What a unit loses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitLoss {
    /// The name of its entry.
    pub dn: String,
    /// How many people of it.
    pub lost: usize,
    /// Of how many.
    pub all: usize,
}

impl Tally {
    pub(crate) fn of(plan: &Plan, mirror: &Mirror) -> Self {
        let mut tally = Self { units: unit_losses(plan, mirror), ..Self::default() };
        // At the first read everybody is new.
        let is_first = mirror.last_entries.is_none();
        for change in &plan.changes {
            match change {
                Change::PersonGone { .. } => tally.gone += 1,
                // Whoever comes with a clearance or a duty is looked at like somebody who is given it: entries that are
                // made anew have other ids.
                Change::PersonAdded { after, .. } if !is_first => {
                    tally.clearances_raised += usize::from(after.clearance.is_some());
                    tally.roles_gained += usize::from(!after.roles.is_empty());
                }
                Change::UnitChanged { before, after, .. } => {
                    tally.heads_lost += usize::from(before.head.is_some() && after.head.is_none());
                }
                Change::PersonChanged { before, after, .. } => {
                    match (before.status, after.status) {
                        (Status::Active, Status::Disabled) => tally.disabled += 1,
                        (Status::Disabled, Status::Active) => tally.enabled += 1,
                        _ => {}
                    }
                    match (&before.clearance, &after.clearance) {
                        (Some(_), None) => tally.clearances_lost += 1,
                        (before, Some(after)) if after.exceeds(before.as_ref()) => {
                            tally.clearances_raised += 1;
                        }
                        _ => {}
                    }
                    tally.superiors_lost +=
                        usize::from(before.superior().is_some() && after.superior().is_none());
                    tally.segments_lost += usize::from(!before.segments.is_subset(&after.segments));
                    tally.roles_gained += usize::from(!after.roles.is_subset(&before.roles));
                }
                _ => {}
            }
        }
        tally
    }
}

/// Whether so many of so many entries may be such that cannot be used.
pub(crate) fn may_quarantine(limits: &Limits, quarantined: usize, entries: usize) -> bool {
    limits.quarantined.allows(quarantined, entries)
}

/// The units that lose people, those below counted in, but for the agency: of these it must be known how many they have.
pub(crate) fn shrinking_units(plan: &Plan, mirror: &Mirror) -> BTreeSet<Uuid> {
    let is_agency = |unit: &Uuid| mirror.state.units.get(unit).is_none_or(|unit| unit.parent.is_none());
    losses(plan, mirror).into_keys().filter(|unit| !is_agency(unit)).collect()
}

/// Without a post one is as good as gone: the case of a unit's entry that is hidden while its people are not.
fn is_lost(plan: &Plan, id: &Uuid, held: &Person) -> bool {
    let now = plan.wanted.people.get(id);
    held.status == Status::Active
        && now.is_none_or(|now| now.status == Status::Disabled || now.primary().is_none())
}

/// A unit and all above it.
fn with_all_above(mirror: &Mirror, unit: Uuid) -> impl Iterator<Item = Uuid> {
    let above = |unit: &Uuid| mirror.state.units.get(unit)?.parent;
    // The mirror's tree has no cycles: the database sees to it. The bound is for those who call with another.
    std::iter::successors(Some(unit), above).take(64)
}

/// How many people each unit loses, in itself and below.
fn losses(plan: &Plan, mirror: &Mirror) -> BTreeMap<Uuid, usize> {
    let mut losses = BTreeMap::new();
    for (_, person) in mirror.state.people.iter().filter(|(id, person)| is_lost(plan, id, person)) {
        for unit in person.primary().into_iter().flat_map(|post| with_all_above(mirror, post.unit)) {
            *losses.entry(unit).or_default() += 1;
        }
    }
    losses
}

/// Who loses people in which unit, and in all above it.
fn unit_losses(plan: &Plan, mirror: &Mirror) -> BTreeMap<Uuid, UnitLoss> {
    let losses = losses(plan, mirror);
    let sizes = if losses.is_empty() { BTreeMap::new() } else { sizes(mirror) };
    let loss = |(unit, lost): (Uuid, usize)| {
        let dn = mirror.state.units.get(&unit).map(|unit| unit.dn.clone()).unwrap_or_default();
        (unit, UnitLoss { dn, lost, all: sizes.get(&unit).copied().unwrap_or_else(|| mirror.people()) })
    };
    losses.into_iter().map(loss).collect()
}

/// How many people who can sign in have their own place in which unit or below. Of a part of the mirror the agency is not
/// among them: it has everybody, among whom those who cannot sign in are few.
fn sizes(mirror: &Mirror) -> BTreeMap<Uuid, usize> {
    if let Some(rest) = &mirror.rest {
        return rest.sizes.clone();
    }
    let mut sizes = BTreeMap::new();
    for person in mirror.state.people.values().filter(|person| person.status == Status::Active) {
        for unit in person.primary().into_iter().flat_map(|post| with_all_above(mirror, post.unit)) {
            *sizes.entry(unit).or_default() += 1;
        }
    }
    sizes
}

/// Units that would lose too many of their people: the case of a unit that the account may no longer read, where
/// everything else looks well.
fn lost_units(units: &BTreeMap<Uuid, UnitLoss>, limits: &Limits) -> Vec<Finding> {
    let too_much = units.iter().filter(|(_, UnitLoss { lost, all, .. })| {
        let whole = lost == all && *all >= limits.whole_unit;
        whole || !limits.unit.allows(*lost, *all)
    });
    let refusals = too_much.map(|(id, UnitLoss { dn, lost, all })| {
        Finding::new(Code::GuardUnitLost, Effect::Refused)
            .value(format!("{lost} / {all}"))
            .about(dn, Some(*id))
    });
    refusals.collect()
}

#[expect(clippy::cast_precision_loss, reason = "a share of people, not of atoms")]
fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests;
