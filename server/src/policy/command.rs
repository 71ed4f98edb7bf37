//! `chancery policy …`: what a machine can say about a policy before it is used.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use org_input::HIGHEST;
use policies::diff::{Change, Difference, Effect, diff};
use policies::explain::{Language, Subject};
use policies::facts::{Action, Asker, Contact, Moment};
use policies::gate::{PolicyFiles, Snapshot};
use policies::label::Label;
use policies::lint;
use policies::org::{Hat, PersonIx};
use schema::Pool;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{Rejected, files};
use crate::access::HatName;
use crate::clock::Clock;
use crate::config::Config;
use crate::org::{Mirror, OrgMirror};

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
    /// Decides one question about two people of the mirror, and says why. Needs the database.
    Explain(Question),
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

/// Who wants to do what to whom.
#[derive(Debug, Args)]
pub struct Question {
    #[command(flatten)]
    which: Which,
    /// The login of the person who asks.
    asker: String,
    /// The action, for example `dm.start`.
    action: String,
    /// The login of the other person.
    target: String,
    /// In which capacity: `own`, `duty`, `acting:<person id>`, `assistant:<person id>`.
    #[arg(long, default_value = "own")]
    hat: String,
    /// The code of the message's level.
    #[arg(long)]
    level: Option<String>,
    /// The codes of its categories.
    #[arg(long = "category")]
    categories: Vec<String>,
    /// Whether the other person has written before.
    #[arg(long)]
    answered: bool,
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
        PolicyCommand::Explain(question) => {
            let config =
                config.context("the mirror of the organisation is in the database: give --config")?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(explain(question, config))
        }
    }
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

async fn explain(question: &Question, config: &Config) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let policy = Snapshot::load(&chosen(&question.which, Some(config))?, 0).map_err(Rejected)?;
    let pool = Pool::new(config.database_url()?.expose_secret(), 2)?;
    let mirror = OrgMirror::load(&pool, &policy, &clock).await?.current();
    let now = clock.now();
    let at = Moment {
        now: now.timestamp_micros(),
        crisis: config.policy.crisis,
        office_hours: config.office.is_open(now),
    };
    let text = answer(question, &policy, &mirror, &at)?;
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn answer(question: &Question, policy: &Snapshot, mirror: &Mirror, at: &Moment) -> anyhow::Result<String> {
    let org = &mirror.org;
    let action = Action::parse(&question.action)
        .with_context(|| format!("there is no action `{}`", question.action))?;
    let person = place(mirror, &question.asker)?;
    let target = place(mirror, &question.target)?;
    let hat: HatName = question.hat.parse()?;
    let hat: Hat =
        hat.of(org, person, at.now).map_err(|missing| anyhow!("the asker does not wear it: {missing}"))?;
    let asker = Asker { person, hat };
    let label = match &question.level {
        Some(level) => policy.labels().parse(level, &question.categories)?,
        None => Label::default(),
    };
    let contact = if question.answered { Contact::Open } else { Contact::None };
    let facts = policies::facts::toward_person(org, at, action, asker, target, contact, label, HIGHEST);
    let verdict = policy.decide(facts);
    let subject = Subject { asker, target: Some(target), room: None, label, facts: facts.ok() };
    let word = if verdict.allow { "allowed" } else { "denied" };
    let mut text = format!("{word} by {}\n", policy.rule_code(verdict.rule));
    for language in [Language::Ru, Language::En] {
        let said = policies::explain::explain(policy, org, verdict, &subject, language);
        text.push_str(&said.sentence);
        text.push('\n');
    }
    if let Ok(facts) = facts {
        write!(text, "{facts:?}")?;
    }
    Ok(text)
}

fn place(mirror: &Mirror, login: &str) -> anyhow::Result<PersonIx> {
    let record = mirror.by_login(login).with_context(|| format!("nobody signs in as `{login}`"))?;
    mirror.org.person(record.id.0).with_context(|| format!("`{login}` holds no post"))
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
