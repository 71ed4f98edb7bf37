//! Whether every entry is what it was when it came into the tree, in the order in which it came, and nothing else is there.
//!
//! Leaves are nearly in the order of the entries' numbers, and not quite. So both are read side by side, and whatever has not met
//! its other half yet waits for it; few do at any time.

use std::collections::{HashMap, VecDeque};

use audit_log::tree::{Hash, leaf_hash};
use schema::audit_tree::{self, Placed, Tile};
use schema::transaction::Link;

use super::messages::Messages;
use super::report::{Finding, Findings};
use super::rows::Rows;
use super::{Progress, Stage, Told};
use crate::audit::grow;
use crate::error::Error;

/// How many entries, and how many tiles, are read at a time.
const SOME: i64 = 4_096;
const TILES: i32 = 32;

/// What the entries tell.
pub(super) struct Entries {
    /// What rows there should be.
    pub(super) rows: Rows,
    /// How many entries are too new for the tree.
    pub(super) not_yet_leaves: u64,
    /// How many messages were compared.
    pub(super) messages: u64,
}

/// An entry that has not met its leaf yet.
struct Unmet {
    hash: Hash,
    kind: String,
}

/// The leaves, as they are read.
#[derive(Default)]
struct Leaves {
    next_tile: i64,
    ahead: VecDeque<Tile>,
    /// Leaves that have not met their entry yet, by its number.
    unmet: HashMap<i64, (u64, Hash)>,
    /// The highest number that a leaf read so far is of.
    reached: i64,
    is_over: bool,
}

impl Leaves {
    /// Reads on until the leaves have come past `seq`.
    async fn reach(&mut self, connection: &mut Link, seq: i64) -> Result<(), Error> {
        while !self.is_over && self.reached < seq {
            let Some(tile) = self.ahead.pop_front() else {
                self.ahead = audit_tree::tiles_from(connection, 0, self.next_tile, TILES).await?.into();
                self.is_over = self.ahead.is_empty();
                self.next_tile = self.ahead.back().map_or(self.next_tile, |tile| tile.number + 1);
                continue;
            };
            let first = u64::try_from(tile.number).unwrap_or_default().saturating_mul(256);
            let seqs = tile.seqs.unwrap_or_default();
            for ((leaf, seq), hash) in (first..).zip(seqs).zip(grow::hashes(&tile.hashes)) {
                self.unmet.insert(seq, (leaf, hash));
                self.reached = self.reached.max(seq);
            }
        }
        Ok(())
    }
}

impl Entries {
    /// Reads them all.
    pub(super) async fn check(
        connection: &mut Link,
        total: u64,
        findings: &mut Findings,
        told: Told<'_>,
    ) -> Result<Self, Error> {
        let (mut leaves, mut unmet) = (Leaves::default(), HashMap::new());
        let mut entries = Self { rows: Rows::default(), not_yet_leaves: 0, messages: 0 };
        let (mut messages, mut seq, mut done) = (Messages::of(connection).await?, i64::MIN, 0);
        loop {
            let some = audit_tree::entries_after(connection, seq, SOME).await?;
            let Some(last) = some.last() else { break };
            seq = last.entry.seq;
            leaves.reach(connection, seq).await?;
            done += u64::try_from(some.len()).unwrap_or_default();
            for placed in some {
                entries.take(&placed, &mut messages, findings);
                entries.meet(placed, &mut leaves, &mut unmet, findings);
            }
            messages.check(connection, findings).await?;
            told(Progress { stage: Stage::Entries, done, total: Some(total.max(done)) });
        }
        leaves.reach(connection, i64::MAX).await?;
        settle(leaves, unmet, findings);
        entries.messages = messages.end(connection, findings).await?;
        Ok(entries)
    }

    /// Takes what an entry tells.
    fn take(&mut self, placed: &Placed, messages: &mut Messages, findings: &mut Findings) {
        let entry = &placed.entry;
        let is_read = match entry.kind.as_str() {
            "rows.changed" => self.rows.take(entry),
            kind if kind.starts_with("message.") => messages.take(entry),
            _ => true,
        };
        if !is_read {
            findings.add(Finding::EntryUnreadable { seq: entry.seq, kind: entry.kind.clone() });
        }
    }

    /// Compares an entry with its leaf, if that has been read.
    fn meet(
        &mut self,
        Placed { entry, is_due }: Placed,
        leaves: &mut Leaves,
        unmet: &mut HashMap<i64, Unmet>,
        findings: &mut Findings,
    ) {
        let hash = leaf_hash(&grow::leaf_of(&entry).line());
        match leaves.unmet.remove(&entry.seq) {
            Some((_, kept)) if kept == hash => {}
            Some((leaf, _)) => {
                findings.add(Finding::EntryAltered { leaf, seq: entry.seq, kind: entry.kind });
            }
            None if is_due => drop(unmet.insert(entry.seq, Unmet { hash, kind: entry.kind })),
            None => self.not_yet_leaves += 1,
        }
    }
}

/// What is left when everything has been read.
fn settle(leaves: Leaves, mut unmet: HashMap<i64, Unmet>, findings: &mut Findings) {
    let mut missing: Vec<(u64, i64, Hash)> =
        leaves.unmet.into_iter().map(|(seq, (leaf, hash))| (leaf, seq, hash)).collect();
    missing.sort_unstable();
    for (leaf, seq, hash) in missing {
        match unmet.remove(&seq) {
            Some(late) if late.hash == hash => {}
            Some(late) => findings.add(Finding::EntryAltered { leaf, seq, kind: late.kind }),
            None => findings.add(Finding::EntryMissing { leaf, seq }),
        }
    }
    let mut inserted: Vec<(i64, String)> = unmet.into_iter().map(|(seq, entry)| (seq, entry.kind)).collect();
    inserted.sort_unstable();
    for (seq, kind) in inserted {
        findings.add(Finding::EntryInserted { seq, kind });
    }
}
