//! The table is Casbin's, cell by cell, and a wrong cell is found.

use proptest::prelude::*;

use crate::casbin::Authority;
use crate::facts::{Action, Dimension, Facts, Missing};
use crate::files::PolicyFiles;
use crate::gate::{RuleId, Snapshot};
use crate::rules::{self, RULES, Rule};
use crate::table::Table;
use crate::testing::{facts, gate};

fn rules() -> Vec<Rule> {
    rules::load(PolicyFiles::embedded().text(RULES).unwrap()).unwrap().rules
}

/// What deny-override means, written down once more without table and without Casbin.
fn plainly(rules: &[Rule], facts: &Facts) -> Option<String> {
    let first = |allows| rules.iter().find(|rule| rule.allows == allows && rule.matches(facts));
    first(false).or_else(|| first(true)).map(|rule| rule.id.clone())
}

fn any_facts() -> impl Strategy<Value = Facts> {
    proptest::array::uniform15(any::<u8>()).prop_map(|mut places| {
        for (place, dimension) in places.iter_mut().zip(Dimension::ALL) {
            *place %= u8::try_from(dimension.size()).unwrap();
        }
        Facts::at(&places)
    })
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

#[test]
fn each_half_is_proved_and_every_planted_cell_is_found() {
    let rules = rules();
    let mut table = Table::shape(&rules).unwrap();
    table.fill(&rules).unwrap();
    assert_eq!(table.disproof(&rules), None);
    let (mut seed, mut found) = (1_usize, 0);
    for round in 0..1_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let action = Action::ALL[round % Action::ALL.len()];
        // A permission may hide behind a denial: the halves are compared apart.
        let mend = table.plant(action, round % 2 == 0, seed >> 16);
        found += usize::from(table.disproof(&rules).is_some_and(|facts| facts.act == action));
        table.mend(action, round % 2 == 0, mend);
    }
    assert_eq!(found, 1_000, "of 1,000 wrong cells the proof finds each");
    assert_eq!(table.disproof(&rules), None);
}

#[test]
fn a_table_that_was_not_filled_denies() {
    let table = Table::shape(&rules()).unwrap();
    for action in Action::ALL {
        assert_eq!(table.decide(&facts(*action)), None);
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
