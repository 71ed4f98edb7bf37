//! The policies that were in force before: loaded again when somebody asks what they decided.

use std::sync::Arc;

use policies::gate::{Gate, PolicyFiles, Snapshot};
use schema::{Pool, policy_versions};
use tokio::sync::Mutex;

use super::Rejected;
use crate::error::Error;

/// The past policy that was asked for last: loading one proves its whole table, which takes a second or two, and who
/// looks back looks at one time again and again.
#[derive(Debug, Default)]
pub struct PastPolicies {
    last: Mutex<Option<Gate>>,
}

impl PastPolicies {
    /// The gate with the policy `number` in force: `current`, if it is that one.
    pub async fn gate(&self, pool: &Pool, current: &Gate, number: i64) -> Result<Gate, Error> {
        if current.snapshot().version() == number {
            return Ok(current.clone());
        }
        // Held while one is loaded: two who ask at once do not load it twice.
        let mut last = self.last.lock().await;
        if let Some(gate) = last.as_ref().filter(|gate| gate.snapshot().version() == number) {
            return Ok(gate.clone());
        }
        let files = policy_versions::files(&mut *pool.get().await?, number).await?;
        let files = Arc::new(PolicyFiles::from_map(files));
        let loading = move || Snapshot::load(&files, number);
        let snapshot = tokio::task::spawn_blocking(loading)
            .await
            .map_err(Error::internal)?
            .map_err(|findings| Error::internal(Rejected(findings)))?;
        Ok(last.insert(Gate::new(snapshot)).clone())
    }
}
