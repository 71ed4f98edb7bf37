//! `check` and `plan`: look, and write nothing to the mirror.

use std::path::Path;

use anyhow::Context as _;
use ldap_sync::check::{Check, check as look_at};
use ldap_sync::report::Report;
use ldap_sync::run::dry_run;
use serde_json::json;

use super::{Setting, ask, until_stopped, worst};

pub(super) async fn check(setting: &Setting<'_>) -> anyhow::Result<u8> {
    let mut checks = Vec::new();
    for source in &setting.sources {
        let others = setting.config.sources.iter().filter(|other| other.name != source.name);
        let others: Vec<String> = others.map(|other| other.base.clone()).collect();
        #[expect(clippy::disallowed_methods, reason = "the program's own clock: nothing is written")]
        let now = chrono::Utc::now();
        let looked = until_stopped(Box::pin(look_at(source, &others, now))).await?;
        checks.push(looked.with_context(|| format!("source {}", source.name))?);
    }
    setting.print(&checks, worst(checks.iter().map(Check::exit_code)), Check::text)
}

pub(super) async fn plan(setting: &Setting<'_>) -> anyhow::Result<u8> {
    let pool = setting.pool()?;
    let mut reports = Vec::new();
    for source in &setting.sources {
        reports.push(until_stopped(Box::pin(dry_run(&pool, source))).await?);
    }
    setting.print(&reports, worst(reports.iter().map(Report::exit_code)), Report::text)
}

pub(super) async fn plan_ldif(setting: &Setting<'_>, path: &Path) -> anyhow::Result<u8> {
    let source = setting.one()?;
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let pool = setting.pool()?;
    let argument = json!({ "ldif": text });
    let answer = until_stopped(ask::ask(&pool, source, "preview", &argument, None)).await??;
    setting.print(&[answer.document()], answer.exit_code(), |_| answer.text())
}
