//! What a check found, in words that name the place.

use std::fmt::{self, Write as _};

use audit_log::checkpoint::Checkpoint;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// So many findings are kept.
const KEPT: usize = 1000;

/// What a check came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Report {
    /// Whether everything is as the log says.
    pub is_whole: bool,
    /// How many entries the tree has.
    pub leaves: u64,
    /// Entries that are too new to be in it.
    pub not_yet_leaves: u64,
    /// Messages that were compared with their entries.
    pub messages: u64,
    /// Rows of histories and policies that were compared with their entries.
    pub rows: u64,
    /// Checkpoints that were compared with the tree.
    pub checkpoints: usize,
    /// Whether their signatures were checked.
    pub is_signature_checked: bool,
    /// The newest of them.
    pub newest: Option<Newest>,
    /// What is wrong, in the order of the log; at most a thousand.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: u64,
}

impl Report {
    /// What a check of the log alone came to.
    pub(crate) fn of_log(
        leaves: u64,
        checkpoints: &[Checkpoint],
        is_signature_checked: bool,
        findings: Findings,
    ) -> Self {
        Self {
            is_whole: findings.found.is_empty(),
            leaves,
            not_yet_leaves: 0,
            messages: 0,
            rows: 0,
            checkpoints: checkpoints.len(),
            is_signature_checked,
            newest: checkpoints.last().map(Newest::of),
            more: findings.more,
            findings: findings.found,
        }
    }

    /// The whole in a few sentences.
    pub fn summary(&self) -> String {
        let Self { leaves, not_yet_leaves, messages, rows, checkpoints, .. } = self;
        let mut said = format!("{leaves} entries were checked against {checkpoints} checkpoints");
        let compared = [(*messages, "messages"), (*rows, "rows of histories and policies")];
        for (count, what) in compared.into_iter().filter(|(count, _)| *count > 0) {
            // Writing to memory does not fail.
            let _ = write!(said, ", {count} {what} against their entries");
        }
        if *not_yet_leaves > 0 {
            let _ = write!(said, "; {not_yet_leaves} entries are too new to be in the tree");
        }
        if !self.is_signature_checked {
            said.push_str("; who signed was not checked: give --key");
        }
        said.push_str(if self.is_whole {
            ".\nNothing was changed."
        } else {
            ".\nThis is not as it should be."
        });
        said
    }
}

/// A checkpoint.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Newest {
    /// How many leaves the tree had.
    size: u64,
    /// Its root, in base64.
    root: String,
}

impl Newest {
    pub(super) fn of(checkpoint: &Checkpoint) -> Self {
        Self { size: checkpoint.size, root: STANDARD.encode(checkpoint.root) }
    }
}

/// Something that is not as the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Finding {
    /// An entry is not what it was when it came into the tree.
    EntryAltered { leaf: u64, seq: i64, kind: String },
    /// An entry that is in the tree is gone.
    EntryMissing { leaf: u64, seq: i64 },
    /// An entry is among those of the tree and not in it.
    EntryInserted { seq: i64, kind: String },
    /// Hashes of the tree were altered: one or more of these leaves.
    TreeAltered { from_leaf: u64, to_leaf: u64 },
    /// Part of the tree is gone.
    TreeMissing { from_leaf: u64 },
    /// The tree is not the one that was signed: something between these leaves was altered, and the hashes with it.
    NotAsSigned { size: u64, from_leaf: u64 },
    /// A checkpoint is of more leaves than there are: the newest entries were cut off.
    CutOff { signed: u64, leaves: u64 },
    /// What is said to be a checkpoint is none, or is not signed by the key.
    CheckpointInvalid { place: String, why: String },
    /// A message is not what its entry says.
    MessageAltered { conversation_id: String, seq: i64, what: Vec<&'static str> },
    /// A message that an entry tells of is gone.
    MessageMissing { conversation_id: String, seq: i64, leaf_seq: i64 },
    /// No entry tells of a message.
    MessageInserted { conversation_id: String, seq: i64 },
    /// A row is not what its entry says.
    RowAltered { table: String, key: String },
    /// A row that an entry tells of is gone.
    RowMissing { table: String, key: String, leaf_seq: i64 },
    /// No entry tells of a row.
    RowInserted { table: String, key: String },
    /// A row that decides now is not what its history says.
    NotAsItsHistory { table: String, key: String },
    /// A file of an export is not what was signed.
    FileAltered { name: String },
    /// A file of an export is gone.
    FileMissing { name: String },
    /// A file is in an export that was not when it was signed.
    FileInserted { name: String },
    /// An entry cannot be understood.
    EntryUnreadable { seq: i64, kind: String },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryAltered { leaf, seq, kind } => {
                write!(f, "entry {seq} ({kind}, leaf {leaf}) was altered")
            }
            Self::EntryMissing { leaf, seq } => write!(f, "entry {seq} (leaf {leaf}) is missing"),
            Self::EntryInserted { seq, kind } => write!(f, "entry {seq} ({kind}) was put in"),
            Self::TreeAltered { from_leaf, to_leaf } => {
                write!(f, "the hash of one of the leaves {from_leaf} to {to_leaf} was altered")
            }
            Self::TreeMissing { from_leaf } => {
                write!(f, "the hashes of the leaves from {from_leaf} on are missing")
            }
            Self::NotAsSigned { size, from_leaf } => write!(
                f,
                "the tree of {size} leaves is not the one that was signed: something from leaf {from_leaf} on was altered"
            ),
            Self::CutOff { signed, leaves } => {
                write!(f, "{signed} leaves were signed and {leaves} are there: the newest were cut off")
            }
            Self::CheckpointInvalid { place, why } => {
                write!(f, "the checkpoint {place} does not count: {why}")
            }
            Self::MessageAltered { conversation_id, seq, what } => {
                write!(f, "message {seq} of conversation {conversation_id} was altered: {}", what.join(", "))
            }
            Self::MessageMissing { conversation_id, seq, leaf_seq } => {
                write!(f, "message {seq} of conversation {conversation_id} is missing (entry {leaf_seq})")
            }
            Self::MessageInserted { conversation_id, seq } => {
                write!(f, "message {seq} of conversation {conversation_id} was put in: no entry tells of it")
            }
            Self::RowAltered { table, key } => write!(f, "row {key} of {table} was altered"),
            Self::RowMissing { table, key, leaf_seq } => {
                write!(f, "row {key} of {table} is missing (entry {leaf_seq})")
            }
            Self::RowInserted { table, key } => {
                write!(f, "row {key} of {table} was put in: no entry tells of it")
            }
            Self::NotAsItsHistory { table, key } => {
                write!(f, "row {key} of {table} is not what its history says")
            }
            Self::FileAltered { name } => write!(f, "{name} is not what was signed"),
            Self::FileMissing { name } => write!(f, "{name} is missing"),
            Self::FileInserted { name } => write!(f, "{name} was put in"),
            Self::EntryUnreadable { seq, kind } => write!(f, "entry {seq} ({kind}) cannot be understood"),
        }
    }
}

/// Findings, as they come.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<Finding>,
    more: u64,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding) {
        if self.found.len() < KEPT {
            self.found.push(finding);
        } else {
            self.more += 1;
        }
    }
}
