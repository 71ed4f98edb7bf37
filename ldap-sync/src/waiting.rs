//! Plans that the guard refused wait for an operator, who approves exactly one set of changes.

use schema::directory_plans::{self, NewPlan};
use schema::ids::SourceId;
use schema::transaction::Link;
use serde_json::json;
use uuid::Uuid;

use crate::documents;
use crate::finding::{Code, Effect, Finding};
use crate::report::{Report, State};

/// Whether somebody may approve a plan that was refused for these reasons: a read that shows nothing, or not what must
/// always be there, is not believed by anybody.
pub fn can_be_approved(refusals: &[Finding]) -> bool {
    let never =
        |code: Code| matches!(code, Code::GuardEmptyRead | Code::GuardAnchorMissing | Code::SourceHeld);
    !refusals.iter().any(|refusal| never(refusal.code))
}

/// The number of the plan of `source` that somebody has approved.
pub async fn approved(connection: &mut Link, source: SourceId) -> Result<Option<[u8; 32]>, schema::Error> {
    let open = directory_plans::open(connection, Some(source)).await?;
    Ok(open.into_iter().find(|plan| plan.state == "approved").and_then(|plan| plan.sha256.try_into().ok()))
}

/// What became of the plan that waits, after a full read: it waits on, is applied, or the directory says something else.
/// The plan that waits now, if one does.
pub async fn settle(
    connection: &mut Link,
    source: SourceId,
    report: &Report,
    approved: Option<[u8; 32]>,
    consequences: serde_json::Value,
) -> Result<Option<Uuid>, schema::Error> {
    match report.state {
        State::Refused => refused(connection, source, report, consequences).await,
        State::Applied | State::Unchanged => {
            if let Some(sha256) = approved
                && report.plan_sha256.as_deref() == Some(crate::entry::hex(&sha256).as_str())
            {
                directory_plans::applied(connection, source, &sha256).await?;
            }
            directory_plans::supersede(connection, source, None).await?;
            Ok(None)
        }
        State::Failed | State::Planned => Ok(None),
    }
}

async fn refused(
    connection: &mut Link,
    source: SourceId,
    report: &Report,
    consequences: serde_json::Value,
) -> Result<Option<Uuid>, schema::Error> {
    let refusals: Vec<Finding> =
        report.findings.iter().filter(|finding| finding.effect == Effect::Refused).cloned().collect();
    // What is not believed says nothing about what waits.
    let (Some(run), Some(plan), true) = (report.run_id, &report.plan, can_be_approved(&refusals)) else {
        return Ok(None);
    };
    let waiting = NewPlan {
        source,
        run,
        sha256: plan.sha256,
        refusals: json!(refusals),
        counts: json!(plan.counts),
        changes: documents::changes(plan),
        changes_total: i32::try_from(plan.changes.len()).unwrap_or(i32::MAX),
        consequences,
    };
    directory_plans::wait(connection, &waiting).await
}
