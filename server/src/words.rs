//! Takes the words of messages for the search within cases, a little after they were stored.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use schema::message_words;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::{Error, codes, describe};

/// How often.
const EVERY: Duration = Duration::from_secs(5);
/// How long a search waits until all words are there.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes them until `stop`. Of two nodes that do, one at a time finds something to do.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // At first wherever any are missing, and then where something was sent.
    let mut since = None;
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let began = app.clock.now();
        match stop.run_until_cancelled(take(&app, since)).await {
            Some(Ok(())) => since = Some(began),
            Some(Err(error)) => {
                tracing::warn!(error = %describe::chain(&error), "the words of messages were not taken");
            }
            None => break,
        }
    }
}

async fn take(app: &App, since: Option<DateTime<Utc>>) -> Result<(), schema::Error> {
    while message_words::take_some(&mut *app.pool.get().await?, since).await? {}
    Ok(())
}

/// Takes those of every message that is stored by now, so that a search finds all of them. Says as of when that is so.
pub async fn complete(app: &App) -> Result<DateTime<Utc>, Error> {
    let (at, until) = (app.clock.now(), Instant::now() + PATIENCE);
    while message_words::catch_up(&mut *app.pool.get().await?).await? {
        if Instant::now() > until {
            return Err(Error::Unavailable(codes::SEARCH_BEHIND));
        }
    }
    Ok(at)
}
