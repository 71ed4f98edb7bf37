//! Which policy holds: the files that the configuration names, published under a number that decisions carry.

pub mod command;
pub mod past;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use policies::Finding;
use policies::gate::{PolicyFiles, Snapshot};
use policies::lint;
use schema::{Pool, policy_versions};

use crate::clock::Clock;

/// A policy that cannot be used, with everything that is wrong in it: file, line, key.
#[derive(Debug)]
pub struct Rejected(pub Vec<Finding>);

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy cannot be used")?;
        self.0.iter().try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}

impl std::error::Error for Rejected {}

/// Why a policy was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It cannot be used.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The database did not take it.
    #[error(transparent)]
    Database(#[from] schema::Error),
    /// Loading it was interrupted.
    #[error(transparent)]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The files in `directory`, or those that the program carries.
pub fn files(directory: Option<&Path>) -> std::io::Result<PolicyFiles> {
    directory.map_or_else(|| Ok(PolicyFiles::embedded()), PolicyFiles::read)
}

/// Loads the policy, and refuses one that breaks an invariant: it would be in force with the first send.
pub fn load(files: &PolicyFiles, number: i64) -> Result<Snapshot, Rejected> {
    let snapshot = Snapshot::load(files, number).map_err(Rejected)?;
    let report = lint::lint_snapshot(&snapshot, files);
    if report.errors.is_empty() { Ok(snapshot) } else { Err(Rejected(report.errors)) }
}

/// Loads `files` and sees that they are the active policy, under a number of their own. What does not load is never
/// published; what is already active keeps its number.
pub async fn publish(pool: &Pool, files: PolicyFiles, clock: &Clock) -> Result<Snapshot, PublishError> {
    let sha256 = files.sha256();
    let files = Arc::new(files);
    let mut connection = pool.get().await?;
    loop {
        let active = policy_versions::active(&mut connection).await?.filter(|active| active.sha256 == sha256);
        let number = match &active {
            Some(active) => active.number,
            None => policy_versions::next_number(&mut connection).await?,
        };
        let loading = files.clone();
        let snapshot = tokio::task::spawn_blocking(move || load(&loading, number)).await??;
        if active.is_some() {
            return Ok(snapshot);
        }
        // Another node may have been faster: then this one looks again.
        let now = clock.now();
        if policy_versions::activate(&mut connection, number, &sha256, files.map(), now).await? {
            tracing::info!(version = number, "the policy is published");
            return Ok(snapshot);
        }
    }
}
