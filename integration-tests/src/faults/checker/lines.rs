//! What was delivered, line by line, against what is stored and who may read it.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Broken, Findings, World};
use crate::faults::history::{Entry, Message};

pub(super) fn check(entries: &[Entry], world: &World, findings: &mut Findings) {
    let mut replay = Replay::new(world, findings);
    for entry in entries {
        replay.see(entry);
    }
    replay.end();
}

/// What a line brought of one conversation.
#[derive(Debug, Default, Clone)]
struct Place {
    /// What is due next, where that is known.
    due: Option<i64>,
    heard: Option<i64>,
    /// The device was told to fetch, and has not done so yet.
    resync: bool,
    /// Up to where it has.
    fetched: i64,
}

struct Replay<'a> {
    world: &'a World,
    findings: &'a mut Findings,
    stored: BTreeMap<(Uuid, i64), &'a Message>,
    lines: BTreeMap<u64, Uuid>,
    places: BTreeMap<(u64, Uuid), Place>,
    has: BTreeMap<(Uuid, Uuid), BTreeSet<i64>>,
    listened: BTreeSet<Uuid>,
    marks: BTreeMap<u64, u64>,
    switched: BTreeMap<Uuid, (i64, u64)>,
    barred: BTreeSet<Uuid>,
    /// What was first sent after the switch of its conversation.
    late: BTreeSet<&'a str>,
    /// What was first sent after each was barred.
    unheard: BTreeMap<Uuid, BTreeSet<&'a str>>,
    known: BTreeSet<&'a str>,
}

impl<'a> Replay<'a> {
    fn new(world: &'a World, findings: &'a mut Findings) -> Self {
        let stored = world.stored.iter().map(|message| ((message.conversation, message.seq), message));
        Self {
            world,
            findings,
            stored: stored.collect(),
            lines: BTreeMap::new(),
            places: BTreeMap::new(),
            has: BTreeMap::new(),
            listened: BTreeSet::new(),
            marks: BTreeMap::new(),
            switched: BTreeMap::new(),
            barred: BTreeSet::new(),
            late: BTreeSet::new(),
            unheard: BTreeMap::new(),
            known: BTreeSet::new(),
        }
    }

    fn see(&mut self, entry: &'a Entry) {
        match entry {
            Entry::Sent { conversation, client_id, .. } => self.sent(*conversation, client_id),
            Entry::Acknowledged { client_id, .. } if self.late.contains(client_id.as_str()) => {
                let what = format!("{client_id} was sent after the switch, and taken");
                self.findings.add(Broken::AfterTheSwitch, what);
            }
            Entry::Opened { line, person, resume } => {
                self.lines.insert(*line, *person);
                self.listened.insert(*person);
                for (conversation, seq) in resume {
                    let place = Place { due: Some(seq + 1), ..Place::default() };
                    self.places.insert((*line, *conversation), place);
                }
            }
            Entry::Heard { line, message } => self.heard(*line, message),
            Entry::Resync { line, conversation } => {
                self.places.entry((*line, *conversation)).or_default().resync = true;
            }
            Entry::Fetched { line, conversation, after, messages } => {
                self.fetched(*line, *conversation, *after, messages);
            }
            Entry::Marked { line, mark } => {
                self.marks.insert(*line, *mark);
            }
            Entry::Switched { conversation, policy, mark } => {
                self.switched.insert(*conversation, (*policy, *mark));
            }
            Entry::Barred { person } => {
                self.barred.insert(*person);
            }
            Entry::Acknowledged { .. } | Entry::Denied { .. } => {}
        }
    }

    fn sent(&mut self, conversation: Uuid, client_id: &'a str) {
        if !self.known.insert(client_id) {
            return;
        }
        if self.switched.contains_key(&conversation) {
            self.late.insert(client_id);
        }
        for person in &self.barred {
            self.unheard.entry(*person).or_default().insert(client_id);
        }
    }

    fn heard(&mut self, line: u64, message: &'a Message) {
        self.delivered(line, message);
        if let Some((policy, mark)) = self.switched.get(&message.conversation)
            && self.marks.get(&line).is_some_and(|passed| passed >= mark)
            && message.policy < *policy
        {
            self.findings
                .add(Broken::AfterTheSwitch, format!("line {line}: {message:?} by the older policy"));
        }
        let before = self.places.entry((line, message.conversation)).or_default().clone();
        let (seq, place) = (message.seq, format!("line {line}, {}", message.conversation));
        match (before.heard, before.due) {
            (Some(heard), _) if seq <= heard => {
                self.findings.add(Broken::OutOfOrder, format!("{place}: {seq} after {heard}"));
            }
            // What it was told to fetch, it has or will have fetched.
            (heard, Some(due)) if seq != due && !before.resync && before.fetched < seq - 1 => {
                let broken = if heard.is_none() { Broken::NotResumed } else { Broken::LeftOut };
                self.findings.add(broken, format!("{place}: {seq}, where {due} was due"));
            }
            _ => {}
        }
        let heard = before.heard.max(Some(seq));
        let after = Place { due: heard.map(|heard| heard + 1), heard, ..before };
        self.places.insert((line, message.conversation), after);
    }

    fn fetched(&mut self, line: u64, conversation: Uuid, after: i64, messages: &'a [Message]) {
        for message in messages {
            self.delivered(line, message);
        }
        let last = messages.last().map_or(after, |message| message.seq);
        let place = self.places.entry((line, conversation)).or_default();
        place.resync = false;
        place.fetched = place.fetched.max(last);
    }

    /// Notes that a message reached somebody, and looks whether it might.
    fn delivered(&mut self, line: u64, message: &Message) {
        let Some(person) = self.lines.get(&line).copied() else {
            let what = format!("line {line} was never opened, and brought {message:?}");
            return self.findings.add(Broken::ToAStranger, what);
        };
        let conversation = message.conversation;
        if !self.world.readers.get(&conversation).is_some_and(|readers| readers.contains(&person)) {
            self.findings.add(Broken::ToAStranger, format!("{person} got {message:?}"));
        }
        if self.unheard.get(&person).is_some_and(|unheard| unheard.contains(message.client_id.as_str())) {
            self.findings.add(Broken::AfterTheSwitch, format!("{person} was out, and got {message:?}"));
        }
        let is_older = self.world.before.get(&conversation).is_some_and(|before| message.seq <= *before);
        if !is_older && self.stored.get(&(conversation, message.seq)) != Some(&message) {
            let stored = self.stored.get(&(conversation, message.seq));
            self.findings.add(Broken::Altered, format!("{person} got {message:?}; stored is {stored:?}"));
        }
        self.has.entry((person, conversation)).or_default().insert(message.seq);
    }

    /// Whoever listened to the end has everything.
    fn end(&mut self) {
        let nothing = BTreeSet::new();
        for message in &self.world.stored {
            let Some(readers) = self.world.readers.get(&message.conversation) else { continue };
            for person in readers.intersection(&self.listened).filter(|one| !self.barred.contains(one)) {
                let has = self.has.get(&(*person, message.conversation)).unwrap_or(&nothing);
                if !has.contains(&message.seq) {
                    let what = format!("{person} never got {} of {}", message.seq, message.conversation);
                    self.findings.add(Broken::NotDelivered, what);
                }
            }
        }
    }
}
