//! Reads a whole directory and keeps what is not as it was taken: so that a read in which nothing has changed costs little
//! more than the reading.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schema::directory_entries::Digest;
use uuid::Uuid;

use crate::config::Source;
use crate::digest::Digester;
use crate::directory::{RawEntry, Sink, id_of};
use crate::dn::Dn;
use crate::entry::anchors;

/// As many entries as may have changed. With more, all of the directory is compared with all of the mirror.
pub(crate) const MOST: usize = 10_000;

/// What the mirror holds of an entry.
#[derive(Debug, Clone, Copy)]
struct Held {
    digest: Option<Digest>,
    seen: bool,
}

/// Which entries are looked at although they have not changed: each has its turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    of: u64,
    number: u64,
}

impl Turn {
    /// Of so many turns, the one with this number.
    pub(crate) fn new(of: u64, number: i64) -> Self {
        Self { of, number: number.unsigned_abs() % of }
    }

    fn is_of(self, id: Uuid) -> bool {
        let (high, low) = id.as_u64_pair();
        // Ids may count upwards in either half.
        (high ^ low ^ (low >> 32)) % self.of == self.number
    }
}

/// Takes a directory's entries as they come.
pub(crate) struct Sieve {
    digester: Digester,
    id_attribute: String,
    ignored: Vec<Dn>,
    anchors: BTreeMap<String, String>,
    held: HashMap<Uuid, Held>,
    turn: Option<Turn>,
    kept: Kept,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The entries that are not, or perhaps not, as they were taken; none where there are too many.
    pub(crate) entries: Vec<RawEntry>,
    /// Whether there are more than can be taken as changes.
    pub(crate) too_many: bool,
    /// The ids of units and people whom the mirror holds and the directory no longer has.
    pub(crate) gone: BTreeSet<Uuid>,
    /// Ids that more than one entry shows.
    pub(crate) shared: BTreeSet<Uuid>,
    /// The entries that must be there and are not.
    pub(crate) missing_anchors: Vec<String>,
    /// How many entries there are.
    pub(crate) count: usize,
}

impl Sieve {
    /// For `source`, of which the mirror holds nothing yet.
    pub(crate) fn new(source: &Source) -> Self {
        Self {
            digester: Digester::of(source),
            id_attribute: source.attributes.id.clone(),
            ignored: source.ignore.iter().filter_map(|name| Dn::parse(name).ok()).collect(),
            anchors: anchors(source),
            held: HashMap::new(),
            turn: None,
            kept: Kept::default(),
        }
    }

    /// Also those whose turn it is are kept.
    pub(crate) fn look_again(&mut self, turn: Turn) {
        self.turn = Some(turn);
    }

    /// The mirror holds this unit or person, taken from an entry with this digest.
    pub(crate) fn hold(&mut self, id: Uuid, digest: Option<Digest>) {
        let digest = digest.filter(|_| self.turn.is_none_or(|turn| !turn.is_of(id)));
        self.held.insert(id, Held { digest, seen: false });
    }

    /// After the last entry of the directory.
    pub(crate) fn finish(mut self) -> Kept {
        let gone = self.held.iter().filter(|(_, held)| !held.seen).map(|(id, _)| *id);
        self.kept.gone = gone.collect();
        self.kept.missing_anchors = self.anchors.into_values().collect();
        self.kept.too_many |= self.kept.gone.len() + self.kept.entries.len() > MOST;
        self.kept
    }

    fn keep(&mut self, entry: RawEntry) {
        if self.kept.entries.len() >= MOST {
            self.kept.too_many = true;
            self.kept.entries = Vec::new();
        }
        if !self.kept.too_many {
            self.kept.entries.push(entry);
        }
    }
}

impl Sink for Sieve {
    fn take(&mut self, entry: RawEntry) {
        let id = id_of(&entry, &self.id_attribute);
        if let Some(held) = id.and_then(|id| self.held.get_mut(&id))
            && !held.seen
            && held.digest.is_some_and(|digest| digest == self.digester.digest(&entry))
        {
            // It counted when it was taken, and is no anchor: these are looked at each time.
            held.seen = true;
            self.kept.count += 1;
            return;
        }
        // A name that cannot be read is told where entries are taken.
        if let Ok(dn) = Dn::parse(&entry.dn) {
            if self.ignored.iter().any(|ignored| dn.is_within(ignored)) {
                return;
            }
            self.anchors.remove(&dn.key());
            self.kept.count += 1;
        }
        if let Some(id) = id {
            let before = self.held.insert(id, Held { digest: None, seen: true });
            if before.is_some_and(|before| before.seen) {
                self.kept.shared.insert(id);
            }
        }
        self.keep(entry);
    }
}
