//! `once`: reads every directory in full. Where a process leads a source, that one does it.

use ldap_sync::report::Report;
use ldap_sync::run::{Thoroughness, run_all};
use schema::source_lead::Lead;
use serde_json::{Value, json};

use super::{Setting, ask, row, until_stopped, worst};

pub(super) async fn once(setting: &Setting<'_>, thorough: bool) -> anyhow::Result<u8> {
    let pool = setting.pool()?;
    let how = if thorough { Thoroughness::Whole } else { Thoroughness::Changed };
    let (mut free, mut led) = (Vec::new(), Vec::new());
    for source in &setting.sources {
        let id = row(&pool, source).await?;
        let list = if Lead::take(&pool, id).await?.is_some() { &mut free } else { &mut led };
        list.push(source.clone());
    }
    let reports = until_stopped(Box::pin(run_all(&pool, &free, how))).await?;
    let mut code = worst(reports.iter().map(Report::exit_code));
    let mut answers: Vec<(Value, String)> = Vec::new();
    for report in reports {
        answers.push((serde_json::to_value(&report)?, report.text()));
    }
    for source in &led {
        let argument = json!({ "thorough": thorough });
        let answer = until_stopped(ask::ask(&pool, source, "read", &argument, None)).await??;
        code = worst([code, answer.exit_code()].into_iter());
        answers.push((answer.document(), answer.text()));
    }
    let documents: Vec<&Value> = answers.iter().map(|(document, _)| document).collect();
    let texts: Vec<&str> = answers.iter().map(|(_, text)| text.as_str()).collect();
    if setting.cli.json {
        return setting.print(&documents, code, |_| String::new());
    }
    setting.print(&texts, code, |text| (*text).to_owned())
}
