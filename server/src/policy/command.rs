//! `chancery policy …`: what a machine can say about a policy before it is used, and the acts of those who answer for it.

mod acts;
mod question;
mod weigh;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use policies::diff::{Change, Difference, Effect, diff};
use policies::gate::{PolicyFiles, Snapshot};
use policies::lint;
use serde_json::json;

use self::acts::{KeyArguments, PublishArguments, RollBackArguments, SignArguments};
use self::question::Question;
use self::weigh::WhatIf;
use super::{Rejected, files};
use crate::config::Config;

/// The commands around a policy.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Loads the policy as the server would, proves its invariants, and names file, line and key of what is wrong.
    Lint(Which),
    /// Decides the golden cases that lie beside the policy.
    Test(Which),
    /// Says what another policy would decide differently: every combination of facts is compared, and none is drawn.
    /// Ends with 1 where a verdict differs.
    Diff(Versions),
    /// Says what another policy would mean for the people and conversations that there are: exactly for those whom you name and
    /// for all conversations; who may begin to write to whom is drawn where everybody is asked about, with how far off the numbers may
    /// be. Needs the database.
    Whatif(WhatIf),
    /// Decides one question about two people of the mirror, and says why. Needs the database.
    Explain(Question),
    /// Prints the rules as Casbin reads them: one line of the CSV for each.
    Csv(Which),
    /// Makes a key with which you sign policies, and prints its public half. Bring that to the policies' page, where another
    /// officer confirms that it is yours. The file never leaves your machine.
    Key(KeyArguments),
    /// Signs a policy version: your own with --directory (it is checked, kept and signed by you as its author), or, by its
    /// number, that of somebody else, which you approve. Needs the database.
    Sign(SignArguments),
    /// Lists the newest policy versions, who signed them and where they are in force. Needs the database.
    Versions,
    /// Puts a version in force that two officers signed: in the shadow, where it decides nothing and is compared, in one agency,
    /// or everywhere. Every node that runs must have built it before. Needs the database.
    Publish(PublishArguments),
    /// Goes back to the version that was in force before, or to an earlier one. Needs the database.
    Rollback(RollBackArguments),
}

/// Which policy.
#[derive(Debug, Args)]
pub struct Which {
    /// The directory of the policy, instead of that of the configuration.
    #[arg(long)]
    directory: Option<PathBuf>,
}

/// Two policies.
#[derive(Debug, Args)]
pub struct Versions {
    /// The directory of the new policy.
    #[arg(long)]
    to: PathBuf,
    /// The directory of the old one, instead of the policy of the configuration.
    #[arg(long)]
    from: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Runs one of them.
pub fn run(command: &PolicyCommand, config: Option<&Config>) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Lint(which) => {
            let report = lint::lint(&chosen(which, config)?);
            print(&report.to_string())?;
            Ok(exit_code(report.is_clean()))
        }
        PolicyCommand::Test(which) => {
            let report = lint::run_cases(&chosen(which, config)?);
            report.failures.iter().try_for_each(|failure| print(&format!("error: {failure}")))?;
            if !report.untested.is_empty() {
                print(&format!("no case expects {}", report.untested.join(", ")))?;
            }
            print(&format!("{} cases passed, {} failed", report.passed, report.failures.len()))?;
            Ok(exit_code(report.is_clean()))
        }
        PolicyCommand::Diff(versions) => differences(versions, config),
        PolicyCommand::Csv(which) => {
            let policy = Snapshot::load(&chosen(which, config)?, 0).map_err(Rejected)?;
            policy.rules().iter().try_for_each(|rule| print(&format!("p, {}", rule.row().join(", "))))?;
            Ok(ExitCode::SUCCESS)
        }
        PolicyCommand::Key(arguments) => acts::key(arguments),
        PolicyCommand::Explain(question) => {
            with_database(config, |config| question::explain(question, config))
        }
        PolicyCommand::Whatif(arguments) => with_database(config, |config| weigh::run(arguments, config)),
        PolicyCommand::Sign(arguments) => with_database(config, |config| acts::sign(arguments, config)),
        PolicyCommand::Versions => with_database(config, acts::versions),
        PolicyCommand::Publish(arguments) => with_database(config, |config| acts::publish(arguments, config)),
        PolicyCommand::Rollback(arguments) => {
            with_database(config, |config| acts::roll_back(arguments, config))
        }
    }
}

fn with_database<'a, F>(
    config: Option<&'a Config>,
    run: impl FnOnce(&'a Config) -> F,
) -> anyhow::Result<ExitCode>
where
    F: Future<Output = anyhow::Result<ExitCode>>,
{
    let config = config.context("this needs the database: give --config")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(config))
}

fn chosen(which: &Which, config: Option<&Config>) -> anyhow::Result<PolicyFiles> {
    let configured = config.and_then(|config| config.policy.directory.as_deref());
    let directory: Option<&Path> = which.directory.as_deref().or(configured);
    files(directory).with_context(|| format!("policy.directory {directory:?}"))
}

fn differences(versions: &Versions, config: Option<&Config>) -> anyhow::Result<ExitCode> {
    let load = |directory: Option<PathBuf>| -> anyhow::Result<Snapshot> {
        let named = directory.as_ref().map(|directory| directory.display().to_string());
        let loaded = Snapshot::load(&chosen(&Which { directory }, config)?, 0).map_err(Rejected);
        loaded.with_context(|| named.unwrap_or_else(|| "the policy of the configuration".to_owned()))
    };
    let (before, after) = (load(versions.from.clone())?, load(Some(versions.to.clone()))?);
    let difference = diff(&before, &after).map_err(|finding| anyhow!("{finding}"))?;
    if versions.json {
        print(&serde_json::to_string_pretty(&document(&difference))?)?;
    } else {
        print(&difference.to_string())?;
    }
    let verdicts = difference.facts(Effect::Lost) + difference.facts(Effect::Gained);
    Ok(exit_code(verdicts == 0))
}

fn document(difference: &Difference) -> serde_json::Value {
    let change = |change: &Change| {
        json!({
            "effect": change.effect.as_str(), "action": change.action.as_str(), "before": change.before,
            "after": change.after, "facts": change.facts, "example": change.words,
        })
    };
    json!({
        "added": difference.added, "removed": difference.removed, "compared": difference.compared,
        "lost": difference.facts(Effect::Lost), "gained": difference.facts(Effect::Gained),
        "changes": difference.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn exit_code(is_clean: bool) -> ExitCode {
    if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a line. A reader who has gone away, as `head` does, is no error.
pub fn print(text: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}
