//! Finds out what a plan would mean by carrying it out, looking, and taking it back: nothing of it is ever committed.

use policies::gate::{PolicyFiles, Snapshot};
use schema::ids::{SourceId, SyncRunId};
use schema::{Pool, Transaction, policy_versions, sync_runs};

use super::consequences::{Consequences, Picture, compare};
use crate::apply::{apply, touched};
use crate::config::Source;
use crate::mirror;
use crate::plan::Plan;

/// Why it cannot be told what a plan would mean.
#[derive(Debug, thiserror::Error)]
pub enum WeighError {
    /// The database did not answer, or would not take the plan.
    #[error(transparent)]
    Database(#[from] schema::Error),
    /// No policy decides: no server has been started on this database yet.
    #[error("no policy is active yet: start the server once")]
    NoPolicy,
    /// The policy in the database cannot be loaded.
    #[error("the active policy cannot be loaded: {0}")]
    Policy(String),
}

/// What `plan` would mean for the people it touches, by the policy in force.
pub async fn weigh(
    pool: &Pool,
    source: &Source,
    id: SourceId,
    plan: &Plan,
) -> Result<Consequences, WeighError> {
    let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
    let now = transaction.began_at().await?;
    let held = mirror::load(&mut transaction, Some(id)).await?;
    // Those who are new sit nowhere yet.
    let before = Picture::take(&mut transaction, &touched(plan, &held.rows).0).await?;
    let applied =
        apply(&mut transaction, source, (id, SyncRunId::new()), plan.clone(), held.rows, now).await?;
    let after = Picture::take(&mut transaction, &applied.people).await?;
    drop(transaction);
    let policy = active_policy(pool).await?;
    let comparing = move || compare(&before, &after, &applied.people, &policy);
    tokio::task::spawn_blocking(comparing).await.map_err(|error| WeighError::Policy(error.to_string()))
}

async fn active_policy(pool: &Pool) -> Result<Snapshot, WeighError> {
    let mut connection = pool.get().await?;
    let active = policy_versions::active(&mut connection).await?.ok_or(WeighError::NoPolicy)?;
    let files = policy_versions::files(&mut connection, active.number).await?;
    drop(connection);
    let loading = move || Snapshot::load(&PolicyFiles::from_map(files), active.number);
    let loaded = tokio::task::spawn_blocking(loading).await;
    let loaded = loaded.map_err(|error| WeighError::Policy(error.to_string()))?;
    loaded.map_err(|findings| WeighError::Policy(format!("{} mistakes", findings.len())))
}
