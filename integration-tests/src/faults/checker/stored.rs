//! What was sent and acknowledged, against what is stored and read.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Broken, Findings, World};
use crate::faults::history::{Entry, Message};

/// What is sent is known by its author and what they call it.
type Key<'a> = (Uuid, &'a str);

pub(super) fn check(entries: &[Entry], world: &World, findings: &mut Findings) {
    let stored = once_and_gapless(world, findings);
    acknowledged(entries, &stored, findings);
    sent(entries, world, findings);
    in_the_order_of_saying(entries, findings);
    read(world, findings);
}

fn once_and_gapless<'a>(world: &'a World, findings: &mut Findings) -> BTreeMap<Key<'a>, &'a Message> {
    let mut by_key = BTreeMap::new();
    let mut last = world.before.clone();
    for message in &world.stored {
        let last = last.entry(message.conversation).or_default();
        if message.seq != *last + 1 {
            let what = format!("{}: {} follows {last}", message.conversation, message.seq);
            findings.add(Broken::NotGapless, what);
        }
        *last = message.seq;
        let first = *by_key.entry((message.author, message.client_id.as_str())).or_insert(message);
        if first.seq != message.seq {
            let what = format!("{} is stored as {} and {}", message.client_id, first.seq, message.seq);
            findings.add(Broken::StoredTwice, what);
        }
    }
    by_key
}

fn acknowledged(entries: &[Entry], stored: &BTreeMap<Key<'_>, &Message>, findings: &mut Findings) {
    let mut told: BTreeMap<Key<'_>, (i64, Uuid)> = BTreeMap::new();
    for entry in entries {
        let Entry::Acknowledged { by, conversation, client_id, seq, id, .. } = entry else { continue };
        let key = (*by, client_id.as_str());
        if let Some(before) = told.insert(key, (*seq, *id))
            && before != (*seq, *id)
        {
            findings.add(Broken::AcknowledgedTwice, format!("{client_id}: as {before:?} and {seq}, {id}"));
        }
        let is_stored = stored
            .get(&key)
            .is_some_and(|found| (found.conversation, found.seq, found.id) == (*conversation, *seq, *id));
        if !is_stored {
            let what = format!("{client_id} as {seq}, {id}; stored is {:?}", stored.get(&key));
            findings.add(Broken::AcknowledgedNotStored, what);
        }
    }
}

fn sent(entries: &[Entry], world: &World, findings: &mut Findings) {
    let (mut sent, mut denied) = (BTreeMap::new(), BTreeSet::new());
    for entry in entries {
        match entry {
            Entry::Sent { by, conversation, client_id, body, .. } => {
                sent.insert((*by, client_id.as_str()), (*conversation, *body));
            }
            Entry::Denied { by, client_id } => {
                denied.insert((*by, client_id.as_str()));
            }
            _ => {}
        }
    }
    for message in &world.stored {
        let key = (message.author, message.client_id.as_str());
        if sent.get(&key) != Some(&(message.conversation, message.body)) {
            findings.add(Broken::StoredNotSent, format!("{message:?} was sent as {:?}", sent.get(&key)));
        }
        if denied.contains(&key) {
            findings.add(Broken::StoredNotSent, format!("{message:?} was denied"));
        }
    }
}

/// Only of what was answered at the first try: what was tried again may come later.
fn in_the_order_of_saying(entries: &[Entry], findings: &mut Findings) {
    let (mut tries, mut order) = (BTreeMap::<&str, usize>::new(), Vec::new());
    let mut answered = BTreeMap::new();
    for entry in entries {
        match entry {
            Entry::Sent { line, conversation, client_id, .. } => {
                let count = tries.entry(client_id).or_default();
                *count += 1;
                if *count == 1 && *line != 0 {
                    order.push((*line, *conversation, client_id.as_str()));
                }
            }
            Entry::Acknowledged { client_id, seq, .. } => {
                answered.insert(client_id.as_str(), *seq);
            }
            _ => {}
        }
    }
    let mut last = BTreeMap::new();
    for (line, conversation, client_id) in order {
        let Some(seq) = answered.get(client_id).filter(|_| tries.get(client_id) == Some(&1)) else {
            continue;
        };
        if let Some((before, other)) = last.insert((line, conversation), (*seq, client_id))
            && before >= *seq
        {
            let what = format!("{other} was said before {client_id}, and is {before}, not before {seq}");
            findings.add(Broken::SaidInAnotherOrder, what);
        }
    }
}

fn read(world: &World, findings: &mut Findings) {
    for ((person, conversation), read) in &world.read {
        let stored = world.stored.iter().filter(|message| message.conversation == *conversation);
        if !read.iter().eq(stored.clone()) {
            let what = format!("{person} is given {} of {} in {conversation}", read.len(), stored.count());
            findings.add(Broken::ReadOtherwise, what);
        }
    }
}
