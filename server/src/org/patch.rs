//! Takes what changed into the mirror: pure, and equal to building it anew from all rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use policies::label::LabelVocabulary;
use policies::org::OrgPatch;
use schema::ids::{PersonId, UnitId};
use schema::org_part::OrgPart;

use super::build;
use super::people::{Mirror, PersonRecord};

/// Whom and what a change concerns.
#[derive(Debug, Default)]
pub struct Touched {
    /// More than is known: everything was read anew.
    pub everything: bool,
    /// People about whom something differs, and those above them.
    pub people: HashSet<PersonId>,
    /// Units that differ.
    pub units: HashSet<UnitId>,
}

impl Touched {
    /// What differs between two mirrors that were read as a whole.
    pub(super) fn between(old: &Mirror, new: &Mirror) -> Self {
        let people = new.org.differing(&old.org).into_iter().map(PersonId).collect();
        Self { everything: true, people, units: HashSet::new() }
    }

    /// Takes in what another change concerns, too.
    pub fn join(&mut self, other: Self) {
        self.everything |= other.everything;
        self.people.extend(other.people);
        self.units.extend(other.units);
    }
}

impl Mirror {
    /// The mirror with `part` taken in, and whom that concerns. Nothing: it names a rank that this mirror does not know,
    /// so that everything has to be read.
    pub(super) fn patched(&self, part: OrgPart, labels: &LabelVocabulary) -> Option<(Self, Touched)> {
        let OrgPart { people, units, mut rows } = part;
        if rows.posts.iter().any(|post| !self.ranks.contains_key(&post.rank_id)) {
            return None;
        }
        let posts = build::further_posts(&rows, &self.ranks);
        let mut records = HashMap::with_capacity(people.len());
        let mut inputs = HashMap::with_capacity(people.len());
        for (record, input) in build::read_people(&mut rows, &self.ranks, labels) {
            inputs.insert(record.id, input);
            records.insert(record.id, Arc::new(record));
        }
        let mut unit_rows: HashMap<_, _> =
            rows.units.iter().filter_map(|row| Some((row.id, org_input::unit(row)?))).collect();
        let patch = OrgPatch {
            version: rows.version,
            units: units.iter().map(|id| (id.0, unit_rows.remove(id))).collect(),
            people: people.iter().map(|id| (id.0, inputs.remove(id).flatten())).collect(),
            posts,
            delegations: rows.delegations.iter().filter_map(org_input::delegation).collect(),
            liaisons: rows.liaisons.into_iter().map(|(person, agency)| (person.0, agency.0)).collect(),
            exceptions: rows.exceptions.iter().filter_map(org_input::exception).collect(),
        };
        let mut next = self.clone();
        next.org = self.org.patched(patch);
        next.at = rows.at;
        next.sources = Arc::new(rows.sources.into_iter().collect());
        for finding in next.org.findings() {
            if !self.org.findings().contains(finding) {
                tracing::warn!(?finding, version = next.org.version(), "the mirror does not fit together");
            }
        }
        // A unit that comes or goes takes people along about whom no row changed.
        let mut touched: HashSet<PersonId> =
            next.org.differing(&self.org).into_iter().map(PersonId).collect();
        touched.extend(&people);
        next.take_in(self, &touched, &people, records);
        let units = self.subtrees(&next, &units);
        Some((next, Touched { everything: false, people: touched, units }))
    }

    /// Puts new records in the place of the old ones, and brings logins and index up to who is here.
    fn take_in(
        &mut self,
        old: &Self,
        touched: &HashSet<PersonId>,
        changed: &[PersonId],
        mut records: HashMap<PersonId, Arc<PersonRecord>>,
    ) {
        for id in changed {
            match records.remove(id) {
                Some(record) => drop(self.people.insert(*id, record)),
                None => drop(self.people.remove(id)),
            }
        }
        // All old logins go before the first new one comes: two people may have exchanged theirs.
        for id in touched {
            let Some(before) = old.people.get(id).filter(|_| old.is_active(*id)) else { continue };
            self.index.remove(before);
            if self.logins.get(&before.login_key) == Some(id) {
                self.logins.remove(&before.login_key);
            }
        }
        for id in touched {
            if let (Some(place), Some(record)) = (self.org.person(id.0), self.people.get(id)) {
                self.index.insert(place, record);
                self.logins.insert(record.login_key.clone(), *id);
            }
        }
    }

    /// `units` and all below them, before and after.
    fn subtrees(&self, next: &Self, units: &[UnitId]) -> HashSet<UnitId> {
        let mut found: HashSet<UnitId> = units.iter().copied().collect();
        for org in [&self.org, &next.org] {
            let mut open: Vec<_> = units.iter().filter_map(|id| org.unit(id.0)).collect();
            while let Some(unit) = open.pop() {
                found.insert(UnitId(org.unit_id(unit)));
                open.extend(org.children(unit));
            }
        }
        found
    }
}
