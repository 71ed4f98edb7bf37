//! What we are compared with, and how rules and facts become its texts. Each peer gets the shape that suits it best.

mod cedar;
mod rego;

use policies::facts::{Dimension, Facts};
use policies::gate::Snapshot;
use policies::rules::Rule;

use super::{Answer, Engine};

/// All peers.
pub(super) fn all(policy: &Snapshot, questions: &[Facts]) -> anyhow::Result<Vec<Box<dyn Engine>>> {
    Ok(vec![
        Box::new(cedar::Cedar::new(policy.rules(), questions)?),
        Box::new(rego::Interpreter::new(policy.rules(), questions)?),
        Box::new(rego::Machine::new(policy.rules(), questions)?),
    ])
}

/// What a rule wants, column by column: nothing for one that it does not look at. Effect and action stand in it as well.
fn wants(rule: &Rule) -> Vec<(&'static str, Vec<String>)> {
    let columns = Dimension::ALL.iter().zip(rule.row().into_iter().skip(2));
    columns
        .filter(|(_, set)| set != "*")
        .map(|(dimension, set)| (dimension.as_str(), set.split('|').map(str::to_owned).collect()))
        .collect()
}

/// What the facts are called, column by column.
fn named(facts: &Facts) -> impl Iterator<Item = (&'static str, &'static str)> {
    let columns = Dimension::ALL.iter().zip(facts.places());
    columns.map(|(dimension, place)| {
        (dimension.as_str(), dimension.values().get(usize::from(place)).copied().unwrap_or_default())
    })
}
