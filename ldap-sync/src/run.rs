//! One run of one source: read, plan, judge, write, note what happened. Nothing or all of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use schema::directory_findings::{self, Standing};
use schema::ids::{SourceId, SyncRunId};
use schema::sync_runs::{self, Cause, Outcome};
use schema::{Pool, Transaction, sources};
use serde_json::json;

use crate::apply::apply;
use crate::config::{ConfigError, Kind, Source};
use crate::directory::follow::active_directory;
use crate::directory::{DirectoryError, Search, Server, SettingsError, read_marker, read_tree};
use crate::dn::Dn;
use crate::documents;
use crate::engine::{Judge, Lenient, Planned};
use crate::entry::{Collector, Reading, hex};
use crate::finding::{Code, Effect, Finding};
use crate::guard;
use crate::mirror;
use crate::plan::{Plan, plan};
use crate::replacing::Replacing;
use crate::report::{Report, State};

/// As many findings as a run's row keeps; the counts tell of the rest.
const FINDINGS_KEPT: usize = 1000;

/// Why a run could not be made. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No connection can be made with the settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The directory was not read to its end.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Another process leads the source by now.
    #[error("the lead of the source was lost")]
    LeadLost,
    /// The database did not take it.
    #[error("{}", chain(.0))]
    Database(#[from] schema::Error),
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// What was read, and how far the server's changes went before it.
struct Read {
    /// The entries.
    reading: Reading,
    /// From where following could start.
    marker: Option<String>,
}

/// Runs the sync of one source.
pub async fn run(pool: &Pool, source: &Arc<Source>) -> Report {
    let began = Instant::now();
    let mut report = match run_noted(pool, source).await {
        Ok(report) => report,
        Err(error) => Report::failed(&source.name, error.to_string()),
    };
    report.milliseconds = began.elapsed().as_millis();
    log(&report);
    report
}

/// Runs all `sources`, and once more those that point to an agency that came only after them.
pub async fn run_all(pool: &Pool, sources: &[Arc<Source>]) -> Vec<Report> {
    let mut reports = Vec::new();
    for source in sources {
        reports.push(run(pool, source).await);
    }
    let units_came =
        reports.iter().any(|report| report.state == State::Applied && report.counts.units_added > 0);
    for (source, report) in sources.iter().zip(&mut reports) {
        if units_came && report.awaits_another_source {
            *report = run(pool, source).await;
        }
    }
    reports
}

/// Runs the sync of the source `id`, whose lock the caller holds.
pub(crate) async fn run_as(
    pool: &Pool,
    source: &Arc<Source>,
    id: (SourceId, Option<i32>),
    cause: (Cause, Option<DateTime<Utc>>),
    approved: Option<[u8; 32]>,
    judge: &mut dyn Judge,
) -> Report {
    let began = Instant::now();
    let mut report = match noted(pool, source, id, cause, approved, judge).await {
        Ok(report) => report,
        Err(error) => Report::failed(&source.name, error.to_string()),
    };
    report.milliseconds = began.elapsed().as_millis();
    log(&report);
    report
}

async fn run_noted(pool: &Pool, source: &Arc<Source>) -> Result<Report, RunError> {
    let id = sources::ensure(&mut *pool.get().await?, &source.name, source.kind.as_text()).await?.id;
    let _alone = sync_runs::lock(pool, id).await?;
    noted(pool, source, (id, None), (Cause::Operator, None), None, &mut Lenient).await
}

async fn noted(
    pool: &Pool,
    source: &Arc<Source>,
    id: (SourceId, Option<i32>),
    cause: (Cause, Option<DateTime<Utc>>),
    approved: Option<[u8; 32]>,
    judge: &mut dyn Judge,
) -> Result<Report, RunError> {
    let run = SyncRunId::new();
    sync_runs::start(&mut *pool.get().await?, run, id.0).await?;
    sync_runs::describe(&mut *pool.get().await?, run, cause.0, cause.1).await?;
    let result = read_and_write(pool, source, id, run, approved, judge).await;
    if let Err(error) = &result {
        sync_runs::fail(&mut *pool.get().await?, run, &error.to_string()).await?;
    }
    result.map(|report| Report { run_id: Some(run), ..report })
}

async fn read_and_write(
    pool: &Pool,
    source: &Arc<Source>,
    (id, leads): (SourceId, Option<i32>),
    run: SyncRunId,
    approved: Option<[u8; 32]>,
    judge: &mut dyn Judge,
) -> Result<Report, RunError> {
    let photos = sources::photos(&mut *pool.get().await?, id).await?;
    let read = read(source, photos.into_iter().map(|(_, sha256)| hex(&sha256)).collect()).await?;
    let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
    if let Some(backend) = leads
        && !schema::source_lead::still_leads(&mut transaction, id, backend).await?
    {
        return Err(RunError::LeadLost);
    }
    let now = transaction.began_at().await?;
    let held = mirror::load(&mut transaction, Some(id)).await?;
    let row = sources::find(&mut transaction, &source.name).await?;
    let missing = missing_anchors(source, &read.reading);
    let plan = plan(source, read.reading, &held.mirror, now);
    let mut refusals = guard::judge(&plan, &held.mirror, &source.guard, &missing);
    let tally = guard::Tally::of(&plan, &held.mirror.state);
    let people = held.mirror.state.people.len();
    if refusals.is_empty() && held.mirror.last_entries.is_some() {
        refusals.extend(judge.judge(&tally, people));
    }
    if approved == Some(plan.sha256) {
        refusals.retain(|refusal| matches!(refusal.code, Code::GuardEmptyRead | Code::GuardAnchorMissing));
    }
    if row.is_some_and(|row| row.held_at.is_some()) {
        refusals.push(Finding::new(Code::SourceHeld, Effect::Refused));
    }
    if !refusals.is_empty() {
        drop(transaction);
        let mut report = Report::of(&source.name, State::Refused, &plan);
        report.findings.splice(0..0, refusals);
        let mut connection = pool.get().await?;
        let now = sync_runs::now(&mut connection).await?;
        sync_runs::finish(&mut connection, run, &outcome(&report, &plan, now)).await?;
        report.plan = Some(Arc::new(plan));
        return Ok(report);
    }
    if let Some(marker) = &read.marker {
        sources::set_marker(&mut transaction, id, marker).await?;
    }
    let mut report = Report::of(&source.name, State::Unchanged, &plan);
    if !plan.is_empty() {
        let applied = apply(&mut transaction, source, (id, run), plan.clone(), held.rows, now).await?;
        tracing::info!(source = source.name, ?applied, "the mirror has a new version");
        report.state = State::Applied;
        report.org_version = Some(applied.org_version);
        sync_runs::tell_changes(&mut transaction, run, &documents::changes(&plan)).await?;
    }
    directory_findings::settle(&mut transaction, id, run, &standing(&plan.findings)).await?;
    sync_runs::finish(&mut transaction, run, &outcome(&report, &plan, now)).await?;
    transaction.commit().await?;
    judge.committed(&tally);
    Ok(report)
}

/// What cannot be used of entries; what is about no entry concerns the read, and is in its run.
fn standing(findings: &[Finding]) -> Vec<Standing> {
    let about_entries = findings.iter().filter_map(|finding| Some((finding.dn.clone()?, finding)));
    about_entries
        .filter(|(_, finding)| finding.effect != Effect::Refused)
        .map(|(dn, finding)| {
            let effect = json!(finding.effect).as_str().unwrap_or_default().to_owned();
            Standing::new(finding.directory_id, dn, &finding.code.as_text(), effect, json!(finding))
        })
        .collect()
}

fn outcome(report: &Report, plan: &Plan, finished_at: DateTime<Utc>) -> Outcome {
    let kept: Vec<_> = report.findings.iter().take(FINDINGS_KEPT).collect();
    Outcome {
        finished_at,
        state: match report.state {
            State::Applied => sync_runs::State::Applied,
            State::Refused => sync_runs::State::Refused,
            State::Failed => sync_runs::State::Failed,
            State::Unchanged | State::Planned => sync_runs::State::Unchanged,
        },
        plan_sha256: Some(plan.sha256.to_vec()),
        org_version: report.org_version,
        counts: json!(report.counts),
        findings: json!(kept),
        error: None,
    }
}

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
    let mut connection = pool.get().await?;
    let row = sources::find(&mut connection, &source.name).await?;
    let held = mirror::load(&mut connection, row.map(|row| row.id)).await?;
    let now = sync_runs::now(&mut connection).await?;
    drop(connection);
    let server = Server::open(&source.server())?;
    let sink = Replacing::new(Collector::new(source.clone(), HashSet::new()), planned, &source.attributes.id);
    let (sink, _) = read_tree(&server, &source.bind_dn, &source.password()?, search(source), sink).await?;
    Ok(plan(source, sink.finish().reading, &held.mirror, now))
}

async fn dry(pool: &Pool, source: &Arc<Source>) -> Result<Report, RunError> {
    let mut connection = pool.get().await?;
    let row = sources::find(&mut connection, &source.name).await?;
    let id = row.as_ref().map(|row| row.id);
    let held = mirror::load(&mut connection, id).await?;
    let photos = held.mirror.state.people.values().filter_map(|person| person.photo.clone()).collect();
    let read = read(source, photos).await?;
    let missing = missing_anchors(source, &read.reading);
    let plan = plan(source, read.reading, &held.mirror, sync_runs::now(&mut connection).await?);
    let mut report = Report::of(&source.name, State::Planned, &plan);
    let mut refusals = guard::judge(&plan, &held.mirror, &source.guard, &missing);
    if row.is_some_and(|row| row.held_at.is_some()) {
        refusals.push(Finding::new(Code::SourceHeld, Effect::Refused));
    }
    report.findings.splice(0..0, refusals);
    report.changes = plan.changes;
    Ok(report)
}

/// Reads the whole directory of `source`, its marker first: what changes meanwhile is seen again by whoever follows
/// from there.
async fn read(source: &Arc<Source>, known_photos: HashSet<String>) -> Result<Read, RunError> {
    let server = Server::open(&source.server())?;
    let password = source.password()?;
    let marker = match source.kind {
        Kind::OpenLdap => read_marker(&server, &source.bind_dn, &password, &source.base).await?,
        Kind::ActiveDirectory => {
            active_directory::read_marker(&server, &source.bind_dn, &password, &source.base).await?
        }
    };
    let collector = Collector::new(source.clone(), known_photos);
    let (collector, summary) =
        read_tree(&server, &source.bind_dn, &password, search(source), collector).await?;
    tracing::debug!(source = source.name, ?summary, "the directory was read");
    Ok(Read { reading: collector.reading, marker })
}

/// What to ask the directory for: people and units, and the attributes that the configuration names.
pub(crate) fn search(source: &Source) -> Search {
    let names = std::iter::once("objectClass").chain(source.attributes.names());
    Search {
        base: source.base.clone(),
        filter: source.entries.filter(&[]),
        attributes: names.map(str::to_owned).collect(),
        page_size: source.page_size,
    }
}

fn missing_anchors(source: &Source, reading: &Reading) -> Vec<String> {
    let is_missing = |name: &&String| Dn::parse(name).is_ok_and(|dn| !reading.keys.contains(&dn.key()));
    source.anchors.iter().filter(is_missing).cloned().collect()
}

fn log(report: &Report) {
    let (source, counts) = (&report.source, &report.counts);
    match report.state {
        State::Failed => {
            tracing::error!(source, error = report.error, "the directory was not read; nothing was changed");
        }
        State::Refused => {
            for finding in report.findings.iter().filter(|finding| finding.effect == Effect::Refused) {
                tracing::error!(
                    source,
                    code = finding.code.as_text(),
                    value = finding.value,
                    finding.message_en
                );
            }
        }
        _ => tracing::info!(source, state = ?report.state, ?counts, "the directory was read"),
    }
    for finding in report.findings.iter().filter(|finding| finding.effect != Effect::Refused) {
        let (code, dn) = (finding.code.as_text(), finding.dn.as_deref());
        tracing::warn!(source, code, dn, field = finding.field, effect = ?finding.effect, finding.message_en);
    }
}
