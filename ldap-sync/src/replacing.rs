//! Reads a directory as it would be: with some entries replaced, some gone and some new.

use std::collections::HashSet;

use crate::directory::{RawEntry, Sink};
use crate::engine::Planned;
use crate::entry::Collector;

/// A collector that is shown what is planned in place of what is.
pub(crate) struct Replacing {
    collector: Collector,
    id_attribute: String,
    planned: Vec<RawEntry>,
    ids: HashSet<Vec<u8>>,
    names: HashSet<String>,
}

impl Replacing {
    pub(crate) fn new(collector: Collector, planned: Vec<Planned>, id_attribute: &str) -> Self {
        let id_attribute = id_attribute.to_lowercase();
        let (mut entries, mut names) = (Vec::new(), HashSet::new());
        for planned in planned {
            match planned {
                Planned::Entry(entry) => entries.push(entry),
                Planned::Removed(name) => drop(names.insert(name)),
            }
        }
        let id =
            |entry: &RawEntry| entry.values.get(&id_attribute).and_then(|values| values.first()).cloned();
        let ids = entries.iter().filter_map(id).collect();
        // An entry without an id is known by its name.
        names.extend(entries.iter().map(|entry| entry.dn.clone()));
        Self { collector, id_attribute, planned: entries, ids, names }
    }

    /// After the last entry of the directory.
    pub(crate) fn finish(mut self) -> Collector {
        for entry in self.planned {
            self.collector.take(entry);
        }
        self.collector
    }
}

impl Sink for Replacing {
    fn take(&mut self, entry: RawEntry) {
        let id = entry.values.get(&self.id_attribute).and_then(|values| values.first());
        if !self.names.contains(&entry.dn) && id.is_none_or(|id| !self.ids.contains(id)) {
            self.collector.take(entry);
        }
    }
}
