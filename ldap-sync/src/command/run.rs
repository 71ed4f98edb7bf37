//! `run`: leads the sources until it is told to stop.

use ldap_sync::lead;

use super::{Setting, stopped};

pub(super) async fn run(setting: &Setting<'_>) -> anyhow::Result<u8> {
    let pool = setting.pool()?;
    tokio::select! {
        () = Box::pin(lead::lead(&pool, setting.sources.clone())) => {}
        // What is under way is rolled back with its connection: a run is written whole or not at all.
        stopped = stopped() => stopped?,
    }
    tracing::info!("stopped");
    Ok(0)
}
