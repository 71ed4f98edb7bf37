//! `undo`: takes a run back.

use serde_json::json;
use uuid::Uuid;

use super::{Setting, ask, until_stopped};

pub(super) async fn undo(setting: &Setting<'_>, run: Uuid, reason: &str) -> anyhow::Result<u8> {
    let source = setting.one()?;
    let pool = setting.pool()?;
    let argument = json!({ "run_id": run });
    let answer = until_stopped(ask::ask(&pool, source, "undo", &argument, Some(reason))).await??;
    setting.print(&[answer.document()], answer.exit_code(), |_| answer.text())
}
