//! Makes exports: on the node that was asked, and on any other that finds one that nobody is at. Takes away what is over.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use schema::audit::NewEntry;
use schema::case_exports::{self, Export, Job, NewExport, Record, Stage};
use schema::case_looks::Kind;
use schema::ids::{ExportId, FileId, PersonId};
use schema::{audit_tree, cases, files};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::mail::MOST_NAMED;
use super::record::brought as brought_by;
use super::seal;
use super::write::{self, Batch};
use crate::actions::cases::entry;
use crate::actions::look_into;
use crate::app::App;
use crate::audit::{grow, prove};
use crate::error::{Error, codes, describe};

/// How many messages are written at a time.
const BATCH: i64 = 500;
/// How many octets the files of these may have together; those of one message may have more.
const MOST_OCTETS: i64 = 32 << 20;
/// How often it is looked for what nobody is at, and for what is over.
const EVERY: Duration = Duration::from_secs(10);
/// How many archives of a case may be kept at once: they are in the database.
const MOST_READY: i64 = 10;
/// How long an archive may be fetched.
const KEPT: TimeDelta = TimeDelta::days(7);
/// How long the log may take until it tells of all that was chosen: a transaction of somebody else may hold it up.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often it is said that one is made.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often one is taken over without getting any further before it is given up.
const ATTEMPTS: i16 = 5;
/// How long to wait before looking again whether it does.
const PAUSE: Duration = Duration::from_millis(300);

/// Why an export is not gone on with.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// It was ended, or another node has taken it.
    #[error("it was ended, or another node makes it")]
    Taken,
    /// It must not be made, or cannot be: the reason, in one word.
    #[error("{0}")]
    Failed(&'static str),
    /// Something that may be better later.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<schema::Error> for Stop {
    fn from(error: schema::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Other(Error::internal(error))
    }
}

/// Asks for an export. This node, or another one, makes it.
pub async fn begin(app: &App, export: NewExport) -> Result<ExportId, Error> {
    let id = export.id;
    let about = json!({
        "export_id": id, "case_id": export.case_id, "scope_id": export.scope_id, "filter": export.about,
        "with_table": export.with_table, "with_mails": export.with_mails,
    });
    let entry = entry("case.export_asked", export.asked_by, export.asked_at, about);
    let mut connection = app.pool.get().await?;
    if case_exports::count_ready(&mut connection, export.case_id).await? >= MOST_READY {
        return Err(Error::Conflict(codes::TOO_MANY_EXPORTS));
    }
    let asked = case_exports::ask(&mut connection, &export, &entry).await;
    drop(connection);
    asked.map_err(|error| match error {
        error if error.refused_by(case_exports::ONE_AT_A_TIME) => Error::Conflict(codes::EXPORT_RUNS),
        error => error.into(),
    })?;
    app.exports.notify_one();
    Ok(id)
}

/// Takes an archive away, or stops its making. False where it is gone already.
pub async fn remove(app: &App, export: &Export, by: PersonId) -> Result<bool, Error> {
    end(app, export, None, (Stage::Gone, "removed"), Some(by)).await
}

/// Makes what was asked for, goes on with what nobody is at, and takes away what is over, until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
            () = app.exports.notified() => {}
        }
        let looking = async {
            clear(&app).await?;
            while let Some(job) = next(&app).await? {
                // In a task of its own: whatever else is due does not wait for it.
                let (app, stop) = (app.clone(), stop.clone());
                tokio::spawn(async move { stop.run_until_cancelled(Box::pin(make(&app, job))).await });
            }
            Ok(())
        };
        if let Some(Err(error)) = stop.run_until_cancelled(looking).await {
            let error: Error = error;
            tracing::warn!(error = %describe::chain(&error), "exports could not be looked after");
        }
    }
}

/// Takes away what is over, and makes what nobody is at.
pub async fn look_after(app: &App) -> Result<(), Error> {
    clear(app).await?;
    while let Some(job) = next(app).await? {
        make(app, job).await;
    }
    Ok(())
}

/// Takes away what is over.
async fn clear(app: &App) -> Result<(), Error> {
    let over = case_exports::over(&mut *app.pool.get().await?, app.clock.now()).await?;
    for id in over {
        let found = case_exports::find(&mut *app.pool.get().await?, id).await?;
        if let Some(export) = found {
            end(app, &export, None, (Stage::Gone, "over"), None).await?;
        }
    }
    Ok(())
}

/// What is to be made next. One that was given up too often is ended.
async fn next(app: &App) -> Result<Option<Job>, Error> {
    loop {
        let job = case_exports::take_over(&mut *app.pool.get().await?, Uuid::now_v7()).await?;
        let Some(job) = job.filter(|job| job.attempts > ATTEMPTS) else { return Ok(job) };
        fail(app, job, "cannot_be_made").await?;
    }
}

async fn fail(app: &App, job: Job, why: &'static str) -> Result<(), Error> {
    let found = case_exports::find(&mut *app.pool.get().await?, job.id).await?;
    if let Some(export) = found {
        end(app, &export, Some(job.maker), (Stage::Failed, why), None).await?;
    }
    Ok(())
}

async fn end(
    app: &App,
    export: &Export,
    maker: Option<Uuid>,
    (stage, why): (Stage, &'static str),
    by: Option<PersonId>,
) -> Result<bool, Error> {
    let at = app.clock.now();
    let kind = if stage == Stage::Failed { "case.export_failed" } else { "case.export_removed" };
    let about = json!({ "export_id": export.id, "case_id": export.case_id, "why": why });
    let entry = NewEntry { at, kind, actor_id: by, entry: about };
    let mut connection = app.pool.get().await?;
    Ok(case_exports::end(&mut connection, export.id, maker, (stage, why), at, &entry).await?)
}

/// Makes it as far as it can be made, as long as it is ours.
async fn make(app: &App, job: Job) {
    let made = tokio::select! {
        made = go_on(app, job) => made,
        () = until_taken(app, job) => Err(Stop::Taken),
    };
    let export = job.id;
    match made {
        Ok(()) => tracing::info!(%export, "an export may be fetched"),
        Err(Stop::Taken) => {}
        Err(Stop::Failed(why)) => {
            tracing::warn!(%export, why, "an export was not made");
            if let Err(error) = fail(app, job, why).await {
                tracing::warn!(error = %describe::chain(&error), "an export that failed could not be ended");
            }
        }
        // Whoever comes next goes on with it.
        Err(Stop::Other(error)) => {
            tracing::error!(%export, error = %describe::chain(&error), "an export was interrupted");
        }
    }
}

/// Says every few seconds that it is made, until it is somebody else's or was ended.
async fn until_taken(app: &App, job: Job) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let seen = async { case_exports::seen(&mut *app.pool.get().await?, job).await };
        match seen.await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::debug!(error = %describe::chain(&error), "an export could not say that it is made");
            }
        }
    }
}

async fn go_on(app: &App, job: Job) -> Result<(), Stop> {
    loop {
        let export = case_exports::find(&mut *app.pool.get().await?, job.id).await?.ok_or(Stop::Taken)?;
        check(app, &export).await?;
        match (export.stage, export.total) {
            (Stage::Choosing, None) => choose(app, job, &export).await?,
            (Stage::Choosing, Some(_)) => wait_for_the_log(app, job, &export).await?,
            (Stage::Writing, Some(total)) if export.done < total => write(app, job, &export, total).await?,
            (Stage::Writing | Stage::Sealing, _) => return finish(app, job, &export).await,
            (Stage::Ready | Stage::Failed | Stage::Gone, _) => return Err(Stop::Taken),
        }
    }
}

/// Whether what it is of may still be read, by whoever asked for it.
async fn check(app: &App, export: &Export) -> Result<(), Stop> {
    let mut connection = app.pool.get().await?;
    if !case_exports::is_in_force(&mut connection, export.id, app.clock.now()).await? {
        return Err(Stop::Failed("case_not_in_force"));
    }
    if !case_exports::is_cleared(&mut connection, export.id, &export.cleared()).await? {
        return Err(Stop::Failed("label_raised"));
    }
    Ok(())
}

async fn choose(app: &App, job: Job, export: &Export) -> Result<(), Stop> {
    let at = app.clock.now();
    // What is not understood is no smaller filter.
    let filter =
        serde_json::from_value(export.about.clone()).map_err(|_| Stop::Failed("filter_unreadable"))?;
    let look = |total: i64| {
        let about = json!({ "export_id": export.id, "filter": export.about });
        let found = usize::try_from(total).unwrap_or(usize::MAX);
        look_into::look((export.case_id, export.asked_by), at, Kind::Export, about, found)
    };
    let mut connection = app.pool.get().await?;
    ours(case_exports::choose(&mut connection, job, (export, &filter), look).await?)
}

/// Goes on, if it is still ours.
fn ours(is_ours: bool) -> Result<(), Stop> {
    if is_ours { Ok(()) } else { Err(Stop::Taken) }
}

/// Waits until the log tells of everything that was chosen, and that is signed. The look at it was noted by the transaction that
/// chose: when that is in the tree, so is all that was there before.
async fn wait_for_the_log(app: &App, job: Job, export: &Export) -> Result<(), Stop> {
    let (began, chosen) = (Instant::now(), export.chosen_xid.unwrap_or_default());
    loop {
        let (mut connection, now) = (app.pool.get().await?, app.clock.now());
        grow::grow(&mut connection, now).await?;
        let state = audit_tree::state(&mut connection).await?;
        // Transactions are counted anew where the database was restored: what came with it is in the tree.
        if state.xid_until > chosen || state.xid_until == 0 {
            let signed = match &app.notary {
                Some(notary) => notary.sign(&mut connection, now, true).await?,
                None => None,
            };
            let size = signed.map_or(state.size, |signed| signed.size);
            return ours(case_exports::begin_writing(&mut connection, job, size).await?);
        }
        if began.elapsed() > PATIENCE {
            return Err(Stop::Failed("log_behind"));
        }
        drop(connection);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Writes the next messages.
async fn write(app: &App, job: Job, export: &Export, total: i64) -> Result<(), Stop> {
    let most = (export.done + BATCH).min(total);
    let batch = batch(app, export, most).await?;
    let until = batch.records.last().map_or(export.done, |last| last.place);
    if i64::try_from(batch.records.len()).unwrap_or_default() < until - export.done || until == export.done {
        return Err(Stop::Failed("messages_gone"));
    }
    // Grows from part to part, whatever each of them holds.
    let number = i32::try_from(export.done + 1).map_err(Error::internal)?;
    let (policy, of) = (app.gate.snapshot().clone(), export.clone());
    let parts = tokio::task::spawn_blocking(move || write::parts(&of, number, batch, policy.labels()));
    let parts = parts.await.map_err(Error::internal)??;
    let mut connection = app.pool.get().await?;
    ours(case_exports::keep(&mut connection, job, (export.done, until), &parts).await?)
}

async fn batch(app: &App, export: &Export, until: i64) -> Result<Batch, Stop> {
    let mut connection = app.pool.get().await?;
    let mut records = case_exports::records(&mut connection, export.id, (export.done, until)).await?;
    fewer(&mut records);
    let until = records.last().map_or(export.done, |last| last.place);
    let participants = if export.with_mails {
        let most = i64::try_from(MOST_NAMED + 1).unwrap_or(i64::MAX);
        case_exports::participants(&mut connection, export.id, (export.done, until), most).await?
    } else {
        Vec::new()
    };
    let size = u64::try_from(export.tree_size.unwrap_or_default()).unwrap_or_default();
    let proofs = proofs(&mut connection, &records, size).await?;
    drop(connection);
    let brought = brought(app, &records).await?;
    Ok(Batch { records, participants, brought, proofs })
}

/// As many of the first as together bring no more than is held in memory at once, and at least one.
fn fewer(records: &mut Vec<Record>) {
    let mut octets = 0;
    let fit = records.iter().take_while(|record| {
        octets +=
            brought_by(record).into_iter().flat_map(|files| &files.0).map(|file| file.size).sum::<i64>();
        octets <= MOST_OCTETS
    });
    let fit = fit.count().max(1);
    records.truncate(fit);
}

/// What the messages bring.
async fn brought(app: &App, records: &[Record]) -> Result<HashMap<FileId, Vec<u8>>, Stop> {
    let files = records.iter().filter_map(brought_by).flat_map(|files| &files.0);
    let ids: Vec<FileId> = files.map(|file| file.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let keeper = app.files.as_ref().ok_or(Error::Unavailable(codes::FILE_STORE_UNAVAILABLE))?;
    let found = files::find_all(&mut *app.pool.get().await?, &ids).await?;
    let mut brought = HashMap::with_capacity(ids.len());
    for file in found {
        brought.insert(file.id, keeper.read(&file).await?);
    }
    // What is erased while this is made is gone from the messages as well: they are read anew.
    if brought.len() == ids.len() { Ok(brought) } else { Err(Stop::Other(Error::NotFound)) }
}

/// What the log tells of messages, and proves.
async fn proofs(
    connection: &mut schema::transaction::Link,
    records: &[Record],
    size: u64,
) -> Result<HashMap<i64, write::Told>, Stop> {
    let seqs: Vec<i64> = records.iter().filter_map(|record| record.entry_seq).collect();
    let entries = audit_tree::entries(connection, &seqs).await?;
    let placed: HashMap<i64, u64> = audit_tree::leaves_of(connection, &seqs)
        .await?
        .into_iter()
        .filter_map(|of| Some((of.seq, u64::try_from(of.leaf).ok()?)))
        .collect();
    let leaves: Vec<u64> = placed.values().copied().collect();
    let ways = prove::inclusions(connection, &leaves, size).await?;
    let mut ways: HashMap<u64, _> = leaves.into_iter().zip(ways).collect();
    let told = entries.iter().map(|entry| {
        let leaf = placed.get(&entry.seq).copied();
        let way = leaf.and_then(|leaf| ways.remove(&leaf)).flatten();
        let line = String::from_utf8(grow::leaf_of(entry).line()).map_err(Error::internal)?;
        Ok((entry.seq, write::Told { line: Some(line), leaf, way }))
    });
    Ok(told.collect::<Result<_, Error>>()?)
}

/// Seals it, and says that it may be fetched.
async fn finish(app: &App, job: Job, export: &Export) -> Result<(), Stop> {
    let now = app.clock.now();
    let (case, ends_at) = {
        let mut connection = app.pool.get().await?;
        let standing = cases::find(&mut connection, export.case_id, export.asked_by).await?;
        let scope = schema::scopes::find_all(&mut connection, &[export.scope_id]).await?.pop();
        (standing.ok_or(Stop::Taken)?.case, scope.and_then(|scope| scope.ends_at))
    };
    let keep_until = ends_at.map_or(now + KEPT, |ends_at| ends_at.min(now + KEPT));
    let whole = seal::seal(app, job, export, &case, keep_until).await?;
    check(app, export).await?;
    let at = app.clock.now();
    let about = json!({
        "export_id": export.id, "case_id": export.case_id, "messages": export.total, "size": whole.size,
        "manifest_sha256": whole.manifest_sha256,
    });
    let entry = entry("case.export_ready", export.asked_by, at, about);
    ours(case_exports::finish(&mut *app.pool.get().await?, job, &whole, at, &entry).await?)
}
