//! `check` and `plan`: look, and write nothing to the mirror.

use std::path::Path;

use anyhow::Context as _;
use ldap_sync::check::{Check, check as look_at};
use ldap_sync::foretell;
use ldap_sync::report::Report;
use serde::Serialize;

use super::{Setting, until_stopped, worst};

/// What came of looking at one source: one that cannot be read keeps nobody from seeing the others.
#[derive(Serialize)]
#[serde(untagged)]
enum Looked {
    At(Box<Check>),
    Failed { source: String, state: &'static str, error: String },
}

impl Looked {
    fn exit_code(&self) -> u8 {
        match self {
            Self::At(check) => check.exit_code(),
            Self::Failed { .. } => 1,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::At(check) => check.text(),
            Self::Failed { source, error, .. } => format!("{source}: could not be read\n  {error}\n"),
        }
    }
}

pub(super) async fn check(setting: &Setting<'_>) -> anyhow::Result<u8> {
    let mut checks = Vec::new();
    for source in &setting.sources {
        let others = setting.config.sources.iter().filter(|other| other.name != source.name);
        let others: Vec<String> = others.map(|other| other.base.clone()).collect();
        #[expect(clippy::disallowed_methods, reason = "the program's own clock: nothing is written")]
        let now = chrono::Utc::now();
        checks.push(match until_stopped(Box::pin(look_at(source, &others, now))).await? {
            Ok(check) => Looked::At(Box::new(check)),
            Err(error) => {
                let source = source.name.clone();
                Looked::Failed { source, state: "failed", error: format!("{:#}", anyhow::Error::from(error)) }
            }
        });
    }
    setting.print(&checks, worst(checks.iter().map(Looked::exit_code)), Looked::text)
}

/// What each directory, or an LDIF for one of them, would change.
pub(super) async fn plan(setting: &Setting<'_>, ldif: Option<&Path>) -> anyhow::Result<u8> {
    let (sources, ldif) = match ldif {
        None => (setting.sources.iter().collect(), None),
        Some(path) => {
            let text = std::fs::read_to_string(path);
            (vec![setting.one()?], Some(text.with_context(|| format!("cannot read {}", path.display()))?))
        }
    };
    let pool = setting.pool()?;
    let mut reports = Vec::new();
    for source in sources {
        let told = until_stopped(Box::pin(foretell::report(&pool, source, ldif.as_deref()))).await?;
        reports.push(told.map_err(|faults| {
            let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the LDIF cannot be carried out:\n{}", lines.join("\n"))
        })?);
    }
    setting.print(&reports, worst(reports.iter().map(Report::exit_code)), Report::text)
}
