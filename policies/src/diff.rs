//! What another policy decides differently. Every combination of facts is compared, and none is drawn.

use std::collections::BTreeMap;
use std::fmt;

use crate::facts::{Action, Facts};
use crate::finding::Finding;
use crate::gate::{RuleId, Snapshot};
use crate::reader::everything;
use crate::rules::RULES;
use crate::table::Table;
use crate::words;

/// What becomes of some combinations of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// They were permitted, and are forbidden.
    Lost,
    /// They were forbidden, and are permitted.
    Gained,
    /// The verdict is the same, and another rule gives it.
    Reason,
}

impl Effect {
    /// What documents call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Gained => "gained",
            Self::Reason => "reason",
        }
    }
}

/// Combinations of facts that go from one rule to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What becomes of them.
    pub effect: Effect,
    /// What is about to be done.
    pub action: Action,
    /// The rule that decided, or `default`.
    pub before: String,
    /// The rule that decides.
    pub after: String,
    /// How many combinations.
    pub facts: u64,
    /// One of them.
    pub example: Facts,
    /// The same in words, as far as the two rules look at it.
    pub words: String,
}

/// How two policies differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// What changes: what is lost first, then what is gained, the largest first.
    pub changes: Vec<Change>,
    /// Rules that the later policy has and the earlier one has not.
    pub added: Vec<String>,
    /// Rules that only the earlier one has.
    pub removed: Vec<String>,
    /// How many combinations of facts were compared.
    pub compared: u64,
}

impl Difference {
    /// Whether every verdict is the same, each by the same rule.
    pub fn is_none(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many combinations an effect has.
    pub fn facts(&self, effect: Effect) -> u64 {
        self.changes.iter().filter(|change| change.effect == effect).map(|change| change.facts).sum()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, rules) in [("new rules", &self.added), ("rules that go", &self.removed)] {
            if !rules.is_empty() {
                writeln!(f, "{what}: {}", rules.join(", "))?;
            }
        }
        for Change { effect, action, before, after, facts, words, .. } in &self.changes {
            let (sign, by) = match effect {
                Effect::Lost => ("- forbidden now", format!("permitted by {before}, now decided by {after}")),
                Effect::Gained => {
                    ("+ permitted now", format!("decided by {before}, now permitted by {after}"))
                }
                Effect::Reason => ("~ another reason", format!("by {before}, now by {after}")),
            };
            writeln!(f, "{sign}: {}, {by}, in {facts} combinations of facts", action.as_str())?;
            writeln!(f, "    for example {words}")?;
        }
        let [lost, gained, reason] =
            [Effect::Lost, Effect::Gained, Effect::Reason].map(|one| self.facts(one));
        write!(
            f,
            "{} combinations of facts compared: {lost} forbidden now, {gained} permitted now, \
             {reason} for another reason",
            self.compared
        )
    }
}

/// Compares two policies over all facts, or says that there are too many classes of them to walk.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Result<Difference, Finding> {
    let codes = |snapshot: &Snapshot| -> Vec<String> {
        snapshot.rules().iter().map(|rule| rule.id.clone()).collect()
    };
    let (old, new) = (codes(before), codes(after));
    let mut difference = Difference {
        added: new.iter().filter(|code| !old.contains(code)).cloned().collect(),
        removed: old.iter().filter(|code| !new.contains(code)).cloned().collect(),
        ..Difference::default()
    };
    for action in Action::ALL {
        let tables = [before.table(), after.table()];
        let classes = Table::classes(&tables, *action, &|_, _| true)
            .ok_or_else(|| Finding::new(RULES, None, Some(action.as_str()), "too many classes to compare"))?;
        let mut found: BTreeMap<(RuleId, RuleId), (u64, [u8; 15])> = BTreeMap::new();
        for (places, facts) in classes {
            difference.compared += facts;
            let asked = Ok(Facts::at(&places));
            let rules = (before.decide(asked).rule, after.decide(asked).rule);
            if before.rule_code(rules.0) != after.rule_code(rules.1)
                || allows(before, rules.0) != allows(after, rules.1)
            {
                found.entry(rules).or_insert((0, places)).0 += facts;
            }
        }
        difference.changes.extend(
            found
                .into_iter()
                .map(|(rules, (facts, places))| change((before, after), *action, rules, facts, &places)),
        );
    }
    difference.changes.sort_by_key(|change| (change.effect, std::cmp::Reverse(change.facts)));
    Ok(difference)
}

fn allows(snapshot: &Snapshot, rule: RuleId) -> bool {
    snapshot.rule(rule).is_some_and(|rule| rule.allows)
}

fn change(
    (before, after): (&Snapshot, &Snapshot),
    action: Action,
    (old, new): (RuleId, RuleId),
    facts: u64,
    places: &[u8; 15],
) -> Change {
    let masks = |snapshot: &Snapshot, rule| snapshot.rule(rule).map_or(everything(), |rule| rule.masks);
    let effect = match (allows(before, old), allows(after, new)) {
        (true, false) => Effect::Lost,
        (false, true) => Effect::Gained,
        _ => Effect::Reason,
    };
    Change {
        effect,
        action,
        before: before.rule_code(old).to_owned(),
        after: after.rule_code(new).to_owned(),
        facts,
        example: Facts::at(places),
        words: words::facts(places, &[masks(before, old), masks(after, new)]),
    }
}
