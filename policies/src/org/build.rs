//! From rows to arrays: what dangles is left out and told, what runs in a circle is cut.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    DelegationInput, Employment, Hat, HatKind, Org, OrgFinding, OrgInput, Person, PersonInput, PersonIx,
    PersonText, Seat, Span, Unit, UnitInput, UnitIx, UnitKind,
};
use crate::facts::Band;
use crate::walls::{SegmentSet, Walls};

/// No unit: what an index past the end meets.
const NOWHERE: u32 = u32::MAX;

impl Org {
    /// Builds the snapshot. Total: whatever the rows say, there is a snapshot, and `findings` tells what was cut.
    #[expect(clippy::needless_pass_by_value, reason = "nobody has a use for the rows afterwards")]
    pub fn build(input: OrgInput, walls: &Walls) -> Self {
        let mut findings = Vec::new();
        let (mut units, unit_by_id) = place_units(&input.units, &mut findings);
        let (kept, person_by_id) = place_people(&input.people, &unit_by_id, &mut findings);
        let superiors = superiors(&kept, &person_by_id, &mut findings);
        let reports = reports(&superiors);
        let tour = tour(&superiors, &reports);
        let mut people = Vec::with_capacity(kept.len());
        let mut texts = Vec::with_capacity(kept.len());
        for (place, person) in (0..).zip(&kept) {
            let Some(unit) = unit_by_id.get(&person.unit).copied() else { continue };
            let (enter, leave, depth) = tour.get(place as usize).copied().unwrap_or_default();
            let (department, agency) =
                units.get(unit.0 as usize).map_or((NOWHERE, NOWHERE), |unit| (unit.department, unit.agency));
            people.push(Person {
                unit: unit.0,
                department,
                agency,
                superior: superiors.get(place as usize).copied().flatten(),
                enter,
                leave,
                depth,
                band: person.band,
                employment: person.employment,
                clearance: person.clearance,
                segments: walls.set(&person.segments),
            });
            texts.push(PersonText {
                id: person.id,
                display_name: person.display_name.clone(),
                title: person.title.clone(),
                rank_step: person.rank_step,
            });
            if let Some(unit) = units.get_mut(unit.0 as usize) {
                unit.people.push(PersonIx(place));
            }
        }
        for unit in &input.units {
            let head = unit.head.and_then(|head| person_by_id.get(&head).copied());
            if let Some(UnitIx(place)) = unit_by_id.get(&unit.id).copied()
                && let Some(unit) = units.get_mut(place as usize)
            {
                unit.head = head;
            }
        }
        let both = |from: &Uuid, to: &Uuid| Some((*person_by_id.get(from)?, *person_by_id.get(to)?));
        let mut exceptions: HashMap<_, Vec<_>> = HashMap::new();
        for exception in &input.exceptions {
            if let Some(pair) = both(&exception.from, &exception.to) {
                let span = Span { from: exception.from_at, until: exception.until };
                exceptions.entry(pair).or_default().push((exception.kind, span));
            }
        }
        let mut liaisons: HashMap<_, Vec<_>> = HashMap::new();
        for (person, agency) in &input.liaisons {
            if let (Some(person), Some(agency)) = (person_by_id.get(person), unit_by_id.get(agency)) {
                liaisons.entry(*person).or_default().push(*agency);
            }
        }
        let hats = hats(&input.delegations, &person_by_id);
        let (mut further, mut guests) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for post in &input.posts {
            let span = Span { from: post.from, until: post.until };
            if let (Some(person), Some(unit)) = (person_by_id.get(&post.person), unit_by_id.get(&post.unit))
                && let Some(place) = units.get(unit.0 as usize)
            {
                let seat = Seat { unit: unit.0, department: place.department, band: post.band };
                further.entry(*person).or_default().push((seat, span));
                guests.entry(*unit).or_default().push((*person, span));
            }
        }
        Self {
            version: input.version,
            people,
            texts,
            units,
            reports,
            person_by_id,
            unit_by_id,
            hats,
            further,
            guests,
            liaisons,
            exceptions,
            walls: walls.clone(),
            findings,
            nobody: nobody(),
            no_text: PersonText {
                id: Uuid::nil(),
                display_name: String::new(),
                title: String::new(),
                rank_step: i16::MIN,
            },
            nowhere: unit_of(&UnitInput {
                id: Uuid::nil(),
                parent: None,
                kind: UnitKind::Section,
                name: String::new(),
                head: None,
            }),
        }
    }
}

fn place_units(rows: &[UnitInput], findings: &mut Vec<OrgFinding>) -> (Vec<Unit>, HashMap<Uuid, UnitIx>) {
    let by_id: HashMap<Uuid, UnitIx> = (0..).zip(rows).map(|(place, row)| (row.id, UnitIx(place))).collect();
    let parents: Vec<Option<UnitIx>> =
        rows.iter().map(|row| row.parent.and_then(|parent| by_id.get(&parent).copied())).collect();
    let mut units: Vec<Unit> = rows.iter().map(unit_of).collect();
    for (place, row) in (0..).zip(rows) {
        let parent = parents.get(place as usize).copied().flatten();
        let path = climb(UnitIx(place), &parents);
        let lost = row.parent.is_some() && (parent.is_none() || path.is_none());
        if lost {
            findings.push(OrgFinding::UnitWithoutParent(row.id));
        }
        let path = path.unwrap_or_else(|| vec![UnitIx(place)]);
        let department = path
            .iter()
            .copied()
            .find(|above| rows.get(above.0 as usize).is_some_and(|row| row.kind == UnitKind::Department));
        let agency = path.last().copied().unwrap_or(UnitIx(place));
        if let Some(unit) = units.get_mut(place as usize) {
            unit.parent = parent.filter(|_| !lost);
            unit.agency = agency.0;
            unit.department = department.unwrap_or(UnitIx(place)).0;
        }
        if let (Some(parent), false) = (parent, lost)
            && let Some(parent) = units.get_mut(parent.0 as usize)
        {
            parent.children.push(UnitIx(place));
        }
    }
    (units, by_id)
}

/// The unit and all above it, nearest first; none where the way up runs in a circle.
fn climb(unit: UnitIx, parents: &[Option<UnitIx>]) -> Option<Vec<UnitIx>> {
    let mut path = vec![unit];
    let mut at = unit;
    while let Some(above) = parents.get(at.0 as usize).copied().flatten() {
        if path.len() > parents.len() {
            return None;
        }
        path.push(above);
        at = above;
    }
    Some(path)
}

fn place_people<'a>(
    rows: &'a [PersonInput],
    units: &HashMap<Uuid, UnitIx>,
    findings: &mut Vec<OrgFinding>,
) -> (Vec<&'a PersonInput>, HashMap<Uuid, PersonIx>) {
    let mut kept = Vec::with_capacity(rows.len());
    let mut by_id = HashMap::with_capacity(rows.len());
    for (row, place) in rows
        .iter()
        .filter(|row| {
            let placed = units.contains_key(&row.unit);
            if !placed {
                findings.push(OrgFinding::PersonWithoutUnit(row.id));
            }
            placed
        })
        .zip(0..)
    {
        kept.push(row);
        by_id.insert(row.id, PersonIx(place));
    }
    (kept, by_id)
}

fn superiors(
    people: &[&PersonInput],
    by_id: &HashMap<Uuid, PersonIx>,
    findings: &mut Vec<OrgFinding>,
) -> Vec<Option<PersonIx>> {
    let mut superiors: Vec<Option<PersonIx>> = Vec::with_capacity(people.len());
    for person in people {
        let superior = person.superior.and_then(|superior| by_id.get(&superior).copied());
        if person.superior.is_some() && superior.is_none() {
            findings.push(OrgFinding::SuperiorMissing(person.id));
        }
        superiors.push(superior);
    }
    // Each chain is walked until it meets somebody whose chain is known to end.
    let mut ends: HashSet<PersonIx> = HashSet::new();
    for (place, person) in (0..).zip(people) {
        let mut walked = vec![PersonIx(place)];
        let mut on_the_way = HashSet::from([PersonIx(place)]);
        let mut at = PersonIx(place);
        while let Some(above) = superiors.get(at.0 as usize).copied().flatten() {
            if ends.contains(&above) {
                break;
            }
            if !on_the_way.insert(above) {
                if let Some(superior) = superiors.get_mut(at.0 as usize) {
                    *superior = None;
                }
                findings.push(OrgFinding::SuperiorCycle(
                    people.get(at.0 as usize).map_or(person.id, |cut| cut.id),
                ));
                break;
            }
            walked.push(above);
            at = above;
        }
        ends.extend(walked);
    }
    superiors
}

fn reports(superiors: &[Option<PersonIx>]) -> Vec<Vec<PersonIx>> {
    let mut reports = vec![Vec::new(); superiors.len()];
    for (place, superior) in (0..).zip(superiors) {
        if let Some(list) = superior.and_then(|superior| reports.get_mut(superior.0 as usize)) {
            list.push(PersonIx(place));
        }
    }
    reports
}

/// Enter, leave and depth of everybody in one walk over the forest of command, without recursion.
fn tour(superiors: &[Option<PersonIx>], reports: &[Vec<PersonIx>]) -> Vec<(u32, u32, u32)> {
    let mut spans = vec![(0, 0, 0); superiors.len()];
    let mut clock = 0;
    let roots =
        (0..).zip(superiors).filter(|(_, superior)| superior.is_none()).map(|(place, _)| PersonIx(place));
    for root in roots {
        let mut stack = vec![(root, 0, false)];
        while let Some((person, depth, below_done)) = stack.pop() {
            clock += 1;
            let Some(span) = spans.get_mut(person.0 as usize) else { continue };
            if below_done {
                span.1 = clock;
                continue;
            }
            (span.0, span.2) = (clock, depth);
            stack.push((person, depth, true));
            let below = reports.get(person.0 as usize).map_or(&[][..], Vec::as_slice);
            stack.extend(below.iter().map(|report| (*report, depth + 1, false)));
        }
    }
    spans
}

fn hats(rows: &[DelegationInput], by_id: &HashMap<Uuid, PersonIx>) -> HashMap<PersonIx, Vec<(Hat, Span)>> {
    let mut hats: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let principal = row.principal.and_then(|principal| by_id.get(&principal).copied());
        let hat = match (row.hat, principal) {
            (HatKind::Acting, Some(principal)) => Hat::Acting { principal, until: row.until },
            (HatKind::Assistant, Some(principal)) => Hat::Assistant { principal, until: row.until },
            (HatKind::Duty, _) => Hat::Duty { until: row.until },
            // A principal who is gone lends no authority.
            (HatKind::Acting | HatKind::Assistant, None) | (HatKind::Own, _) => continue,
        };
        if let Some(person) = by_id.get(&row.person) {
            hats.entry(*person).or_default().push((hat, Span { from: row.from, until: row.until }));
        }
    }
    hats
}

fn unit_of(row: &UnitInput) -> Unit {
    Unit {
        id: row.id,
        name: row.name.clone(),
        kind: row.kind,
        parent: None,
        agency: NOWHERE,
        department: NOWHERE,
        head: None,
        children: Vec::new(),
        people: Vec::new(),
    }
}

fn nobody() -> Person {
    Person {
        unit: NOWHERE,
        department: NOWHERE,
        agency: NOWHERE,
        superior: None,
        enter: 0,
        leave: 0,
        depth: 0,
        band: Band::Support,
        employment: Employment::External,
        clearance: None,
        segments: SegmentSet::default(),
    }
}
