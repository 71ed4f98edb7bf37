//! One run of one source: read, plan, judge, write, note what happened. Nothing or all of it.

mod dry;
mod first;
mod need;
mod note;
mod read;

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use schema::directory_findings::{self, Looked};
use schema::ids::{SourceId, SyncRunId};
use schema::sync_runs::{self, Cause, Outcome};
use schema::{Pool, Transaction, directory_entries, mirror_part, sources};
use uuid::Uuid;

use self::need::needed;
use self::note::{log, outcome, remember, standing, state};
use self::read::{Heard, read_changed, read_whole};
use crate::apply::apply;
use crate::config::{ConfigError, Source};
use crate::directory::{DirectoryError, Reader, Server, SettingsError};
use crate::documents;
use crate::engine::{Judge, Lenient};
use crate::finding::{Code, Effect, Finding};
use crate::groups;
use crate::guard;
use crate::mirror::{self, Held};
use crate::plan::{Plan, plan};
use crate::report::{Report, State};

pub(crate) use self::dry::{Foreseen, foresee};
pub(crate) use self::read::search;

/// How often further entries are read because those at hand bear on them. More than twice is not known to happen.
const ROUNDS: usize = 5;

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
    /// What was read could not be kept for a while.
    #[error("the temporary file of what was read cannot be used: {0}")]
    Spool(std::io::Error),
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

/// What a run looks at.
pub(crate) enum Look {
    /// The whole directory.
    At(Thoroughness),
    /// The entries with these ids, which the directory says have changed or gone. All up to `marker` was told with them.
    Entries {
        /// Which.
        ids: Vec<Uuid>,
        /// The marker.
        marker: Option<String>,
    },
}

/// How much of a whole directory is compared with the mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thoroughness {
    /// What is not as it was when it was taken.
    Changed,
    /// The same, and some of all the others: each has its turn. That finds what should not be, a mirror that differs
    /// from entries that have not changed.
    Turn,
    /// Everything.
    Whole,
}

/// Runs the sync of one source.
pub async fn run(pool: &Pool, source: &Arc<Source>) -> Report {
    run_looking(pool, source, Thoroughness::Changed).await
}

/// The same, as thorough as is wanted.
pub async fn run_looking(pool: &Pool, source: &Arc<Source>, how: Thoroughness) -> Report {
    let began = Instant::now();
    let run = async {
        let id = sources::ensure(&mut *pool.get().await?, &source.name, source.kind.as_text()).await?.id;
        let _alone = sync_runs::lock(pool, id).await?;
        let mut runner = Runner::new(pool, source, id, None);
        runner.run(Why::of(Cause::Operator), Look::At(how), None, &mut Lenient).await
    };
    let report = run.await.unwrap_or_else(|error| Report::failed(&source.name, error.to_string()));
    let report = Report { milliseconds: began.elapsed().as_millis(), ..report };
    log(&report);
    report
}

/// The same for a first read, so many entries at a time however few there are. What comes of it is the same.
pub async fn run_first_in_parts(pool: &Pool, source: &Arc<Source>, part: usize) -> Report {
    let run = async {
        let id = sources::ensure(&mut *pool.get().await?, &source.name, source.kind.as_text()).await?.id;
        let _alone = sync_runs::lock(pool, id).await?;
        let mut runner = Runner { pieces: Pieces { least: 0, part }, ..Runner::new(pool, source, id, None) };
        runner.run(Why::of(Cause::Operator), Look::At(Thoroughness::Changed), None, &mut Lenient).await
    };
    run.await.unwrap_or_else(|error| Report::failed(&source.name, error.to_string()))
}

/// Runs all `sources`, and once more those that point to an agency that came only after them.
pub async fn run_all(pool: &Pool, sources: &[Arc<Source>], how: Thoroughness) -> Vec<Report> {
    let mut reports = Vec::new();
    for source in sources {
        reports.push(run_looking(pool, source, how).await);
    }
    let units_came =
        reports.iter().any(|report| report.state == State::Applied && report.counts.units_added > 0);
    for (source, report) in sources.iter().zip(&mut reports) {
        if units_came && report.awaits_another_source {
            *report = run_looking(pool, source, how).await;
        }
    }
    reports
}

/// Why a run is made, and when the first of its changes was heard of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Why {
    pub(crate) cause: Cause,
    pub(crate) detected_at: Option<DateTime<Utc>>,
}

impl Why {
    pub(crate) fn of(cause: Cause) -> Self {
        Self { cause, detected_at: None }
    }
}

/// Makes the runs of one source, whose lock the caller holds.
pub(crate) struct Runner {
    pool: Pool,
    source: Arc<Source>,
    id: SourceId,
    /// The connection that has the lead; nothing is committed once it is lost.
    leads: Option<i32>,
    reader: Option<Reader>,
    pieces: Pieces,
}

/// How a first read is cut.
#[derive(Debug, Clone, Copy)]
struct Pieces {
    /// A directory of fewer entries is taken at once.
    least: usize,
    /// So many entries are taken at a time.
    part: usize,
}

const PIECES: Pieces = Pieces { least: 10_000, part: 2_000 };

/// Something a run needs to know about the directory, besides the entries.
struct Around {
    marker: Option<String>,
    missing_anchors: Vec<String>,
    looked: Option<Looked>,
    digests: Vec<(Uuid, directory_entries::Digest)>,
    gone: Vec<Uuid>,
}

/// What came of looking at some entries.
enum Part {
    Done(Box<Report>),
    /// They say nothing without the rest of the directory.
    NeedsAll,
    /// There are more than can be looked at as changes.
    TooMany,
}

impl Runner {
    pub(crate) fn new(pool: &Pool, source: &Arc<Source>, id: SourceId, leads: Option<i32>) -> Self {
        Self { pool: pool.clone(), source: source.clone(), id, leads, reader: None, pieces: PIECES }
    }

    pub(crate) fn source_id(&self) -> SourceId {
        self.id
    }

    /// Makes one run, and notes it whatever comes of it.
    pub(crate) async fn report(
        &mut self,
        why: Why,
        look: Look,
        approved: Option<[u8; 32]>,
        judge: &mut dyn Judge,
    ) -> Report {
        let began = Instant::now();
        let run = self.run(why, look, approved, judge).await;
        let report = run.unwrap_or_else(|error| Report::failed(&self.source.name, error.to_string()));
        let report = Report { milliseconds: began.elapsed().as_millis(), ..report };
        log(&report);
        report
    }

    async fn run(
        &mut self,
        why: Why,
        look: Look,
        approved: Option<[u8; 32]>,
        judge: &mut dyn Judge,
    ) -> Result<Report, RunError> {
        let run = SyncRunId::new();
        sync_runs::start(&mut *self.pool.get().await?, run, self.id, why.cause, why.detected_at).await?;
        let result = Box::pin(self.look_and_write(run, look, approved, judge)).await;
        if let Err(error) = &result {
            sync_runs::fail(&mut *self.pool.get().await?, run, &error.to_string()).await?;
        }
        result.map(|report| Report { run_id: Some(run), ..report })
    }

    async fn look_and_write(
        &mut self,
        run: SyncRunId,
        look: Look,
        approved: Option<[u8; 32]>,
        judge: &mut dyn Judge,
    ) -> Result<Report, RunError> {
        let how = match look {
            Look::At(how) => how,
            Look::Entries { ids, marker } => {
                let heard = Heard { marker, ..self.hear(&ids).await? };
                match self.write_part(run, heard, approved, judge).await? {
                    Part::Done(report) => return Ok(*report),
                    Part::NeedsAll => Thoroughness::Changed,
                    Part::TooMany => Thoroughness::Whole,
                }
            }
        };
        if approved.is_none()
            && !directory_entries::any_held(&mut *self.pool.get().await?, self.id).await?
            && let Some(report) = Box::pin(self.take_first(run)).await?
        {
            return Ok(report);
        }
        if how != Thoroughness::Whole
            && let Some(heard) = read_changed(&self.pool, &self.source, self.id, how).await?
            && let Part::Done(report) = self.write_part(run, heard, approved, judge).await?
        {
            return Ok(*report);
        }
        let known = sources::photos(&mut *self.pool.get().await?, self.id, None).await?;
        let read = read_whole(&self.source, known.into_iter().map(|(_, sha256)| sha256)).await?;
        let mut transaction = self.begin().await?;
        groups::write(&mut transaction, &self.source, self.id, &read.reading).await?;
        let mut held = mirror::load(&mut transaction, Some(self.id)).await?;
        groups::grant(&mut transaction, &self.source, self.id, &read.reading, &mut held).await?;
        let around = Around {
            marker: read.marker,
            missing_anchors: read.missing_anchors,
            looked: None,
            digests: read.reading.digests.clone(),
            gone: Vec::new(),
        };
        let now = transaction.began_at().await?;
        let plan = plan(&self.source, read.reading, &held.mirror, now);
        self.judge_and_write(transaction, run, held, plan, around, approved, judge).await
    }

    /// The entries with these ids as they are now. What was told of them is the reason to look; what is true is read from
    /// the directory itself.
    async fn hear(&mut self, ids: &[Uuid]) -> Result<Heard, RunError> {
        let entries = self.read_some(ids).await?;
        let mut heard = Heard { is_live: true, ..Heard::default() };
        heard.add(&self.source, entries);
        let there = heard.ids(&self.source);
        heard.gone = ids.iter().filter(|id| !there.contains(id)).copied().collect();
        Ok(heard)
    }

    async fn read_some(&mut self, ids: &[Uuid]) -> Result<Vec<crate::directory::RawEntry>, RunError> {
        if self.reader.is_none() {
            let server = Server::open(&self.source.server())?;
            self.reader = Some(Reader::new(server, &self.source.bind_dn, self.source.password()?));
        }
        let Some(reader) = &mut self.reader else { return Ok(Vec::new()) };
        Ok(reader.entries(&search(&self.source), &self.source.attributes.id, ids).await?)
    }

    async fn begin(&self) -> Result<Transaction, RunError> {
        let mut transaction = Transaction::begin_alone(&self.pool, sync_runs::APPLY).await?;
        if let Some(backend) = self.leads
            && !schema::source_lead::still_leads(&mut transaction, self.id, backend).await?
        {
            return Err(RunError::LeadLost);
        }
        Ok(transaction)
    }

    /// Takes some entries, and with them those that cannot be told without them.
    async fn write_part(
        &mut self,
        run: SyncRunId,
        mut heard: Heard,
        approved: Option<[u8; 32]>,
        judge: &mut dyn Judge,
    ) -> Result<Part, RunError> {
        for _ in 0..ROUNDS {
            let mut transaction = self.begin().await?;
            let needed = match self.plan_part(&mut transaction, &heard).await? {
                Planning::Done(part) => {
                    // What was read is in the plan by now; of a large change it is as large.
                    drop(heard);
                    let (held, plan, around) = *part;
                    let report =
                        self.judge_and_write(transaction, run, held, plan, around, approved, judge).await?;
                    return Ok(Part::Done(Box::new(report)));
                }
                Planning::NeedsAll => return Ok(Part::NeedsAll),
                Planning::Needs(ids) => ids,
            };
            // Nobody waits for a directory while the mirror is locked.
            drop(transaction);
            if heard.entries.len() + needed.len() > crate::sieve::MOST {
                return Ok(Part::TooMany);
            }
            let entries = self.read_some(&needed).await?;
            heard.looked_for.extend(needed);
            heard.add(&self.source, entries);
        }
        tracing::warn!(source = self.source.name, "a few entries bear on ever more; all is compared");
        Ok(Part::TooMany)
    }

    async fn plan_part(&self, transaction: &mut Transaction, heard: &Heard) -> Result<Planning, RunError> {
        let reading = heard.reading(&self.source);
        let by_groups = groups::write(transaction, &self.source, self.id, &reading).await?;
        let mut held = mirror::load_part(transaction, self.id, &reading).await?;
        groups::grant(transaction, &self.source, self.id, &reading, &mut held).await?;
        if heard.is_live && need::changes_the_tree(heard, &reading, &held.mirror) {
            return Ok(Planning::NeedsAll);
        }
        let mut needs = needed(transaction, &self.source, self.id, heard, &reading, &held).await?;
        needs.extend(by_groups);
        let here = heard.ids(&self.source);
        needs.retain(|id| !here.contains(id) && !heard.gone.contains(id) && !heard.looked_for.contains(id));
        if !needs.is_empty() {
            return Ok(Planning::Needs(needs.into_iter().collect()));
        }
        let looked = heard.looked(&self.source);
        let codes = Code::HOLDING_THE_ENTRY.map(Code::as_text);
        if let Some(rest) = &mut held.mirror.rest {
            rest.quarantined =
                directory_findings::quarantined_besides(transaction, self.id, &looked, &codes).await?;
        }
        let around = Around {
            marker: heard.marker.clone(),
            missing_anchors: heard.missing_anchors.clone(),
            digests: reading.digests.clone(),
            gone: heard.gone.iter().copied().collect(),
            looked: Some(looked),
        };
        let now = transaction.began_at().await?;
        let plan = plan(&self.source, reading, &held.mirror, now);
        let unread: Vec<Uuid> =
            plan.unread.iter().filter(|id| !heard.looked_for.contains(id)).copied().collect();
        if !unread.is_empty() {
            return Ok(Planning::Needs(unread));
        }
        let shrinking = guard::shrinking_units(&plan, &held.mirror);
        let rows: Vec<_> = shrinking.iter().filter_map(|unit| held.rows.units.get(unit)).copied().collect();
        if let (false, Some(rest)) = (rows.is_empty(), &mut held.mirror.rest) {
            rest.sizes = mirror_part::sizes(transaction, self.id, &rows).await?.into_iter().collect();
        }
        Ok(Planning::Done(Box::new((held, plan, around))))
    }

    #[expect(clippy::too_many_arguments, reason = "all that a run has come to by then")]
    async fn judge_and_write(
        &self,
        mut transaction: Transaction,
        run: SyncRunId,
        held: Held,
        mut plan: Plan,
        around: Around,
        approved: Option<[u8; 32]>,
        judge: &mut dyn Judge,
    ) -> Result<Report, RunError> {
        let (source, id) = (&self.source, self.id);
        let now = transaction.began_at().await?;
        let row = sources::find(&mut transaction, &source.name).await?;
        let mut refusals = guard::judge(&plan, &held.mirror, &source.guard, &around.missing_anchors);
        let tally = guard::Tally::of(&plan, &held.mirror);
        if refusals.is_empty() && held.mirror.last_entries.is_some() {
            refusals.extend(judge.judge(&tally, held.mirror.people()));
        }
        if approved == Some(plan.sha256) {
            refusals
                .retain(|refusal| matches!(refusal.code, Code::GuardEmptyRead | Code::GuardAnchorMissing));
        }
        if row.is_some_and(|row| row.held_at.is_some()) {
            refusals.push(Finding::new(Code::SourceHeld, Effect::Refused));
        }
        if !refusals.is_empty() {
            drop(transaction);
            let mut report = Report::of(&source.name, State::Refused, &plan);
            report.findings.splice(0..0, refusals);
            let mut connection = self.pool.get().await?;
            let now = sync_runs::now(&mut connection).await?;
            sync_runs::finish(&mut connection, run, &outcome(&report, plan.sha256, now)).await?;
            report.plan = Some(Arc::new(plan));
            return Ok(report);
        }
        if let Some(marker) = &around.marker {
            sources::set_marker(&mut transaction, id, marker).await?;
        }
        let mut report = Report::of(&source.name, State::Unchanged, &plan);
        remember(&mut transaction, id, &around, &plan).await?;
        let standing = standing(&plan.findings);
        let written = outcome(&report, plan.sha256, now);
        if !plan.is_empty() {
            let changes = documents::changes(&plan);
            // The changes say it all; the rest of a large plan would only be in the way.
            drop(held.mirror);
            plan.wanted = crate::state::State::default();
            let applied = apply(&mut transaction, source, (id, run), plan, held.rows, now).await?;
            tracing::info!(source = source.name, ?applied, "the mirror has a new version");
            report.state = State::Applied;
            report.org_version = Some(applied.org_version);
            sync_runs::tell_changes(&mut transaction, run, &changes).await?;
        }
        directory_findings::settle(&mut transaction, id, run, &standing, around.looked.as_ref()).await?;
        let written = Outcome { state: state(&report), org_version: report.org_version, ..written };
        sync_runs::finish(&mut transaction, run, &written).await?;
        transaction.commit().await?;
        judge.committed(&tally);
        Ok(report)
    }
}

/// What came of planning some entries.
enum Planning {
    Done(Box<(Held, Plan, Around)>),
    Needs(Vec<Uuid>),
    NeedsAll,
}
