//! Fills the posts of the two organisations with people.

use std::collections::{HashMap, HashSet};

use crate::chart::{PostPlan, UnitPlan};
use crate::draw::{Chance, Draw, entry_uuid};
use crate::names::Name;
use crate::{AGENCIES, Agency, BASE_DN, Rank, chart_archives, chart_lands, dn, names, photo};

/// Everyone and everything, parents before children.
#[derive(Debug)]
pub struct Ministry {
    /// The units of both agencies.
    pub units: Vec<Unit>,
    /// The people of both agencies, heads before their staff.
    pub people: Vec<Person>,
}

/// A unit, as the directory has it.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Where its entry is.
    pub dn: String,
    /// The entry's immutable id.
    pub entry_uuid: uuid::Uuid,
    /// Its name.
    pub name: &'static str,
    /// Its name in English, which the directory has as its description.
    pub name_en: &'static str,
    /// `agency`, `department`, `division` or `section`.
    pub kind: &'static str,
    /// Where its head's entry is.
    pub head_dn: String,
}

/// A person, as the directory has them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Where the entry is.
    pub dn: String,
    /// The entry's immutable id.
    pub entry_uuid: uuid::Uuid,
    /// The login.
    pub uid: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// The whole name.
    pub display_name: String,
    /// The agency.
    pub agency: Agency,
    /// The unit's entry, which is the one above.
    pub unit_dn: String,
    /// The number in the personnel file.
    pub employee_number: String,
    /// `staff`, `contractor` or `external`.
    pub employment: &'static str,
    /// The title of the post.
    pub title: String,
    /// The step on the agency's ladder.
    pub rank: Rank,
    /// The superior's entry. Only the two at the top have none.
    pub manager_dn: Option<String>,
    /// The entry of whoever assists this person.
    pub secretary_dn: Option<String>,
    /// The absent head whose duties this person has.
    pub acting_for_dn: Option<String>,
    /// The agency to which this person speaks.
    pub liaison_to_dn: Option<&'static str>,
    /// Level and categories.
    pub clearance: Option<(&'static str, Vec<&'static str>)>,
    /// Segments.
    pub segments: Vec<&'static str>,
    /// Duties in the messenger.
    pub roles: Vec<&'static str>,
    /// Whether the account is disabled.
    pub disabled: bool,
    /// The telephone.
    pub phone: String,
    /// The portrait, a JPEG.
    pub photo: Option<Vec<u8>>,
}

impl Person {
    /// The address.
    pub fn mail(&self) -> String {
        format!("{}@{}", self.uid, self.agency.mail_domain)
    }
}

impl Ministry {
    pub(crate) fn make() -> Self {
        let mut filling = Filling::default();
        for (agency, chart) in AGENCIES.into_iter().zip([&chart_lands::MINISTRY, &chart_archives::ARCHIVES]) {
            filling.agency = Some(agency);
            filling.unit(chart, BASE_DN, 0, None);
        }
        let assistant = filling.dns.get("assistant").cloned();
        for person in &mut filling.people {
            if person.uid == "minister" {
                person.secretary_dn.clone_from(&assistant);
            }
        }
        Self { units: filling.units, people: filling.people }
    }
}

#[derive(Default)]
struct Filling {
    agency: Option<Agency>,
    units: Vec<Unit>,
    people: Vec<Person>,
    logins: HashSet<String>,
    /// Where the people with a sign-in are.
    dns: HashMap<String, String>,
}

/// Where in the organisation a post is.
struct Place<'a> {
    agency: Agency,
    plan: &'a UnitPlan,
    unit_dn: &'a str,
    /// What is drawn depends on this alone.
    seed: String,
    superior: Option<String>,
}

impl Filling {
    fn unit(&mut self, plan: &UnitPlan, above_dn: &str, depth: usize, superior: Option<String>) {
        let Some(agency) = self.agency else { return };
        let kind = ["agency", "department", "division"].get(depth).copied().unwrap_or("section");
        let unit_dn = format!("{},{above_dn}", dn::part("ou", plan.name));
        let superior = plan.reports_to.and_then(|login| self.dns.get(login).cloned()).or(superior);
        let at = self.units.len();
        self.units.push(Unit {
            dn: unit_dn.clone(),
            entry_uuid: entry_uuid(&format!("unit/{}", plan.name_en)),
            name: plan.name,
            name_en: plan.name_en,
            kind,
            head_dn: String::new(),
        });
        let place = |post: &str, superior: Option<String>| Place {
            agency,
            plan,
            unit_dn: &unit_dn,
            seed: format!("{}/{post}", plan.name_en),
            superior,
        };
        let head_dn = self.person(&plan.head, &place("head", superior));
        if let Some(unit) = self.units.get_mut(at) {
            unit.head_dn.clone_from(&head_dn);
        }
        for (number, post) in plan.posts.iter().enumerate() {
            self.person(post, &place(&format!("post {number}"), Some(head_dn.clone())));
        }
        for number in 0..plan.staff {
            self.person(&crate::chart::POST, &place(&format!("staff {number}"), Some(head_dn.clone())));
        }
        for below in plan.below {
            self.unit(below, &unit_dn, depth + 1, Some(head_dn.clone()));
        }
    }

    fn person(&mut self, post: &PostPlan, place: &Place) -> String {
        let mut draw = Draw::from(&place.seed);
        let latin = if place.plan.name.is_ascii() { 70 } else { 12 };
        let name = match post.name {
            Some((given, family)) => Name { given: given.to_owned(), family: family.to_owned() },
            None => names::draw(&mut draw, latin),
        };
        let rank = rank(post, place.agency, &mut draw);
        let uid = self.login(post, &name);
        let display_name = format!("{} {}", name.given, name.family);
        let employee_number = format!("{:06}", 100_000 + draw.below(900_000));
        let mut own_part = dn::part("cn", &display_name);
        let taken = |dn: &str| self.people.iter().any(|person| person.dn == dn);
        if taken(&format!("{own_part},{}", place.unit_dn)) {
            // A namesake in the same unit: the number tells them apart.
            own_part = format!("{own_part}+{}", dn::part("employeeNumber", &employee_number));
        }
        let dn = format!("{own_part},{}", place.unit_dn);
        if let Some(login) = post.login {
            self.dns.insert(login.to_owned(), dn.clone());
        }
        let wants_photo = post.login.is_some() || draw.chance(8);
        let long_hair = name.family.ends_with(['а', 'я']);
        let photo = if wants_photo { photo::portrait(&mut draw, long_hair).ok() } else { None };
        self.people.push(Person {
            dn: dn.clone(),
            entry_uuid: entry_uuid(&format!("person/{}", place.seed)),
            phone: format!("+7 495 555-{:02}-{:02}", draw.below(100), draw.below(100)),
            clearance: clearance(post, place, rank, &mut draw),
            uid,
            given_name: name.given,
            family_name: name.family,
            display_name,
            agency: place.agency,
            unit_dn: place.unit_dn.to_owned(),
            employee_number,
            employment: post.employment,
            title: if post.title.is_empty() { rank.name_ru.to_owned() } else { post.title.to_owned() },
            rank,
            manager_dn: place.superior.clone(),
            secretary_dn: None,
            acting_for_dn: if post.acts_for_head { place.superior.clone() } else { None },
            liaison_to_dn: post.liaison_to,
            segments: place.plan.segment.into_iter().collect(),
            roles: post.role.into_iter().collect(),
            disabled: post.disabled,
            photo,
        });
        dn
    }

    /// The login of the post, or one made of the name that nobody else has.
    fn login(&mut self, post: &PostPlan, name: &Name) -> String {
        let wanted = post.login.map_or_else(|| names::login(name), str::to_owned);
        let mut login = wanted.clone();
        let mut number = 2;
        while !self.logins.insert(login.clone()) {
            login = format!("{wanted}{number}");
            number += 1;
        }
        login
    }
}

fn rank(post: &PostPlan, agency: Agency, draw: &mut Draw) -> Rank {
    let staff: &[&str] = match agency.source {
        "lands" => &[
            "technician",
            "clerk",
            "specialist",
            "specialist",
            "senior-specialist",
            "chief-specialist",
            "consultant",
        ],
        _ => &["A1", "A2", "A2", "A3"],
    };
    let code = if post.rank.is_empty() { draw.one(staff) } else { post.rank };
    let found = agency.ladder.iter().find(|rank| rank.code == code);
    *found.unwrap_or_else(|| panic!("{code} is no rank of {}", agency.name))
}

/// What comes with the rank, unless the post says otherwise. Support staff and outsiders are never cleared.
fn clearance(
    post: &PostPlan,
    place: &Place,
    rank: Rank,
    draw: &mut Draw,
) -> Option<(&'static str, Vec<&'static str>)> {
    if let Some((level, categories)) = post.clearance {
        return Some((level, categories.to_vec()));
    }
    if post.employment != "staff" {
        return None;
    }
    let level = match rank.band {
        "support" => return None,
        "officer" if draw.chance(25) => "confidential",
        "officer" => "official",
        "manager" => "confidential",
        _ => "secret",
    };
    let categories = place.plan.category.filter(|_| level != "official" || draw.chance(50));
    Some((level, categories.into_iter().collect()))
}
