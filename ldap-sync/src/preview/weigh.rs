//! Finds out what a plan would mean by carrying it out, looking, and taking it back: nothing of it is ever committed.

use policies::gate::{PolicyFiles, Snapshot};
use schema::ids::{PersonId, SourceId, SyncRunId};
use schema::transaction::Link;
use schema::{Pool, Transaction, org_state, policy_activations, policy_versions, sync_runs};

use crate::apply::{apply, touched};
use crate::config::Source;
use crate::mirror::{self, Held};
use crate::plan::Plan;
use org_input::consequences::{Consequences, Picture, compare};

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
///
/// While the plan is carried out nobody else can write to the mirror. What takes long, reading what is there, is done
/// before that.
pub async fn weigh(
    pool: &Pool,
    source: &Source,
    id: SourceId,
    plan: &Plan,
) -> Result<Consequences, WeighError> {
    let policy = active_policy(pool).await?;
    let mut connection = pool.get().await?;
    let version = org_state::version(&mut connection).await?;
    let seen = look(&mut connection, id, plan).await?;
    drop(connection);
    let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
    let (held, mut people, before) = if org_state::version(&mut transaction).await? == version {
        seen
    } else {
        look(&mut transaction, id, plan).await?
    };
    let now = transaction.began_at().await?;
    let applied =
        apply(&mut transaction, source, (id, SyncRunId::new()), plan.clone(), held.rows, now).await?;
    people.extend(applied.people);
    let after = Picture::take(&mut transaction, &people).await?;
    drop(transaction);
    let comparing = move || compare((&before, &policy), (&after, &policy), &people);
    tokio::task::spawn_blocking(comparing).await.map_err(|error| WeighError::Policy(error.to_string()))
}

/// What is there, the people whom the plan touches (those who are new have no row yet), and how they stand.
async fn look(
    connection: &mut Link,
    id: SourceId,
    plan: &Plan,
) -> Result<(Held, Vec<PersonId>, Picture), schema::Error> {
    let held = mirror::load(connection, Some(id)).await?;
    let people = if plan.ladder_changed {
        // Nobody's row changes, and what everybody's rank is worth does.
        held.rows.people.values().copied().collect()
    } else {
        touched(plan, &held.rows).0
    };
    let before = Picture::take(connection, &people).await?;
    Ok((held, people, before))
}

async fn active_policy(pool: &Pool) -> Result<Snapshot, WeighError> {
    let mut connection = pool.get().await?;
    let number = policy_activations::everywhere(&mut connection).await?.ok_or(WeighError::NoPolicy)?;
    let files = policy_versions::files(&mut connection, number).await?;
    drop(connection);
    let loading = move || Snapshot::load(&PolicyFiles::from_map(files), number);
    let loaded = tokio::task::spawn_blocking(loading).await;
    let loaded = loaded.map_err(|error| WeighError::Policy(error.to_string()))?;
    loaded.map_err(|findings| WeighError::Policy(format!("{} mistakes", findings.len())))
}
