//! The end of an archive: its lists, the hashes of all its files, a signed manifest, and the directory. Everything is read once more
//! as it is kept, so that what is signed is what is fetched.

use std::io::{self, Read};

use chrono::{DateTime, Utc};
use flate2::read::DeflateDecoder;
use policies::label::LabelVocabulary;
use schema::audit_checkpoints;
use schema::case_exports::{self, Export, Job, Part, Place, Whole};
use schema::cases::Case;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::files::{
    CONVERSATIONS, DIRECTORY, File, LAST, LAST_PART, MANIFEST, MESSAGES, PARTICIPANTS, PROOFS, README,
    SIGNATURE, SUMS, TABLE,
};
use super::marking;
use super::work::Stop;
use super::write::line;
use super::zip::{self, Entry, Stamp};
use crate::app::App;
use crate::error::Error;
use crate::text::hex;

/// The form of the manifest, and the name of what is signed, above its hash.
pub(super) const STATEMENT: &str = "chancery.export/1";
/// About how many octets a part of a list has.
const SOME: usize = 1 << 20;
/// So many rows at a time.
const ROWS: i64 = 5_000;

const HOW_TO_READ: &str = include_str!("readme.txt");

/// Seals what is written. Returns what the archive is.
pub(super) async fn seal(
    app: &App,
    job: Job,
    export: &Export,
    case: &Case,
    keep_until: DateTime<Utc>,
) -> Result<Whole, Stop> {
    let sealing = Sealing { app, job, export, stamp: Stamp::of(export.asked_at) };
    let first = CONVERSATIONS.number;
    let is_ours = {
        let mut connection = app.pool.get().await?;
        case_exports::begin_sealing(&mut connection, job, (first, LAST_PART)).await?
    };
    if !is_ours {
        return Err(Stop::Taken);
    }
    sealing.lists().await?;
    for file in [Some(MESSAGES), Some(PROOFS), export.with_table.then_some(TABLE)].into_iter().flatten() {
        sealing.close(file).await?;
    }
    for file in [CONVERSATIONS, PARTICIPANTS] {
        sealing.close(file).await?;
    }
    sealing.readme().await?;
    sealing.sums().await?;
    let sums = sealing.close(SUMS).await?;
    let manifest = sealing.manifest(case, &sums).await?;
    let size = sealing.directory().await?;
    let manifest_sha256 = hex(&Sha256::digest(&manifest));
    Ok(Whole { size, manifest_sha256, is_signed: app.notary.is_some(), keep_until })
}

struct Sealing<'a> {
    app: &'a App,
    job: Job,
    export: &'a Export,
    stamp: Stamp,
}

/// A file that is written in parts.
struct Blocks<'a> {
    sealing: &'a Sealing<'a>,
    file: File,
    number: i32,
    data: Vec<u8>,
    is_packed: bool,
}

impl Blocks<'_> {
    /// Adds the part that `data` has become, if it has become large enough or `at_once`.
    async fn flush(&mut self, at_once: bool) -> Result<(), Stop> {
        if self.data.is_empty() || (self.data.len() < SOME && !at_once) {
            return Ok(());
        }
        self.number += 1;
        let data = std::mem::take(&mut self.data);
        let data = if self.is_packed { zip::pack_block(&data)? } else { data };
        self.sealing.add(self.file, self.number, data, None).await
    }
}

impl Sealing<'_> {
    fn blocks(&self, file: File, is_packed: bool) -> Blocks<'_> {
        Blocks { sealing: self, file, number: 0, data: Vec::new(), is_packed }
    }

    async fn add(
        &self,
        file: File,
        number: i32,
        data: Vec<u8>,
        entries: Option<&[Entry]>,
    ) -> Result<(), Stop> {
        let entries = entries.map(serde_json::to_string).transpose().map_err(io::Error::from)?;
        let part = Part { export_id: self.export.id, file: file.number, number, data, entries };
        let mut connection = self.app.pool.get().await?;
        let added = case_exports::add(&mut connection, self.job, &part).await?;
        if added { Ok(()) } else { Err(Stop::Taken) }
    }

    async fn places(&self) -> Result<Vec<Place>, Stop> {
        Ok(case_exports::places(&mut *self.app.pool.get().await?, self.export.id).await?)
    }

    /// What is at the place.
    async fn part(&self, place: &Place) -> Result<Vec<u8>, Stop> {
        let part = case_exports::part(&mut *self.app.pool.get().await?, self.export.id, place).await?;
        part.ok_or(Stop::Taken)
    }

    async fn entries(&self, place: &Place) -> Result<Vec<Entry>, Stop> {
        let entries = case_exports::entries(&mut *self.app.pool.get().await?, self.export.id, place).await?;
        let entries = entries.as_deref().map(serde_json::from_str::<Vec<Entry>>).transpose();
        Ok(entries.map_err(io::Error::from)?.unwrap_or_default())
    }

    /// The conversations, and who was in them.
    async fn lists(&self) -> Result<(), Stop> {
        let labels = self.app.gate.snapshot();
        let (mut places, mut people) = (self.blocks(CONVERSATIONS, true), self.blocks(PARTICIPANTS, true));
        let mut after = None;
        loop {
            let found = {
                let mut connection = self.app.pool.get().await?;
                case_exports::conversations(&mut connection, self.export.id, after, ROWS).await?
            };
            let Some(last) = found.last() else { break };
            after = Some(last.id);
            for conversation in &found {
                line(&mut places.data, &said_of(conversation, labels.labels()))?;
                places.flush(false).await?;
                let mut skip = 0;
                loop {
                    let stays = {
                        let mut connection = self.app.pool.get().await?;
                        case_exports::stays(&mut connection, conversation, skip, ROWS).await?
                    };
                    for stay in &stays {
                        line(
                            &mut people.data,
                            &json!({
                                "conversation_id": conversation.id, "person_id": stay.person_id, "name": stay.name,
                                "role": stay.role, "from": stay.from_at, "until": stay.until_at,
                            }),
                        )?;
                    }
                    people.flush(false).await?;
                    let count = i64::try_from(stays.len()).unwrap_or(i64::MAX);
                    skip += count;
                    if count < ROWS {
                        break;
                    }
                }
            }
        }
        places.flush(true).await?;
        people.flush(true).await
    }

    /// Ends a file that was packed in blocks: what stands before it, and behind it. Returns its entry.
    async fn close(&self, file: File) -> Result<Entry, Stop> {
        let (mut crc, mut sha, mut packed, mut size) = (crc32fast::Hasher::new(), Sha256::new(), 0, 0);
        for place in self.places().await?.iter().filter(|place| place.file == file.number) {
            let part = self.part(place).await?;
            packed += part.len() as u64;
            let counting = tokio::task::spawn_blocking(move || -> io::Result<_> {
                let mut unpacked = Vec::new();
                DeflateDecoder::new(part.as_slice().chain(&zip::END_OF_BLOCKS[..]))
                    .read_to_end(&mut unpacked)?;
                crc.update(&unpacked);
                sha.update(&unpacked);
                Ok((crc, sha, unpacked.len() as u64))
            });
            let counted = counting.await.map_err(Error::internal)??;
            (crc, sha) = (counted.0, counted.1);
            size += counted.2;
        }
        self.add(file, LAST_PART, zip::END_OF_BLOCKS.to_vec(), None).await?;
        let entry = Entry {
            name: file.name.to_owned(),
            crc32: crc.finalize(),
            packed: packed + zip::END_OF_BLOCKS.len() as u64,
            size,
            sha256: hex(&sha.finalize()),
            start: 0,
        };
        self.add(file, 0, entry.header(self.stamp), Some(std::slice::from_ref(&entry))).await?;
        Ok(entry)
    }

    /// How to read it all.
    async fn readme(&self) -> Result<(), Stop> {
        let mut data = Vec::new();
        let entry = zip::put(&mut data, README.name.to_owned(), HOW_TO_READ.as_bytes(), self.stamp)?;
        self.add(README, 0, data, Some(&[entry])).await
    }

    /// The hashes of all files so far.
    async fn sums(&self) -> Result<(), Stop> {
        let mut sums = self.blocks(SUMS, true);
        for place in self.places().await?.iter().filter(|place| place.has_entries) {
            for entry in self.entries(place).await? {
                sums.data.extend_from_slice(format!("{}  {}\n", entry.sha256, entry.name).as_bytes());
            }
            sums.flush(false).await?;
        }
        sums.flush(true).await
    }

    /// What the archive is, and that we say so. Returns the manifest.
    async fn manifest(&self, case: &Case, sums: &Entry) -> Result<Vec<u8>, Stop> {
        let mut manifest =
            serde_json::to_vec_pretty(&self.said(case, sums).await?).map_err(io::Error::from)?;
        manifest.push(b'\n');
        let mut data = Vec::new();
        let mut entries = vec![zip::put(&mut data, MANIFEST.to_owned(), &manifest, self.stamp)?];
        if let Some(notary) = &self.app.notary {
            let note = notary.sign_statement(STATEMENT, &hex(&Sha256::digest(&manifest)));
            entries.push(zip::put(&mut data, SIGNATURE.to_owned(), note.as_bytes(), self.stamp)?);
        }
        self.add(LAST, 1, data, Some(&entries)).await?;
        Ok(manifest)
    }

    async fn said(&self, case: &Case, sums: &Entry) -> Result<Value, Stop> {
        let export = self.export;
        let mut connection = self.app.pool.get().await?;
        let scope = schema::scopes::find_all(&mut connection, &[export.scope_id]).await?.pop();
        let scope = scope.ok_or(Stop::Taken)?;
        let named = schema::scopes::entries_of(&mut connection, &[export.scope_id]).await?;
        let named = named.get(&export.scope_id);
        let checkpoint = match export.tree_size {
            Some(size) => audit_checkpoints::of_size(&mut connection, size).await?,
            None => None,
        };
        let verifier = self.app.config.audit_verifier().map_err(Error::internal)?;
        let mirror = self.app.org.current();
        let name = |person| mirror.person(person).map(|person| person.display_name.clone());
        Ok(json!({
            "form": STATEMENT,
            "export_id": export.id,
            "case": {
                "id": case.id, "number": case.number, "reason": case.reason, "legal_basis": case.legal_basis,
                "opened_by": { "id": case.opened_by, "name": name(case.opened_by) },
                "approved_by": case.decided_by.map(|id| json!({ "id": id, "name": name(id) })),
                "approved_at": case.decided_at,
            },
            "scope": {
                "id": scope.id, "from": scope.from_at, "until": scope.until_at,
                "people": named.map(|named| &named.people), "units": named.map(|named| &named.units),
                "conversations": named.map(|named| &named.conversations),
            },
            "asked_by": { "id": export.asked_by, "name": name(export.asked_by) },
            "asked_at": export.asked_at,
            "filter": export.about,
            "cleared_for": {
                "policy": export.label_policy, "level": export.label_level, "categories": export.label_categories,
            },
            "messages": export.total,
            "files": { "name": SUMS.name, "sha256": sums.sha256 },
            "record": {
                "checkpoint": checkpoint.map(|signed| signed.note), "size": export.tree_size,
                "verifier": verifier.map(|verifier| verifier.to_string()),
            },
        }))
    }

    /// The directory. Returns how large the archive is.
    async fn directory(&self) -> Result<i64, Stop> {
        let (mut blocks, mut count) = (self.blocks(DIRECTORY, false), 0);
        let (mut before, mut size) = (0_u64, 0_u64);
        for place in self.places().await? {
            // Most parts are in the middle of a file.
            let entries = if place.has_entries { self.entries(&place).await? } else { Vec::new() };
            for entry in entries {
                let told = entry.in_directory(before, self.stamp);
                size += told.len() as u64;
                count += 1;
                blocks.data.extend(told);
            }
            blocks.flush(false).await?;
            before += u64::try_from(place.size).unwrap_or_default();
        }
        let end = zip::end(count, before, size);
        size += end.len() as u64;
        blocks.data.extend(end);
        blocks.flush(true).await?;
        Ok(i64::try_from(before + size).map_err(Error::internal)?)
    }
}

fn said_of(conversation: &case_exports::Conversation, labels: &LabelVocabulary) -> Value {
    let (policy, level) = (conversation.label_policy.as_deref(), conversation.label_level);
    let label = marking::known(labels, policy, level, &conversation.label_categories);
    json!({
        "conversation_id": conversation.id, "kind": conversation.kind, "name": conversation.name,
        "label": marking::text(labels, label),
        "messages": conversation.messages, "first_at": conversation.first_at, "last_at": conversation.last_at,
    })
}
