//! Keeps this node at the policies that are in force, and builds those that soon may be. Beside the hot path: what is in
//! force changes with one store of a pointer, once everything is built.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use schema::{nodes, policy_activations, policy_versions};
use tokio_util::sync::CancellationToken;

use super::Numbers;
use super::shelf::BuildError;
use crate::app::App;
use crate::error::{Error, describe};

/// How often it is looked, whatever was heard.
const INTERVAL: Duration = Duration::from_secs(2);
/// How often the node says that it is there.
const BEAT: Duration = Duration::from_secs(5);
/// How long somebody who puts a policy in force waits for the nodes, and how often it is looked.
const SWITCHING: Duration = Duration::from_secs(10);
const LOOKING: Duration = Duration::from_millis(50);
/// How many approved policies are built ahead.
const AHEAD: i64 = 3;

/// What was said to the database, so that it is not said again.
#[derive(Default)]
struct Said {
    beat_at: Option<Instant>,
    proved: BTreeSet<i64>,
    in_force: Option<Numbers>,
}

/// Keeps the policies until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut said = Said::default();
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.policies.bell.notified() => {}
            _ = interval.tick() => {}
        }
        for done in [look(&app, &mut said).await, app.policies.shadow.write(&app).await] {
            if let Err(error) = done {
                tracing::warn!(error = %describe::chain(&error), "the policies could not be kept");
            }
        }
    }
    if let Ok(mut connection) = app.pool.get().await
        && let Err(error) = nodes::leave(&mut connection, app.org.in_force.node()).await
    {
        tracing::debug!(error = %describe::chain(&error), "the node could not take its leave");
    }
}

async fn look(app: &App, said: &mut Said) -> Result<(), Error> {
    let mut connection = app.pool.get().await?;
    let node = app.org.in_force.node();
    if said.beat_at.is_none_or(|at| at.elapsed() >= BEAT) {
        nodes::beat(&mut connection, node, env!("CARGO_PKG_VERSION")).await?;
        said.beat_at = Some(Instant::now());
    }
    let wanted = Numbers::of(&policy_activations::current(&mut connection).await?);
    let ahead = ahead(&mut connection, &wanted).await?;
    drop(connection);
    for number in wanted.all() {
        prove(app, number, said).await?;
    }
    if wanted == Numbers::in_force(&app.gate.in_force()) {
        app.policies.confirm();
    } else if let Some(policies) = app.policies.shelf.in_force(&wanted).await.map_err(Error::internal)? {
        app.policies.hand_over(policies);
    }
    note_in_force(app, said).await?;
    for number in &ahead {
        prove(app, *number, said).await?;
    }
    app.policies.shelf.keep(&wanted.all().into_iter().chain(ahead).collect());
    Ok(())
}

/// Waits until every node that is there decides by what is in force, at most [`SWITCHING`]. Whether that is so now.
pub async fn everywhere(app: &App) -> Result<bool, Error> {
    let until = Instant::now() + SWITCHING;
    loop {
        let mut connection = app.pool.get().await?;
        let wanted = Numbers::of(&policy_activations::current(&mut connection).await?);
        let done = nodes::others(&mut connection, &wanted.to_string()).await? == 0;
        drop(connection);
        if done || Instant::now() >= until {
            return Ok(done);
        }
        tokio::time::sleep(LOOKING).await;
    }
}

/// Approved policies that may come into force next, and the one to which one would go back.
async fn ahead(connection: &mut schema::Connection, wanted: &Numbers) -> Result<Vec<i64>, Error> {
    let approved = policy_versions::approved(connection, AHEAD).await?;
    let newer =
        approved.into_iter().map(|version| version.number).filter(|number| Some(*number) > wanted.everywhere);
    let mut ahead: Vec<i64> = newer.collect();
    ahead.extend(policy_activations::previous(connection).await?);
    Ok(ahead)
}

/// Builds a policy, and says what this node came to, once.
async fn prove(app: &App, number: i64, said: &mut Said) -> Result<(), Error> {
    if said.proved.contains(&number) {
        return Ok(());
    }
    let built = app.policies.shelf.snapshot(number).await;
    if built.as_ref().is_err_and(BuildError::may_pass) {
        return built.map(drop).map_err(Error::internal);
    }
    let came_to = built.map(|policy| policy.table_sha256()).map_err(|error| error.to_string());
    if let Err(error) = &came_to {
        tracing::error!(number, error, "a policy cannot be built here");
    }
    nodes::prove(&mut *app.pool.get().await?, app.org.in_force.node(), number, &came_to).await?;
    said.proved.insert(number);
    Ok(())
}

async fn note_in_force(app: &App, said: &mut Said) -> Result<(), Error> {
    let numbers = Numbers::in_force(&app.gate.in_force());
    if said.in_force.as_ref() != Some(&numbers) {
        // What another policy permitted, and is being stored, is stored before anybody hears that this one is in force.
        if !app.commits.have_settled().await {
            return Ok(());
        }
        let deciding: Vec<i64> = numbers.deciding().into_iter().collect();
        let (node, text) = (app.org.in_force.node(), numbers.to_string());
        nodes::decides_by(&mut *app.pool.get().await?, node, &deciding, &text).await?;
        said.in_force = Some(numbers);
    }
    Ok(())
}
