//! A large directory: one agency of as many people as wanted, with everything that real directories have wrong.
//!
//! Nothing is kept but the units: the people are drawn unit by unit, from the seed alone, so the same numbers always
//! give the same file. And it knows what is odd in it ([`Large::expected`]), so that tests can ask for it.

mod dice;
mod groups;
mod ldif;
mod odd;
mod odd_people;
mod staff;
mod tree;
mod write;

use std::collections::BTreeMap;
use std::io;

use uuid::Uuid;

use crate::{Access, Agency, LANDS_LADDER};

pub use odd::Odd;
pub use staff::LargePerson;
pub use tree::LargeUnit;

/// The agency. Its ladder is that of the Ministry of Lands and Waters.
pub const LARGE: Agency = Agency {
    source: "large",
    dn: "ou=Министерство дорог и рек,dc=gov,dc=example",
    name: "Министерство дорог и рек",
    ladder: LANDS_LADDER,
    mail_domain: "roads.gov.example",
};

/// Another agency: beside this one, of one person, outside of what its source reads.
pub const NEIGHBOUR_DN: &str = "ou=Соседнее ведомство,dc=gov,dc=example";

/// The schema that it needs besides that of the sample ministry.
pub const LARGE_SCHEMA: &str = include_str!("../large.schema");

/// The file name under which that schema is known.
pub const LARGE_SCHEMA_NAME: &str = "large.schema";

/// The large directory of so many people.
#[derive(Debug)]
pub struct Large {
    people: usize,
    seed: u64,
    units: Vec<LargeUnit>,
}

/// What a reader must find in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Entries of people below the agency.
    pub people: usize,
    /// Entries of units, with the agency.
    pub units: usize,
    /// Groups of names.
    pub groups: usize,
    /// People whose account is disabled.
    pub disabled: usize,
    /// The entries with something odd, by what it is. Where it takes several to be odd, all of them.
    pub odd: BTreeMap<Odd, Vec<Uuid>>,
}

impl Large {
    /// With everything odd, each kind once and once more for every ten thousand people. So it stays below what the
    /// sync's guard takes for a broken read.
    pub fn new(people: usize, seed: u64) -> Self {
        Self::with_odd(people, seed, 1 + people / 10_000)
    }

    /// With each kind of oddity so many times; none at all, with zero. Where there are more than units to put them
    /// in, the last kinds are left out, as [`Large::expected`] says.
    pub fn with_odd(people: usize, seed: u64, each: usize) -> Self {
        Self { people, seed, units: tree::grow(people, seed, each) }
    }

    /// How many people it has.
    pub fn people(&self) -> usize {
        self.people
    }

    /// The units, the agency first, those above before those below.
    pub fn units(&self) -> &[LargeUnit] {
        &self.units
    }

    /// The people of a unit, its head first.
    pub fn staff(&self, unit: &LargeUnit) -> Vec<LargePerson> {
        staff::of_unit(self.seed, unit)
    }

    /// Everybody, unit by unit.
    pub fn everybody(&self) -> impl Iterator<Item = LargePerson> {
        self.units.iter().flat_map(|unit| self.staff(unit))
    }

    /// How many people a unit has, with all below it.
    pub fn people_within(&self, unit: &LargeUnit) -> usize {
        let end = format!(",{}", unit.dn);
        let below = self.units.iter().filter(|other| other.dn == unit.dn || other.dn.ends_with(&end));
        below.map(|unit| unit.size).sum()
    }

    /// Writes it as LDIF for `slapadd`, each entry after the one above it.
    pub fn write(&self, to: impl io::Write) -> io::Result<()> {
        write::write(self, to)
    }

    /// What a reader must find.
    pub fn expected(&self) -> Expected {
        let mut expected = Expected { groups: groups::NAMES.len(), ..Expected::default() };
        for unit in &self.units {
            expected.units += 1;
            if let Some(odd) = unit.odd.filter(|odd| odd.is_of_unit()) {
                expected.odd.entry(odd).or_default().push(unit.entry_uuid);
            }
            for person in self.staff(unit) {
                expected.people += 1;
                expected.disabled += usize::from(person.disabled);
                if let Some(odd) = person.odd {
                    expected.odd.entry(odd).or_default().push(person.entry_uuid);
                }
            }
        }
        expected
    }

    /// The `[[sources]]` of the configuration that read it.
    pub fn source_toml(&self, access: Access) -> String {
        let source = crate::source(LARGE, access);
        format!("{source}attributes = {{ phone = \"govTelephone\", acting_until = \"govActingEnd\" }}\n")
    }
}

/// The schema files for a server: name and text.
pub fn schema() -> Vec<(String, String)> {
    let files = [(crate::SCHEMA_NAME, crate::SCHEMA), (LARGE_SCHEMA_NAME, LARGE_SCHEMA)];
    files.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()
}

/// Where the neighbour's head is: somebody else's superior, to whom nobody here can answer.
fn neighbours_head() -> String {
    format!("cn=Сосед Соседов,{NEIGHBOUR_DN}")
}
