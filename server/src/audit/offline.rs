//! Checks an exported log, and nothing else is needed: no database, no network.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use audit_log::checkpoint::Checkpoint;
use audit_log::leaf::Leaf;
use audit_log::note::Verifier;
use audit_log::tree::{Edge, Hash, leaf_hash};

use super::export::{CHECKPOINTS, HASHES, LEAVES};
use super::verify::report::{Finding, Findings, Report};

/// Checks the export in `directory` against the checkpoints in it and those that were given away before (`notes`). What is
/// signed by another key than `key` does not count; without a key nothing is known of who signed, and the report says so.
pub fn verify(directory: &Path, key: Option<&Verifier>, notes: &[String]) -> anyhow::Result<Report> {
    let mut findings = Findings::default();
    let signed = signed(directory, key, notes, &mut findings)?;
    let open = |name: &str| {
        let path = directory.join(name);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::Ok(BufReader::with_capacity(1 << 20, file))
    };
    let (mut lines, mut hashes) = (open(LEAVES)?, open(HASHES)?);
    let mut walk = Walk { tree: Edge::default(), next: 0, right_until: 0, is_wrong: false };
    let mut line = Vec::with_capacity(4096);
    loop {
        line.clear();
        let (read, kept) = (lines.read_until(b'\n', &mut line)?, next(&mut hashes)?);
        let leaf = walk.tree.size();
        match (read > 0, kept) {
            (false, None) => break,
            (false, Some(_)) => findings.add(Finding::EntryMissing { leaf, seq: 0 }),
            (true, kept) => {
                let data = line.strip_suffix(b"\n").unwrap_or(&line);
                let hash = leaf_hash(data);
                if kept.is_some_and(|kept| kept != hash) {
                    findings.add(altered(leaf, data));
                } else if kept.is_none() {
                    findings.add(inserted(data));
                }
                walk.push(hash, &signed, &mut findings);
                continue;
            }
        }
        break;
    }
    let leaves = walk.tree.size();
    if let Some(newest) = signed.last().filter(|newest| newest.size > leaves) {
        findings.add(Finding::CutOff { signed: newest.size, leaves });
    }
    Ok(Report::of_log(leaves, &signed, key.is_some(), findings))
}

/// The tree, as it is worked out.
struct Walk {
    tree: Edge,
    next: usize,
    right_until: u64,
    is_wrong: bool,
}

impl Walk {
    fn push(&mut self, leaf: Hash, signed: &[Checkpoint], findings: &mut Findings) {
        self.tree.push(leaf);
        while let Some(checkpoint) = signed.get(self.next).filter(|next| next.size == self.tree.size()) {
            self.next += 1;
            if self.tree.root() == checkpoint.root {
                self.right_until = checkpoint.size;
            } else if !self.is_wrong {
                self.is_wrong = true;
                findings.add(Finding::NotAsSigned { size: checkpoint.size, from_leaf: self.right_until });
            }
        }
    }
}

fn signed(
    directory: &Path,
    key: Option<&Verifier>,
    notes: &[String],
    findings: &mut Findings,
) -> anyhow::Result<Vec<Checkpoint>> {
    let mut texts: Vec<(String, String)> = (1..)
        .zip(notes)
        .map(|(n, note)| (format!("number {n} of those that were given"), note.clone()))
        .collect();
    let kept = directory.join(CHECKPOINTS);
    for file in fs::read_dir(&kept).with_context(|| format!("cannot read {}", kept.display()))? {
        let path = file?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        texts.push((path.display().to_string(), text));
    }
    let mut signed = Vec::new();
    for (place, text) in texts {
        match super::verify::open(key, &text) {
            Ok(checkpoint) => signed.push(checkpoint),
            Err(why) => findings.add(Finding::CheckpointInvalid { place, why }),
        }
    }
    signed.sort_by_key(|checkpoint| checkpoint.size);
    Ok(signed)
}

fn next(hashes: &mut impl Read) -> anyhow::Result<Option<Hash>> {
    let mut hash = [0; 32];
    match hashes.read_exact(&mut hash) {
        Ok(()) => Ok(Some(hash)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn altered(leaf: u64, data: &[u8]) -> Finding {
    let text = String::from_utf8_lossy(data);
    let (seq, kind) = Leaf::parse(&text).map_or((0, "?"), |leaf| (leaf.seq, leaf.kind));
    Finding::EntryAltered { leaf, seq, kind: kind.to_owned() }
}

fn inserted(data: &[u8]) -> Finding {
    let text = String::from_utf8_lossy(data);
    let (seq, kind) = Leaf::parse(&text).map_or((0, "?"), |leaf| (leaf.seq, leaf.kind));
    Finding::EntryInserted { seq, kind: kind.to_owned() }
}
