//! Signs how the log stands, so that nobody can say later that it stood otherwise.

use audit_log::checkpoint::Checkpoint;
use audit_log::note::{NoteError, Signer, Verifier};
use chrono::{DateTime, TimeDelta, Utc};
use schema::audit_checkpoints::{self, SignedCheckpoint};
use schema::audit_tree;
use schema::transaction::Link;

use super::grow;

/// A checkpoint is due when this has passed since the last one,
const EVERY: TimeDelta = TimeDelta::minutes(1);
/// or so many leaves are new.
const LEAVES: i64 = 10_000;

/// Who signs for a log, and the log's name.
#[derive(Debug)]
pub struct Notary {
    origin: String,
    signer: Signer,
}

impl Notary {
    /// For the log `origin`, with the private key of a PEM text. The key has the log's name.
    pub fn new(origin: &str, pem: &str) -> Result<Self, NoteError> {
        Ok(Self { origin: origin.to_owned(), signer: Signer::from_pem(origin, pem)? })
    }

    /// What whoever checks must know of the key.
    pub fn verifier(&self) -> Verifier {
        self.signer.verifier()
    }

    /// Signs another text than a checkpoint. No such text can be taken for one: a checkpoint begins with the log's name.
    pub fn sign_statement(&self, title: &'static str, said: &str) -> String {
        self.signer.sign(&format!("{title}\n{said}\n"))
    }

    /// Signs how the log stands, if that is due, or `at_once` if there is anything new at all. The newest checkpoint, or nothing
    /// where the log is empty.
    pub async fn sign(
        &self,
        connection: &mut Link,
        now: DateTime<Utc>,
        at_once: bool,
    ) -> Result<Option<SignedCheckpoint>, schema::Error> {
        let state = audit_tree::state(connection).await?;
        let newest = audit_checkpoints::newest(connection).await?;
        let is_due = newest.as_ref().is_none_or(|newest| {
            let new = state.size - newest.size;
            new > 0 && (at_once || new >= LEAVES || now - newest.signed_at >= EVERY)
        });
        if !is_due || state.size == 0 {
            return Ok(newest);
        }
        let edge = grow::edge(&state).ok_or(schema::Error::NoTree)?;
        let checkpoint = Checkpoint { origin: self.origin.clone(), size: edge.size(), root: edge.root() };
        let signed = SignedCheckpoint {
            size: state.size,
            root: checkpoint.root.to_vec(),
            note: self.signer.sign(&checkpoint.to_string()),
            signed_at: now,
        };
        // Another node may have signed the same.
        if audit_checkpoints::keep(connection, &signed).await? {
            metrics::counter!("chancery_audit_checkpoints_total").increment(1);
        }
        Ok(Some(signed))
    }
}
