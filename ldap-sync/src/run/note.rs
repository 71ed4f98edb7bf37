//! What is noted of a run: its outcome, what stands about entries, what the entries were, and what the log tells.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use schema::directory_findings::Standing;
use schema::ids::SourceId;
use schema::sync_runs::{self, Outcome};
use schema::{Transaction, directory_entries};
use serde_json::json;
use uuid::Uuid;

use super::Around;
use crate::finding::{Effect, Finding};
use crate::plan::Plan;
use crate::report::{Report, State};

/// As many findings as a run's row keeps; the counts tell of the rest.
const FINDINGS_KEPT: usize = 1000;

/// Notes what the entries were of which everything could be used; all others are looked at again.
pub(super) async fn remember(
    transaction: &mut Transaction,
    id: SourceId,
    around: &Around,
    plan: &Plan,
) -> Result<(), schema::Error> {
    let faulty = plan.findings.iter().filter_map(|finding| finding.directory_id);
    let faulty: HashSet<Uuid> = faulty.chain(plan.by_old_names.iter().copied()).collect();
    let (good, bad): (Vec<_>, Vec<_>) =
        around.digests.iter().copied().partition(|(id, _)| !faulty.contains(id));
    if around.looked.is_none() {
        directory_entries::forget_all(transaction, id).await?;
    } else {
        let forgotten: Vec<Uuid> = bad.into_iter().map(|(id, _)| id).chain(around.gone.clone()).collect();
        directory_entries::forget(transaction, id, &forgotten).await?;
    }
    directory_entries::remember(transaction, id, &good).await
}

/// What cannot be used of entries; what is about no entry concerns the read, and is in its run.
pub(super) fn standing(findings: &[Finding]) -> Vec<Standing> {
    let about_entries = findings.iter().filter_map(|finding| Some((finding.dn.clone()?, finding)));
    about_entries
        .filter(|(_, finding)| finding.effect != Effect::Refused)
        .map(|(dn, finding)| {
            let effect = json!(finding.effect).as_str().unwrap_or_default().to_owned();
            Standing::new(finding.directory_id, dn, &finding.code.as_text(), effect, json!(finding))
        })
        .collect()
}

pub(super) fn state(report: &Report) -> sync_runs::State {
    match report.state {
        State::Applied => sync_runs::State::Applied,
        State::Refused => sync_runs::State::Refused,
        State::Failed => sync_runs::State::Failed,
        State::Unchanged | State::Planned => sync_runs::State::Unchanged,
    }
}

pub(super) fn outcome(report: &Report, sha256: [u8; 32], finished_at: DateTime<Utc>) -> Outcome {
    let kept: Vec<_> = report.findings.iter().take(FINDINGS_KEPT).collect();
    Outcome {
        finished_at,
        state: state(report),
        plan_sha256: Some(sha256.to_vec()),
        org_version: report.org_version,
        counts: json!(report.counts),
        findings: json!(kept),
        error: None,
    }
}

/// Tells the log how a run ended.
pub(super) fn log(report: &Report) {
    let (source, counts) = (&report.source, &report.counts);
    match report.state {
        State::Failed => {
            tracing::error!(source, error = report.error, "the directory was not read; nothing was changed");
        }
        State::Refused => {
            for finding in report.findings.iter().filter(|finding| finding.effect == Effect::Refused) {
                tracing::error!(
                    source,
                    code = finding.code.as_text(),
                    value = finding.value,
                    finding.message_en
                );
            }
        }
        _ => tracing::info!(source, state = ?report.state, ?counts, "the directory was read"),
    }
    for finding in report.findings.iter().filter(|finding| finding.effect != Effect::Refused) {
        let (code, dn) = (finding.code.as_text(), finding.dn.as_deref());
        tracing::warn!(source, code, dn, field = finding.field, effect = ?finding.effect, finding.message_en);
    }
}
