//! Whether the tree is the one that was signed.

use std::collections::BTreeMap;

use audit_log::checkpoint::Checkpoint;
use audit_log::note::Verifier;
use audit_log::tile::{Growing, Place};
use audit_log::tree::Hash;
use schema::transaction::Link;
use schema::{audit_checkpoints, audit_tree};

use super::anchors::Anchors;
use super::report::{Finding, Findings};
use super::{Progress, Stage, Told};
use crate::audit::grow;
use crate::error::Error;

/// How many tiles, and how many checkpoints, are read at a time.
const TILES: i32 = 64;
const CHECKPOINTS: i64 = 5_000;

/// The checkpoints of the database and of `notes`, as far as they count.
pub(super) async fn signed(
    connection: &mut Link,
    key: Option<&Verifier>,
    notes: &[String],
    findings: &mut Findings,
) -> Result<Anchors, Error> {
    let (mut kept, mut size) = (Vec::new(), 0);
    loop {
        let some = audit_checkpoints::after(connection, size, CHECKPOINTS).await?;
        let Some(last) = some.last() else { break };
        size = last.size;
        for one in some {
            let place = format!("of {} leaves in the database", one.size);
            let says = Checkpoint::parse(&one.note).ok().and_then(|says| i64::try_from(says.size).ok());
            if says.is_some_and(|says| says != one.size) {
                let why = "its note is of another size".to_owned();
                findings.add(Finding::CheckpointInvalid { place, why });
            } else {
                kept.push((place, one.note));
            }
        }
    }
    Ok(Anchors::new(key, notes, kept, findings))
}

/// Works the tree out from the hashes of its leaves, and compares it with what is kept of it and with what was signed. Returns
/// how many leaves there are.
pub(super) async fn check(
    connection: &mut Link,
    anchors: &mut Anchors,
    findings: &mut Findings,
    told: Told<'_>,
) -> Result<u64, Error> {
    let state = audit_tree::state(connection).await?;
    let total = u64::try_from(state.size).unwrap_or_default();
    let mut walk = Walk { tree: Growing::default(), whole: BTreeMap::new(), anchors };
    let mut number = 0;
    loop {
        let tiles = audit_tree::tiles_from(connection, 0, number, TILES).await?;
        if tiles.is_empty() {
            break;
        }
        for tile in &tiles {
            if tile.number != number {
                findings.add(Finding::TreeMissing { from_leaf: walk.leaves() });
                return Ok(walk.leaves());
            }
            number += 1;
            walk.add(&grow::hashes(&tile.hashes), findings);
        }
        walk.compare(connection, findings).await?;
        told(Progress { stage: Stage::Tree, done: walk.leaves(), total: Some(total) });
    }
    walk.end(&state, findings);
    Ok(walk.leaves())
}

/// The tree, as it is worked out.
struct Walk<'a> {
    tree: Growing,
    /// Tiles above the leaves that became whole and were not compared yet.
    whole: BTreeMap<Place, Vec<Hash>>,
    anchors: &'a mut Anchors,
}

impl Walk<'_> {
    fn leaves(&self) -> u64 {
        self.tree.edge().size()
    }

    fn add(&mut self, leaves: &[Hash], findings: &mut Findings) {
        for leaf in leaves {
            let whole = &mut self.whole;
            self.tree.push(*leaf, |place, hashes| {
                if place.height > 0 {
                    whole.insert(place, hashes.to_vec());
                }
            });
            let edge = self.tree.edge();
            self.anchors.meet(edge.size(), || edge.root(), findings);
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

    fn end(&self, state: &audit_tree::State, findings: &mut Findings) {
        let leaves = self.leaves();
        let noted = u64::try_from(state.size).unwrap_or_default();
        if noted > leaves {
            findings.add(Finding::TreeMissing { from_leaf: leaves });
        } else if grow::edge(state).as_ref() != Some(self.tree.edge()) {
            findings.add(Finding::TreeAltered { from_leaf: 0, to_leaf: leaves.saturating_sub(1) });
        }
        self.anchors.end(leaves, findings);
    }
}
