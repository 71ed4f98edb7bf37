//! Since when this node decides by which version of the mirror: noted in the database and counted, beside the hot path.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use schema::{org_changes, org_enforcements, source_figures};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, describe};

/// How often what came into force is noted.
const INTERVAL: Duration = Duration::from_millis(200);
/// For how long the run of a version is looked for: it may be recorded a little after its change.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often the figures of the sources are read.
const FIGURES: Duration = Duration::from_secs(10);
/// How often what is old is forgotten.
const FORGETTING: Duration = Duration::from_hours(1);
/// Of more versions at once only the newest are noted.
const VERSIONS_MAX: i64 = 1000;

/// What came into force on this node and is still to be noted.
#[derive(Debug)]
pub struct InForce {
    node: Uuid,
    versions: Mutex<Vec<(i64, Instant)>>,
}

impl Default for InForce {
    fn default() -> Self {
        Self { node: Uuid::now_v7(), versions: Mutex::default() }
    }
}

impl InForce {
    /// What this process is called in the table.
    pub fn node(&self) -> Uuid {
        self.node
    }

    /// From now on `version` decides, and `before` no more.
    pub(super) fn begins(&self, before: i64, version: i64) {
        let now = Instant::now();
        let first = version.saturating_sub(VERSIONS_MAX).max(before);
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.extend((first + 1..=version).map(|version| (version, now)));
    }

    fn take(&self) -> Vec<(i64, Instant)> {
        std::mem::take(&mut *self.versions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn give_back(&self, versions: Vec<(i64, Instant)>) {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).extend(versions);
    }
}

/// Notes and counts what comes into force, until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut sought = Vec::new();
    let (mut figures_at, mut forgetting_at) = (Instant::now(), Instant::now() + FORGETTING);
    while stop.run_until_cancelled(interval.tick()).await.is_some() {
        if let Err(error) = note(&app, &mut sought).await {
            tracing::warn!(error = %describe::chain(&error), "what is in force could not be noted");
        }
        let now = Instant::now();
        if now >= figures_at {
            figures_at = now + FIGURES;
            if let Err(error) = figures(&app).await {
                tracing::warn!(error = %describe::chain(&error), "the figures of the sources could not be read");
            }
        }
        if now >= forgetting_at {
            forgetting_at = now + FORGETTING;
            if let Err(error) = forget(&app).await {
                tracing::warn!(error = %describe::chain(&error), "old versions could not be forgotten");
            }
        }
    }
}

/// Writes what came into force, and counts how long the way was where the run of the sync is on record.
async fn note(app: &App, sought: &mut Vec<(i64, Instant)>) -> Result<(), Error> {
    let new = app.org.in_force.take();
    if new.is_empty() && sought.is_empty() {
        return Ok(());
    }
    // What was sent while another version decided, and is being stored, is stored before anybody hears that this one is in force.
    if !new.is_empty() && !app.commits.have_settled().await {
        app.org.in_force.give_back(new);
        return Ok(());
    }
    let mut connection = match app.pool.get().await {
        Ok(connection) => connection,
        Err(error) => {
            app.org.in_force.give_back(new);
            return Err(error.into());
        }
    };
    let node = app.org.in_force.node();
    if !new.is_empty() {
        let age = |since: &Instant| i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX);
        let rows: Vec<(i64, i64)> = new.iter().map(|(version, since)| (*version, age(since))).collect();
        if let Err(error) = org_enforcements::note(&mut connection, node, &rows).await {
            app.org.in_force.give_back(new);
            return Err(error.into());
        }
    }
    sought.extend(new);
    let versions: Vec<i64> = sought.iter().map(|(version, _)| *version).collect();
    for run in org_enforcements::runs_of(&mut connection, node, &versions).await? {
        let seconds = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).as_seconds_f64().max(0.0);
        count("committed_to_enforced", &run.source, seconds(run.committed_at, run.enforced_at));
        if let Some(detected_at) = run.detected_at {
            count("detected_to_committed", &run.source, seconds(detected_at, run.committed_at));
            count("detected_to_enforced", &run.source, seconds(detected_at, run.enforced_at));
        }
        sought.retain(|(version, _)| *version != run.version);
    }
    sought.retain(|(_, since)| since.elapsed() < PATIENCE);
    Ok(())
}

fn count(stage: &'static str, source: &str, seconds: f64) {
    metrics::histogram!("chancery_directory_in_force_seconds", "source" => source.to_owned(), "stage" => stage)
        .record(seconds);
}

/// What the sources of the directory say about themselves. A source that fails is no reason not to be ready: the last
/// that was read stays in force.
async fn figures(app: &App) -> Result<(), Error> {
    let found = source_figures::load(&mut *app.pool.get().await?).await?;
    for source in found {
        let name = source.name;
        for health in source_figures::HEALTH {
            let is_so = if source.health == health { 1.0 } else { 0.0 };
            metrics::gauge!("chancery_directory_health", "source" => name.clone(), "state" => health)
                .set(is_so);
        }
        if let Some(seconds) = source.heard_seconds_ago {
            metrics::gauge!("chancery_directory_heard_seconds_ago", "source" => name.clone()).set(seconds);
        }
        let number = |value: i64| u32::try_from(value).map_or(f64::MAX, f64::from);
        metrics::gauge!("chancery_directory_plans_waiting", "source" => name.clone())
            .set(number(source.plans_waiting));
        metrics::gauge!("chancery_directory_findings_open", "source" => name.clone())
            .set(number(source.findings_open));
        metrics::gauge!("chancery_directory_held", "source" => name).set(if source.is_held {
            1.0
        } else {
            0.0
        });
    }
    Ok(())
}

async fn forget(app: &App) -> Result<(), Error> {
    let mut connection = app.pool.get().await?;
    org_changes::forget_old(&mut connection).await?;
    org_enforcements::forget_old(&mut connection).await?;
    Ok(())
}
