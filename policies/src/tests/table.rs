//! The table is Casbin's, cell by cell, and a wrong cell is found.

use proptest::prelude::*;

use super::any_facts;
use crate::casbin::Authority;
use crate::facts::{Action, Dimension, Facts, Missing};
use crate::files::PolicyFiles;
use crate::gate::{RuleId, Snapshot};
use crate::rules::{self, RULES, Rule};
use crate::table::{NOBODY, Table};
use crate::testing::{facts, gate};

fn rules() -> Vec<Rule> {
    rules::load(PolicyFiles::embedded().text(RULES).unwrap()).unwrap().rules
}

/// What deny-override means, written down once more without table and without Casbin.
fn plainly(rules: &[Rule], facts: &Facts) -> Option<String> {
    let first = |allows| rules.iter().find(|rule| rule.allows == allows && rule.matches(facts));
    first(false).or_else(|| first(true)).map(|rule| rule.id.clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_facts_get_the_verdict_of_the_rules_and_of_raw_casbin(facts in any_facts()) {
        let snapshot = gate().snapshot();
        let verdict = snapshot.decide(Ok(facts));
        let expected = plainly(snapshot.rules(), &facts);
        prop_assert_eq!(snapshot.rule(verdict.rule).map(|rule| rule.id.clone()), expected);
        let raw = snapshot.casbin(facts).unwrap();
        let denies = raw.iter().any(|rule| !snapshot.rule(*rule).unwrap().allows);
        prop_assert_eq!(verdict.allow, !raw.is_empty() && !denies);
        prop_assert!(verdict.rule == RuleId::DEFAULT || raw.contains(&verdict.rule));
    }
}

/// How many cells are spoilt, one after the other.
const PLANTED: usize = 1_000;

#[test]
fn each_half_is_proved_and_every_planted_cell_is_found() {
    let rules = rules();
    let mut table = Table::shape(&rules).unwrap();
    table.fill(&rules).unwrap();
    assert_eq!(table.disproof(&rules), None);
    let cells = table.cells();
    assert!(cells > PLANTED);
    let (mut found, mut spoilt) = (0, std::collections::BTreeSet::new());
    for round in 0..PLANTED {
        // From the first cell to the last, in even steps: each is another one, and no action is left out.
        let cell = round * (cells - 1) / (PLANTED - 1);
        let place = table.place_of(cell);
        // Another rule, a rule that there is not, or none.
        let held = table.cell(place);
        let wrong =
            [u16::MAX, 0, u16::try_from(rules.len()).unwrap(), u16::try_from(round % rules.len()).unwrap()];
        let wrong = (0..4).map(|other| wrong[(round + other) % 4]).find(|wrong| *wrong != held).unwrap();
        table.set(place, wrong);
        // The proof that the loader runs: it stops at the first cell that is wrong, which is this one.
        let disproof = table.disproof(&rules);
        found += usize::from(disproof.is_some_and(|facts| table.is_at(place, &facts)));
        spoilt.insert((place.action, place.allows));
        table.set(place, held);
    }
    assert_eq!(found, PLANTED, "of {PLANTED} planted errors");
    // A permission may hide behind a denial, so the halves are compared apart.
    let halves = Action::ALL.iter().flat_map(|action| [false, true].map(|allows| (*action, allows)));
    let large = halves.filter(|(action, allows)| table.cells_of(*action, *allows) > cells / PLANTED + 1);
    assert!(large.into_iter().all(|half| spoilt.contains(&half)), "{spoilt:?}");
    assert_eq!(table.disproof(&rules), None);
}

#[test]
fn a_table_that_was_not_filled_denies() {
    let table = Table::shape(&rules()).unwrap();
    for action in Action::ALL {
        assert_eq!(table.decide(&facts(*action)), (NOBODY, false));
    }
}

#[test]
fn what_is_missing_is_denied_under_its_own_name() {
    let snapshot = gate().snapshot();
    for missing in Missing::ALL {
        let verdict = gate().decide(Err(*missing));
        assert!(!verdict.allow);
        assert_eq!(snapshot.rule_code(verdict.rule), format!("missing.{missing}"));
        assert_eq!(verdict.policy_version, 7);
    }
}

#[test]
fn too_many_cells_are_refused_before_memory_is_taken() {
    // Rules that tell every value of many columns apart.
    let mut all = Vec::new();
    for dimension in &Dimension::ALL[1..] {
        for value in 0..dimension.size() {
            let mut rule = rules().pop().unwrap();
            rule.masks = crate::reader::everything();
            rule.masks[*dimension as usize] = 1 << value;
            all.push(rule);
        }
    }
    assert!(Table::shape(&all).is_err());
}

#[test]
fn casbin_without_rows_permits_nothing() {
    let nothing = Authority::new(&rules(), Vec::new(), false).unwrap();
    assert_eq!(nothing.matching(&facts(Action::DmStart)).unwrap(), Vec::<usize>::new());
}

#[test]
fn casbin_can_be_asked_inside_a_runtime() {
    // It brings a runtime of its own, and one inside another panics.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let files = PolicyFiles::embedded();
    let loaded = runtime.block_on(async { Snapshot::load(&files, 1) });
    assert!(loaded.is_ok());
}

#[test]
fn near_misses_name_the_one_fact_that_is_missing() {
    let snapshot = gate().snapshot();
    let mut asked = facts(Action::DmStart);
    asked.rel = crate::facts::Relation::SameAgency;
    asked.gap = crate::facts::Gap::P1;
    let near = snapshot.near(asked);
    let codes: Vec<(&str, Dimension)> =
        near.iter().map(|(rule, dimension)| (snapshot.rule_code(*rule), *dimension)).collect();
    assert!(codes.contains(&("A13", Dimension::Exc)), "{codes:?}");
    assert!(codes.contains(&("A05", Dimension::Relation)), "{codes:?}");
    assert!(codes.iter().all(|(code, _)| code.starts_with('A')));
}
