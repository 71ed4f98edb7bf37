//! The parts of an archive that are of some messages.

use std::collections::HashMap;
use std::io;

use audit_log::tree::Hash;
use policies::label::LabelVocabulary;
use schema::case_exports::{Export, Part, Participant, Record};
use schema::ids::FileId;

use super::files::{FILES, File, MAILS, MESSAGES, PROOFS, TABLE};
use super::record::{Exported, Proof};
use super::zip::{self, Stamp};
use super::{mail, table};

/// Some messages, and what is said with them.
pub(super) struct Batch {
    pub records: Vec<Record>,
    pub participants: Vec<Participant>,
    /// What they brought.
    pub brought: HashMap<FileId, Vec<u8>>,
    /// By the numbers of their entries.
    pub proofs: HashMap<i64, Told>,
}

/// What the log tells of a message.
#[derive(Default)]
pub(super) struct Told {
    /// The line that is hashed.
    pub line: Option<String>,
    /// Its place in the tree.
    pub leaf: Option<u64>,
    /// The way from there to the root.
    pub way: Option<Vec<Hash>>,
}

/// The parts that are number `number` of their files.
pub(super) fn parts(
    export: &Export,
    number: i32,
    mut batch: Batch,
    labels: &LabelVocabulary,
) -> io::Result<Vec<Part>> {
    let exported: Vec<Exported<'_>> =
        batch.records.iter().map(|record| Exported::of(record, labels)).collect();
    let (mut messages, mut proofs) = (Vec::new(), Vec::new());
    for one in &exported {
        line(&mut messages, &one.line())?;
        let told = one.record.entry_seq.and_then(|seq| batch.proofs.remove(&seq));
        line(&mut proofs, &Proof::of(one.record, told))?;
    }
    let part = |file: File, data: Vec<u8>, entries: Option<String>| Part {
        export_id: export.id,
        file: file.number,
        number,
        data,
        entries,
    };
    let mut parts = vec![
        part(MESSAGES, zip::pack_block(&messages)?, None),
        part(PROOFS, zip::pack_block(&proofs)?, None),
    ];
    if export.with_table {
        let mut rows = if number == 1 { table::head().map_err(io::Error::other)? } else { Vec::new() };
        rows.extend(table::of(&exported).map_err(io::Error::other)?);
        parts.push(part(TABLE, zip::pack_block(&rows)?, None));
    }
    if export.with_mails {
        let (data, entries) = mails(export, &exported, &batch.participants, &batch.brought)?;
        parts.push(part(MAILS, data, Some(entries)));
    }
    if !batch.brought.is_empty() {
        let (data, entries) = files(export, &exported, &batch.brought)?;
        parts.push(part(FILES, data, Some(entries)));
    }
    Ok(parts)
}

fn files(
    export: &Export,
    exported: &[Exported<'_>],
    brought: &HashMap<FileId, Vec<u8>>,
) -> io::Result<(Vec<u8>, String)> {
    let stamp = Stamp::of(export.asked_at);
    let (mut data, mut entries) = (Vec::new(), Vec::new());
    for (file, path) in exported.iter().flat_map(Exported::files) {
        let contents = brought.get(&file.id).ok_or_else(|| io::Error::other("a file was not read"))?;
        entries.push(zip::put(&mut data, path, contents, stamp)?);
    }
    Ok((data, serde_json::to_string(&entries)?))
}

fn mails(
    export: &Export,
    exported: &[Exported<'_>],
    participants: &[Participant],
    brought: &HashMap<FileId, Vec<u8>>,
) -> io::Result<(Vec<u8>, String)> {
    let stamp = Stamp::of(export.asked_at);
    let (mut data, mut entries) = (Vec::new(), Vec::new());
    let mut there: HashMap<i64, Vec<&Participant>> = HashMap::new();
    for participant in participants {
        there.entry(participant.place).or_default().push(participant);
    }
    for one in exported {
        let record = one.record;
        let there = there.get(&record.place).map_or(&[][..], Vec::as_slice);
        let name = format!("{}/{}/{:09}.eml", MAILS.name, record.conversation_id, record.seq);
        let mail = mail::of(one, there, brought).map_err(io::Error::other)?;
        entries.push(zip::put(&mut data, name, &mail, stamp)?);
    }
    Ok((data, serde_json::to_string(&entries)?))
}

/// Puts a line of JSON behind what is there.
pub(super) fn line(data: &mut Vec<u8>, said: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *data, said)?;
    data.push(b'\n');
    Ok(())
}
