//! Whether the rows of histories and policies are those that the log tells of.

use std::collections::HashMap;

use audit_log::tree::Hash;
use schema::audit_tree::Entry;
use schema::sealed_tables;
use schema::transaction::Link;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::report::{Finding, Findings};
use super::{Progress, Stage, Told};
use crate::error::Error;
use crate::text;

/// How many rows are read at a time.
const SOME: usize = 5_000;

/// What an entry tells of rows: of each its key, and its hash in hexadecimal digits.
#[derive(Deserialize)]
struct Changed {
    table: String,
    removed: Vec<(String, String)>,
    added: Vec<(String, String)>,
}

/// A row that there should be, so many times.
struct Expected {
    times: i64,
    key: Box<str>,
    seq: i64,
}

/// The rows that there should be, by table and hash. Entries may come in any order.
#[derive(Default)]
pub(super) struct Rows {
    tables: HashMap<String, HashMap<Hash, Expected>>,
}

impl Rows {
    /// Takes what an entry tells; false where it cannot be understood.
    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        let Ok(changed) = serde_json::from_str::<Changed>(&entry.entry) else { return false };
        let table = self.tables.entry(changed.table).or_default();
        let removed = changed.removed.into_iter().map(|row| (row, -1));
        let mut is_read = true;
        for ((key, hash), times) in removed.chain(changed.added.into_iter().map(|row| (row, 1))) {
            let Some(hash) = text::digest(&hash) else {
                is_read = false;
                continue;
            };
            let expected =
                table.entry(hash).or_insert(Expected { times: 0, key: key.into(), seq: entry.seq });
            expected.times += times;
            if times > 0 {
                expected.seq = entry.seq;
            }
            if expected.times == 0 {
                table.remove(&hash);
            }
        }
        is_read
    }

    /// Compares them with those that there are. Returns how many these are.
    pub(super) async fn check(
        mut self,
        connection: &mut Link,
        findings: &mut Findings,
        told: Told<'_>,
    ) -> Result<u64, Error> {
        let mut done = 0;
        for name in sealed_tables::names(connection).await? {
            let expected = self.tables.remove(&name).unwrap_or_default();
            done += check_table(connection, name, expected, findings).await?;
            told(Progress { stage: Stage::Rows, done, total: None });
        }
        for (name, expected) in self.tables {
            settle(&name, expected, Vec::new(), findings);
        }
        Ok(done)
    }
}

async fn check_table(
    connection: &mut Link,
    name: String,
    mut expected: HashMap<Hash, Expected>,
    findings: &mut Findings,
) -> Result<u64, Error> {
    let (mut done, mut unexpected) = (0, Vec::new());
    let rows = sealed_tables::Rows::of(connection, &name, SOME).await?;
    loop {
        let some = rows.next(connection).await?;
        if some.is_empty() {
            break;
        }
        done += u64::try_from(some.len()).unwrap_or_default();
        for said in some {
            let hash: Hash = Sha256::digest(said.as_bytes()).into();
            match expected.get_mut(&hash) {
                Some(found) if found.times > 0 => found.times -= 1,
                _ => unexpected.push(said),
            }
        }
    }
    rows.close(connection).await?;
    expected.retain(|_, expected| expected.times != 0);
    settle(&name, expected, unexpected, findings);
    Ok(done)
}

/// Names what is not as it should be. A row that is not known and one that is missing under the same key are one that was altered.
fn settle(table: &str, expected: HashMap<Hash, Expected>, unexpected: Vec<String>, findings: &mut Findings) {
    let mut missing: Vec<Expected> = expected.into_values().collect();
    missing.sort_unstable_by_key(|row| row.seq);
    for said in unexpected {
        let values: Vec<String> = values(&said);
        // The keys are among the values of the row.
        let is_of = |row: &Expected| row.key.split(' ').all(|part| values.iter().any(|value| value == part));
        match missing.iter().position(is_of) {
            Some(place) => {
                let row = missing.remove(place);
                findings.add(Finding::RowAltered { table: table.to_owned(), key: row.key.into() });
            }
            None => findings.add(Finding::RowInserted { table: table.to_owned(), key: shown(&said) }),
        }
    }
    for row in missing {
        let (table, key) = (table.to_owned(), row.key.into());
        findings.add(Finding::RowMissing { table, key, leaf_seq: row.seq });
    }
}

/// The values of a row, as texts.
fn values(said: &str) -> Vec<String> {
    let row: HashMap<String, serde_json::Value> = serde_json::from_str(said).unwrap_or_default();
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    row.into_values().map(text).collect()
}

/// What tells a row from others: its identifiers. Nothing else of it belongs into a report.
fn shown(said: &str) -> String {
    let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(said).unwrap_or_default();
    let is_key = |name: &str| name == "id" || name == "number" || name.ends_with("_id") || name == "role";
    let keys = row.iter().filter(|(name, _)| is_key(name)).map(|(name, value)| format!("{name}={value}"));
    keys.collect::<Vec<_>>().join(" ").replace('"', "")
}
