//! What was signed, and whether the tree is that: the same for a check of the database and of an exported log.

use audit_log::checkpoint::Checkpoint;
use audit_log::note::Verifier;
use audit_log::tree::{Edge, Hash};

use super::report::{Finding, Findings};

/// The checkpoints that count.
pub(in crate::audit) struct Anchors {
    signed: Vec<Checkpoint>,
    /// So many were met.
    met: usize,
    /// The size of the last one that was right.
    right_until: u64,
    is_wrong: bool,
}

impl Anchors {
    /// Those of `notes`, which were given away before, and of others, each with where it was found.
    pub(in crate::audit) fn new(
        key: Option<&Verifier>,
        notes: &[String],
        others: impl IntoIterator<Item = (String, String)>,
        findings: &mut Findings,
    ) -> Self {
        let given = (1..)
            .zip(notes)
            .map(|(number, note)| (format!("number {number} of those that were given"), note.clone()));
        let mut signed = Vec::new();
        for (place, note) in given.chain(others) {
            match open(key, &note) {
                Ok(checkpoint) => signed.push(checkpoint),
                Err(why) => findings.add(Finding::CheckpointInvalid { place, why }),
            }
        }
        signed.sort_by_key(|checkpoint| checkpoint.size);
        let mut anchors = Self { signed, met: 0, right_until: 0, is_wrong: false };
        // That of a log without entries says nothing but that it was one.
        let empty = Edge::default();
        anchors.meet(empty.size(), || empty.root(), findings);
        anchors
    }

    /// All of them, by size.
    pub(in crate::audit) fn signed(&self) -> &[Checkpoint] {
        &self.signed
    }

    /// Compares what was signed of a tree of `size` leaves with that tree. To be asked of every size, in their order.
    pub(in crate::audit) fn meet(&mut self, size: u64, root: impl Fn() -> Hash, findings: &mut Findings) {
        while let Some(next) = self.signed.get(self.met).filter(|next| next.size <= size) {
            self.met += 1;
            if root() == next.root {
                self.right_until = next.size;
            } else if !self.is_wrong {
                // Every later one is wrong, too, and says no more.
                self.is_wrong = true;
                findings.add(Finding::NotAsSigned { size: next.size, from_leaf: self.right_until });
            }
        }
    }

    /// When there are no more leaves than `leaves`: whether more were signed.
    pub(in crate::audit) fn end(&self, leaves: u64, findings: &mut Findings) {
        if let Some(newest) = self.signed.last().filter(|newest| newest.size > leaves) {
            findings.add(Finding::CutOff { signed: newest.size, leaves });
        }
    }
}

/// The checkpoint of a note, if it counts; or why it does not.
pub(crate) fn open(key: Option<&Verifier>, note: &str) -> Result<Checkpoint, String> {
    let text = match key {
        Some(key) => key.open(note).map_err(|error| error.to_string())?,
        None => note,
    };
    let checkpoint = Checkpoint::parse(text).map_err(|error| error.to_string())?;
    match key {
        Some(key) if key.name() != checkpoint.origin => {
            Err(format!("it is of the log {}", checkpoint.origin))
        }
        _ => Ok(checkpoint),
    }
}
