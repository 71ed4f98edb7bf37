//! What points from one entry to another: superiors, heads, those acted for, assistants, liaisons.
//!
//! A link that leads nowhere keeps the last good one as long as that one is still here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::Draft;
use super::cycles::on_cycles;
use super::people::Read;
use super::units::Heads;
use crate::dn::Dn;
use crate::entry::{Field, PersonEntry};
use crate::finding::{Code, Effect, Finding};
use crate::state::{Delegation, Hat, Post, PostKind};

/// Comparable names of people, to who they are.
struct Names {
    now: HashMap<String, Uuid>,
    /// Those of the last run.
    then: HashMap<String, Uuid>,
}

impl Names {
    fn of(draft: &Draft<'_>) -> Self {
        let held = draft.mirror.state.people.iter().filter(|(id, _)| draft.wanted.people.contains_key(id));
        let then = held.map(|(id, person)| (person.dn_key.clone(), *id)).collect();
        let now = draft.wanted.people.iter().map(|(id, person)| (person.dn_key.clone(), *id)).collect();
        Self { now, then }
    }
}

impl Draft<'_> {
    /// Draws all links of the people and units taken over.
    pub(super) fn links(&mut self, heads: &Heads, read: &Read) {
        self.prune_kept();
        let names = Names::of(self);
        self.heads(&names, heads);
        self.superiors(&names, read);
        self.break_cycles(read);
        self.assistants(&names, read);
        self.acting(&names, read);
        self.liaisons(read);
        for person in self.wanted.people.values_mut() {
            person.posts.sort();
            person.delegations.sort();
        }
    }

    /// Of people who keep their last good state, what points to units and people that are gone goes.
    fn prune_kept(&mut self) {
        let here: BTreeSet<Uuid> = self.wanted.people.keys().copied().collect();
        for id in &self.kept {
            let Some(person) = self.wanted.people.get_mut(id) else { continue };
            person.posts.retain(|post| self.wanted.units.contains_key(&post.unit));
            for post in &mut person.posts {
                let is_here = |superior: &Uuid| here.contains(superior) || self.mirror.is_elsewhere(superior);
                post.superior = post.superior.filter(is_here);
            }
        }
    }

    /// To whom the entry of `from` points by `name`. A name of the last run counts where nobody has it now: after a rename,
    /// links keep the old name for a while. Such an entry is looked at again, until somebody mends it.
    fn follow(&mut self, names: &Names, from: Uuid, name: &str) -> Option<Uuid> {
        let key = Dn::parse(name).ok()?.key();
        if let Some(found) = names.now.get(&key) {
            return Some(*found);
        }
        let found = names.then.get(&key).copied();
        if found.is_some() {
            self.by_old_names.insert(from);
        }
        found
    }

    fn heads(&mut self, names: &Names, heads: &Heads) {
        if self.extent.is_part() {
            let people = &self.wanted.people;
            let is_here = |head: &Uuid| people.contains_key(head) || self.mirror.is_elsewhere(head);
            for unit in self.wanted.units.values_mut() {
                unit.head = unit.head.filter(is_here);
            }
        }
        for (id, (dn, head)) in heads {
            let Some(told) = head else { continue };
            let mut found = self.follow(names, *id, told);
            if found.is_none() {
                let held = self.mirror.state.units.get(id).and_then(|unit| unit.head);
                found = held.filter(|head| self.is_here(head));
                let effect = if found.is_some() { Effect::LastGoodKept } else { Effect::NotUsed };
                let finding = Finding::new(Code::DanglingHead, effect).about(dn, Some(*id));
                self.findings.push(finding.field(&self.source.attributes.unit_head).value(told));
            }
            if let Some(unit) = self.wanted.units.get_mut(id) {
                unit.head = found;
            }
        }
    }

    fn superiors(&mut self, names: &Names, read: &Read) {
        let field = self.source.attributes.superior.clone();
        for (&id, entry) in read {
            if self.kept.contains(&id) {
                continue;
            }
            let superior = match entry.superior.as_ref().map(|told| (told, self.follow(names, id, told))) {
                None if self.source.superior_from_head => self.head_above(id),
                None => None,
                Some((_, Some(found))) => Some(found),
                Some((told, None)) => {
                    let held = self.last_superior(id);
                    self.note(id, entry, Code::DanglingSuperior, &field, Some(told), held.is_some());
                    held
                }
            };
            self.set_superior(id, superior);
        }
    }

    /// The head of the person's unit, or of the nearest one above it that has another head.
    fn head_above(&self, id: Uuid) -> Option<Uuid> {
        let mut unit = self.wanted.people.get(&id)?.primary().map(|post| post.unit);
        while let Some(here) = unit.and_then(|unit| self.wanted.units.get(&unit)) {
            if let Some(head) = here.head.filter(|head| *head != id) {
                return Some(head);
            }
            unit = here.parent;
        }
        None
    }

    fn last_superior(&self, id: Uuid) -> Option<Uuid> {
        let held = self.mirror.state.people.get(&id)?.superior()?;
        (held != id && self.is_here(&held)).then_some(held)
    }

    fn set_superior(&mut self, id: Uuid, superior: Option<Uuid>) {
        let posts =
            self.wanted.people.get_mut(&id).map(|person| person.posts.as_mut_slice()).unwrap_or_default();
        if let Some(post) = posts.iter_mut().find(|post| post.kind == PostKind::Primary) {
            post.superior = superior;
        }
    }

    /// Everybody on a cycle goes back to the last good superior; whoever is on one even then has none.
    fn break_cycles(&mut self, read: &Read) {
        let field = self.source.attributes.superior.clone();
        for last_good in [true, false] {
            let mut above = self.mirror.rest.as_ref().map(|rest| rest.above.clone()).unwrap_or_default();
            above.retain(|id, _| !self.wanted.people.contains_key(id));
            let here = self.wanted.people.iter();
            above.extend(here.filter_map(|(id, person)| Some((*id, person.superior()?))));
            let circle = on_cycles(&above);
            if self.extent.is_part() {
                let unread = circle.iter().filter(|id| !read.contains_key(id));
                self.unread.extend(unread.copied());
            }
            for id in circle {
                let superior = if last_good { self.last_superior(id) } else { None };
                if let Some(entry) = read.get(&id).filter(|_| last_good) {
                    let told = entry.superior.clone();
                    self.note(id, entry, Code::CycleInChain, &field, told.as_deref(), superior.is_some());
                }
                self.set_superior(id, superior);
            }
        }
    }

    /// Assistants are named by the one they assist.
    fn assistants(&mut self, names: &Names, read: &Read) {
        let mut assists: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
        let mut last_good: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
        for (assistant, person) in &self.mirror.state.people {
            for delegation in person.delegations.iter().filter(|delegation| delegation.hat == Hat::Assistant)
            {
                last_good.entry(delegation.principal).or_default().insert(*assistant);
            }
        }
        for principal in self.wanted.people.keys().copied().collect::<Vec<_>>() {
            let last = last_good.get(&principal);
            let told = read.get(&principal).filter(|_| !self.kept.contains(&principal));
            let mut here = match told {
                Some(entry) => self.assistants_of(names, principal, entry, last),
                None => last.cloned().unwrap_or_default(),
            };
            here.remove(&principal);
            for assistant in here {
                assists.entry(assistant).or_default().insert(principal);
            }
        }
        // Whoever is assisted and not looked at here goes on to be.
        for (&principal, assistants) in &last_good {
            if self.mirror.is_elsewhere(&principal) && !self.wanted.people.contains_key(&principal) {
                for &assistant in assistants {
                    assists.entry(assistant).or_default().insert(principal);
                }
            }
        }
        for (id, person) in &mut self.wanted.people {
            person.delegations.retain(|delegation| delegation.hat != Hat::Assistant);
            for &principal in assists.get(id).into_iter().flatten() {
                person.delegations.push(Delegation { hat: Hat::Assistant, principal, until: None });
            }
        }
    }

    fn assistants_of(
        &mut self,
        names: &Names,
        principal: Uuid,
        entry: &PersonEntry,
        last: Option<&BTreeSet<Uuid>>,
    ) -> BTreeSet<Uuid> {
        let field = self.source.attributes.assistant.clone();
        let mut here = BTreeSet::new();
        for told in &entry.assistants {
            if let Some(assistant) = self.follow(names, principal, told) {
                here.insert(assistant);
            } else {
                self.note(principal, entry, Code::DanglingAssistant, &field, Some(told), last.is_some());
                here.extend(last.into_iter().flatten());
            }
        }
        here
    }

    /// Whoever acts for somebody holds their place too, for the time.
    fn acting(&mut self, names: &Names, read: &Read) {
        for id in self.wanted.people.keys().copied().collect::<Vec<_>>() {
            let acting = match read.get(&id).filter(|_| !self.kept.contains(&id)) {
                Some(entry) => self.acting_of(names, id, entry),
                None => self.last_acting(id),
            };
            let acting = acting.filter(|acting| {
                acting.until.is_none_or(|until| until > self.now)
                    && acting.principal != id
                    && self.is_here(&acting.principal)
            });
            let post = acting.as_ref().and_then(|acting| self.acting_post(id, acting));
            let Some(person) = self.wanted.people.get_mut(&id) else { continue };
            person.posts.retain(|post| post.kind != PostKind::Acting);
            person.delegations.retain(|delegation| delegation.hat != Hat::Acting);
            person.posts.extend(post);
            person.delegations.extend(acting);
        }
    }

    fn acting_of(&mut self, names: &Names, id: Uuid, entry: &PersonEntry) -> Option<Delegation> {
        let told = entry.acting_for.as_ref()?;
        let attributes = &self.source.attributes;
        let until = match &entry.acting_until {
            Field::Good(until) => Some(*until),
            Field::Absent => None,
            Field::Bad(value) => {
                // Without a readable end it might never end.
                let field = attributes.acting_until.clone();
                self.note(id, entry, Code::BadActingUntil, &field, Some(value), false);
                return None;
            }
        };
        if let Some(principal) = self.follow(names, id, told) {
            return Some(Delegation { hat: Hat::Acting, principal, until });
        }
        let held = self.last_acting(id).filter(|held| self.is_here(&held.principal));
        let field = attributes.acting_for.clone();
        self.note(id, entry, Code::DanglingActingFor, &field, Some(told), held.is_some());
        held.map(|held| Delegation { until, ..held })
    }

    fn last_acting(&self, id: Uuid) -> Option<Delegation> {
        let held = self.mirror.state.people.get(&id)?;
        held.delegations.iter().find(|delegation| delegation.hat == Hat::Acting).cloned()
    }

    fn acting_post(&self, id: Uuid, acting: &Delegation) -> Option<Post> {
        if self.mirror.is_elsewhere(&acting.principal) && !self.wanted.people.contains_key(&acting.principal)
        {
            // Whoever is acted for is as they were, and so is their place.
            let held = self.mirror.state.people.get(&id)?;
            let post = held.posts.iter().find(|post| post.kind == PostKind::Acting)?.clone();
            return Some(Post { until: acting.until, ..post });
        }
        let place = self.wanted.people.get(&acting.principal)?.primary()?.clone();
        let superior = place.superior.filter(|superior| *superior != id);
        Some(Post { kind: PostKind::Acting, superior, until: acting.until, ..place })
    }

    fn liaisons(&mut self, read: &Read) {
        let field = self.source.attributes.liaison_to.clone();
        let known: BTreeSet<Uuid> = self.mirror.agencies_elsewhere.values().copied().collect();
        for (&id, entry) in read {
            if self.kept.contains(&id) {
                continue;
            }
            let mut here = BTreeSet::new();
            for told in &entry.liaisons {
                let key = Dn::parse(told).map(|dn| dn.key()).unwrap_or_default();
                if let Some(agency) = self.mirror.agencies_elsewhere.get(&key) {
                    here.insert(*agency);
                    continue;
                }
                let held = self.mirror.state.people.get(&id);
                let last: Vec<Uuid> = held
                    .map(|held| held.liaisons.intersection(&known).copied().collect())
                    .unwrap_or_default();
                self.awaits_another_source = true;
                self.note(id, entry, Code::DanglingLiaison, &field, Some(told), !last.is_empty());
                here.extend(last);
            }
            if let Some(person) = self.wanted.people.get_mut(&id) {
                person.liaisons = here;
            }
        }
    }
}
