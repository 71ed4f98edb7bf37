//! `run`: leads the sources, and reports about them, until it is told to stop.

use ldap_sync::lead;
use ldap_sync::mail::{Recipients, report_for_ever};

use super::{Setting, stopped};

pub(super) async fn run(setting: &Setting<'_>) -> anyhow::Result<u8> {
    let pool = setting.pool()?;
    let recipients = Recipients::of(setting.sources.iter().map(AsRef::as_ref));
    let reports = setting.config.mail.clone().map(|mail| {
        // Of its own: a mail server that is slow delays no change of the directory.
        tokio::spawn(report_for_ever(pool.clone(), mail, recipients))
    });
    tokio::select! {
        () = Box::pin(lead::lead(&pool, setting.sources.clone())) => {}
        // What is under way is rolled back with its connection: a run is written whole or not at all.
        stopped = stopped() => stopped?,
    }
    if let Some(reports) = reports {
        reports.abort();
    }
    tracing::info!("stopped");
    Ok(0)
}
