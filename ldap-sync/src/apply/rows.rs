//! The rows that a plan comes down to.

use schema::clearances::Clearance;
use schema::delegations::Delegation;
use schema::ids::{DelegationId, PersonId, PostId, SourceId, UnitId};
use schema::liaisons::Liaison;
use schema::photos::Photo;
use schema::{people, posts, units};
use uuid::Uuid;

use crate::mirror::Rows;
use crate::plan::{Change, Plan};
use crate::state::{self, Employment, Hat, Person, PostKind, Status, Unit, UnitKind};

/// What to write, by table and in the order of `apply`.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) people_gone: Vec<PersonId>,
    pub(super) units_gone: Vec<UnitId>,
    pub(super) clearances_removed: Vec<PersonId>,
    pub(super) clearances_lowered: Vec<Clearance>,
    pub(super) clearances_raised: Vec<Clearance>,
    pub(super) posts_removed: Vec<PostId>,
    pub(super) posts: Vec<posts::Post>,
    pub(super) delegations_removed: Vec<DelegationId>,
    pub(super) delegations: Vec<Delegation>,
    pub(super) liaisons_removed: Vec<Liaison>,
    pub(super) liaisons: Vec<Liaison>,
    pub(super) photos_removed: Vec<PersonId>,
    pub(super) photos: Vec<(PersonId, Photo)>,
    pub(super) people_renamed: Vec<PersonId>,
    pub(super) people: Vec<people::Person>,
    pub(super) units_renamed: Vec<UnitId>,
    pub(super) units: Vec<units::Unit>,
    /// Who may no longer sign in.
    pub(super) shut_out: Vec<PersonId>,
}

impl Writes {
    pub(super) fn of(plan: &Plan, held: &Rows, source_id: SourceId) -> Self {
        let mut writer = Writer { writes: Self::default(), plan, held, source_id };
        for change in &plan.changes {
            match change {
                Change::UnitAdded { id, after } => writer.unit(*id, None, after),
                Change::UnitChanged { id, before, after } => writer.unit(*id, Some(before), after),
                Change::UnitGone { id, .. } => writer.writes.units_gone.extend(held.units.get(id)),
                Change::PersonAdded { id, after } => writer.person(*id, None, after),
                Change::PersonChanged { id, before, after } => writer.person(*id, Some(before), after),
                Change::PersonGone { id, .. } => {
                    writer.writes.people_gone.extend(held.people.get(id));
                    writer.writes.shut_out.extend(held.people.get(id));
                }
            }
        }
        writer.writes
    }
}

struct Writer<'a> {
    writes: Writes,
    plan: &'a Plan,
    held: &'a Rows,
    source_id: SourceId,
}

impl Writer<'_> {
    fn unit(&mut self, directory_id: Uuid, before: Option<&Unit>, unit: &Unit) {
        let Some(&id) = self.held.units.get(&directory_id) else { return };
        if before.is_some_and(|before| before.dn_key != unit.dn_key) {
            self.writes.units_renamed.push(id);
        }
        self.writes.units.push(units::Unit {
            id,
            source_id: self.source_id,
            directory_id,
            dn: unit.dn.clone(),
            dn_key: unit.dn_key.clone(),
            kind: unit_kind(unit.kind).to_owned(),
            parent_id: unit.parent.and_then(|parent| self.held.units.get(&parent)).copied(),
            name: unit.name.clone(),
            head_id: unit.head.and_then(|head| self.held.people.get(&head)).copied(),
            status: "active".to_owned(),
        });
    }

    fn person(&mut self, directory_id: Uuid, before: Option<&Person>, person: &Person) {
        let Some(&id) = self.held.people.get(&directory_id) else { return };
        // Whoever gives up a name or a login does so before anybody else takes it, whatever the order of the rows.
        let frees = |before: &Person| {
            before.dn_key != person.dn_key
                || before.login_key() != person.login_key()
                || (before.status == Status::Active && person.status == Status::Disabled)
        };
        if before.is_some_and(frees) {
            self.writes.people_renamed.push(id);
        }
        if person.status == Status::Disabled && before.is_some_and(|before| before.status == Status::Active) {
            self.writes.shut_out.push(id);
        }
        self.writes.people.push(person_row(id, self.source_id, directory_id, person));
        self.clearance(id, before, person);
        self.posts(id, before, person);
        self.delegations(id, before, person);
        for &agency in &person.liaisons {
            if before.is_none_or(|before| !before.liaisons.contains(&agency)) {
                self.writes.liaisons.push(Liaison { person_id: id, agency_id: UnitId(agency) });
            }
        }
        for &agency in before.iter().flat_map(|before| before.liaisons.difference(&person.liaisons)) {
            self.writes.liaisons_removed.push(Liaison { person_id: id, agency_id: UnitId(agency) });
        }
        match (&person.photo, self.plan.photos.get(&directory_id)) {
            (None, _) if before.is_some_and(|before| before.photo.is_some()) => {
                self.writes.photos_removed.push(id);
            }
            (Some(sha256), Some(photo)) => {
                let sha256 = unhex(sha256);
                let media_type = photo.media_type.to_owned();
                self.writes.photos.push((id, Photo { media_type, sha256, bytes: photo.bytes.clone() }));
            }
            _ => {}
        }
    }

    fn clearance(&mut self, id: PersonId, before: Option<&Person>, person: &Person) {
        let before = before.and_then(|before| before.clearance.as_ref());
        match (&person.clearance, before) {
            (None, Some(_)) => self.writes.clearances_removed.push(id),
            (Some(now), before) if before != Some(now) => {
                let row = Clearance {
                    person_id: id,
                    level: i16::from(now.level),
                    categories: now.categories.iter().cloned().collect(),
                };
                let raised = now.exceeds(before);
                if raised { &mut self.writes.clearances_raised } else { &mut self.writes.clearances_lowered }
                    .push(row);
            }
            _ => {}
        }
    }

    fn posts(&mut self, id: PersonId, before: Option<&Person>, person: &Person) {
        let place = |post: &state::Post| {
            let unit = self.held.units.get(&post.unit).copied();
            (id, post.kind, unit.filter(|_| post.kind == PostKind::Acting))
        };
        let had = before.map(|before| before.posts.as_slice()).unwrap_or_default();
        for post in had.iter().filter(|had| !person.posts.iter().any(|post| place(post) == place(had))) {
            self.writes.posts_removed.extend(self.held.posts.get(&place(post)));
        }
        for post in person.posts.iter().filter(|post| !had.contains(post)) {
            let (Some(&unit_id), Some(&rank_id)) =
                (self.held.units.get(&post.unit), self.held.ranks.get(&post.rank))
            else {
                continue;
            };
            self.writes.posts.push(posts::Post {
                id: self.held.posts.get(&place(post)).copied().unwrap_or_else(PostId::new),
                source_id: self.source_id,
                person_id: id,
                unit_id,
                rank_id,
                kind: if post.kind == PostKind::Primary { "primary" } else { "acting" }.to_owned(),
                title: post.title.clone(),
                superior_id: post.superior.and_then(|superior| self.held.people.get(&superior)).copied(),
                until: post.until,
            });
        }
    }

    fn delegations(&mut self, id: PersonId, before: Option<&Person>, person: &Person) {
        let same = |one: &state::Delegation, other: &state::Delegation| {
            one.hat == other.hat && one.principal == other.principal
        };
        let row = |delegation: &state::Delegation| {
            let principal = self.held.people.get(&delegation.principal)?;
            Some((*principal, self.held.delegations.get(&(id, delegation.hat, *principal)).copied()))
        };
        let had = before.map(|before| before.delegations.as_slice()).unwrap_or_default();
        for delegation in had.iter().filter(|had| !person.delegations.iter().any(|now| same(now, had))) {
            self.writes.delegations_removed.extend(row(delegation).and_then(|(_, id)| id));
        }
        for delegation in person.delegations.iter().filter(|delegation| !had.contains(delegation)) {
            let Some((principal, known)) = row(delegation) else { continue };
            self.writes.delegations.push(Delegation {
                id: known.unwrap_or_else(DelegationId::new),
                person_id: id,
                principal_id: Some(principal),
                hat: if delegation.hat == Hat::Acting { "acting" } else { "assistant" }.to_owned(),
                until: delegation.until,
            });
        }
    }
}

fn person_row(id: PersonId, source_id: SourceId, directory_id: Uuid, person: &Person) -> people::Person {
    people::Person {
        id,
        source_id,
        directory_id,
        dn: person.dn.clone(),
        dn_key: person.dn_key.clone(),
        login: person.login.clone(),
        login_key: person.login_key(),
        display_name: person.display_name.clone(),
        given_name: person.given_name.clone(),
        family_name: person.family_name.clone(),
        mail: person.mail.clone(),
        phone: person.phone.clone(),
        employment: match person.employment {
            Employment::Staff => "staff",
            Employment::Contractor => "contractor",
            Employment::External => "external",
        }
        .to_owned(),
        status: if person.status == Status::Active { "active" } else { "disabled" }.to_owned(),
        segments: person.segments.iter().cloned().collect(),
        roles: person.roles.iter().cloned().collect(),
    }
}

fn unit_kind(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Agency => "agency",
        UnitKind::Department => "department",
        UnitKind::Division => "division",
        UnitKind::Section => "section",
    }
}

/// The bytes of digits that `hex` wrote.
fn unhex(digits: &str) -> Vec<u8> {
    let pairs = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2));
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}
