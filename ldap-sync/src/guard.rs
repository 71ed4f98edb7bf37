//! When a plan is refused: the directory is never believed when it looks broken.
//!
//! Pure. One person gone, disabled or raised passes at once; a unit that vanishes, or many at a time, does not.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

use crate::finding::{Code, Effect, Finding};
use crate::plan::{Change, Plan};
use crate::state::{Mirror, State, Status};

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
    /// Entries that cannot be used.
    pub quarantined: Limit,
    /// Entries fewer than at the last good read.
    pub fewer_entries: Limit,
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
            quarantined: Limit { count: 20, share: 0.001 },
            fewer_entries: Limit { count: 50, share: 0.01 },
        }
    }
}

/// Why `plan` must not be applied; empty where it may.
pub fn judge(plan: &Plan, mirror: &Mirror, limits: &Limits, missing_anchors: &[String]) -> Vec<Finding> {
    let mut refusals = Vec::new();
    if plan.wanted.people.is_empty() || !plan.has_agency {
        refusals.push(Finding::new(Code::GuardEmptyRead, Effect::Refused));
    }
    for anchor in missing_anchors {
        refusals.push(Finding::new(Code::GuardAnchorMissing, Effect::Refused).about(anchor, None));
    }
    let mut limit = |code: Code, limit: Limit, changed: usize, of: usize| {
        if !limit.allows(changed, of) {
            refusals.push(Finding::new(code, Effect::Refused).value(format!("{changed} / {of}")));
        }
    };
    limit(Code::GuardManyQuarantined, limits.quarantined, plan.quarantined, plan.entries);
    if let Some(last) = mirror.last_entries {
        limit(Code::GuardFewerEntries, limits.fewer_entries, last.saturating_sub(plan.entries), last);
    }
    let held = mirror.state.people.len();
    let tally = Tally::of(plan);
    limit(Code::GuardManyGone, limits.gone, tally.gone, held);
    limit(Code::GuardManyDisabled, limits.disabled, tally.disabled, held);
    limit(Code::GuardManyEnabled, limits.enabled, tally.enabled, held);
    limit(Code::GuardClearancesRaised, limits.clearances_raised, tally.clearances_raised, held);
    limit(Code::GuardClearancesLost, limits.clearances_lost, tally.clearances_lost, held);
    limit(Code::GuardSuperiorsLost, limits.superiors_lost, tally.superiors_lost, held);
    limit(Code::GuardSegmentsLost, limits.segments_lost, tally.segments_lost, held);
    refusals.extend(lost_units(plan, &mirror.state, limits));
    refusals
}

/// How much a plan takes away or gives, as far as the guard looks at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
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
}

impl Tally {
    fn of(plan: &Plan) -> Self {
        let mut tally = Self::default();
        for change in &plan.changes {
            match change {
                Change::PersonGone { .. } => tally.gone += 1,
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
                }
                _ => {}
            }
        }
        tally
    }
}

/// Units that would lose too many of their people, those of the units below counted in: the case of a unit that the
/// account may no longer read, where everything else looks well.
fn lost_units(plan: &Plan, held: &State, limits: &Limits) -> Vec<Finding> {
    let mut people: BTreeMap<Uuid, (usize, usize)> = BTreeMap::new();
    for (id, person) in held.people.iter().filter(|(_, person)| person.status == Status::Active) {
        // Without a post one is as good as gone: the case of a unit's entry that is hidden while its people are not.
        let lost = plan
            .wanted
            .people
            .get(id)
            .is_none_or(|now| now.status == Status::Disabled || now.primary().is_none());
        let mut unit = person.primary().map(|post| post.unit);
        // The mirror's tree has no cycles: the database sees to it. The bound is for those who call with another.
        for _ in 0..64 {
            let Some(id) = unit else { break };
            let (all, gone) = people.entry(id).or_default();
            *all += 1;
            *gone += usize::from(lost);
            unit = held.units.get(&id).and_then(|unit| unit.parent);
        }
    }
    let mut refusals = Vec::new();
    for (id, (all, lost)) in people {
        let whole = lost == all && all >= limits.whole_unit;
        if !whole && limits.unit.allows(lost, all) {
            continue;
        }
        let mut finding = Finding::new(Code::GuardUnitLost, Effect::Refused).value(format!("{lost} / {all}"));
        if let Some(unit) = held.units.get(&id) {
            finding = finding.about(&unit.dn, Some(id));
        }
        refusals.push(finding);
    }
    refusals
}

#[expect(clippy::cast_precision_loss, reason = "a share of people, not of atoms")]
fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests;
