//! A check that somebody asked for: it runs on the node that was asked, says how far it is, and what it came to stays.

use std::sync::Mutex;
use std::time::Duration;

use audit_log::note::Verifier;
use schema::audit::NewEntry;
use schema::audit_checks;
use schema::ids::{AuditCheckId, PersonId};
use serde_json::json;

use super::grow;
use super::verify::report::Report;
use super::verify::{self, Progress, Stage};
use crate::app::App;
use crate::error::{Error, codes, describe};

/// How often it is said how far the check is.
const SAYING: Duration = Duration::from_millis(500);

/// Begins a check of everything. One runs at a time.
pub async fn begin(app: &App, by: PersonId) -> Result<AuditCheckId, Error> {
    let (id, now) = (AuditCheckId::new(), app.clock.now());
    let key = app.config.audit_verifier().map_err(Error::internal)?;
    let entry = entry(app, "audit.check_begun", by, json!({ "check_id": id }));
    let mut connection = app.pool.get().await?;
    if !audit_checks::begin(&mut connection, id, by, now, &entry).await? {
        return Err(Error::Conflict(codes::AUDIT_CHECK_RUNS));
    }
    // What has just happened is checked, too.
    grow::grow(&mut connection, now).await?;
    if let Some(notary) = &app.notary {
        notary.sign(&mut connection, now, true).await?;
    }
    drop(connection);
    let app = app.clone();
    tokio::spawn(async move { run(&app, id, by, key).await });
    Ok(id)
}

async fn run(app: &App, id: AuditCheckId, by: PersonId, key: Option<Verifier>) {
    let so_far = Mutex::new(Progress { stage: Stage::Tree, done: 0, total: None });
    let told = |progress| {
        if let Ok(mut so_far) = so_far.lock() {
            *so_far = progress;
        }
    };
    let checking = verify::verify(&app.pool, key.as_ref(), &[], &told);
    tokio::pin!(checking);
    let checked = loop {
        tokio::select! {
            checked = &mut checking => break checked,
            () = tokio::time::sleep(SAYING) => {
                let progress = so_far.lock().ok().map(|progress| *progress);
                if let Some(progress) = progress && let Err(error) = say(app, id, progress).await {
                    tracing::debug!(error = %describe::chain(&error), "how far a check is could not be said");
                }
            }
        }
    };
    match &checked {
        Ok(report) if report.is_whole => tracing::info!(leaves = report.leaves, "the audit log is whole"),
        Ok(report) => {
            tracing::error!(
                findings = report.findings.len(),
                "somebody changed the record: see the check {id:?}"
            );
        }
        Err(error) => tracing::error!(error = %describe::chain(error), "the audit log could not be checked"),
    }
    metrics::gauge!("chancery_audit_is_whole").set(match &checked {
        Ok(report) if report.is_whole => 1.0,
        _ => 0.0,
    });
    if let Err(error) = end(app, id, by, checked.ok()).await {
        tracing::error!(error = %describe::chain(&error), "what a check came to could not be kept");
    }
}

async fn say(app: &App, id: AuditCheckId, progress: Progress) -> Result<(), schema::Error> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (done, total) = (number(progress.done), progress.total.map(number));
    let mut connection = app.pool.get().await?;
    audit_checks::progress(&mut connection, id, (progress.stage.as_str(), done, total), app.clock.now()).await
}

async fn end(app: &App, id: AuditCheckId, by: PersonId, report: Option<Report>) -> Result<(), Error> {
    let said = json!({
        "check_id": id,
        "is_whole": report.as_ref().map(|report| report.is_whole),
        "leaves": report.as_ref().map(|report| report.leaves),
        "findings": report.as_ref().map(|report| report.findings.len()),
    });
    let entry = entry(app, "audit.check_ended", by, said);
    let report = report.map(serde_json::to_value).transpose().map_err(Error::internal)?;
    let mut connection = app.pool.get().await?;
    Ok(audit_checks::end(&mut connection, id, report, app.clock.now(), &entry).await?)
}

fn entry(app: &App, kind: &'static str, by: PersonId, entry: serde_json::Value) -> NewEntry {
    NewEntry { at: app.clock.now(), kind, actor_id: Some(by), entry }
}
