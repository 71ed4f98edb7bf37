//! Checks an archive that was unpacked, and nothing else is needed: no database, no network. Whether its files are those that were
//! signed, and whether each message is what the log told of it when it was sent.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail, ensure};
use audit_log::checkpoint::Checkpoint;
use audit_log::leaf::Leaf;
use audit_log::note::Verifier;
use audit_log::proof::is_included;
use audit_log::tree::{Hash, leaf_hash};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SubsecRound, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::files::{MANIFEST, MESSAGES, PROOFS, SIGNATURE, SUMS};
use super::record::{Claimed, Proof};
use super::seal::STATEMENT;
use crate::audit::told::Told;
use crate::audit::verify::anchors;
use crate::audit::verify::report::{Finding, Findings, Report};
use crate::text::{self, hex};

/// What of the manifest is checked.
#[derive(Deserialize)]
struct Manifest {
    form: String,
    export_id: Uuid,
    case: Case,
    asked_at: DateTime<Utc>,
    filter: serde_json::Map<String, serde_json::Value>,
    messages: u64,
    files: Sums,
    record: Recorded,
}

#[derive(Deserialize)]
struct Case {
    number: String,
}

#[derive(Deserialize)]
struct Sums {
    name: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Recorded {
    checkpoint: Option<String>,
}

/// Whether `directory` is an export of a case.
pub fn is_one(directory: &Path) -> bool {
    directory.join(MANIFEST).is_file()
}

/// What a check of an archive came to, and of which one it is.
#[derive(Debug)]
pub struct Checked {
    /// What it came to.
    pub report: Report,
    /// Of which case and export it says that it is, so that nobody takes another one for it.
    pub about: String,
}

/// Checks the archive in `directory`. What another key than `key` signed does not count; without a key nothing is known of who signed,
/// and the report says so.
pub fn verify(directory: &Path, key: Option<&Verifier>) -> anyhow::Result<Checked> {
    let mut findings = Findings::default();
    let text = read(directory, MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("{MANIFEST} is none of an export"))?;
    if manifest.form != STATEMENT {
        bail!("{MANIFEST}: the form `{}` is unknown: use a newer chancery", manifest.form);
    }
    let sha256 = hex(&Sha256::digest(&text));
    check_signature(directory, key, &format!("{STATEMENT}\n{sha256}\n"), &mut findings);
    check_files(directory, &manifest.files, &mut findings)?;
    let checkpoint = checkpoint(&manifest, key, &mut findings);
    let messages = check_messages(directory, checkpoint.as_ref(), &mut findings)?;
    if messages != manifest.messages {
        findings.add(Finding::FileAltered { name: MESSAGES.name.to_owned() });
    }
    let narrowed: Vec<String> = manifest
        .filter
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| format!("{key} {value}"))
        .collect();
    let which = if narrowed.is_empty() { "all of its scope".to_owned() } else { narrowed.join(", ") };
    let about = format!(
        "Case {}, export {} of {} ({which}); SHA-256 of its manifest, which the log of the agency has, too: {sha256}",
        manifest.case.number, manifest.export_id, manifest.asked_at
    );
    let report = Report::of_log(messages, checkpoint.as_slice(), key.is_some(), findings);
    Ok(Checked { report: Report { messages, ..report }, about })
}

fn read(directory: &Path, name: &str) -> anyhow::Result<String> {
    let path = directory.join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Whether the manifest is signed: without a key, that it says what was signed.
fn check_signature(directory: &Path, key: Option<&Verifier>, signed: &str, findings: &mut Findings) {
    let note = fs::read_to_string(directory.join(SIGNATURE)).unwrap_or_default();
    let says = match key {
        Some(key) => key.open(&note).map_err(|error| error.to_string()),
        None => {
            note.rsplit_once("\n\n").and_then(|(above, _)| note.get(..=above.len())).ok_or_else(String::new)
        }
    };
    match says {
        Ok(text) if text == signed => {}
        Ok(_) => findings.add(Finding::FileAltered { name: MANIFEST.to_owned() }),
        Err(why) if key.is_some() => {
            findings.add(Finding::CheckpointInvalid { place: SIGNATURE.to_owned(), why });
        }
        Err(_) => findings.add(Finding::FileMissing { name: SIGNATURE.to_owned() }),
    }
}

/// Whether every file is what was signed, and nothing else is there. What is named is looked at only if the list of names is what
/// was signed, and only within the directory.
fn check_files(directory: &Path, sums: &Sums, findings: &mut Findings) -> anyhow::Result<()> {
    if sums.name != SUMS.name || hash_of(&directory.join(SUMS.name))? != sums.sha256 {
        findings.add(Finding::FileAltered { name: SUMS.name.to_owned() });
        return Ok(());
    }
    let mut count = FIXED.len();
    for line in sums_of(directory)? {
        let (sha256, name) = line?;
        count += 1;
        let path = directory.join(&name);
        match hash_of(&path) {
            Ok(found) if found == sha256 => {}
            Ok(_) => findings.add(Finding::FileAltered { name }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                count -= 1;
                findings.add(Finding::FileMissing { name });
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
    let fixed = FIXED.iter().filter(|name| directory.join(name).exists()).count();
    let mut there = Vec::new();
    let found = walk(directory, &mut |_| Ok(()))?;
    if found == count - FIXED.len() + fixed {
        return Ok(());
    }
    // Only now are all names kept: there may be a million.
    let mut known: HashSet<PathBuf> = FIXED.iter().map(|name| directory.join(name)).collect();
    for line in sums_of(directory)? {
        known.insert(directory.join(line?.1));
    }
    walk(directory, &mut |path| {
        if !known.contains(path) {
            there.push(path.strip_prefix(directory).unwrap_or(path).display().to_string());
        }
        Ok(())
    })?;
    for name in there {
        findings.add(Finding::FileInserted { name });
    }
    Ok(())
}

/// What is in every archive and is not in the list.
const FIXED: [&str; 3] = [MANIFEST, SIGNATURE, SUMS.name];

/// The lines of the list: hash and name. A name that leads out of the directory is an error.
fn sums_of(
    directory: &Path,
) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(String, String)>> + use<>> {
    let file = BufReader::new(File::open(directory.join(SUMS.name))?);
    Ok(file.lines().map(|line| {
        let line = line?;
        let (sha256, name) = line.split_once("  ").context("a line of SHA256SUMS is none")?;
        let is_within = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        ensure!(is_within, "SHA256SUMS names `{name}`, which is outside of the archive");
        Ok((sha256.to_owned(), name.to_owned()))
    }))
}

/// Goes through all files below, and says how many there are. Links are not followed: they are files of their own.
fn walk(directory: &Path, told: &mut dyn FnMut(&Path) -> io::Result<()>) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            count += walk(&entry.path(), told)?;
        } else {
            count += 1;
            told(&entry.path())?;
        }
    }
    Ok(count)
}

fn hash_of(path: &Path) -> io::Result<String> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "it is no file"));
    }
    let (mut file, mut sha, mut some) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut some)?;
        let Some(read) = some.get(..count).filter(|read| !read.is_empty()) else { break };
        sha.update(read);
    }
    Ok(hex(&sha.finalize()))
}

/// The checkpoint that the proofs lead to, if the key signed it.
fn checkpoint(manifest: &Manifest, key: Option<&Verifier>, findings: &mut Findings) -> Option<Checkpoint> {
    let note =
        manifest.record.checkpoint.as_deref().ok_or("there is none: the log was not signed".to_owned());
    match note.and_then(|note| anchors::open(key, note)) {
        Ok(checkpoint) => Some(checkpoint),
        Err(why) => {
            findings.add(Finding::CheckpointInvalid { place: MANIFEST.to_owned(), why });
            None
        }
    }
}

/// Whether each message is what the log tells of it. Returns how many there are.
fn check_messages(
    directory: &Path,
    checkpoint: Option<&Checkpoint>,
    findings: &mut Findings,
) -> anyhow::Result<u64> {
    let lines = |name: &str| {
        let path = directory.join(name);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::Ok(BufReader::with_capacity(1 << 20, file).lines())
    };
    let (messages, mut proofs) = (lines(MESSAGES.name)?, lines(PROOFS.name)?);
    let mut count = 0;
    for message in messages {
        count += 1;
        let (message, proof) = (message?, proofs.next().transpose()?.unwrap_or_default());
        let Ok(claimed) = serde_json::from_str::<Claimed>(&message) else {
            findings.add(Finding::FileAltered { name: MESSAGES.name.to_owned() });
            continue;
        };
        let what = match serde_json::from_str::<Proof>(&proof) {
            Ok(proof) => {
                let mut what = differences(&claimed, &proof, checkpoint);
                if !has_files(directory, &claimed) {
                    what.push("file_contents");
                }
                what
            }
            Err(_) => vec!["proof"],
        };
        if !what.is_empty() {
            let conversation_id = claimed.conversation_id.to_string();
            findings.add(Finding::MessageAltered { conversation_id, seq: claimed.seq, what });
        }
    }
    Ok(count)
}

/// Whether what the message brought is in the archive, as it was brought. What is named is looked at within the directory alone.
fn has_files(directory: &Path, claimed: &Claimed) -> bool {
    let last = claimed.versions.as_ref().and_then(|versions| versions.0.last());
    let brought = match last {
        Some(last) if claimed.deleted_at.is_some() => &last.files,
        _ => &claimed.files,
    };
    let files = brought.as_ref().map(|files| files.0.as_slice()).unwrap_or_default();
    files.len() == claimed.file_paths.len()
        && files.iter().zip(&claimed.file_paths).all(|(file, path)| {
            let path = Path::new(path);
            path.components().all(|component| matches!(component, Component::Normal(_)))
                && hash_of(&directory.join(path)).is_ok_and(|hash| hash == file.sha256)
        })
}

/// What of the message is not what the log tells, or is not proved.
fn differences(claimed: &Claimed, proof: &Proof, checkpoint: Option<&Checkpoint>) -> Vec<&'static str> {
    let line = proof.line.as_deref().unwrap_or_default();
    let Some((leaf, told)) = Leaf::parse(line).ok().and_then(|leaf| {
        let told = serde_json::from_str::<Told>(leaf.entry).ok()?;
        Told::is_told_by(leaf.kind).then_some((leaf, told))
    }) else {
        return vec!["entry"];
    };
    // What was sent is what the log tells of first. A salt that is none fits nothing.
    let sent = claimed.versions.as_ref().and_then(|versions| versions.0.first());
    let (body, files, salt) = match sent {
        Some(sent) => (sent.body.as_str(), sent.files.as_ref(), sent.body_salt.as_deref()),
        None => (claimed.body.as_str(), claimed.files.as_ref(), proof.body_salt.as_deref()),
    };
    let salt = salt.and_then(text::octets);
    let compared = [
        ("id", told.message_id == claimed.message_id && proof.message_id == claimed.message_id),
        ("conversation", told.conversation_id == claimed.conversation_id && told.seq == claimed.seq),
        ("time", leaf.at == claimed.sent_at.trunc_subsecs(6)),
        ("author", leaf.actor == Some(claimed.author.id.0)),
        (
            "hat",
            told.hat == claimed.hat && told.principal_id == claimed.principal.as_ref().map(|one| one.id.0),
        ),
        ("label", claimed.has_label(&told.label)),
        ("rule", told.rule == claimed.rule && told.policy_version == claimed.policy_version),
        (
            "body",
            told.says(body, salt.as_deref()) || (claimed.erased_at.is_some() && claimed.body.is_empty()),
        ),
        (
            "files",
            told.brings(files, salt.as_deref()) || (claimed.erased_at.is_some() && claimed.files.is_none()),
        ),
        ("proof", checkpoint.is_none_or(|signed| is_proved(line, proof, signed))),
    ];
    compared.into_iter().filter(|(_, is_same)| !is_same).map(|(what, _)| what).collect()
}

fn is_proved(line: &str, proof: &Proof, checkpoint: &Checkpoint) -> bool {
    let (Some(leaf), Some(way)) = (proof.leaf, &proof.inclusion) else { return false };
    let way: Option<Vec<Hash>> = way.iter().map(|hash| STANDARD.decode(hash).ok()?.try_into().ok()).collect();
    let hash = leaf_hash(line.as_bytes());
    way.is_some_and(|way| is_included(&hash, leaf, checkpoint.size, &way, &checkpoint.root))
}
