//! Relations against a naive reading of the same rows, on random trees and on broken ones.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::facts::{Relation, Wall};
use crate::files::PolicyFiles;
use crate::walls::Walls;

fn uuid(kind: u128, place: usize) -> Uuid {
    Uuid::from_u128(kind << 64 | place as u128)
}

/// A unit without a head.
fn unit(place: usize, parent: Option<usize>, kind: UnitKind) -> UnitInput {
    let parent = parent.map(|parent| uuid(1, parent));
    UnitInput { id: uuid(1, place), parent, kind, name: String::new(), head: None }
}

/// An officer without anything that matters.
fn officer(place: usize, unit: usize) -> PersonInput {
    PersonInput {
        id: uuid(2, place),
        display_name: String::new(),
        title: String::new(),
        unit: uuid(1, unit),
        band: Band::Officer,
        rank_step: 0,
        superior: None,
        employment: Employment::Staff,
        clearance: None,
        segments: Vec::new(),
    }
}

/// Rows as a directory might give them: parents and superiors may be missing, or run in circles.
fn rows() -> impl Strategy<Value = OrgInput> {
    let unit = (proptest::option::of(0_usize..12), 0_usize..4);
    let person = (0_usize..12, proptest::option::of(0_usize..40), 0_usize..5);
    (proptest::collection::vec(unit, 1..10), proptest::collection::vec(person, 1..36)).prop_map(
        |(units, people)| {
            let kinds = [UnitKind::Agency, UnitKind::Department, UnitKind::Division, UnitKind::Section];
            let units = units.into_iter().enumerate().map(|(place, (parent, kind))| UnitInput {
                id: uuid(1, place),
                parent: parent.map(|parent| uuid(1, parent)),
                kind: kinds[kind],
                name: place.to_string(),
                head: None,
            });
            let people = people.into_iter().enumerate().map(|(place, (unit, superior, band))| PersonInput {
                id: uuid(2, place),
                display_name: place.to_string(),
                title: String::new(),
                unit: uuid(1, unit),
                band: Band::ALL[band],
                rank_step: 0,
                superior: superior.map(|superior| uuid(2, superior)),
                employment: Employment::Staff,
                clearance: None,
                segments: Vec::new(),
            });
            OrgInput { version: 1, units: units.collect(), people: people.collect(), ..OrgInput::default() }
        },
    )
}

/// How many steps up from one to the other, by walking.
fn steps(org: &Org, from: PersonIx, to: PersonIx) -> Option<usize> {
    org.superiors(from).position(|above| above == to).map(|place| place + 1)
}

fn naive(org: &Org, asker: PersonIx, target: PersonIx) -> Relation {
    if asker == target {
        return Relation::Itself;
    }
    match steps(org, asker, target) {
        Some(1) => return Relation::Up1,
        Some(2) => return Relation::Up2,
        Some(_) => return Relation::Up3,
        None => {}
    }
    if steps(org, target, asker).is_some() {
        return Relation::Down;
    }
    let department = |person| {
        let mut path = org.unit_path(org.unit_of(person));
        path.reverse();
        path.iter()
            .copied()
            .find(|unit| org.unit_kind(*unit) == UnitKind::Department)
            .unwrap_or(org.unit_of(person))
    };
    let root = |person| org.unit_path(org.unit_of(person)).first().copied();
    if org.unit_of(asker) == org.unit_of(target) {
        Relation::SameUnit
    } else if department(asker) == department(target) {
        Relation::SameDep
    } else if root(asker) == root(target) {
        Relation::SameAgency
    } else {
        Relation::OtherAgency
    }
}

proptest! {
    #[test]
    fn relations_are_those_of_the_rows(input in rows()) {
        let org = Org::build(input, &Walls::none());
        for asker in org.people() {
            for target in org.people() {
                prop_assert_eq!(org.see(asker).relation(org.see(target)), naive(&org, asker, target));
            }
        }
    }

    #[test]
    fn nothing_is_lost_but_what_is_told(input in rows()) {
        let org = Org::build(input.clone(), &Walls::none());
        let told = |finding: OrgFinding| org.findings().contains(&finding);
        for row in &input.people {
            let Some(person) = org.person(row.id) else {
                prop_assert!(told(OrgFinding::PersonWithoutUnit(row.id)));
                continue;
            };
            prop_assert_eq!(org.person_id(person), row.id);
            prop_assert_eq!(org.unit_id(org.unit_of(person)), row.unit);
            prop_assert!(org.people_of(org.unit_of(person)).contains(&person));
            let superior = org.superior(person).map(|superior| org.person_id(superior));
            let cut = told(OrgFinding::SuperiorMissing(row.id)) || told(OrgFinding::SuperiorCycle(row.id));
            prop_assert_eq!(superior, row.superior.filter(|_| !cut));
            if let Some(superior) = org.superior(person) {
                prop_assert!(org.reports(superior).contains(&person));
            }
            // No chain comes back: it ends within as many steps as there are people.
            prop_assert!(org.superiors(person).take(100).count() < input.people.len());
        }
        for row in &input.units {
            let unit = org.unit(row.id).unwrap();
            let parent = org.parent(unit).map(|parent| org.unit_id(parent));
            prop_assert_eq!(parent, row.parent.filter(|_| !told(OrgFinding::UnitWithoutParent(row.id))));
            prop_assert!(org.unit_path(unit).len() <= input.units.len());
        }
    }
}

#[test]
fn a_circle_of_superiors_is_cut_once_and_told() {
    let mut runner = HashMap::new();
    runner.insert(0, 1);
    runner.insert(1, 2);
    runner.insert(2, 0);
    let units = vec![unit(0, None, UnitKind::Agency)];
    let people =
        (0..3).map(|place| PersonInput { superior: Some(uuid(2, runner[&place])), ..officer(place, 0) });
    let people = people.collect();
    let org = Org::build(OrgInput { units, people, ..OrgInput::default() }, &Walls::none());
    assert_eq!(org.findings(), [OrgFinding::SuperiorCycle(uuid(2, 2))]);
    assert_eq!(org.superiors(PersonIx(0)).count(), 2);
}

/// An agency of two departments with a division each, and in every unit somebody; `0` also works in the division of
/// the other department, as its head would, from 10 to 20.
fn two_departments() -> Org {
    let units = vec![
        unit(0, None, UnitKind::Agency),
        unit(1, Some(0), UnitKind::Department),
        unit(2, Some(1), UnitKind::Division),
        unit(3, Some(0), UnitKind::Department),
        unit(4, Some(3), UnitKind::Division),
    ];
    let people = vec![officer(0, 2), officer(1, 1), officer(2, 4), officer(3, 3), officer(4, 0)];
    let further = PostInput {
        person: uuid(2, 0),
        unit: uuid(1, 4),
        band: Band::Manager,
        from: Some(10),
        until: Some(20),
    };
    let hat = |hat, until| DelegationInput {
        person: uuid(2, 0),
        principal: Some(uuid(2, 1)),
        hat,
        from: Some(10),
        until,
    };
    let delegations = vec![
        hat(HatKind::Acting, Some(15)),
        hat(HatKind::Acting, Some(20)),
        hat(HatKind::Assistant, None),
        hat(HatKind::Assistant, Some(15)),
    ];
    let input = OrgInput { units, people, posts: vec![further], delegations, ..OrgInput::default() };
    Org::build(input, &Walls::none())
}

#[test]
fn a_further_post_counts_where_it_is_and_while_it_lasts() {
    let org = two_departments();
    let person = |place| org.person(uuid(2, place)).unwrap();
    let standing = |other, now| {
        let to = org.see(person(0)).standing(org.see(person(other)), now);
        let back = org.see(person(other)).standing(org.see(person(0)), now);
        assert_eq!((to.relation, to.band, to.other), (back.relation, back.other, back.band));
        (to.relation, to.band)
    };
    for now in [9, 20] {
        assert_eq!(standing(2, now), (Relation::SameAgency, Band::Officer));
        assert_eq!(standing(3, now), (Relation::SameAgency, Band::Officer));
    }
    for now in [10, 19] {
        assert_eq!(standing(2, now), (Relation::SameUnit, Band::Manager));
        assert_eq!(standing(3, now), (Relation::SameDep, Band::Manager));
        // At home the rank is the one of home.
        assert_eq!(standing(1, now), (Relation::SameDep, Band::Officer));
        assert_eq!(standing(4, now), (Relation::SameAgency, Band::Officer));
    }
    let (agency, host) = (org.unit(uuid(1, 0)).unwrap(), org.unit(uuid(1, 4)).unwrap());
    let in_room = |now| org.see(person(0)).standing_in_room(agency, Some(host), now);
    assert_eq!(in_room(9), (Relation::SameAgency, Band::Officer));
    assert_eq!(in_room(10), (Relation::SameUnit, Band::Manager));
    assert_eq!(in_room(20), (Relation::SameAgency, Band::Officer));
    assert_eq!((org.guests_of(host, 9), org.guests_of(host, 19)), (vec![], vec![person(0)]));
    assert_eq!(org.units_of(person(0), 20), [org.unit_of(person(0))]);
    assert_eq!(org.units_of(person(0), 10), [org.unit_of(person(0)), host]);
}

#[test]
fn the_same_hat_twice_is_one_that_lasts_as_long_as_the_longer() {
    let org = two_departments();
    let (person, principal) = (PersonIx(0), PersonIx(1));
    let assistant = Hat::Assistant { principal, until: None };
    let acting = |until| Hat::Acting { principal, until: Some(until) };
    assert_eq!(org.hats(person, 9), [Hat::Own]);
    assert_eq!(org.hats(person, 10), [Hat::Own, acting(20), assistant]);
    assert_eq!(org.hats(person, 15), [Hat::Own, acting(20), assistant]);
    assert!(org.wears(person, acting(20), 19) && !org.wears(person, acting(20), 20));
    assert_eq!(org.delegates(principal, 12), [(person, acting(20)), (person, assistant)]);
}

#[test]
fn a_mistyped_segment_is_told_and_parts_nobody_from_themselves() {
    let walls = PolicyFiles::embedded().walls().unwrap();
    let units = vec![unit(0, None, UnitKind::Agency)];
    let people = ["audt", "audit"].into_iter().enumerate();
    let people = people
        .map(|(place, segment)| PersonInput { segments: vec![segment.to_owned()], ..officer(place, 0) });
    let people = people.collect();
    let org = Org::build(OrgInput { units, people, ..OrgInput::default() }, &walls);
    assert_eq!(org.findings(), [OrgFinding::SegmentUnknown(uuid(2, 0))]);
    let [mistyped, auditor] = [0, 1].map(|place| org.see(org.person(uuid(2, place)).unwrap()));
    assert_eq!([mistyped.wall(auditor), mistyped.wall(mistyped)], [Wall::Closed, Wall::None]);
}
