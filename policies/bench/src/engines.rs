//! The engines, and one way to ask them all: the same rules, the same facts, verdict and rule.

#[cfg(feature = "peers")]
mod peers;

use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use policies::facts::Facts;
use policies::gate::{Gate, InForce, RuleId, Snapshot};

use crate::clock;

/// What an engine says: whether it is permitted, and the code of the rule that decided, or `default`.
pub(crate) type Answer = (bool, String);

/// An engine that holds one policy, and some questions in the shape that it takes them in.
pub(crate) trait Engine {
    /// What it is called in tables and files.
    fn name(&self) -> &'static str;

    /// Decides on the question with this number, and forgets the answer: what is timed.
    fn decide(&mut self, question: usize) -> anyhow::Result<()>;

    /// The same, and tells.
    fn answer(&mut self, question: usize) -> anyhow::Result<Answer>;
}

/// All of them, ours last.
pub(crate) fn all(policy: &Arc<Snapshot>, questions: &[Facts]) -> anyhow::Result<Vec<Box<dyn Engine>>> {
    let casbin = Casbin { policy: Arc::clone(policy), questions: questions.to_vec() };
    let gate = Gate::new(InForce::only(Arc::clone(policy)));
    let mut engines: Vec<Box<dyn Engine>> = vec![Box::new(casbin)];
    engines.extend(peers(policy, questions)?);
    engines.push(Box::new(Table { gate, questions: questions.to_vec() }));
    Ok(engines)
}

#[cfg(feature = "peers")]
use peers::all as peers;

#[cfg(not(feature = "peers"))]
#[expect(clippy::unnecessary_wraps, reason = "peers, where there are any, may not take the policy")]
fn peers(_policy: &Snapshot, _questions: &[Facts]) -> anyhow::Result<Vec<Box<dyn Engine>>> {
    Ok(Vec::new())
}

/// Asks everybody everything; an error tells who says otherwise than our table, and about what.
pub(crate) fn compare(engines: &mut [Box<dyn Engine>], questions: &[Facts]) -> anyhow::Result<()> {
    let Some((ours, others)) = engines.split_last_mut() else { bail!("there is no engine") };
    for (number, facts) in questions.iter().enumerate() {
        let expected = ours.answer(number)?;
        for other in &mut *others {
            let said = other.answer(number).with_context(|| other.name())?;
            if said != expected {
                bail!("{} says {said:?} where the table says {expected:?}, of {facts:?}", other.name());
            }
        }
    }
    Ok(())
}

/// Nanoseconds for one decision.
pub(crate) fn time(engine: &mut dyn Engine, questions: usize) -> anyhow::Result<Option<f64>> {
    clock::per_thing(questions, || (0..questions).try_for_each(|number| engine.decide(number)))
}

/// Casbin itself, over all rules: as it is asked in use, to explain and to check the table.
struct Casbin {
    policy: Arc<Snapshot>,
    questions: Vec<Facts>,
}

impl Engine for Casbin {
    fn name(&self) -> &'static str {
        "Casbin"
    }

    fn decide(&mut self, question: usize) -> anyhow::Result<()> {
        let facts = self.questions.get(question).context("there is no such question")?;
        black_box(self.policy.casbin(*facts)?);
        Ok(())
    }

    fn answer(&mut self, question: usize) -> anyhow::Result<Answer> {
        let facts = self.questions.get(question).context("there is no such question")?;
        let rule = self.policy.casbin(*facts)?.first().copied().unwrap_or(RuleId::DEFAULT);
        let allow = self.policy.rule(rule).is_some_and(|rule| rule.allows);
        Ok((allow, self.policy.rule_code(rule).to_owned()))
    }
}

/// Our table, behind the gate: what is in force is taken anew for each decision.
struct Table {
    gate: Gate,
    questions: Vec<Facts>,
}

impl Engine for Table {
    fn name(&self) -> &'static str {
        "Chancery"
    }

    fn decide(&mut self, question: usize) -> anyhow::Result<()> {
        let facts = self.questions.get(question).context("there is no such question")?;
        black_box(self.gate.snapshot().decide(Ok(*facts)));
        Ok(())
    }

    fn answer(&mut self, question: usize) -> anyhow::Result<Answer> {
        let facts = self.questions.get(question).context("there is no such question")?;
        let policy = self.gate.snapshot();
        let verdict = policy.decide(Ok(*facts));
        Ok((verdict.allow, policy.rule_code(verdict.rule).to_owned()))
    }
}
