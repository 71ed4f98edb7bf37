//! Counts where a policy in the shadow would have decided otherwise. It decides nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::DateTime;
use policies::facts::{Action, Facts};
use policies::gate::{RuleId, Snapshot, Verdict};
use schema::policy_differences::{self, Difference};

use crate::app::App;
use crate::error::Error;

/// Two policies and how each decided: the versions and rules, and the action.
type Key = (i64, Action, (i64, RuleId), RuleId);

/// What was counted and is still to be written.
#[derive(Default)]
pub struct Shadow(Mutex<HashMap<Key, Difference>>);

impl Shadow {
    /// Compares a verdict with what `shadow` says to the same facts.
    pub fn compare(
        &self,
        (policy, verdict): (&Arc<Snapshot>, Verdict),
        shadow: &Snapshot,
        facts: &Facts,
        now: i64,
    ) {
        let other = shadow.decide(Ok(*facts));
        let (before, after) = (policy.rule_code(verdict.rule), shadow.rule_code(other.rule));
        metrics::counter!("chancery_policy_shadowed_total").increment(1);
        if before == after && verdict.allow == other.allow {
            return;
        }
        let key = (shadow.version(), facts.act, (policy.version(), verdict.rule), other.rule);
        let at = DateTime::from_timestamp_micros(now).unwrap_or_default();
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counted.entry(key).or_insert_with(|| Difference {
            number: shadow.version(),
            action: facts.act.as_str().to_owned(),
            before_rule: before.to_owned(),
            after_rule: after.to_owned(),
            was_allowed: verdict.allow,
            is_allowed: other.allow,
            decisions: 0,
            example: policy.in_words(facts, verdict, (shadow, other)),
            first_at: at,
            last_at: at,
        });
        known.decisions += 1;
        known.last_at = at;
    }

    /// Writes what was counted since the last time.
    pub(super) async fn write(&self, app: &App) -> Result<(), Error> {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if counted.is_empty() {
            return Ok(());
        }
        let found: Vec<Difference> = counted.values().cloned().collect();
        let written = match app.pool.get().await {
            Ok(mut connection) => policy_differences::count(&mut connection, &found).await,
            Err(error) => Err(error),
        };
        if written.is_err() {
            self.give_back(counted);
        }
        Ok(written?)
    }

    fn give_back(&self, counted: HashMap<Key, Difference>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, difference) in counted {
            let decisions = difference.decisions;
            let entry = known.entry(key).or_insert(Difference { decisions: 0, ..difference });
            entry.decisions += decisions;
        }
    }
}
