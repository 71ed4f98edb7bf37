//! Leads the sources: one process leads a source, reads it whole where it must, and follows it for the rest of the time.
//!
//! Each source has a task of its own. Whatever ends one, an error or a panic, ends no other, and it begins anew.

mod backoff;
mod bell;
mod desk;
mod follow;
mod health;
mod life;
mod schedule;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use schema::ids::SourceId;
use schema::source_health::Health;
use schema::source_lead::Lead;
use schema::{Pool, Transaction, directory_requests, source_health, sources, sync_runs};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use self::backoff::Backoff;
use self::bell::Bell;
use self::desk::Desk;
use self::life::Life;
use self::trouble::{Code, Trouble};
use crate::config::Source;
use crate::run::RunError;

pub use self::desk::answer_once;

/// How often it is looked whether whoever leads is still there.
const WAITING: Duration = Duration::from_secs(1);

/// How long a lead may be quiet before it is asked whether it is still one.
const QUIET: Duration = Duration::from_secs(2);

/// Connections of the pool that one source may need at once.
pub const CONNECTIONS: usize = 5;

/// Leads all `sources`, for ever.
pub async fn lead(pool: &Pool, sources: Vec<Arc<Source>>) {
    let bell = Bell::default();
    let mut tasks = JoinSet::new();
    for source in sources {
        tasks.spawn(supervise(pool.clone(), source, bell.clone()));
    }
    // None of them ends.
    while tasks.join_next().await.is_some() {}
}

/// Begins anew whenever it ends, by a loss of the database, an error or a panic.
async fn supervise(pool: Pool, source: Arc<Source>, bell: Bell) {
    let mut pause = Backoff::default();
    loop {
        let began = tokio::time::Instant::now();
        // A task of its own, so that a panic is an answer; in a set, so that it ends with us.
        let mut task = JoinSet::new();
        task.spawn(lead_one(pool.clone(), source.clone(), bell.clone()));
        match task.join_next().await {
            Some(Ok(Err(error))) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(source = source.name, error, "the source is led no more; it begins anew");
            }
            Some(Err(failed)) => {
                tracing::error!(source = source.name, %failed, "the work on the source broke down; it begins anew");
                crashed(&pool, &source.name, &failed.to_string()).await;
            }
            _ => {}
        }
        if began.elapsed() > backoff::LONGEST {
            pause.reset();
        }
        tokio::time::sleep(pause.next()).await;
    }
}

/// Where the database takes it, operators see it; otherwise the log has it.
async fn crashed(pool: &Pool, source: &str, detail: &str) {
    let noting = async {
        let mut connection = pool.get().await?;
        if let Some(row) = sources::find(&mut connection, source).await? {
            let trouble = Trouble::new(Code::Crashed).detail(detail).json();
            source_health::set(&mut connection, row.id, Health::Failing, Some(&trouble)).await?;
        }
        Ok::<_, schema::Error>(())
    };
    if let Err(error) = noting.await {
        tracing::warn!(source, %error, "the breakdown could not be noted");
    }
}

/// Waits for the lead, and has it until it is lost.
async fn lead_one(pool: Pool, source: Arc<Source>, bell: Bell) -> Result<(), RunError> {
    let id = known(&pool, &source).await?;
    let lead = wait_for_lead(&pool, &source, id).await?;
    tracing::info!(source = source.name, "this process leads the source");
    let asked = Arc::new(Notify::new());
    let mut desk = begin(&pool, &source, id, &lead).await?;
    desk.health.describe(source.kind.as_text(), &source.url).await?;
    let life = Life::new(desk, asked.clone(), bell);
    tokio::select! {
        // Nothing is written once the lead is lost: what is under way is dropped, and rolled back with its connection.
        biased;
        lost = keep(lead, &asked) => Err(lost.into()),
        ended = life.live() => match ended? {},
    }
}

/// The source's row.
async fn known(pool: &Pool, source: &Source) -> Result<SourceId, schema::Error> {
    Ok(sources::ensure(&mut *pool.get().await?, &source.name, source.kind.as_text()).await?.id)
}

async fn wait_for_lead(pool: &Pool, source: &Source, id: SourceId) -> Result<Lead, schema::Error> {
    let mut said = false;
    loop {
        if let Some(lead) = Lead::take(pool, id).await? {
            return Ok(lead);
        }
        if !said {
            tracing::info!(
                source = source.name,
                "another process leads the source; this one waits to take over"
            );
            said = true;
        }
        tokio::time::sleep(WAITING).await;
    }
}

/// What a new leader does first.
async fn begin(pool: &Pool, source: &Arc<Source>, id: SourceId, lead: &Lead) -> Result<Desk, RunError> {
    // The last leader may have asked whether it still led just before it no longer did: its transaction holds this
    // lock, and ends before anything is loaded.
    drop(Transaction::begin_alone(pool, sync_runs::APPLY).await?);
    directory_requests::take_up_again(&mut *pool.get().await?, id).await?;
    Ok(Desk::open(pool, source, id, lead.backend()))
}

/// Watches over the lead until it is lost; wakes whoever works when something is asked.
async fn keep(mut lead: Lead, asked: &Notify) -> schema::Error {
    loop {
        match lead.asked(QUIET).await {
            Ok(true) => asked.notify_one(),
            Ok(false) => {}
            Err(error) => return error,
        }
    }
}
