//! Whether the tree is the one that was signed.

use std::collections::BTreeMap;

use audit_log::checkpoint::Checkpoint;
use audit_log::note::Verifier;
use audit_log::tile::{Growing, Place};
use audit_log::tree::Hash;
use schema::transaction::Link;
use schema::{audit_checkpoints, audit_tree};

use super::report::{Finding, Findings};
use super::{Progress, Stage, Told};
use crate::audit::grow;
use crate::error::Error;

/// How many tiles, and how many checkpoints, are read at a time.
const TILES: i32 = 64;
const CHECKPOINTS: i64 = 5_000;

/// What was signed.
pub(super) struct Signed {
    /// By size.
    pub(super) checkpoints: Vec<Checkpoint>,
}

/// The checkpoints of the database and of `notes`, as far as they count.
pub(super) async fn signed(
    connection: &mut Link,
    key: Option<&Verifier>,
    notes: &[String],
    findings: &mut Findings,
) -> Result<Signed, Error> {
    let mut checkpoints = Vec::new();
    for (number, note) in notes.iter().enumerate() {
        match open(key, note) {
            Ok(checkpoint) => checkpoints.push(checkpoint),
            Err(why) => {
                let place = format!("number {} of those that were given", number.saturating_add(1));
                findings.add(Finding::CheckpointInvalid { place, why });
            }
        }
    }
    let mut size = 0;
    loop {
        let some = audit_checkpoints::after(connection, size, CHECKPOINTS).await?;
        let Some(last) = some.last() else { break };
        size = last.size;
        for kept in &some {
            let place = format!("of {} leaves in the database", kept.size);
            match open(key, &kept.note) {
                Ok(checkpoint) if i64::try_from(checkpoint.size) == Ok(kept.size) => {
                    checkpoints.push(checkpoint);
                }
                Ok(_) => findings
                    .add(Finding::CheckpointInvalid { place, why: "its note is of another size".to_owned() }),
                Err(why) => findings.add(Finding::CheckpointInvalid { place, why }),
            }
        }
    }
    checkpoints.sort_by_key(|checkpoint| checkpoint.size);
    Ok(Signed { checkpoints })
}

/// The checkpoint of a note, if it counts.
pub(in crate::audit) fn open(key: Option<&Verifier>, note: &str) -> Result<Checkpoint, String> {
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

/// Works the tree out from the hashes of its leaves, and compares it with what is kept of it and with what was signed. Returns
/// how many leaves there are.
pub(super) async fn check(
    connection: &mut Link,
    signed: &Signed,
    findings: &mut Findings,
    told: Told<'_>,
) -> Result<u64, Error> {
    let state = audit_tree::state(connection).await?;
    let total = u64::try_from(state.size).unwrap_or_default();
    let mut walk = Walk::new(signed);
    let mut number = 0;
    loop {
        let tiles = audit_tree::tiles_from(connection, 0, number, TILES).await?;
        let Some(last) = tiles.last() else { break };
        let next = last.number.saturating_add(1);
        for tile in &tiles {
            if tile.number != number {
                findings.add(Finding::TreeMissing { from_leaf: walk.tree.edge().size() });
                return Ok(walk.tree.edge().size());
            }
            number += 1;
            walk.add(&grow::hashes(&tile.hashes), findings);
        }
        walk.compare(connection, findings).await?;
        number = next;
        told(Progress { stage: Stage::Tree, done: walk.tree.edge().size(), total: Some(total) });
    }
    walk.end(&state, signed, findings);
    Ok(walk.tree.edge().size())
}

/// The tree, as it is worked out.
struct Walk<'a> {
    tree: Growing,
    /// Tiles above the leaves that became whole and were not compared yet.
    whole: BTreeMap<Place, Vec<Hash>>,
    signed: std::slice::Iter<'a, Checkpoint>,
    next: Option<&'a Checkpoint>,
    /// The size of the last checkpoint that was right.
    right_until: u64,
    is_wrong: bool,
}

impl<'a> Walk<'a> {
    fn new(signed: &'a Signed) -> Self {
        let mut checkpoints = signed.checkpoints.iter();
        let next = checkpoints.next();
        Self {
            tree: Growing::default(),
            whole: BTreeMap::new(),
            signed: checkpoints,
            next,
            right_until: 0,
            is_wrong: false,
        }
    }

    fn add(&mut self, leaves: &[Hash], findings: &mut Findings) {
        for leaf in leaves {
            let whole = &mut self.whole;
            self.tree.push(*leaf, |place, hashes| {
                if place.height > 0 {
                    whole.insert(place, hashes.to_vec());
                }
            });
            while let Some(signed) = self.next.filter(|signed| signed.size <= self.tree.edge().size()) {
                self.meet(signed, findings);
                self.next = self.signed.next();
            }
        }
    }

    fn meet(&mut self, signed: &Checkpoint, findings: &mut Findings) {
        if self.tree.edge().root() == signed.root {
            self.right_until = signed.size;
        } else if !self.is_wrong {
            // Every later one is wrong, too, and says no more.
            self.is_wrong = true;
            findings.add(Finding::NotAsSigned { size: signed.size, from_leaf: self.right_until });
        }
    }

    /// Compares tiles above the leaves with those that are kept: where only the leaves' were altered, that says where.
    async fn compare(&mut self, connection: &mut Link, findings: &mut Findings) -> Result<(), Error> {
        for (place, hashes) in std::mem::take(&mut self.whole) {
            let height = i16::try_from(place.height).unwrap_or(i16::MAX);
            let number = i64::try_from(place.number).unwrap_or(i64::MAX);
            let kept = audit_tree::tiles(connection, &[height], &[number]).await?;
            let kept = kept.first().map(|tile| grow::hashes(&tile.hashes)).unwrap_or_default();
            let over = 256_u64.saturating_pow(place.height);
            for (child, hash) in (place.number * 256..).zip(&hashes) {
                let at = usize::try_from(child % 256).unwrap_or_default();
                if kept.get(at) != Some(hash) {
                    let from_leaf = child.saturating_mul(over);
                    findings.add(Finding::TreeAltered { from_leaf, to_leaf: from_leaf + over - 1 });
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, state: &audit_tree::State, signed: &Signed, findings: &mut Findings) {
        let leaves = self.tree.edge().size();
        let noted = u64::try_from(state.size).unwrap_or_default();
        if noted > leaves {
            findings.add(Finding::TreeMissing { from_leaf: leaves });
        } else if grow::edge(state).as_ref() != Some(self.tree.edge()) {
            findings.add(Finding::TreeAltered { from_leaf: 0, to_leaf: leaves.saturating_sub(1) });
        }
        if let Some(newest) = signed.checkpoints.last().filter(|newest| newest.size > leaves) {
            findings.add(Finding::CutOff { signed: newest.size, leaves });
        }
    }
}
