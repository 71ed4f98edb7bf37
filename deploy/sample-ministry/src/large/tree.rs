//! The units: departments of unequal size, divisions in them, sections in those; about one for every twelve people.

use uuid::Uuid;

use super::dice::Dice;
use super::odd::Odd;
use super::{LARGE, staff};
use crate::dn;
use crate::draw::Chance;

/// One unit to so many people.
const PEOPLE_PER_UNIT: usize = 12;

/// The first department has so many people, or half of all: enough for a reorganisation that is felt.
const LARGEST: usize = 5_000;

/// Those at the very top: the minister, deputies, an assistant.
const AT_THE_TOP: usize = 5;

/// What departments are about, with what their sections are called in English.
const TOPICS: [(&str, &str); 12] = [
    ("автомобильных дорог", "Roads"),
    ("мостов и тоннелей", "Bridges and Tunnels"),
    ("водных путей", "Waterways"),
    ("портов, причалов и маяков", "Ports, Piers and Lighthouses"),
    ("изысканий и карт", "Surveys and Maps"),
    ("бюджета и закупок", "Budget and Procurement"),
    ("кадров и обучения", "Personnel and Training"),
    ("внутреннего аудита", "Internal Audit"),
    ("международных связей", "International Relations"),
    ("информационных систем", "Information Systems"),
    ("безопасности движения", "Traffic Safety"),
    ("права и договоров", "Law and Contracts"),
];

/// A unit.
#[derive(Debug, Clone)]
pub struct LargeUnit {
    /// Where its entry is.
    pub dn: String,
    /// The entry's immutable id.
    pub entry_uuid: Uuid,
    /// Its name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// `agency`, `department`, `division`, `section`; none, or another word, where that is what is odd.
    pub kind: Option<&'static str>,
    /// How many people are in it, without those in units below.
    pub size: usize,
    /// Who the directory says leads it.
    pub managed_by: Option<String>,
    /// What is odd about it or somebody in it.
    pub odd: Option<Odd>,
    /// The number of its first person among all.
    pub(super) first: usize,
    /// The entry of its first person, who leads it unless something is odd.
    pub(super) head_dn: String,
    /// The entry of the one to whom that person answers.
    pub(super) superior_dn: Option<String>,
    /// Which department, counted from one; zero for the agency itself.
    pub(super) department: usize,
}

/// The units of `people`, with each oddity so many times.
pub(super) fn grow(people: usize, seed: u64, each: usize) -> Vec<LargeUnit> {
    let mut tree = Tree { seed, people, given: 0, units: Vec::new() };
    let wanted = (people / PEOPLE_PER_UNIT).max(6);
    tree.add(None, 0, AT_THE_TOP + each, people);
    tree.departments(wanted);
    tree.oddities(each);
    tree.units
}

struct Tree {
    seed: u64,
    people: usize,
    /// To how many people a unit was given.
    given: usize,
    units: Vec<LargeUnit>,
}

impl Tree {
    fn departments(&mut self, units: usize) {
        let departments = (units / 100).clamp(2, 60);
        let below_the_agency = units - 1;
        let first = (LARGEST / PEOPLE_PER_UNIT).min(below_the_agency / 2);
        for department in 1..=departments {
            let left = (below_the_agency + 1).saturating_sub(self.units.len());
            let share = if department == 1 { first } else { left / (departments + 1 - department) };
            self.department(department, share.max(1), units);
        }
    }

    /// A department and what is below it, `size` units in all: a fifth of them divisions, the others sections.
    fn department(&mut self, number: usize, size: usize, all: usize) {
        let top = self.add(Some(0), number, 0, all);
        let divisions = (size / 5).max(1).min(size - 1);
        let mut below = Vec::new();
        for _ in 0..divisions {
            below.push(self.add(Some(top), number, 0, all));
        }
        for section in 0..(size - 1).saturating_sub(divisions) {
            let above = below.get(section % divisions.max(1)).copied();
            self.add(above, number, 0, all);
        }
    }

    /// Adds a unit with its share of the people who are left; returns its number.
    fn add(&mut self, above: Option<usize>, department: usize, size: usize, all: usize) -> usize {
        let number = self.units.len();
        let mut dice = Dice::of(self.seed, "unit", number);
        let left = self.people - self.given;
        let size = match all.checked_sub(number) {
            _ if size > 0 => size.min(left),
            None | Some(0 | 1) => left,
            Some(units) => {
                let mean = left / units;
                (mean - mean * 2 / 5 + dice.below(mean * 4 / 5 + 1)).min(left)
            }
        };
        let above = above.and_then(|above| self.units.get(above));
        let unit = unit(above, department, number, size, self.given, &mut dice);
        self.given += size;
        self.units.push(unit.with_head(self.seed));
        number
    }

    /// Gives each oddity to a unit of its own, far apart.
    fn oddities(&mut self, each: usize) {
        if each == 0 {
            return;
        }
        let wanted = || (0..each).flat_map(|_| Odd::ALL).filter(|odd| *odd != Odd::UnderTheAgency);
        for odd in wanted().filter(|odd| odd.is_empty_unit()) {
            let number = self.units.len();
            let mut dice = Dice::of(self.seed, "odd unit", number);
            let (above, department) = (self.units.get(1), 1);
            let mut unit = unit(above, department, number, 0, self.given, &mut dice);
            unit.kind = (odd == Odd::KindUnknown).then_some("бюро находок");
            unit.odd = Some(odd);
            self.units.push(unit);
        }
        if let Some(agency) = self.units.first_mut() {
            agency.odd = Some(Odd::UnderTheAgency);
        }
        let people_needed = 6;
        let free: Vec<usize> = (1..self.units.len())
            .filter(|at| {
                self.units.get(*at).is_some_and(|unit| unit.odd.is_none() && unit.size >= people_needed)
            })
            .collect();
        let slots = wanted().filter(|odd| !odd.is_empty_unit());
        let step = (free.len() / slots.clone().count().max(1)).max(1);
        for (odd, at) in slots.zip(free.into_iter().step_by(step)) {
            let elsewhere = self.units.get(at + 1).or(self.units.first()).map(|unit| unit.head_dn.clone());
            let Some(unit) = self.units.get_mut(at) else { continue };
            unit.odd = Some(odd);
            match odd {
                Odd::HeadlessUnit => unit.managed_by = None,
                Odd::DanglingHead => unit.managed_by = Some(format!("cn=Никто,{}", unit.dn)),
                Odd::HeadElsewhere => unit.managed_by = elsewhere,
                _ => {}
            }
        }
    }
}

fn unit(
    above: Option<&LargeUnit>,
    department: usize,
    number: usize,
    size: usize,
    first: usize,
    dice: &mut Dice,
) -> LargeUnit {
    let (topic, topic_en) = TOPICS.get(department % TOPICS.len()).copied().unwrap_or_default();
    let (kind, name, name_en) = match above.map(|above| above.kind) {
        None => ("agency", LARGE.name.to_owned(), "Ministry of Roads and Rivers".to_owned()),
        Some(Some("agency")) => (
            "department",
            format!("Департамент {topic} № {department}"),
            format!("Department {department}, {topic_en}"),
        ),
        Some(Some("department")) => {
            ("division", format!("Отдел {topic} № {number}"), format!("Division {number}, {topic_en}"))
        }
        // Here and there, somebody writes in Latin letters.
        Some(_) if dice.chance(5) => {
            ("section", format!("{topic_en} Unit {number}"), format!("{topic_en} Unit {number}"))
        }
        Some(_) => {
            ("section", format!("Сектор {topic}, {number}-й"), format!("Section {number}, {topic_en}"))
        }
    };
    let dn = match above {
        None => LARGE.dn.to_owned(),
        Some(above) => format!("{},{}", dn::part("ou", &name), above.dn),
    };
    LargeUnit {
        entry_uuid: dice.uuid(),
        kind: Some(kind),
        size,
        managed_by: None,
        odd: None,
        first,
        head_dn: String::new(),
        superior_dn: above.map(|above| above.head_dn.clone()),
        department,
        dn,
        name,
        name_en,
    }
}

impl LargeUnit {
    fn with_head(mut self, seed: u64) -> Self {
        if self.size > 0 {
            self.head_dn = format!("{},{}", dn::part("cn", &staff::name(seed, self.first)), self.dn);
            self.managed_by = Some(self.head_dn.clone());
        }
        self
    }
}
