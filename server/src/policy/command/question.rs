//! `chancery policy explain`: one question about two people of the mirror, decided and said in words.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use org_input::HIGHEST;
use policies::explain::{Language, Subject};
use policies::facts::{Action, Asker, Contact, Moment};
use policies::gate::Snapshot;
use policies::label::Label;
use policies::org::{Hat, PersonIx};
use schema::Pool;
use secrecy::ExposeSecret;

use super::{Which, chosen, print};
use crate::access::HatName;
use crate::clock::Clock;
use crate::config::Config;
use crate::org::{Mirror, OrgMirror};
use crate::policy::Rejected;

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

/// Decides it.
pub(super) async fn explain(question: &Question, config: &Config) -> anyhow::Result<ExitCode> {
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
    let subject =
        Subject { asker, target: Some(target), room: None, label, facts: facts.ok(), is_known: false };
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
