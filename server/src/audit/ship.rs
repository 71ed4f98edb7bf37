//! Gives the record away: checkpoints, so that nobody can make the log shorter unseen, and entries, for whoever watches.
//!
//! Each receiver has its own place in the log, which moves on only when it has taken what was given: while one is down nothing is
//! lost, and nobody else waits. What was given and not confirmed is given again, so an entry may arrive twice; its leaf tells.

mod file;
mod format;
mod http;
mod mail;
mod syslog;

use std::time::Duration;

use schema::transaction::{Link, Transaction};
use schema::{audit_checkpoints, audit_receivers, audit_tree};
use tokio_util::sync::CancellationToken;

pub use self::format::Format;
use self::format::Item;
use crate::app::App;
use crate::config::{AuditReceiver, AuditTakes};
use crate::error::describe;

/// How often it is looked whether there is something to give.
const INTERVAL: Duration = Duration::from_secs(1);
/// After a failure, how long a receiver is left alone, and at most.
const REST: Duration = Duration::from_secs(2);
const LONGEST_REST: Duration = Duration::from_mins(1);
/// How much is given at a time.
const ENTRIES: i64 = 512;
const CHECKPOINTS: i64 = 100;

/// Why a receiver did not take something.
#[derive(Debug, thiserror::Error)]
pub enum ShipError {
    /// The file could not be written, or the receiver not be reached.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The receiver answered, and not that it took it.
    #[error("{0}")]
    Refused(String),
    /// It took too long.
    #[error("it did not take it in time")]
    TooSlow,
}

/// Gives one receiver what it has not got yet, until `stop`. On every node; one at a time does.
pub async fn keep(app: App, receiver: AuditReceiver, stop: CancellationToken) {
    let mut rest = REST;
    loop {
        let wait = match give(&app, &receiver).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => {
                rest = REST;
                INTERVAL
            }
            Err(error) => {
                let why = describe::chain(&*error);
                tracing::warn!(receiver = receiver.name, error = why, "the record could not be given away");
                rest = (rest * 2).min(LONGEST_REST);
                rest
            }
        };
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

/// Gives the next of what there is; whether there may be more.
async fn give(app: &App, receiver: &AuditReceiver) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let mut connection = app.pool.get().await?;
    let known = audit_receivers::find(&mut connection, &receiver.name).await?;
    let left = there(&mut connection, receiver).await?.saturating_sub(known.has_until);
    let is_early = receiver.rest().zip(known.taken_at).is_some_and(|(rest, at)| app.clock.now() - at < rest);
    // Whoever is behind by more than is given at a time is not left alone.
    let is_behind = receiver.takes == AuditTakes::Entries && left >= ENTRIES;
    if left == 0 || (is_early && !is_behind) {
        return Ok(false);
    }
    drop(connection);
    // It may take long, and what it holds is nobody else's.
    let mut transaction = Transaction::begin(&app.pool).await?;
    let Some(known) = audit_receivers::lease(&mut transaction, &receiver.name).await? else {
        return Ok(false);
    };
    let (items, has_until) = due(&mut transaction, receiver, known.has_until).await?;
    let sent = send(app, receiver, &items).await;
    let now = app.clock.now();
    match &sent {
        Ok(()) => audit_receivers::took(&mut transaction, &receiver.name, has_until, now).await?,
        Err(error) => audit_receivers::failed(&mut transaction, &known, &error.to_string(), now).await?,
    }
    transaction.commit().await?;
    sent?;
    metrics::counter!("chancery_audit_given_total", "receiver" => receiver.name.clone())
        .increment(items.len() as u64);
    Ok(true)
}

/// How far one that has everything is.
async fn there(connection: &mut Link, receiver: &AuditReceiver) -> Result<i64, schema::Error> {
    match receiver.takes {
        AuditTakes::Checkpoints => {
            let newest = audit_checkpoints::newest(connection).await?;
            Ok(newest.map_or(0, |newest| newest.size))
        }
        AuditTakes::Entries => Ok(audit_tree::state(connection).await?.size),
    }
}

/// What comes behind `has`, and how far that is.
async fn due(
    connection: &mut Link,
    receiver: &AuditReceiver,
    has: i64,
) -> Result<(Vec<Item>, i64), schema::Error> {
    match receiver.takes {
        AuditTakes::Checkpoints if receiver.rest().is_some() => {
            // The newest says all that the others would.
            let newest = audit_checkpoints::newest(connection).await?;
            let until = newest.as_ref().map_or(has, |newest| newest.size);
            Ok((newest.into_iter().map(Item::Checkpoint).collect(), until))
        }
        AuditTakes::Checkpoints => {
            let signed = audit_checkpoints::after(connection, has, CHECKPOINTS).await?;
            let until = signed.last().map_or(has, |last| last.size);
            Ok((signed.into_iter().map(Item::Checkpoint).collect(), until))
        }
        AuditTakes::Entries => {
            let entries = audit_tree::leaves_from(connection, has, ENTRIES).await?;
            let until = has.saturating_add(i64::try_from(entries.len()).unwrap_or_default());
            Ok(((has..).zip(entries).map(|(leaf, entry)| Item::Entry { leaf, entry }).collect(), until))
        }
    }
}

async fn send(app: &App, receiver: &AuditReceiver, items: &[Item]) -> Result<(), ShipError> {
    // What only gives the hashes of rows tells nobody outside anything.
    let told: Vec<&Item> = items.iter().filter(|item| !item.is_hashes()).collect();
    if told.is_empty() {
        return Ok(());
    }
    let to = receiver.to.as_str();
    if let Some(path) = to.strip_prefix("file:") {
        file::write(path, receiver, &told).await
    } else if let Some(recipient) = to.strip_prefix("mailto:") {
        mail::send(app.config.mail.as_ref(), recipient, &told).await
    } else if to.starts_with("syslog+") {
        syslog::send(receiver, &told).await
    } else {
        http::post(receiver, &told).await
    }
}
