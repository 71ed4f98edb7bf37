//! A drawn organisation: agencies of five thousand people, each with departments, divisions and sections, and as many
//! second posts, delegations, liaisons and exceptions as [`SHARES`] says. In no order, as identifiers are.

use policies::facts::{Band, Employment, HatKind};
use policies::label::Clearance;
use policies::org::{
    DelegationInput, ExceptionInput, ExceptionKind, OrgInput, PersonInput, PostInput, UnitInput, UnitKind,
};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use uuid::Uuid;

/// How many of a thousand people have what makes decisions about them slower.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Shares {
    contractors: u32,
    externals: u32,
    cleared: u32,
    in_a_segment: u32,
    second_posts: u32,
    delegations: u32,
    liaisons: u32,
    exceptions: u32,
}

pub(crate) const SHARES: Shares = Shares {
    contractors: 50,
    externals: 30,
    cleared: 400,
    in_a_segment: 30,
    second_posts: 20,
    delegations: 10,
    liaisons: 5,
    exceptions: 10,
};

/// How many people an agency has, and how many each unit of the lowest level.
const AGENCY: usize = 5_000;
const SECTION: usize = 10;

/// How many units of each level the one above has.
const LEVELS: [(UnitKind, Band, usize); 3] = [
    (UnitKind::Department, Band::Director, 20),
    (UnitKind::Division, Band::Manager, 5),
    (UnitKind::Section, Band::Manager, 5),
];

/// The organisation of so many people.
pub(crate) fn draw(people: usize, seed: u64) -> OrgInput {
    let mut drawn = Drawn { people, random: StdRng::seed_from_u64(seed), org: OrgInput::default() };
    drawn.org.version = 1;
    while drawn.org.people.len() < people {
        drawn.agency();
    }
    drawn.org.people.shuffle(&mut drawn.random);
    drawn.links();
    drawn.org
}

struct Drawn {
    people: usize,
    random: StdRng,
    org: OrgInput,
}

impl Drawn {
    fn agency(&mut self) {
        let full = self.org.people.len() + AGENCY;
        let agency = self.unit(None, UnitKind::Agency, Band::Executive, None);
        self.below(agency, &LEVELS, full);
    }

    /// The units below one and their people, as long as neither the agency nor the organisation is full.
    fn below(&mut self, above: (Uuid, Uuid), levels: &[(UnitKind, Band, usize)], full: usize) {
        let Some(((kind, band, count), deeper)) = levels.split_first() else {
            return self.staff(above, full);
        };
        for _ in 0..*count {
            if self.org.people.len() >= full.min(self.people) {
                return;
            }
            let unit = self.unit(Some(above.0), *kind, *band, Some(above.1));
            self.below(unit, deeper, full);
        }
    }

    fn staff(&mut self, (unit, head): (Uuid, Uuid), full: usize) {
        for _ in 1..SECTION {
            if self.org.people.len() >= full.min(self.people) {
                return;
            }
            let band = if self.of_thousand(300) { Band::Support } else { Band::Officer };
            self.person(unit, band, Some(head));
        }
    }

    /// A unit and its head.
    fn unit(
        &mut self,
        parent: Option<Uuid>,
        kind: UnitKind,
        band: Band,
        superior: Option<Uuid>,
    ) -> (Uuid, Uuid) {
        let id = self.id();
        let head = self.person(id, band, superior);
        let name = format!("Unit {}", self.org.units.len());
        self.org.units.push(UnitInput { id, parent, kind, name, head: Some(head) });
        (id, head)
    }

    fn person(&mut self, unit: Uuid, band: Band, superior: Option<Uuid>) -> Uuid {
        let id = self.id();
        let employment = match self.random.random_range(0..1000) {
            drawn if drawn < SHARES.externals => Employment::External,
            drawn if drawn < SHARES.externals + SHARES.contractors => Employment::Contractor,
            _ => Employment::Staff,
        };
        let cleared = self.of_thousand(SHARES.cleared);
        let clearance = cleared.then(|| Clearance {
            level: self.random.random_range(1..=3),
            categories: self.random.random_range(0..16),
        });
        let mut segments = Vec::new();
        if self.of_thousand(SHARES.in_a_segment) {
            segments.extend(["audit", "procurement"].choose(&mut self.random).map(ToString::to_string));
        }
        self.org.people.push(PersonInput {
            id,
            display_name: format!("Surname{} N. P.", self.org.people.len()),
            title: "Leading specialist".to_owned(),
            unit,
            band,
            rank_step: 0,
            superior,
            employment,
            clearance,
            segments,
        });
        id
    }

    fn links(&mut self) {
        let agencies: Vec<Uuid> =
            self.org.units.iter().filter(|unit| unit.parent.is_none()).map(|unit| unit.id).collect();
        let units: Vec<Uuid> = self.org.units.iter().map(|unit| unit.id).collect();
        let people: Vec<(Uuid, Option<Uuid>)> =
            self.org.people.iter().map(|person| (person.id, person.superior)).collect();
        for (person, superior) in &people {
            let person = *person;
            if self.of_thousand(SHARES.second_posts)
                && let Some(unit) = units.choose(&mut self.random).copied()
            {
                self.org.posts.push(PostInput { person, unit, band: Band::Officer, from: None, until: None });
            }
            if self.of_thousand(SHARES.delegations)
                && let Some(principal) = *superior
            {
                let (principal, hat) = (Some(principal), HatKind::Acting);
                self.org.delegations.push(DelegationInput {
                    person,
                    principal,
                    hat,
                    from: None,
                    until: None,
                });
            }
            if self.of_thousand(SHARES.liaisons)
                && let Some(agency) = agencies.choose(&mut self.random).copied()
            {
                self.org.liaisons.push((person, agency));
            }
            if self.of_thousand(SHARES.exceptions)
                && let Some((to, _)) = people.choose(&mut self.random).copied()
            {
                let kind = if self.of_thousand(500) { ExceptionKind::Grant } else { ExceptionKind::Block };
                let (from, from_at, until) = (person, None, None);
                self.org.exceptions.push(ExceptionInput { from, to, kind, from_at, until });
            }
        }
    }

    fn of_thousand(&mut self, share: u32) -> bool {
        self.random.random_range(0..1000) < share
    }

    fn id(&mut self) -> Uuid {
        Uuid::from_u128(self.random.random())
    }
}

#[cfg(test)]
mod tests {
    use policies::gate::PolicyFiles;
    use policies::org::Org;

    use super::*;

    #[test]
    fn it_has_as_many_people_as_wanted_and_nothing_odd() {
        let walls = PolicyFiles::embedded().walls().unwrap();
        for people in [40, 6_000] {
            let org = Org::build(draw(people, 1), &walls);
            assert_eq!((org.people_count(), org.findings()), (people, [].as_slice()));
        }
    }
}
