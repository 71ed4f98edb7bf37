//! What must change so that the mirror says what the directory says.
//!
//! Pure: (what was read, what the mirror holds, the time) to a list of changes, and findings about what could not be
//! used. A bad entry never takes away the last good state of itself or of anybody else.

mod cycles;
mod links;
mod people;
mod units;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::config::Source;
use crate::entry::{Extent, PhotoBytes, Reading};
use crate::finding::{Code, Effect, Finding};
use crate::state::{Mirror, Person, RankStep, State, Status, Unit};

/// One change of one unit or person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A unit that the mirror does not have.
    UnitAdded {
        /// Its directory id.
        id: Uuid,
        /// What it is.
        after: Unit,
    },
    /// A unit that is not what it was.
    UnitChanged {
        /// Its directory id.
        id: Uuid,
        /// What it was.
        before: Unit,
        /// What it is.
        after: Unit,
    },
    /// A unit that is no more.
    UnitGone {
        /// Its directory id.
        id: Uuid,
        /// What it was.
        before: Unit,
    },
    /// A person whom the mirror does not have, or who had gone.
    PersonAdded {
        /// Their directory id.
        id: Uuid,
        /// Who they are.
        after: Box<Person>,
    },
    /// A person of whom something changed.
    PersonChanged {
        /// Their directory id.
        id: Uuid,
        /// Who they were.
        before: Box<Person>,
        /// Who they are.
        after: Box<Person>,
    },
    /// A person who is no more in the directory.
    PersonGone {
        /// Their directory id.
        id: Uuid,
        /// Who they were.
        before: Box<Person>,
    },
}

/// How much of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub entries: usize,
    pub units: usize,
    pub people: usize,
    pub units_added: usize,
    pub units_changed: usize,
    pub units_gone: usize,
    pub people_added: usize,
    pub people_changed: usize,
    pub people_moved: usize,
    pub people_disabled: usize,
    pub people_enabled: usize,
    pub people_gone: usize,
    pub quarantined: usize,
    pub findings: usize,
}

/// What a run would do.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about what was read")]
pub struct Plan {
    /// The changes, units first.
    pub changes: Vec<Change>,
    /// Whether the ladder of the configuration is not the mirror's.
    pub ladder_changed: bool,
    /// What the mirror will hold.
    pub wanted: State,
    /// The bytes of photos that the mirror does not have, by the person's directory id.
    pub photos: HashMap<Uuid, PhotoBytes>,
    /// What could not be used.
    pub findings: Vec<Finding>,
    /// How many entries the directory has.
    pub entries: usize,
    /// How many of them are left out or stale.
    pub quarantined: usize,
    /// Whether the base is there and is the agency.
    pub has_agency: bool,
    /// Whether something points to an agency that another source may yet bring.
    pub awaits_another_source: bool,
    /// How much of what.
    pub counts: Counts,
    /// Identifies exactly this set of changes.
    pub sha256: [u8; 32],
    /// People on a circle of the chain of command whose entries were not among those read: it cannot be said what is
    /// wrong before they are.
    pub unread: BTreeSet<Uuid>,
    /// Entries that point to somebody by a name that is no more.
    pub by_old_names: BTreeSet<Uuid>,
    /// Whether `wanted` is only what bears on what was looked at.
    pub is_part: bool,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.ladder_changed
    }
}

/// Compares what was read with what the mirror holds at `now`. Of a part of the entries, the mirror needs no more than
/// what bears on them.
pub fn plan(source: &Source, reading: Reading, mirror: &Mirror, now: DateTime<Utc>) -> Plan {
    let mut draft = Draft {
        source,
        mirror,
        now,
        wanted: State::default(),
        kept: BTreeSet::new(),
        extent: reading.extent,
        count: reading.count,
        unit_keys: HashMap::new(),
        photos: HashMap::new(),
        findings: reading.findings,
        has_agency: false,
        awaits_another_source: false,
        unread: BTreeSet::new(),
        by_old_names: BTreeSet::new(),
    };
    let entries = reading.units.len() + reading.people.len() + reading.groups.len();
    let mut people = reading.people;
    for entry in &mut people {
        if let Some(grants) = mirror.granted.get(&entry.place.key) {
            entry.grant(grants);
        }
    }
    for group in &mirror.missing_groups {
        let finding = Finding::new(Code::GroupMissing, Effect::NotUsed).about(group, None);
        draft.findings.push(finding);
    }
    let heads = draft.units(reading.units);
    let read = draft.people(people);
    draft.links(&heads, &read);
    draft.finish(entries)
}

/// A plan in the making.
struct Draft<'a> {
    source: &'a Source,
    mirror: &'a Mirror,
    now: DateTime<Utc>,
    wanted: State,
    /// People of whom the mirror's last good state is kept.
    kept: BTreeSet<Uuid>,
    extent: Extent,
    /// How many entries the directory has, where they were counted.
    count: Option<usize>,
    unit_keys: HashMap<String, Uuid>,
    photos: HashMap<Uuid, PhotoBytes>,
    findings: Vec<Finding>,
    has_agency: bool,
    awaits_another_source: bool,
    unread: BTreeSet<Uuid>,
    by_old_names: BTreeSet<Uuid>,
}

impl Draft<'_> {
    /// Whether the person will be in the mirror.
    fn is_here(&self, id: &Uuid) -> bool {
        self.wanted.people.contains_key(id) || self.mirror.is_elsewhere(id)
    }

    fn finish(mut self, entries: usize) -> Plan {
        self.findings.sort_by(|one, other| {
            (&one.dn, one.code, &one.value).cmp(&(&other.dn, other.code, &other.value))
        });
        let changes = difference(&self.mirror.state, &self.wanted);
        let ladder = self.source.ladder();
        let ladder_changed = ladder != self.mirror.ranks;
        let quarantined: BTreeSet<_> = self
            .findings
            .iter()
            .filter(|finding| finding.is_about_whole_entry())
            .map(|finding| &finding.dn)
            .collect();
        let elsewhere = self.mirror.rest.as_ref().map_or(0, |rest| rest.quarantined);
        let quarantined = quarantined.len() + elsewhere;
        let mut counts = Counts {
            entries,
            units: self.wanted.units.len(),
            people: self.wanted.people.len(),
            quarantined,
            findings: self.findings.len(),
            ..Counts::default()
        };
        for change in &changes {
            counts.add(change);
        }
        if self.extent.is_part() {
            let elsewhere = self.mirror.rest.as_ref().map_or(0, |rest| rest.units);
            counts.units = (elsewhere + counts.units_added).saturating_sub(counts.units_gone);
            counts.people = (self.mirror.people() + counts.people_added).saturating_sub(counts.people_gone);
            let came = counts.people_added + counts.units_added;
            let went = counts.people_gone + counts.units_gone;
            let entries = (self.mirror.last_entries.unwrap_or_default() + came).saturating_sub(went);
            counts.entries = self.count.unwrap_or(entries);
        }
        let photos = self.photos;
        Plan {
            sha256: fingerprint(&changes, ladder_changed.then_some(ladder.as_slice())),
            changes,
            ladder_changed,
            wanted: self.wanted,
            photos,
            findings: self.findings,
            entries: counts.entries,
            quarantined,
            has_agency: self.has_agency,
            awaits_another_source: self.awaits_another_source,
            counts,
            unread: self.unread,
            by_old_names: self.by_old_names,
            is_part: self.extent.is_part(),
        }
    }
}

impl Counts {
    pub(crate) fn add(&mut self, change: &Change) {
        match change {
            Change::UnitAdded { .. } => self.units_added += 1,
            Change::UnitChanged { .. } => self.units_changed += 1,
            Change::UnitGone { .. } => self.units_gone += 1,
            Change::PersonAdded { .. } => self.people_added += 1,
            Change::PersonGone { .. } => self.people_gone += 1,
            Change::PersonChanged { before, after, .. } => {
                self.people_changed += 1;
                let unit = |person: &Person| person.primary().map(|post| post.unit);
                self.people_moved += usize::from(unit(before) != unit(after));
                match (before.status, after.status) {
                    (Status::Active, Status::Disabled) => self.people_disabled += 1,
                    (Status::Disabled, Status::Active) => self.people_enabled += 1,
                    _ => {}
                }
            }
        }
    }
}

fn difference(held: &State, wanted: &State) -> Vec<Change> {
    let mut changes = Vec::new();
    for (&id, after) in &wanted.units {
        match held.units.get(&id) {
            None => changes.push(Change::UnitAdded { id, after: after.clone() }),
            Some(before) if before != after => {
                changes.push(Change::UnitChanged { id, before: before.clone(), after: after.clone() });
            }
            Some(_) => {}
        }
    }
    let gone = held.units.iter().filter(|(id, _)| !wanted.units.contains_key(id));
    changes.extend(gone.map(|(&id, before)| Change::UnitGone { id, before: before.clone() }));
    for (&id, after) in &wanted.people {
        match held.people.get(&id) {
            None => changes.push(Change::PersonAdded { id, after: Box::new(after.clone()) }),
            Some(before) if before != after => {
                let (before, after) = (Box::new(before.clone()), Box::new(after.clone()));
                changes.push(Change::PersonChanged { id, before, after });
            }
            Some(_) => {}
        }
    }
    let gone = held.people.iter().filter(|(id, _)| !wanted.people.contains_key(id));
    changes.extend(gone.map(|(&id, before)| Change::PersonGone { id, before: Box::new(before.clone()) }));
    changes
}

/// A number that only exactly these changes have.
fn fingerprint(changes: &[Change], ladder: Option<&[RankStep]>) -> [u8; 32] {
    let mut digest = Sha256::new();
    // Values of our own types with text keys: writing them as JSON cannot fail.
    for change in changes {
        digest.update(serde_json::to_vec(change).unwrap_or_default());
        digest.update(b"\n");
    }
    digest.update(serde_json::to_vec(&ladder).unwrap_or_default());
    digest.finalize().into()
}

#[cfg(test)]
mod tests;
