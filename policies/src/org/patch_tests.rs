//! However a mirror came to be, by one reading or by any sequence of changes, it says the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::facts::Relation;
use crate::walls::Walls;

const PEOPLE: usize = 14;
const UNITS: usize = 7;
const NOW: Micros = 500;

fn uuid(kind: u128, place: usize) -> Uuid {
    Uuid::from_u128(kind << 64 | place as u128)
}

/// The rows of a directory.
#[derive(Debug, Clone, Default)]
struct Rows {
    units: BTreeMap<usize, UnitInput>,
    people: BTreeMap<usize, PersonInput>,
    posts: BTreeMap<(usize, usize), PostInput>,
    delegations: BTreeMap<(usize, usize), DelegationInput>,
    liaisons: BTreeSet<(usize, usize)>,
    exceptions: BTreeMap<(usize, usize), ExceptionInput>,
}

#[derive(Debug, Clone)]
enum Edit {
    Unit(usize, Option<(Option<usize>, usize, Option<usize>, u8)>),
    Person(usize, Option<(usize, Option<usize>, usize, u8)>),
    Post(usize, usize, Option<i64>),
    Delegation(usize, usize, Option<i64>),
    Liaison(usize, usize),
    Exception(usize, usize, Option<bool>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let unit = (
        0..UNITS,
        prop::option::weighted(
            0.85,
            (prop::option::of(0..UNITS), 0_usize..4, prop::option::of(0..PEOPLE), 0_u8..3),
        ),
    );
    let person = (
        0..PEOPLE,
        prop::option::weighted(0.8, (0..UNITS, prop::option::weighted(0.8, 0..PEOPLE), 0_usize..5, 0_u8..4)),
    );
    prop_oneof![
        3 => unit.prop_map(|(id, row)| Edit::Unit(id, row)),
        8 => person.prop_map(|(id, row)| Edit::Person(id, row)),
        1 => (0..PEOPLE, 0..UNITS, prop::option::of(0_i64..1000)).prop_map(|(a, b, until)| Edit::Post(a, b, until)),
        1 => (0..PEOPLE, 0..PEOPLE, prop::option::of(0_i64..1000)).prop_map(|(a, b, until)| Edit::Delegation(a, b, until)),
        1 => (0..PEOPLE, 0..UNITS).prop_map(|(a, b)| Edit::Liaison(a, b)),
        1 => (0..PEOPLE, 0..PEOPLE, prop::option::of(any::<bool>())).prop_map(|(a, b, kind)| Edit::Exception(a, b, kind)),
    ]
}

/// Whose rows were touched, in the order in which a patch names them: that of the edits, so that a failure repeats.
#[derive(Default)]
struct Touched(Vec<usize>);

impl Touched {
    fn insert(&mut self, id: usize) {
        if !self.contains(id) {
            self.0.push(id);
        }
    }

    fn contains(&self, id: usize) -> bool {
        self.0.contains(&id)
    }
}

/// Does the edit, and says whose rows it touched.
fn make(rows: &mut Rows, edit: &Edit, units: &mut Touched, people: &mut Touched) {
    let kinds = [UnitKind::Agency, UnitKind::Department, UnitKind::Division, UnitKind::Section];
    match edit {
        Edit::Unit(id, row) => {
            units.insert(*id);
            match row {
                None => drop(rows.units.remove(id)),
                Some((parent, kind, head, name)) => {
                    let row = UnitInput {
                        id: uuid(1, *id),
                        parent: parent.map(|parent| uuid(1, parent)),
                        kind: kinds[*kind],
                        name: name.to_string(),
                        head: head.map(|head| uuid(2, head)),
                    };
                    rows.units.insert(*id, row);
                }
            }
        }
        Edit::Person(id, row) => {
            people.insert(*id);
            match row {
                None => drop(rows.people.remove(id)),
                Some((unit, superior, band, text)) => {
                    let row = PersonInput {
                        id: uuid(2, *id),
                        display_name: format!("person {text}"),
                        title: text.to_string(),
                        unit: uuid(1, *unit),
                        band: Band::ALL[*band],
                        rank_step: i16::from(*text),
                        superior: superior.map(|superior| uuid(2, superior)),
                        employment: Employment::Staff,
                        clearance: (*text > 1).then_some(Clearance { level: *text, categories: 0 }),
                        segments: Vec::new(),
                    };
                    rows.people.insert(*id, row);
                }
            }
        }
        Edit::Post(person, unit, until) => {
            people.insert(*person);
            let row = PostInput {
                person: uuid(2, *person),
                unit: uuid(1, *unit),
                band: Band::Manager,
                from: None,
                until: *until,
            };
            match until {
                Some(_) => drop(rows.posts.insert((*person, *unit), row)),
                None => drop(rows.posts.remove(&(*person, *unit))),
            }
        }
        Edit::Delegation(person, principal, until) => {
            people.insert(*person);
            let row = DelegationInput {
                person: uuid(2, *person),
                principal: Some(uuid(2, *principal)),
                hat: HatKind::Acting,
                from: None,
                until: *until,
            };
            if until.is_some() && person != principal {
                rows.delegations.insert((*person, *principal), row);
            } else {
                rows.delegations.remove(&(*person, *principal));
            }
        }
        Edit::Liaison(person, unit) => {
            people.insert(*person);
            if !rows.liaisons.remove(&(*person, *unit)) {
                rows.liaisons.insert((*person, *unit));
            }
        }
        Edit::Exception(from, to, kind) => {
            people.insert(*to);
            match kind {
                Some(is_grant) if from != to => {
                    let kind = if *is_grant { ExceptionKind::Grant } else { ExceptionKind::Block };
                    let row = ExceptionInput {
                        from: uuid(2, *from),
                        to: uuid(2, *to),
                        kind,
                        from_at: None,
                        until: None,
                    };
                    rows.exceptions.insert((*from, *to), row);
                }
                _ => drop(rows.exceptions.remove(&(*from, *to))),
            }
        }
    }
}

fn whole(rows: &Rows, version: i64) -> Org {
    let input = OrgInput {
        version,
        units: rows.units.values().cloned().collect(),
        people: rows.people.values().cloned().collect(),
        posts: rows.posts.values().copied().collect(),
        delegations: rows.delegations.values().copied().collect(),
        liaisons: rows.liaisons.iter().map(|(person, unit)| (uuid(2, *person), uuid(1, *unit))).collect(),
        exceptions: rows.exceptions.values().copied().collect(),
    };
    Org::build(input, &Walls::none())
}

/// The rows of those who changed, as a node reads them.
fn patch(rows: &Rows, version: i64, units: &Touched, people: &Touched) -> OrgPatch {
    let of = |(one, other): &(usize, usize)| people.contains(*one) || people.contains(*other);
    OrgPatch {
        version,
        units: units.0.iter().map(|id| (uuid(1, *id), rows.units.get(id).cloned())).collect(),
        people: people.0.iter().map(|id| (uuid(2, *id), rows.people.get(id).cloned())).collect(),
        posts: rows
            .posts
            .iter()
            .filter(|((person, _), _)| people.contains(*person))
            .map(|(_, row)| *row)
            .collect(),
        delegations: rows.delegations.iter().filter(|(pair, _)| of(pair)).map(|(_, row)| *row).collect(),
        liaisons: rows
            .liaisons
            .iter()
            .filter(|(person, _)| people.contains(*person))
            .map(|(person, unit)| (uuid(2, *person), uuid(1, *unit)))
            .collect(),
        exceptions: rows.exceptions.iter().filter(|(pair, _)| of(pair)).map(|(_, row)| *row).collect(),
    }
}

/// Name, kind, way from the root, head, members, children.
type UnitSeen = (String, UnitKind, Vec<Uuid>, Option<Uuid>, BTreeSet<Uuid>, BTreeSet<Uuid>);

/// Everything a snapshot says, in terms that do not depend on places.
#[derive(Debug, PartialEq)]
struct Said {
    units: BTreeMap<Uuid, UnitSeen>,
    people: BTreeMap<Uuid, String>,
    pairs: BTreeMap<(Uuid, Uuid), (Standing, crate::facts::Exc, usize)>,
    rooms: BTreeMap<(Uuid, Uuid), (Relation, Band)>,
    findings: Vec<OrgFinding>,
}

fn said(org: &Org) -> Said {
    let name = |person: &PersonIx| org.person_id(*person);
    let place = |unit: &UnitIx| org.unit_id(*unit);
    let unit = |unit: UnitIx| {
        let path = org.unit_path(unit).iter().map(place).collect();
        let members = org.people_of(unit).iter().map(name).collect();
        let children = org.children(unit).iter().map(place).collect();
        let head = org.head(unit).map(|head| org.person_id(head));
        (
            org.unit_id(unit),
            (org.unit_name(unit).to_owned(), org.unit_kind(unit), path, head, members, children),
        )
    };
    let person = |person: PersonIx| {
        let hats = org.hats(person, NOW).into_iter().map(|hat| hat.principal().map(|one| name(&one)));
        let delegates = org.delegates(person, NOW).into_iter().map(|(one, _)| name(&one));
        let all = format!(
            "{:?}",
            (
                (org.display_name(person), org.title(person), org.rank_step(person), org.band(person)),
                (org.clearance(person), place(&org.unit_of(person)), place(&org.agency_of(person))),
                org.superiors(person).map(|one| name(&one)).collect::<Vec<_>>(),
                org.reports(person).iter().map(name).collect::<BTreeSet<_>>(),
                org.peers(person).iter().map(name).collect::<BTreeSet<_>>(),
                hats.collect::<BTreeSet<_>>(),
                delegates.collect::<BTreeSet<_>>(),
                org.units_of(person, NOW).iter().map(place).collect::<BTreeSet<_>>(),
                org.liaison_to(person).iter().map(place).collect::<BTreeSet<_>>(),
            )
        );
        assert_eq!(org.person(org.person_id(person)), Some(person));
        assert!(org.holds(person));
        (org.person_id(person), all)
    };
    let mut pairs = BTreeMap::new();
    let mut rooms = BTreeMap::new();
    for asker in org.people() {
        for target in org.people() {
            let found = (
                org.see(asker).standing(org.see(target), NOW),
                org.see(asker).exception(org.see(target), NOW),
                org.distance(asker, target),
            );
            pairs.insert((name(&asker), name(&target)), found);
        }
        for unit in org.units() {
            let relation = org.see(asker).standing_in_room(org.unit_path(unit)[0], Some(unit), NOW);
            rooms.insert((name(&asker), place(&unit)), relation);
        }
    }
    assert_eq!(org.people().count(), org.people_count());
    Said {
        units: org.units().map(unit).collect(),
        people: org.people().map(person).collect(),
        pairs,
        rooms,
        findings: {
            let mut findings = org.findings().to_vec();
            findings.sort_by_key(|finding| format!("{finding:?}"));
            findings
        },
    }
}

#[test]
fn who_changes_superior_while_the_old_one_leaves_is_no_orphan() {
    let mut rows = Rows::default();
    let (mut units, mut people) = (Touched::default(), Touched::default());
    let place = |id, unit, superior| Edit::Person(id, Some((unit, superior, 0, 0)));
    let begin =
        [Edit::Unit(0, Some((None, 0, None, 0))), place(0, 0, None), place(1, 0, None), place(2, 0, Some(0))];
    for edit in &begin {
        make(&mut rows, edit, &mut units, &mut people);
    }
    let org = whole(&rows, 1);
    let (mut units, mut people) = (Touched::default(), Touched::default());
    // The superior leaves by going to a unit that is not there, named after the report.
    for edit in [place(2, 0, Some(1)), place(0, 1, None)] {
        make(&mut rows, &edit, &mut units, &mut people);
    }
    let org = org.patched(patch(&rows, 2, &units, &people));
    assert_eq!(org.findings(), [OrgFinding::PersonWithoutUnit(uuid(2, 0))]);
    assert_eq!(said(&org), said(&whole(&rows, 2)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_patched_mirror_is_a_mirror_read_anew(
        begin in prop::collection::vec(edit(), 0..40),
        steps in prop::collection::vec(prop::collection::vec(edit(), 1..6), 1..8),
    ) {
        let mut rows = Rows::default();
        for edit in &begin {
            make(&mut rows, edit, &mut Touched::default(), &mut Touched::default());
        }
        let mut patched = whole(&rows, 1);
        let mut anew = whole(&rows, 1);
        for (version, edits) in (2..).zip(&steps) {
            let (mut units, mut people) = (Touched::default(), Touched::default());
            for edit in edits {
                make(&mut rows, edit, &mut units, &mut people);
            }
            let before = said(&patched);
            let next = patched.patched(patch(&rows, version, &units, &people));
            let next_anew = whole(&rows, version);
            prop_assert_eq!(said(&next), said(&next_anew));
            prop_assert_eq!(said(&patched), before, "the old snapshot must stay as it was");
            prop_assert_eq!(next.differing(&patched), next_anew.differing(&anew));
            prop_assert_eq!(next.differing(&patched), next_anew.differing(&patched));
            (patched, anew) = (next, next_anew);
        }
        prop_assert!(patched.differing(&anew).is_empty());
    }
}
