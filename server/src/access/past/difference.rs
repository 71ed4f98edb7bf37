//! Who gained or lost what between two moments.

use std::collections::BTreeMap;

use schema::ids::PersonId;

use super::{Entry, Key, Then};

/// What changed for one person in one conversation.
pub struct Difference {
    /// The place in the order of the list.
    pub key: Key,
    /// Who.
    pub person: PersonId,
    /// What they could do before; nothing: neither, nor were they in it.
    pub before: Option<Entry>,
    /// What they can do after.
    pub after: Option<Entry>,
}

/// Those after `last` who can read or write after and could not before, or the other way round; up to `wanted` of them. `before`
/// is nothing where there was no such thing yet. It asks the gate about everybody.
pub fn differences(
    before: Option<&Then>,
    after: &Then,
    last: Option<&Key>,
    wanted: usize,
) -> Vec<Difference> {
    let entries = |then: &Then| then.entries(None, usize::MAX);
    // A name may have changed in between; ids and places do not.
    let place =
        |then: &Then, entry: &Entry| (entry.person, then.room(entry).map(crate::realtime::rooms::Room::id));
    let mut found: BTreeMap<_, Difference> = BTreeMap::new();
    for entry in entries(after) {
        let (key, person) = (entry.key.clone(), entry.person);
        let at = place(after, &entry);
        found.insert(at, Difference { key, person, before: None, after: Some(entry) });
    }
    if let Some(before) = before {
        for entry in entries(before) {
            let (key, person) = (entry.key.clone(), entry.person);
            let known = found.entry(place(before, &entry));
            known.or_insert(Difference { key, person, before: None, after: None }).before = Some(entry);
        }
    }
    let can =
        |entry: Option<&Entry>| entry.map_or((false, false), |entry| (entry.read.allow, entry.write.allow));
    let mut found: Vec<Difference> = found
        .into_values()
        .filter(|one| can(one.before.as_ref()) != can(one.after.as_ref()))
        .filter(|one| last.is_none_or(|last| one.key > *last))
        .collect();
    found.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    found.truncate(wanted);
    found
}
