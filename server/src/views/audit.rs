//! The record of what happened, as officers see it, and what proves that it is whole.

use audit_log::tree::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use schema::audit::Entry;
use schema::audit_checkpoints::SignedCheckpoint;
use schema::audit_checks::AuditCheck;
use schema::audit_receivers::Receiver;
use schema::ids::AuditCheckId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonRef, Reader};

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditEntryView {
    /// Its number. Numbers have gaps.
    seq: i64,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened, as `thing.verb`.
    kind: String,
    /// Who did it; none for what the system does by itself.
    actor: Option<PersonRef>,
    /// The kind's own fields.
    #[schema(value_type = Object)]
    entry: serde_json::Value,
    /// The people whom those fields name, as far as they are known.
    people: Vec<PersonRef>,
}

impl AuditEntryView {
    /// For the reader.
    pub fn of(reader: &Reader, entry: Entry) -> Self {
        let mirror = &reader.scene.mirror;
        let person = |id| mirror.person(id).map(PersonRef::of);
        let named = entry.entry.as_object().into_iter().flatten().filter_map(|(_, value)| {
            let id: uuid::Uuid = value.as_str()?.parse().ok()?;
            person(schema::ids::PersonId(id))
        });
        let people = named.collect();
        Self {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor_id.and_then(person),
            kind: entry.kind,
            entry: entry.entry,
            people,
        }
    }
}

/// How the log stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditStanding {
    /// How many entries are in the tree.
    pub leaves: i64,
    /// When it grew last.
    pub grown_at: DateTime<Utc>,
    /// The newest checkpoint; none where nothing was signed.
    pub checkpoint: Option<AuditCheckpointView>,
    /// Whose signature that must be, `name+hash+key`; none where no key is configured.
    pub verifier: Option<String>,
    /// Who takes checkpoints and entries outside.
    pub receivers: Vec<AuditReceiverView>,
}

/// A signed checkpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditCheckpoint)]
pub struct AuditCheckpointView {
    /// How many leaves the tree had.
    size: i64,
    /// Its root, in base64.
    root: String,
    /// The signed note (C2SP).
    note: String,
    /// When it was signed.
    signed_at: DateTime<Utc>,
}

impl From<SignedCheckpoint> for AuditCheckpointView {
    fn from(signed: SignedCheckpoint) -> Self {
        Self {
            size: signed.size,
            root: STANDARD.encode(&signed.root),
            note: signed.note,
            signed_at: signed.signed_at,
        }
    }
}

/// Somebody outside who takes checkpoints or entries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditReceiver)]
pub struct AuditReceiverView {
    name: String,
    /// The size of the last checkpoint, or the number of leaves, that it has taken.
    has_until: i64,
    /// When it took something last.
    taken_at: Option<DateTime<Utc>>,
    /// Since when it takes nothing.
    failing_since: Option<DateTime<Utc>>,
    /// Why.
    error: Option<String>,
}

impl From<Receiver> for AuditReceiverView {
    fn from(receiver: Receiver) -> Self {
        let Receiver { name, has_until, taken_at, failing_since, error } = receiver;
        Self { name, has_until, taken_at, failing_since, error }
    }
}

/// What proves that an entry is in the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditInclusion)]
pub struct AuditInclusionView {
    /// The line that is hashed: SHA-256 over an octet 0 and this.
    pub line: String,
    /// Its place in the tree.
    pub leaf: u64,
    /// The size of the tree that the proof is for, which is that of the checkpoint.
    pub size: u64,
    /// The proof (RFC 9162, 2.1.3), in base64.
    pub proof: Vec<String>,
    /// The checkpoint that the proof leads to.
    pub checkpoint: AuditCheckpointView,
}

/// What proves that one state of the log goes on from another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditConsistency)]
pub struct AuditConsistencyView {
    /// The size of the older tree.
    pub from: u64,
    /// The size of the newer tree.
    pub to: u64,
    /// The proof (RFC 9162, 2.1.4), in base64.
    pub proof: Vec<String>,
}

/// Hashes, as the API gives them.
pub fn in_base64(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

/// A check that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditCheck)]
pub struct AuditCheckView {
    id: AuditCheckId,
    requested_by: Option<PersonRef>,
    requested_at: DateTime<Utc>,
    /// `running`, `whole`, `changed`, or `failed` where it could not be finished.
    state: &'static str,
    /// What is looked at: `tree`, `entries`, `rows`, `current`.
    stage: String,
    /// How many of them have been.
    done: i64,
    /// How many there are, where that is known.
    total: Option<i64>,
    finished_at: Option<DateTime<Utc>>,
    /// What it came to, as `chancery audit verify --json` prints it.
    #[schema(value_type = Option<crate::audit::verify::report::Report>)]
    report: Option<serde_json::Value>,
}

impl AuditCheckView {
    /// For the reader.
    pub fn of(reader: &Reader, check: AuditCheck) -> Self {
        let is_whole = check.report.as_ref().and_then(|report| report["is_whole"].as_bool());
        let state = match (check.finished_at, is_whole) {
            (None, _) => "running",
            (Some(_), Some(true)) => "whole",
            (Some(_), Some(false)) => "changed",
            (Some(_), None) => "failed",
        };
        Self {
            id: check.id,
            requested_by: reader.scene.mirror.person(check.requested_by).map(PersonRef::of),
            requested_at: check.requested_at,
            state,
            stage: check.stage,
            done: check.done,
            total: check.total,
            finished_at: check.finished_at,
            report: check.report,
        }
    }
}
