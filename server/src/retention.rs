//! Erases what is not kept for ever, by the rules of the configuration: whole months where all of one is due, and message by message
//! otherwise. One node at a time does it, once a day, in batches that nobody waits for long; what is held stays.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Months, NaiveTime, TimeDelta, Utc};
use policies::gate::Snapshot;
use policies::label::LabelVocabulary;
use schema::retention::{self, Rule};
use schema::{Pool, policy_activations};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config::RetentionRule;
use crate::error::describe;
use crate::policy::Numbers;
use crate::policy::shelf::{BuildError, Shelf};

/// How many messages one batch looks at.
const BATCH: i32 = 1000;
/// How often it is asked whether there is something to do.
const EVERY: Duration = Duration::from_secs(30);

/// A rule names a label that the policy does not have.
#[derive(Debug, thiserror::Error)]
#[error("retention.rules: the policy has no label `{0}`")]
pub struct UnknownLabel(pub String);

/// Why nothing was erased, or not all.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The rules cannot be followed.
    #[error(transparent)]
    Label(#[from] UnknownLabel),
    /// The database could not.
    #[error(transparent)]
    Database(#[from] schema::Error),
    /// The policy whose labels the rules name cannot be built.
    #[error(transparent)]
    Policy(#[from] BuildError),
    /// No policy is in force yet.
    #[error("no policy is in force")]
    NoPolicy,
}

/// The policy in force, whose labels the rules name: for who asks without a server.
pub async fn policy_in_force(pool: &Pool) -> Result<Arc<Snapshot>, RetentionError> {
    let activations = policy_activations::current(&mut *pool.get().await?).await?;
    let number = Numbers::of(&activations).everywhere.ok_or(RetentionError::NoPolicy)?;
    Ok(Shelf::new(pool.clone()).snapshot(number).await?)
}

/// The rules as they are followed at `at`: a day begins at midnight UTC.
pub fn rules(
    configured: &[RetentionRule],
    labels: &LabelVocabulary,
    at: DateTime<Utc>,
) -> Result<Vec<Rule>, UnknownLabel> {
    configured.iter().map(|rule| followed(rule, labels, at)).collect()
}

fn followed(rule: &RetentionRule, labels: &LabelVocabulary, at: DateTime<Utc>) -> Result<Rule, UnknownLabel> {
    let level = match &rule.label {
        Some(code) => {
            let level = labels.levels().iter().find(|level| level.code == *code);
            Some(i16::from(level.ok_or_else(|| UnknownLabel(code.clone()))?.number))
        }
        None => None,
    };
    let today = at.date_naive();
    let (first_kept, term) = match (rule.days, rule.months) {
        (_, Some(months)) => (today.checked_sub_months(Months::new(months)), format!("{months} months")),
        (days, None) => {
            let days = days.unwrap_or(u32::MAX);
            (today.checked_sub_signed(TimeDelta::days(days.into())), format!("{days} days"))
        }
    };
    let kind = rule.kind.map(|kind| kind.as_str().to_owned());
    let words = [kind.as_deref(), rule.label.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Ok(Rule {
        kind,
        level,
        // Out of all calendars: nothing is as old as that.
        until: first_kept.map_or(DateTime::UNIX_EPOCH, |day| day.and_time(NaiveTime::MIN).and_utc()),
        term: if words.is_empty() { format!("all: {term}") } else { format!("{words}: {term}") },
    })
}

/// Does the work of the day, unless it is done or another node is at it. Returns how many messages were erased.
pub async fn run(app: &App) -> Result<i64, RetentionError> {
    let at = app.clock.now();
    let rules = rules(&app.config.retention.rules, app.gate.snapshot().labels(), at)?;
    if rules.is_empty() {
        return Ok(0);
    }
    let mut erased = 0;
    loop {
        let mut connection = app.pool.get().await?;
        match retention::erase_month(&mut connection, &rules, at).await {
            Ok(Some(month)) => {
                erased += month.messages;
                tracing::info!(
                    table = month.name,
                    messages = month.messages,
                    "a month of messages was erased"
                );
            }
            // There is none, or sends go first: message by message it goes as well.
            Ok(None) | Err(schema::Error::TooSlow(_)) => break,
            Err(error) => return Err(error.into()),
        }
    }
    loop {
        let mut connection = app.pool.get().await?;
        let Some(batch) = retention::erase_due(&mut connection, &rules, BATCH, at).await? else { break };
        erased += i64::try_from(batch.erased).unwrap_or(i64::MAX);
        if batch.erased > 0 || batch.held > 0 {
            tracing::info!(erased = batch.erased, held = batch.held, "messages were erased");
        }
        drop(connection);
        // Whoever waits for a connection, or places a hold, comes first.
        tokio::task::yield_now().await;
    }
    Ok(erased)
}

/// Does the work of each day, until `stop`.
pub async fn keep(app: App, stop: CancellationToken) {
    if app.config.retention.rules.is_empty() {
        return;
    }
    let mut tick = tokio::time::interval(EVERY);
    let mut done_on = None;
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let today = app.clock.now().date_naive();
        if done_on == Some(today) {
            continue;
        }
        match stop.run_until_cancelled(run(&app)).await {
            Some(Ok(_)) => done_on = Some(today),
            Some(Err(error)) => {
                tracing::warn!(error = %describe::chain(&error), "the retention erased not all that is due");
            }
            None => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use policies::gate::PolicyFiles;

    use super::*;
    use crate::config::{Config, RetainedKind};

    #[test]
    fn rules_are_counted_in_days_and_months_from_midnight() {
        let text = "[[retention.rules]]\nkind = 'direct'\nlabel = 'secret'\nmonths = 1\n[[retention.rules]]\ndays = 30\n";
        let config = Config::from_toml(text).unwrap();
        assert_eq!(config.retention.rules[0].kind, Some(RetainedKind::Direct));
        let policy = crate::policy::load(&PolicyFiles::embedded(), 1).unwrap();
        let at = "2026-03-31T15:00:00Z".parse().unwrap();
        let found = rules(&config.retention.rules, policy.labels(), at).unwrap();
        assert_eq!(found[0].until, "2026-02-28T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!((found[0].kind.as_deref(), found[0].level), (Some("direct"), Some(3)));
        assert_eq!(found[0].term, "direct, secret: 1 months");
        assert_eq!(found[1].until, "2026-03-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!((found[1].term.as_str(), found[1].level), ("all: 30 days", None));

        let config = Config::from_toml("[[retention.rules]]\nlabel = 'cosmic'\ndays = 1\n").unwrap();
        assert!(rules(&config.retention.rules, policy.labels(), at).is_err(), "nothing is erased by a guess");
    }
}
