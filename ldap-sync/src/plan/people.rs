//! The people, each by themselves: which entry is whom, which fields can be used. Links come later.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Draft;
use crate::entry::{Field, PersonEntry};
use crate::finding::{Code, Effect, Finding};
use crate::state::{Clearance, Employment, Person, Post, PostKind, Status};

/// The entries of the people who are in the plan, by directory id.
pub(super) type Read = BTreeMap<Uuid, PersonEntry>;

impl Draft<'_> {
    /// Takes the people over, without their links.
    pub(super) fn people(&mut self, mut entries: Vec<PersonEntry>) -> Read {
        entries.sort_by(|one, other| one.place.key.cmp(&other.place.key));
        let mut read = Read::new();
        for mut entry in entries {
            let Some(id) = self.person_id(&entry, &read) else { continue };
            let (person, wrong) = self.person(id, &mut entry);
            match person {
                Some(person) if wrong.is_empty() => drop(self.wanted.people.insert(id, person)),
                _ => {
                    let wrong = wrong.into_iter();
                    self.keep_last_good(
                        id,
                        &entry,
                        wrong.map(|(code, field, value)| (code, field, Some(value))),
                    );
                }
            }
            read.insert(id, entry);
        }
        self.keep_people(&read);
        self.settle_logins(&read);
        self.settle_mail(&read);
        read.retain(|id, _| self.wanted.people.contains_key(id));
        read
    }

    /// Of a part, all people are as they are whose entries were not read and have not gone.
    fn keep_people(&mut self, read: &Read) {
        if !self.extent.is_part() {
            return;
        }
        for (&id, person) in &self.mirror.state.people {
            if read.contains_key(&id) || self.wanted.people.contains_key(&id) || self.extent.has_lost(&id) {
                continue;
            }
            self.kept.insert(id);
            self.wanted.people.insert(id, person.clone());
        }
    }

    fn person_id(&mut self, entry: &PersonEntry, read: &Read) -> Option<Uuid> {
        let place = &entry.place;
        let Some(id) = place.id else {
            // Somebody whose id is hidden has not gone.
            let held = self.mirror.state.people.iter().find(|(_, person)| person.dn_key == place.key);
            let effect = if held.is_some() { Effect::LastGoodKept } else { Effect::LeftOut };
            let finding = Finding::new(Code::MissingId, effect).about(&place.dn, None);
            self.findings.push(finding.field(&self.source.attributes.id));
            if let Some((&id, held)) = held {
                let mut held = held.clone();
                if entry.status == Field::Good(Status::Disabled) {
                    held.status = Status::Disabled;
                }
                self.kept.insert(id);
                self.wanted.people.insert(id, held);
            }
            return None;
        };
        if read.contains_key(&id) || self.wanted.units.contains_key(&id) {
            self.findings.push(Finding::new(Code::DuplicateId, Effect::LeftOut).about(&place.dn, Some(id)));
            return None;
        }
        Some(id)
    }

    /// The person as the entry has them, and what stands against using it.
    fn person(&mut self, id: Uuid, entry: &mut PersonEntry) -> (Option<Person>, Vec<(Code, String, String)>) {
        let names = &self.source.attributes;
        let mut wrong = Vec::new();
        let mut need = |field: &Field<String>, code: Code, name: &str| match field {
            Field::Good(value) => Some(value.clone()),
            Field::Bad(value) => {
                wrong.push((code, name.to_owned(), value.clone()));
                None
            }
            Field::Absent => {
                wrong.push((code, name.to_owned(), String::new()));
                None
            }
        };
        let login = need(&entry.login, Code::MissingLogin, &names.login);
        let display_name = need(&entry.display_name, Code::MissingDisplayName, &names.display_name);
        let rank = need(&entry.rank, Code::UnknownRank, &names.rank);
        let unit = entry.place.parent_key.as_ref().and_then(|key| self.unit_keys.get(key)).copied();
        if unit.is_none() {
            wrong.push((Code::OutsideAnyUnit, String::new(), String::new()));
        }
        let segments = match &entry.segments {
            Field::Good(segments) => Some(segments.clone()),
            Field::Absent => Some(BTreeSet::new()),
            // A segment that is lost would be a wall that is lost.
            Field::Bad(value) => {
                wrong.push((Code::BadSegment, names.segment.clone(), value.clone()));
                None
            }
        };
        let (Some(login), Some(display_name), Some(rank), Some(unit), Some(segments)) =
            (login, display_name, rank, unit, segments)
        else {
            return (None, wrong);
        };
        let title = self.text(id, entry, &entry.title, &names.title, |held| {
            held.primary().map(|post| post.title.clone())
        });
        let post = Post {
            kind: PostKind::Primary,
            unit,
            rank,
            title: title.unwrap_or_default(),
            superior: None,
            until: None,
        };
        let person = Person {
            dn: entry.place.dn.clone(),
            dn_key: entry.place.key.clone(),
            login,
            display_name,
            given_name: self
                .text(id, entry, &entry.given_name, &names.given_name, |held| held.given_name.clone()),
            family_name: self
                .text(id, entry, &entry.family_name, &names.family_name, |held| held.family_name.clone()),
            mail: self.mail(id, entry),
            phone: self.text(id, entry, &entry.phone, &names.phone, |held| held.phone.clone()),
            employment: self.employment(id, entry),
            status: self.status(id, entry),
            segments,
            roles: self.roles(id, entry),
            clearance: self.clearance(id, entry),
            posts: vec![post],
            delegations: Vec::new(),
            liaisons: BTreeSet::new(),
            photo: self.photo(id, entry),
        };
        (Some(person), wrong)
    }

    /// Keeps what the mirror holds of the person, except that disabling and lowering pass at once; a new one is left out.
    pub(super) fn keep_last_good(
        &mut self,
        id: Uuid,
        entry: &PersonEntry,
        wrong: impl Iterator<Item = (Code, String, Option<String>)>,
    ) {
        let held = self.mirror.state.people.get(&id);
        let effect = if held.is_some() { Effect::LastGoodKept } else { Effect::LeftOut };
        for (code, field, value) in wrong {
            let mut finding = Finding::new(code, effect).about(&entry.place.dn, Some(id));
            finding.field = (!field.is_empty()).then_some(field);
            finding.value = value.filter(|value| !value.is_empty());
            self.findings.push(finding);
        }
        self.photos.remove(&id);
        let Some(held) = held else {
            self.wanted.people.remove(&id);
            return;
        };
        let mut person = held.clone();
        person.dn.clone_from(&entry.place.dn);
        person.dn_key.clone_from(&entry.place.key);
        if entry.status == Field::Good(Status::Disabled) {
            person.status = Status::Disabled;
        }
        match &entry.clearance {
            Field::Good(clearance) if !clearance.exceeds(person.clearance.as_ref()) => {
                person.clearance = Some(clearance.clone());
            }
            Field::Absent | Field::Bad(_) => person.clearance = None,
            Field::Good(_) => {}
        }
        self.kept.insert(id);
        self.wanted.people.insert(id, person);
    }

    /// A login belongs to one person who can sign in. Whoever had it keeps it; nobody new gets it while two claim it.
    fn settle_logins(&mut self, read: &Read) {
        loop {
            let mut claims: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
            for (id, person) in
                self.wanted.people.iter().filter(|(_, person)| person.status == Status::Active)
            {
                claims.entry(person.login_key()).or_default().push(*id);
            }
            let mut losers = Vec::new();
            for (login, claimants) in claims {
                let elsewhere = self.mirror.logins_elsewhere.contains(&login);
                if claimants.len() < 2 && !elsewhere {
                    continue;
                }
                let holds = |id: &Uuid| {
                    let held = self.mirror.state.people.get(id);
                    held.is_some_and(|held| held.status == Status::Active && held.login_key() == login)
                };
                let new =
                    claimants.into_iter().filter(|id| !self.kept.contains(id) && (elsewhere || !holds(id)));
                losers.extend(new);
            }
            if losers.is_empty() {
                return;
            }
            for id in losers {
                let Some(entry) = read.get(&id) else { continue };
                let login = if let Field::Good(login) = &entry.login { Some(login.clone()) } else { None };
                let wrong = (Code::DuplicateLogin, self.source.attributes.login.clone(), login);
                self.keep_last_good(id, entry, std::iter::once(wrong));
            }
        }
    }

    /// A mail address that two people claim would send one's mail to the other.
    fn settle_mail(&mut self, read: &Read) {
        let mut claims: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for (id, person) in self.wanted.people.iter().filter(|(_, person)| person.status == Status::Active) {
            if let Some(mail) = &person.mail {
                claims.entry(mail.to_lowercase()).or_default().push(*id);
            }
        }
        let elsewhere = self.mirror.rest.as_ref().map(|rest| &rest.mails_claimed);
        let is_claimed = |mail: &String| elsewhere.is_some_and(|claimed| claimed.contains(mail));
        for (mail, claimants) in
            claims.into_iter().filter(|(mail, claimants)| claimants.len() > 1 || is_claimed(mail))
        {
            let keeper = self.keeper_of_mail(&mail, &claimants, read, is_claimed(&mail));
            for id in claimants {
                let keeps = keeper == Some(id);
                let effect = if keeps { Effect::LastGoodKept } else { Effect::NotUsed };
                if let Some(entry) = read.get(&id) {
                    let finding = Finding::new(Code::DuplicateMail, effect).about(&entry.place.dn, Some(id));
                    self.findings.push(finding.field(&self.source.attributes.mail));
                }
                if let Some(person) = self.wanted.people.get_mut(&id).filter(|_| !keeps) {
                    person.mail = None;
                }
            }
        }
    }

    /// Who of those who claim it may have it: who alone had it and could sign in, else who alone had it, else who alone has it of
    /// their entry, and not because their last good one is kept. So what is decided now is decided again by the next plan.
    fn keeper_of_mail(
        &self,
        mail: &str,
        claimants: &[Uuid],
        read: &Read,
        is_claimed_elsewhere: bool,
    ) -> Option<Uuid> {
        let sole = |is_one: &dyn Fn(&Uuid) -> bool| {
            let mut ones = claimants.iter().copied().filter(is_one);
            ones.next().filter(|_| ones.next().is_none())
        };
        let held = |id: &Uuid| {
            let held = self.mirror.state.people.get(id);
            held.filter(|held| held.mail.as_ref().is_some_and(|held| held.to_lowercase() == mail))
        };
        let told = |id: &Uuid| {
            !self.kept.contains(id) && read.get(id).is_some_and(|entry| matches!(entry.mail, Field::Good(_)))
        };
        sole(&|id| held(id).is_some_and(|held| held.status == Status::Active))
            .or_else(|| sole(&|id| held(id).is_some()))
            .or_else(|| sole(&told).filter(|_| !is_claimed_elsewhere))
    }

    fn text(
        &mut self,
        id: Uuid,
        entry: &PersonEntry,
        told: &Field<String>,
        name: &str,
        held: impl Fn(&Person) -> Option<String>,
    ) -> Option<String> {
        match told {
            Field::Good(text) => Some(text.clone()),
            Field::Absent => None,
            Field::Bad(_) => {
                let last_good = self.mirror.state.people.get(&id).and_then(held);
                self.note(id, entry, Code::BadText, name, None, last_good.is_some());
                last_good
            }
        }
    }

    fn mail(&mut self, id: Uuid, entry: &PersonEntry) -> Option<String> {
        match &entry.mail {
            Field::Good(mail) => Some(mail.clone()),
            Field::Absent => None,
            Field::Bad(_) => {
                let last_good = self.mirror.state.people.get(&id).and_then(|held| held.mail.clone());
                let name = self.source.attributes.mail.clone();
                self.note(id, entry, Code::BadMail, &name, None, last_good.is_some());
                last_good
            }
        }
    }

    fn employment(&mut self, id: Uuid, entry: &PersonEntry) -> Employment {
        match &entry.employment {
            Field::Good(employment) => *employment,
            Field::Absent => self.source.employment.absent,
            Field::Bad(word) => {
                let held = self.mirror.state.people.get(&id).map(|held| held.employment);
                let name = self.source.attributes.employment.clone();
                self.note(id, entry, Code::UnknownEmployment, &name, Some(word), held.is_some());
                held.unwrap_or(Employment::External)
            }
        }
    }

    fn status(&mut self, id: Uuid, entry: &PersonEntry) -> Status {
        match &entry.status {
            Field::Good(status) => *status,
            Field::Absent => Status::Active,
            Field::Bad(word) => {
                let held = self.mirror.state.people.get(&id).map(|held| held.status);
                let name = self.source.attributes.account_control.clone();
                self.note(id, entry, Code::BadAccountControl, &name, Some(word), held.is_some());
                held.unwrap_or(Status::Disabled)
            }
        }
    }

    fn roles(&mut self, id: Uuid, entry: &PersonEntry) -> BTreeSet<String> {
        let name = self.source.attributes.role.clone();
        for word in &entry.unknown_roles {
            self.note(id, entry, Code::UnknownRole, &name, Some(word), false);
        }
        entry.roles.clone()
    }

    /// An unknown clearance is none, also where there was one: what nobody can read must not open anything.
    fn clearance(&mut self, id: Uuid, entry: &PersonEntry) -> Option<Clearance> {
        let names = &self.source.attributes;
        let (level, category) = (names.clearance.clone(), names.clearance_category.clone());
        for word in &entry.unknown_categories {
            self.note(id, entry, Code::UnknownCategory, &category, Some(word), false);
        }
        match &entry.clearance {
            Field::Good(clearance) => Some(clearance.clone()),
            Field::Absent => None,
            Field::Bad(word) => {
                self.note(id, entry, Code::UnknownClearance, &level, Some(word), false);
                None
            }
        }
    }

    fn photo(&mut self, id: Uuid, entry: &mut PersonEntry) -> Option<String> {
        let held = self.mirror.state.people.get(&id).and_then(|held| held.photo.clone());
        match std::mem::replace(&mut entry.photo, Field::Absent) {
            Field::Absent => None,
            Field::Good(photo) if held.as_ref() == Some(&photo.sha256) => held,
            // The bytes were let go because the mirror had them when the read began; now it does not. Next time.
            Field::Good(photo) => match photo.bytes {
                Some(bytes) => {
                    self.photos.insert(id, bytes);
                    Some(photo.sha256)
                }
                None => held,
            },
            Field::Bad(told) => {
                let name = self.source.attributes.photo.clone();
                self.note(id, entry, Code::BadPhoto, &name, Some(&told), held.is_some());
                held
            }
        }
    }

    pub(super) fn note(
        &mut self,
        id: Uuid,
        entry: &PersonEntry,
        code: Code,
        field: &str,
        value: Option<&str>,
        last_good: bool,
    ) {
        let effect = if last_good { Effect::LastGoodKept } else { Effect::NotUsed };
        let mut finding = Finding::new(code, effect).about(&entry.place.dn, Some(id)).field(field);
        finding.value = value.map(str::to_owned);
        self.findings.push(finding);
    }
}
