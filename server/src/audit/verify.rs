//! Looks for what somebody changed behind the log's back: an entry that was altered, removed, put in or moved; a tree that is not
//! the one that was signed; a newest part that was cut off; a message, a label, a history or a row that decides now and is not
//! what the log says it is. Everything is looked at in one picture of the database, while it goes on working.

pub(crate) mod anchors;
mod entries;
mod messages;
pub mod report;
mod rows;
mod tree;

use audit_log::note::Verifier;
use schema::transaction::{Link, Transaction};
use schema::{Pool, audit_tree, sealed_tables};

use self::anchors::Anchors;
use self::entries::Entries;
use self::report::{Finding, Findings, Report};
use crate::error::Error;

/// So many rows that are not what their history says are named, of each table.
const DRIFTED: i64 = 100;

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is looked at.
    pub stage: Stage,
    /// How many of them have been.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The hashes of the tree, and the checkpoints.
    Tree,
    /// The entries of the log, and the messages that they tell of.
    Entries,
    /// Histories and policies.
    Rows,
    /// What decides now.
    Current,
}

impl Stage {
    /// Its name, as the API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Entries => "entries",
            Self::Rows => "rows",
            Self::Current => "current",
        }
    }
}

/// Is told how far a check is.
pub type Told<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Checks the whole database against what `key` signed: the checkpoints in the database, and those that were given away before
/// (`notes`). Without a key, signatures are not looked at and the report says so.
pub async fn verify(
    pool: &Pool,
    key: Option<&Verifier>,
    notes: &[String],
    told: Told<'_>,
) -> Result<Report, Error> {
    let mut transaction = Transaction::begin_reading(pool).await?;
    audit_tree::say_as_hashed(&mut transaction).await?;
    let mut findings = Findings::default();
    let mut anchors = tree::signed(&mut transaction, key, notes, &mut findings).await?;
    let size = check(&mut transaction, &mut anchors, &mut findings, told).await?;
    let of_log = Report::of_log(size.leaves, anchors.signed(), key.is_some(), findings);
    let (not_yet_leaves, messages, rows) = (size.not_yet_leaves, size.messages, size.rows);
    Ok(Report { not_yet_leaves, messages, rows, ..of_log })
}

struct Size {
    leaves: u64,
    not_yet_leaves: u64,
    messages: u64,
    rows: u64,
}

async fn check(
    connection: &mut Link,
    anchors: &mut Anchors,
    findings: &mut Findings,
    told: Told<'_>,
) -> Result<Size, Error> {
    let leaves = tree::check(connection, anchors, findings, told).await?;
    let entries = Entries::check(connection, leaves, findings, told).await?;
    let rows = entries.rows.check(connection, findings, told).await?;
    told(Progress { stage: Stage::Current, done: 0, total: None });
    for row in sealed_tables::drifted(connection, DRIFTED).await? {
        findings.add(Finding::NotAsItsHistory { table: row.name, key: row.key });
    }
    Ok(Size { leaves, not_yet_leaves: entries.not_yet_leaves, messages: entries.messages, rows })
}
