//! Keeps this node at the policies that are in force, and builds those that soon may be. Beside the hot path: what is in
//! force changes with one store of a pointer, once everything is built.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use schema::{nodes, policy_activations, policy_versions};
use tokio::task::JoinHandle;
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

/// What this node has done, so that it is not done again.
#[derive(Default)]
struct Keeper {
    beat_at: Option<Instant>,
    proved: BTreeSet<i64>,
    in_force: Option<Numbers>,
    /// What is being built, and proves so many policies. It may take long, and whether what is in force still is must be known
    /// all the time.
    building: Option<JoinHandle<Result<Vec<i64>, Error>>>,
}

/// Keeps the policies until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut keeper = Keeper::default();
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.policies.bell.notified() => {}
            _ = interval.tick() => {}
        }
        for done in [keeper.look(&app).await, keeper.built().await, app.policies.shadow.write(&app).await] {
            if let Err(error) = done {
                tracing::warn!(error = %describe::chain(&error), "the policies could not be kept");
            }
        }
    }
    if let Some(building) = keeper.building {
        building.abort();
    }
    if let Ok(mut connection) = app.pool.get().await
        && let Err(error) = nodes::leave(&mut connection, app.org.in_force.node()).await
    {
        tracing::debug!(error = %describe::chain(&error), "the node could not take its leave");
    }
}

impl Keeper {
    /// Looks what is in force, and has built what is or may come.
    async fn look(&mut self, app: &App) -> Result<(), Error> {
        let mut connection = app.pool.get().await?;
        let node = app.org.in_force.node();
        if self.beat_at.is_none_or(|at| at.elapsed() >= BEAT) {
            nodes::beat(&mut connection, node, env!("CARGO_PKG_VERSION")).await?;
            self.beat_at = Some(Instant::now());
        }
        let wanted = Numbers::of(&policy_activations::current(&mut connection).await?);
        let ahead = ahead(&mut connection, &wanted).await?;
        drop(connection);
        let is_in_force = wanted == Numbers::in_force(&app.gate.in_force());
        let is_built = wanted.all().iter().all(|number| app.policies.shelf.ready(*number).is_some());
        if is_in_force {
            app.policies.confirm();
        } else if is_built {
            hand_over(app, &wanted).await?;
        }
        self.note_in_force(app).await?;
        let is_missing = |number: &i64| !self.proved.contains(number);
        let missing: Vec<i64> = wanted.all().into_iter().filter(is_missing).collect();
        let later: Vec<i64> = ahead.iter().copied().filter(is_missing).collect();
        if self.building.is_none() && !(is_built && missing.is_empty() && later.is_empty()) {
            self.building = Some(tokio::spawn(build(app.clone(), wanted.clone(), missing, later)));
        }
        app.policies.shelf.keep(&wanted.all().into_iter().chain(ahead).collect());
        Ok(())
    }

    /// Takes over what was built, if that is done.
    async fn built(&mut self) -> Result<(), Error> {
        let Some(building) = self.building.take_if(|building| building.is_finished()) else { return Ok(()) };
        self.proved.extend(building.await.map_err(Error::internal)??);
        Ok(())
    }

    async fn note_in_force(&mut self, app: &App) -> Result<(), Error> {
        let numbers = Numbers::in_force(&app.gate.in_force());
        if self.in_force.as_ref() != Some(&numbers) {
            // What another policy permitted, and is being stored, is stored before anybody hears that this one is in force.
            if !app.commits.have_settled().await {
                return Ok(());
            }
            let deciding: Vec<i64> = numbers.deciding().into_iter().collect();
            let (node, text) = (app.org.in_force.node(), numbers.to_string());
            nodes::decides_by(&mut *app.pool.get().await?, node, &deciding, &text).await?;
            self.in_force = Some(numbers);
        }
        Ok(())
    }
}

/// Builds what is wanted, hands it over unless it is in force, and then builds what may come. Returns what was proved.
async fn build(app: App, wanted: Numbers, missing: Vec<i64>, later: Vec<i64>) -> Result<Vec<i64>, Error> {
    let mut proved = Vec::new();
    for number in missing {
        prove(&app, number).await?;
        proved.push(number);
    }
    if wanted != Numbers::in_force(&app.gate.in_force()) {
        hand_over(&app, &wanted).await?;
    }
    for number in later {
        prove(&app, number).await?;
        proved.push(number);
    }
    app.policies.bell.notify_one();
    Ok(proved)
}

async fn hand_over(app: &App, wanted: &Numbers) -> Result<(), Error> {
    if let Some(policies) = app.policies.shelf.in_force(wanted).await.map_err(Error::internal)? {
        app.policies.hand_over(policies);
    }
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

/// Builds a policy, and says what this node came to.
async fn prove(app: &App, number: i64) -> Result<(), Error> {
    let built = app.policies.shelf.snapshot(number).await;
    if built.as_ref().is_err_and(BuildError::may_pass) {
        return built.map(drop).map_err(Error::internal);
    }
    let came_to = built.map(|policy| policy.table_sha256()).map_err(|error| error.to_string());
    if let Err(error) = &came_to {
        tracing::error!(number, error, "a policy cannot be built here");
    }
    nodes::prove(&mut *app.pool.get().await?, app.org.in_force.node(), number, &came_to).await?;
    Ok(())
}
