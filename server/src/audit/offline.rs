//! Checks an exported log, and nothing else is needed: no database, no network.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::Context;
use audit_log::leaf::Leaf;
use audit_log::note::Verifier;
use audit_log::tree::{Edge, Hash, leaf_hash};

use super::export::{CHECKPOINTS, HASHES, LEAVES};
use super::verify::anchors::Anchors;
use super::verify::report::{Finding, Findings, Report};

/// Checks the export in `directory` against the checkpoints in it and those that were given away before (`notes`). What is
/// signed by another key than `key` does not count; without a key nothing is known of who signed, and the report says so.
pub fn verify(directory: &Path, key: Option<&Verifier>, notes: &[String]) -> anyhow::Result<Report> {
    let mut findings = Findings::default();
    let mut anchors = Anchors::new(key, notes, exported(directory)?, &mut findings);
    let open = |name: &str| {
        let path = directory.join(name);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::Ok(BufReader::with_capacity(1 << 20, file))
    };
    let (mut lines, mut hashes) = (open(LEAVES)?, open(HASHES)?);
    let (mut tree, mut line) = (Edge::default(), Vec::with_capacity(4096));
    loop {
        line.clear();
        let is_line = lines.read_until(b'\n', &mut line)? > 0;
        let (kept, leaf) = (next(&mut hashes)?, tree.size());
        if !is_line {
            if kept.is_some() {
                findings.add(Finding::EntryMissing { leaf, seq: 0 });
            }
            break;
        }
        let data = line.strip_suffix(b"\n").unwrap_or(&line);
        let hash = leaf_hash(data);
        if kept != Some(hash) {
            let (seq, kind) = named(data);
            findings.add(match kept {
                Some(_) => Finding::EntryAltered { leaf, seq, kind },
                None => Finding::EntryInserted { seq, kind },
            });
        }
        tree.push(hash);
        anchors.meet(tree.size(), || tree.root(), &mut findings);
    }
    anchors.end(tree.size(), &mut findings);
    Ok(Report::of_log(tree.size(), anchors.signed(), key.is_some(), findings))
}

/// The notes of the export, each with where it is.
fn exported(directory: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let kept = directory.join(CHECKPOINTS);
    let files = fs::read_dir(&kept).with_context(|| format!("cannot read {}", kept.display()))?;
    let read = |file: std::io::Result<fs::DirEntry>| {
        let path = file?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((path.display().to_string(), text))
    };
    files.map(read).collect()
}

fn next(hashes: &mut impl Read) -> anyhow::Result<Option<Hash>> {
    let mut hash = [0; 32];
    match hashes.read_exact(&mut hash) {
        Ok(()) => Ok(Some(hash)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The number and the kind of an entry, as far as its line still tells.
fn named(data: &[u8]) -> (i64, String) {
    let text = String::from_utf8_lossy(data);
    Leaf::parse(&text).map_or((0, "?".to_owned()), |leaf| (leaf.seq, leaf.kind.to_owned()))
}
