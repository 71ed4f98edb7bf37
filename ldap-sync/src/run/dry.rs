//! What a run would do. Nothing is written: whatever must be in the database to find out is taken back.

use std::sync::Arc;
use std::time::Instant;

use schema::ids::SourceId;
use schema::{Pool, Transaction, sources, sync_runs};

use super::RunError;
use super::read::{read_planned, read_whole};
use crate::config::Source;
use crate::engine::Planned;
use crate::entry::Reading;
use crate::finding::{Code, Effect, Finding};
use crate::mirror::{self, Held};
use crate::plan::{Plan, plan};
use crate::report::{Report, State};
use crate::{groups, guard};

/// Says what a run would do. Writes nothing, not even that it was asked.
pub async fn dry_run(pool: &Pool, source: &Arc<Source>) -> Report {
    let began = Instant::now();
    let mut report = match dry(pool, source).await {
        Ok(report) => report,
        Err(error) => Report::failed(&source.name, error.to_string()),
    };
    report.milliseconds = began.elapsed().as_millis();
    report
}

/// What a run would do, if the directory were as `planned`.
pub(crate) async fn dry_plan(
    pool: &Pool,
    source: &Arc<Source>,
    planned: Vec<Planned>,
) -> Result<Plan, RunError> {
    let reading = read_planned(source, planned).await?;
    let mut dry = Dry::begin(pool, source).await?;
    let held = dry.held(source, &reading).await?;
    let now = dry.transaction.began_at().await?;
    Ok(plan(source, reading, &held.mirror, now))
}

/// A transaction in which everything is as if the directory had been taken, and which never ends well.
struct Dry {
    transaction: Transaction,
    id: SourceId,
}

impl Dry {
    async fn begin(pool: &Pool, source: &Source) -> Result<Self, RunError> {
        let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
        let id = sources::ensure(&mut transaction, &source.name, source.kind.as_text()).await?.id;
        Ok(Self { transaction, id })
    }

    async fn held(&mut self, source: &Source, reading: &Reading) -> Result<Held, RunError> {
        groups::write(&mut self.transaction, source, self.id, reading).await?;
        let mut held = mirror::load(&mut self.transaction, Some(self.id)).await?;
        groups::grant(&mut self.transaction, source, self.id, reading, &mut held).await?;
        Ok(held)
    }
}

async fn dry(pool: &Pool, source: &Arc<Source>) -> Result<Report, RunError> {
    let mut connection = pool.get().await?;
    let row = sources::find(&mut connection, &source.name).await?;
    let known = match &row {
        Some(row) => sources::photos(&mut connection, row.id, None).await?,
        None => Vec::new(),
    };
    drop(connection);
    let read = read_whole(source, known.into_iter().map(|(_, sha256)| sha256)).await?;
    let mut dry = Dry::begin(pool, source).await?;
    let held = dry.held(source, &read.reading).await?;
    let now = dry.transaction.began_at().await?;
    drop(dry);
    let plan = plan(source, read.reading, &held.mirror, now);
    let mut report = Report::of(&source.name, State::Planned, &plan);
    let mut refusals = guard::judge(&plan, &held.mirror, &source.guard, &read.missing_anchors);
    if row.is_some_and(|row| row.held_at.is_some()) {
        refusals.push(Finding::new(Code::SourceHeld, Effect::Refused));
    }
    report.findings.splice(0..0, refusals);
    report.changes = plan.changes;
    Ok(report)
}
