//! The job of every node: whichever comes first lets the tree grow and signs.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::grow;
use crate::app::App;
use crate::error::describe;

/// How often it is looked whether there is something new.
const INTERVAL: Duration = Duration::from_secs(1);

/// Keeps the tree until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(interval.tick()).await.is_some() {
        if let Err(error) = look(&app).await {
            tracing::warn!(error = %describe::chain(&error), "the tree over the audit log could not be kept");
        }
    }
}

async fn look(app: &App) -> Result<(), schema::Error> {
    let (mut connection, now) = (app.pool.get().await?, app.clock.now());
    grow::grow(&mut connection, now).await?;
    if let Some(notary) = &app.notary {
        notary.sign(&mut connection, now, false).await?;
    }
    Ok(())
}
