//! Whose place, rank, clearance or superior differs between two snapshots, whichever way they came about.

use std::collections::HashSet;

use uuid::Uuid;

use super::{NOWHERE, Org, Person, PersonIx};

impl Org {
    /// Everybody who came, left, or about whom something differs that decisions depend on, and everybody above them in
    /// either snapshot: those lead others than before.
    pub fn differing(&self, old: &Self) -> HashSet<Uuid> {
        let mut found = HashSet::new();
        let units_then = self.units_then(old);
        for person in self.people() {
            let id_at = |org: &Self| org.person_id(person);
            let same_place = old.holds(person)
                && (self.texts.shares(&old.texts, person.0 as usize) || id_at(self) == id_at(old));
            let then = if same_place { Some(person) } else { old.person(self.person_id(person)) };
            let Some(then) = then else {
                found.insert(self.person_id(person));
                continue;
            };
            if !self.stands_the_same(person, old, then, units_then.as_deref()) {
                found.insert(self.person_id(person));
            }
        }
        let gone = old
            .people()
            .filter(|person| !self.holds(*person) || !self.texts.shares(&old.texts, person.0 as usize));
        found.extend(gone.map(|person| old.person_id(person)).filter(|id| self.person(*id).is_none()));
        for id in found.clone() {
            for org in [old, self] {
                let Some(person) = org.person(id) else { continue };
                found.extend(org.superiors(person).map(|above| org.person_id(above)));
            }
        }
        found
    }

    /// By place now, the place of each unit then; nothing where the places are the same.
    fn units_then(&self, old: &Self) -> Option<Vec<u32>> {
        if std::sync::Arc::ptr_eq(&self.unit_by_id, &old.unit_by_id) {
            return None;
        }
        let then = |unit| old.unit(self.unit_id(unit)).map_or(NOWHERE, |then| then.0);
        Some(self.units().map(then).collect())
    }

    fn stands_the_same(&self, now: PersonIx, old: &Self, then: PersonIx, units: Option<&[u32]>) -> bool {
        let (row, before): (&Person, &Person) = (self.row(now), old.row(then));
        let unit_then =
            |unit: u32| units.map_or(unit, |units| units.get(unit as usize).copied().unwrap_or(NOWHERE));
        let same_superior = match (row.superior.person(), before.superior.person()) {
            (None, None) => true,
            (Some(above), Some(above_then)) => {
                let shared = above == above_then && self.texts.shares(&old.texts, above.0 as usize);
                shared || self.person_id(above) == old.person_id(above_then)
            }
            _ => false,
        };
        same_superior
            && unit_then(row.unit) == before.unit
            && unit_then(row.department) == before.department
            && unit_then(row.agency) == before.agency
            && self.profile(now).untied() == old.profile(then).untied()
    }
}
