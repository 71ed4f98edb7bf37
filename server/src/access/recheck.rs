//! Asks Casbin itself again about some of the decisions that the table made, off the path of whoever waits for them.
//!
//! The table was proved when it was loaded; this proves it while it is in use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use policies::facts::Facts;
use policies::gate::{RuleId, Snapshot, Verdict};

/// One decision of so many is made again.
const ONE_OF: u64 = 1000;

/// One at a time: a long list makes many decisions at once, and the threads for such work have other work.
static BUSY: AtomicBool = AtomicBool::new(false);

/// Makes this decision again, if it is its turn.
pub(super) fn sometimes(policy: &Arc<Snapshot>, facts: Facts, verdict: Verdict) {
    static DECISIONS: AtomicU64 = AtomicU64::new(0);
    if !DECISIONS.fetch_add(1, Ordering::Relaxed).is_multiple_of(ONE_OF) {
        return;
    }
    if let Ok(runtime) = tokio::runtime::Handle::try_current()
        && !BUSY.swap(true, Ordering::AcqRel)
    {
        let policy = Arc::clone(policy);
        runtime.spawn_blocking(move || {
            again(&policy, facts, verdict);
            BUSY.store(false, Ordering::Release);
        });
    }
}

fn again(policy: &Snapshot, facts: Facts, verdict: Verdict) {
    let expected = match policy.casbin(facts) {
        Ok(rules) => deciding(policy, &rules),
        Err(error) => {
            tracing::error!(%error, "Casbin could not decide again");
            return;
        }
    };
    metrics::counter!("chancery_decisions_rechecked_total").increment(1);
    if expected != verdict.rule {
        metrics::counter!("chancery_decisions_mismatched_total").increment(1);
        let (table, casbin) = (policy.rule_code(verdict.rule), policy.rule_code(expected));
        tracing::error!(version = policy.version(), table, casbin, ?facts, "the table and Casbin differ");
    }
}

/// The first denial, or else the first permission, of all rules that hold.
fn deciding(policy: &Snapshot, rules: &[RuleId]) -> RuleId {
    let first = |allows| {
        rules.iter().copied().find(|rule| policy.rule(*rule).is_some_and(|rule| rule.allows == allows))
    };
    first(false).or_else(|| first(true)).unwrap_or(RuleId::DEFAULT)
}

#[cfg(test)]
mod tests {
    use policies::facts::{Gap, Relation};
    use policies::gate::PolicyFiles;

    use super::*;

    #[test]
    fn casbin_names_the_rule_that_the_table_names() {
        let policy = Snapshot::load(&PolicyFiles::embedded(), 1).unwrap();
        let facts = Facts { gap: Gap::P3, ..Facts::ordinary() };
        for rel in Relation::ALL {
            let facts = Facts { rel: *rel, ..facts };
            let rules = policy.casbin(facts).unwrap();
            assert_eq!(deciding(&policy, &rules), policy.decide(Ok(facts)).rule, "{rel:?}");
        }
    }
}
