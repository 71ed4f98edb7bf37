//! Cedar: each rule is a policy whose scope names the actions, and whose conditions name the other columns.

use std::fmt::Write as _;
use std::hint::black_box;
use std::str::FromStr as _;

use anyhow::Context as _;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, Policy, PolicyId, PolicySet, Request, Response,
    RestrictedExpression,
};
use policies::facts::{Dimension, Facts};
use policies::rules::Rule;

use super::{Answer, Engine, named, wants};

pub(super) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    /// Made beforehand: what making them costs is not counted.
    requests: Vec<Request>,
    codes: Vec<String>,
}

impl Cedar {
    pub(super) fn new(rules: &[Rule], questions: &[Facts]) -> anyhow::Result<Self> {
        let mut policies = PolicySet::new();
        for (place, rule) in rules.iter().enumerate() {
            let text = policy(rule)?;
            let id = PolicyId::new(place.to_string());
            policies.add(Policy::parse(Some(id), &text).with_context(|| text.clone())?)?;
        }
        Ok(Self {
            authorizer: Authorizer::new(),
            policies,
            entities: Entities::empty(),
            requests: questions.iter().map(request).collect::<anyhow::Result<_>>()?,
            codes: rules.iter().map(|rule| rule.id.clone()).collect(),
        })
    }

    fn ask(&self, question: usize) -> anyhow::Result<Response> {
        let request = self.requests.get(question).context("there is no such question")?;
        Ok(self.authorizer.is_authorized(request, &self.policies, &self.entities))
    }
}

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        "Cedar"
    }

    fn decide(&mut self, question: usize) -> anyhow::Result<()> {
        black_box(self.ask(question)?);
        Ok(())
    }

    fn answer(&mut self, question: usize) -> anyhow::Result<Answer> {
        let response = self.ask(question)?;
        // All that decided are named, in no order: the first of the file is the one that counts with us.
        let reasons = response.diagnostics().reason().map(|id| id.to_string().parse::<usize>());
        let first = reasons.collect::<Result<Vec<_>, _>>()?.into_iter().min();
        let code = first.and_then(|place| self.codes.get(place)).map_or("default", String::as_str);
        Ok((response.decision() == Decision::Allow, code.to_owned()))
    }
}

fn policy(rule: &Rule) -> anyhow::Result<String> {
    let action = Dimension::Action.as_str();
    let (actions, others): (Vec<_>, Vec<_>) =
        wants(rule).into_iter().partition(|(column, _)| *column == action);
    let scope = actions.first().map_or_else(
        || "action".to_owned(),
        |(_, values)| {
            let named: Vec<String> = values.iter().map(|value| format!("Action::\"{value}\"")).collect();
            format!("action in [{}]", named.join(", "))
        },
    );
    let effect = if rule.allows { "permit" } else { "forbid" };
    let mut text = format!("{effect}(principal, {scope}, resource)");
    let conditions: Vec<String> = others
        .iter()
        .map(|(column, values)| match values.as_slice() {
            [one] => format!("context.{column} == \"{one}\""),
            _ => format!("{values:?}.contains(context.{column})"),
        })
        .collect();
    if !conditions.is_empty() {
        write!(text, " when {{ {} }}", conditions.join(" && "))?;
    }
    text.push(';');
    Ok(text)
}

fn request(facts: &Facts) -> anyhow::Result<Request> {
    let pairs = named(facts)
        .map(|(column, value)| (column.to_owned(), RestrictedExpression::new_string(value.to_owned())));
    let action = EntityUid::from_str(&format!("Action::\"{}\"", facts.act.as_str()))?;
    let (asker, other) = (EntityUid::from_str("Person::\"a\"")?, EntityUid::from_str("Person::\"b\"")?);
    Ok(Request::new(asker, action, other, Context::from_pairs(pairs)?, None)?)
}
