//! `hold` and `release`: whether anything of a source is written.

use schema::audit::{self, NewEntry};
use schema::{Transaction, directory_requests, source_health, sync_runs};
use serde_json::json;

use super::{Setting, account, ask, row, until_stopped};

pub(super) async fn hold(setting: &Setting<'_>, reason: &str) -> anyhow::Result<u8> {
    let source = setting.one()?;
    let pool = setting.pool()?;
    let id = row(&pool, source).await?;
    // After whatever is being written now.
    let mut transaction = Transaction::begin_alone(&pool, sync_runs::APPLY).await?;
    if !source_health::hold(&mut transaction, id, None, reason).await? {
        anyhow::bail!("the source is held already");
    }
    note(&mut transaction, "directory.source_held", &source.name, reason).await?;
    directory_requests::wake(&mut transaction, id).await?;
    transaction.commit().await?;
    let document = json!({ "source": source.name, "state": "held" });
    setting.print(&[document], 0, |_| format!("{}: held\n", source.name))
}

pub(super) async fn release(setting: &Setting<'_>, reason: &str) -> anyhow::Result<u8> {
    let source = setting.one()?;
    let pool = setting.pool()?;
    let id = row(&pool, source).await?;
    let mut transaction = Transaction::begin_alone(&pool, sync_runs::APPLY).await?;
    if !source_health::release(&mut transaction, id).await? {
        anyhow::bail!("nobody holds the source");
    }
    note(&mut transaction, "directory.source_released", &source.name, reason).await?;
    let by = account::name();
    let request =
        directory_requests::ask(&mut transaction, id, "read", &json!({}), Some(reason), &by).await?;
    transaction.commit().await?;
    let answer = until_stopped(ask::wait(&pool, source, request)).await??;
    setting.print(&[answer.document()], answer.exit_code(), |_| answer.text())
}

async fn note(
    transaction: &mut Transaction,
    kind: &'static str,
    source: &str,
    reason: &str,
) -> Result<(), schema::Error> {
    let entry = json!({ "source": source, "reason": reason, "account": account::name() });
    let at = transaction.began_at().await?;
    audit::append(transaction, &NewEntry { at, kind, actor_id: None, entry }).await
}
