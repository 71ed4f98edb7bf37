//! `approve` and `reject`: decide about the set of changes that the guard stopped.

use clap::Args;
use schema::directory_plans::{self, Open, Verdict};
use schema::{Pool, Transaction, audit, directory_requests, source_health, sync_runs};
use serde_json::{Value, json};

use super::{Setting, account, ask, until_stopped};

#[derive(Args)]
pub(crate) struct Decision {
    /// The number of the plan, or as much of its beginning as only one plan has.
    plan: String,
    /// Why; the audit log keeps it.
    #[arg(long)]
    reason: String,
}

/// Refusals that nobody can approve.
const NEVER: [&str; 3] = ["guard_empty_read", "guard_anchor_missing", "source_held"];

pub(super) async fn approve(setting: &Setting<'_>, decision: &Decision) -> anyhow::Result<u8> {
    let pool = setting.pool()?;
    let (source, plan) = find(setting, &pool, &decision.plan).await?;
    let codes = plan.refusals.as_array().into_iter().flatten().filter_map(|refusal| refusal["code"].as_str());
    if let Some(code) = codes.into_iter().find(|code| NEVER.contains(code)) {
        anyhow::bail!("this plan cannot be approved: {code}");
    }
    if let Some(held) = source_health::held(&mut *pool.get().await?, plan.source_id).await? {
        anyhow::bail!("the source is held ({}); release it first", held.reason);
    }
    let request = decide(&pool, &plan, Verdict::Approve, &decision.reason).await?;
    let Some(request) = request else { anyhow::bail!("somebody decided about this plan a moment ago") };
    let answer = until_stopped(ask::wait(&pool, source, request)).await??;
    setting.print(&[answer.document()], answer.exit_code(), |_| answer.text())
}

pub(super) async fn reject(setting: &Setting<'_>, decision: &Decision) -> anyhow::Result<u8> {
    let pool = setting.pool()?;
    let (_, plan) = find(setting, &pool, &decision.plan).await?;
    if decide(&pool, &plan, Verdict::Reject, &decision.reason).await?.is_none() {
        anyhow::bail!("somebody decided about this plan a moment ago");
    }
    let document = json!({ "source": plan.source, "plan_sha256": hex(&plan.sha256), "state": "rejected" });
    setting.print(&[document], 0, |_| format!("{}: rejected\n", plan.source))
}

/// The one plan that waits and whose number begins so.
async fn find<'a>(
    setting: &'a Setting<'_>,
    pool: &Pool,
    prefix: &str,
) -> anyhow::Result<(&'a std::sync::Arc<ldap_sync::config::Source>, Open)> {
    let prefix = prefix.to_lowercase();
    let open = directory_plans::open(&mut *pool.get().await?, None).await?;
    let mut found: Vec<_> = open
        .into_iter()
        .filter(|plan| plan.state == "waiting" && hex(&plan.sha256).starts_with(&prefix))
        .filter_map(|plan| {
            let source = setting.sources.iter().find(|source| source.name == plan.source)?;
            Some((source, plan))
        })
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(found), true) if !prefix.is_empty() => Ok(found),
        (None, _) => anyhow::bail!("no plan that waits has a number that begins with `{prefix}`"),
        _ => anyhow::bail!("several plans have a number that begins with `{prefix}`: give more of it"),
    }
}

/// Writes the verdict, its entry in the audit log and, for an approval, the request that applies it.
async fn decide(
    pool: &Pool,
    plan: &Open,
    verdict: Verdict,
    reason: &str,
) -> anyhow::Result<Option<uuid::Uuid>> {
    let by = account::name();
    let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
    if !directory_plans::decide(&mut transaction, plan.id, verdict, &by, reason).await? {
        return Ok(None);
    }
    let (kind, request) = match verdict {
        Verdict::Approve => {
            let nothing = json!({});
            let request = directory_requests::ask(
                &mut transaction,
                plan.source_id,
                "read",
                &nothing,
                Some(reason),
                &by,
            );
            ("directory.plan_approved", request.await?)
        }
        Verdict::Reject => ("directory.plan_rejected", plan.id),
    };
    let entry: Value = json!({
        "source": plan.source, "plan_id": plan.id, "plan_sha256": hex(&plan.sha256), "reason": reason, "account": by,
    });
    let at = transaction.began_at().await?;
    audit::append(&mut transaction, &audit::NewEntry { at, kind, actor_id: None, entry }).await?;
    transaction.commit().await?;
    Ok(Some(request))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}
