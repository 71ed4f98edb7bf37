//! Removes what is kept of files that belong to nothing, or were erased with what they were sent with.

use std::time::Duration;

use schema::files;
use tokio_util::sync::CancellationToken;

use super::{Files, LOOSE_FOR};
use crate::app::App;
use crate::error::{Error, describe};

/// How often.
const EVERY: Duration = Duration::from_mins(1);
/// How many at a time.
const BATCH: i64 = 100;

/// Does so, until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let Some(keeper) = &app.files else { return };
    let mut tick = tokio::time::interval(EVERY);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        match stop.run_until_cancelled(clear(&app, keeper)).await {
            Some(Ok(0)) => {}
            Some(Ok(removed)) => tracing::info!(removed, "files that nobody needs were removed"),
            Some(Err(error)) => {
                tracing::warn!(error = %describe::chain(&error), "files that nobody needs could not be removed");
            }
            None => return,
        }
    }
}

/// Removes them once. Their rows go last: whatever is kept is known of.
pub async fn clear(app: &App, keeper: &Files) -> Result<usize, Error> {
    let now = app.clock.now();
    files::give_up_old(&mut *app.pool.get().await?, now - LOOSE_FOR, now).await?;
    let mut removed = 0;
    loop {
        let gone = files::erased_ones(&mut *app.pool.get().await?, BATCH).await?;
        if gone.is_empty() {
            return Ok(removed);
        }
        for id in &gone {
            keeper.remove(*id).await?;
        }
        files::forget(&mut *app.pool.get().await?, &gone).await?;
        removed += gone.len();
    }
}
