//! The people of a unit, drawn anew whenever they are wanted.

use std::collections::HashSet;

use uuid::Uuid;

use super::dice::Dice;
use super::odd::Odd;
use super::tree::LargeUnit;
use super::{LARGE, NEIGHBOUR_DN, odd_people};
use crate::draw::Chance;
use crate::names::{self, Name};
use crate::{Rank, dn};

/// A person as the directory has them.
#[derive(Debug, Clone)]
pub struct LargePerson {
    /// Where the entry is.
    pub dn: String,
    /// The entry's immutable id.
    pub entry_uuid: Uuid,
    /// The login.
    pub uid: String,
    /// The address.
    pub mail: String,
    /// The common name.
    pub common_name: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// The number in the personnel file.
    pub employee_number: String,
    /// `staff`, `contractor`, `external`, or something odd.
    pub employment: &'static str,
    /// The title of the post.
    pub title: String,
    /// What the directory says of the rank.
    pub rank: Option<&'static str>,
    /// The superior's entry.
    pub manager_dn: Option<String>,
    /// The assistant's entry.
    pub secretary_dn: Option<String>,
    /// Whose duties the person has, and until when.
    pub acting: Option<(String, &'static str)>,
    /// The agency to which the person speaks.
    pub liaison_to_dn: Option<&'static str>,
    /// Level and categories.
    pub clearance: Option<(&'static str, Vec<&'static str>)>,
    /// The segment.
    pub segment: Option<&'static str>,
    /// The duty in the messenger.
    pub role: Option<&'static str>,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// What is odd about the person.
    pub odd: Option<Odd>,
    /// Whether there is a portrait.
    pub(super) has_photo: bool,
    /// The number among all.
    pub(super) number: usize,
}

/// What ordinary people are.
const STAFF: [&str; 7] = [
    "technician",
    "clerk",
    "specialist",
    "specialist",
    "senior-specialist",
    "chief-specialist",
    "consultant",
];

/// The common name of the person of this number.
pub(super) fn name(seed: u64, number: usize) -> String {
    whole(&draw_name(&mut Dice::of(seed, "name", number)))
}

fn draw_name(dice: &mut Dice) -> Name {
    names::draw(dice, 12)
}

fn whole(name: &Name) -> String {
    format!("{} {}", name.given, name.family)
}

/// Everybody in `unit`.
pub(super) fn of_unit(seed: u64, unit: &LargeUnit) -> Vec<LargePerson> {
    let mut taken = HashSet::new();
    let mut people: Vec<LargePerson> = (0..unit.size)
        .map(|place| {
            let mut person = person(seed, unit, place);
            if !taken.insert(person.common_name.clone()) {
                // A namesake in the same unit: the number tells them apart.
                person.dn = two_part(&person, unit);
            }
            person
        })
        .collect();
    if let Some(odd) = unit.odd {
        odd_people::make(odd, &mut people, unit);
    }
    people
}

/// The name of an entry that its number tells from others of the same name.
pub(super) fn two_part(person: &LargePerson, unit: &LargeUnit) -> String {
    let (name, number) =
        (dn::part("cn", &person.common_name), dn::part("employeeNumber", &person.employee_number));
    format!("{name}+{number},{}", unit.dn)
}

fn person(seed: u64, unit: &LargeUnit, place: usize) -> LargePerson {
    let number = unit.first + place;
    let name = draw_name(&mut Dice::of(seed, "name", number));
    let mut dice = Dice::of(seed, "person", number);
    let common_name = whole(&name);
    let rank = rank(unit, place, &mut dice);
    let uid = format!("{}.{number}", names::login(&name));
    let head = place == 0;
    let assists = place == 1 && matches!(unit.kind, Some("agency" | "department"));
    let acts = place == 2 && unit.odd.is_none() && Dice::of(seed, "absent", unit.first).chance(2);
    let employment = if head || place < 3 { 0 } else { dice.below(50) };
    let employment = ["contractor", "external"].get(employment.wrapping_sub(1)).copied().unwrap_or("staff");
    LargePerson {
        dn: format!("{},{}", dn::part("cn", &common_name), unit.dn),
        entry_uuid: dice.uuid(),
        mail: format!("{uid}@{}", LARGE.mail_domain),
        uid,
        given_name: name.given,
        family_name: name.family,
        common_name,
        employee_number: format!("{:07}", 1_000_000 + number),
        employment,
        title: if assists { "Помощник".to_owned() } else { rank.name_ru.to_owned() },
        rank: Some(rank.code),
        manager_dn: if head { unit.superior_dn.clone() } else { Some(unit.head_dn.clone()) },
        secretary_dn: None,
        acting: acts.then(|| (unit.head_dn.clone(), "20991231235959Z")),
        liaison_to_dn: (!head && dice.below(2_000) == 0).then_some(NEIGHBOUR_DN),
        clearance: clearance(rank, employment, unit, &mut dice),
        segment: [None, Some("audit"), Some("procurement")].get(unit.department % 12 / 5).copied().flatten(),
        role: role(number),
        disabled: !head && role(number).is_none() && dice.chance(3),
        odd: None,
        has_photo: dice.chance(2),
        number,
    }
    .with_assistant(head, unit, seed)
}

impl LargePerson {
    /// Heads of departments, and the minister, have an assistant: the next one in the unit.
    fn with_assistant(mut self, head: bool, unit: &LargeUnit, seed: u64) -> Self {
        if head && unit.size > 1 && matches!(unit.kind, Some("agency" | "department")) {
            let assistant = name(seed, unit.first + 1);
            // A namesake of the head has a name of two parts, which is not worth the search.
            self.secretary_dn = (assistant != self.common_name)
                .then(|| format!("{},{}", dn::part("cn", &assistant), unit.dn));
        }
        self
    }
}

/// The duties of the first few below the minister, so that somebody has them.
fn role(number: usize) -> Option<&'static str> {
    [None, None, None, Some("hr"), Some("admin")].get(number).copied().flatten()
}

fn rank(unit: &LargeUnit, place: usize, dice: &mut Dice) -> Rank {
    let code = match (unit.kind, place) {
        (Some("agency"), 0) => "minister",
        (Some("agency"), 2) => "deputy-minister",
        (Some("department"), 0) => "director",
        (Some("department"), 2) => "deputy-director",
        (Some("division"), 0) => "division-head",
        (_, 0) => "section-head",
        (Some("agency" | "department"), 1) => "consultant",
        _ => dice.one(&STAFF),
    };
    let found = LARGE.ladder.iter().find(|rank| rank.code == code);
    *found.unwrap_or_else(|| panic!("{code} is no rank of {}", LARGE.name))
}

/// What comes with the rank. Support staff and outsiders are never cleared.
fn clearance(
    rank: Rank,
    employment: &str,
    unit: &LargeUnit,
    dice: &mut Dice,
) -> Option<(&'static str, Vec<&'static str>)> {
    let level = match rank.band {
        _ if employment != "staff" => return None,
        "support" => return None,
        "officer" if dice.chance(25) => "confidential",
        "officer" => "official",
        "manager" => "confidential",
        _ => "secret",
    };
    let category = ["budget", "personnel", "security", "foreign"].get(unit.department % 8).copied();
    Some((level, category.filter(|_| level != "official").into_iter().collect()))
}
