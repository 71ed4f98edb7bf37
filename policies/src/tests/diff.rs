//! A change of the rules shows as what it decides differently, and nothing else does.

use proptest::prelude::*;

use crate::diff::{Difference, Effect, diff};
use crate::facts::{Action, Dimension, Facts};
use crate::files::PolicyFiles;
use crate::gate::Snapshot;
use crate::testing::gate;

/// The policy of the program with one text in the place of another one.
fn changed(file: &str, from: &str, to: &str) -> Snapshot {
    let mut files = PolicyFiles::embedded().map().clone();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(from), "{from}");
    *text = text.replacen(from, to, 1);
    Snapshot::load(&PolicyFiles::from_map(files), 8).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// Each `stride`-th combination of facts of one action.
fn drawn_of(action: Action, stride: usize) -> impl Iterator<Item = Facts> {
    let sizes: Vec<usize> = Dimension::ALL.iter().map(|dimension| dimension.size()).collect();
    let all: usize = sizes.iter().skip(1).product();
    (0..all).step_by(stride).map(move |mut rest| {
        let mut places = [0_u8; 15];
        places[0] = action as u8;
        for (place, size) in places.iter_mut().zip(&sizes).skip(1) {
            *place = u8::try_from(rest % size).unwrap();
            rest /= size;
        }
        Facts::at(&places)
    })
}

#[test]
fn a_policy_does_not_differ_from_itself() {
    let snapshot = gate().snapshot();
    let none = diff(&snapshot, &snapshot).unwrap();
    assert!(none.is_none(), "{none}");
    let all: u64 = Dimension::ALL.iter().map(|dimension| dimension.size() as u64).product();
    assert_eq!(none.compared, all, "every combination of facts is compared");
}

#[test]
fn what_a_narrower_rule_takes_away_is_counted_and_told_in_words() {
    let before = gate().snapshot();
    let rule = "act = [\"dm.call\"]\nrel = [\"same_dep\", \"same_agency\"]";
    let after = changed("rules.toml", rule, "act = [\"dm.call\"]\nrel = [\"same_dep\"]");
    let told = diff(&before, &after).unwrap();
    let [change] = told.changes.as_slice() else { panic!("one change: {told}") };
    assert_eq!((change.effect, change.action), (Effect::Lost, Action::DmCall));
    assert_eq!((change.before.as_str(), change.after.as_str()), ("A30", "default"));
    assert!(change.words.contains("rel = same_agency (In the same agency)"), "{}", change.words);
    assert!(!change.words.contains("list = "), "what no rule looks at is not told: {}", change.words);
    // Counted once more, without classes: of every 997th, so within a tenth.
    let differs = |facts: &Facts| before.decide(Ok(*facts)).allow != after.decide(Ok(*facts)).allow;
    let drawn = drawn_of(Action::DmCall, 997).filter(differs).count() as u64 * 997;
    assert!(drawn.abs_diff(change.facts) < change.facts / 10, "{drawn} {}", change.facts);
    let back = diff(&after, &before).unwrap();
    assert_eq!(back.facts(Effect::Gained), told.facts(Effect::Lost));
    assert!(back.to_string().starts_with("+ permitted now: dm.call"), "{back}");
}

#[test]
fn a_rule_that_only_takes_over_changes_no_verdict() {
    let before = gate().snapshot();
    let mut files = PolicyFiles::embedded().map().clone();
    let rules = files.get_mut("rules.toml").unwrap();
    *rules = rules.replacen("id = \"A05\"", "id = \"A95\"", 1);
    for language in ["ru", "en"] {
        let messages = files.get_mut(&format!("messages.{language}.toml")).unwrap();
        *messages = messages.replacen("A05 = ", "A95 = ", 1);
    }
    let after = Snapshot::load(&PolicyFiles::from_map(files), 8).unwrap();
    let Difference { changes, added, removed, .. } = diff(&before, &after).unwrap();
    assert_eq!((added, removed), (vec!["A95".to_owned()], vec!["A05".to_owned()]));
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change.effect == Effect::Reason && change.after == "A95"));
}

/// What a rule that denies everything of one column's value takes away, and gives nobody anything.
fn with_denial(column: &str, value: &str) -> Snapshot {
    let mut files = PolicyFiles::embedded().map().clone();
    let rule = format!(
        "\n[[rule]]\nid = \"D98\"\neffect = \"deny\"\nwhy = \"A test.\"\nowner = \"test\"\nlegal_basis = \"test\"\n\
         review = 2027-06-01\ndisclose = \"full\"\nhard = false\n[rule.when]\n{column} = [\"{value}\"]\n"
    );
    files.get_mut("rules.toml").unwrap().push_str(&rule);
    for language in ["ru", "en"] {
        let messages = files.get_mut(&format!("messages.{language}.toml")).unwrap();
        *messages = messages.replacen("[rules]", "[rules]\nD98 = \"No.\"", 1);
    }
    Snapshot::load(&PolicyFiles::from_map(files), 8).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

proptest! {
    // Each case has Casbin fill a table.
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn one_more_denial_permits_nobody_anything(
        dimension in proptest::sample::select(Dimension::ALL.to_vec()), place in any::<proptest::sample::Index>()
    ) {
        let values = dimension.values();
        let value = values[place.index(values.len())];
        let told = diff(&gate().snapshot(), &with_denial(dimension.as_str(), value)).unwrap();
        prop_assert_eq!(told.facts(Effect::Gained), 0, "{}", told);
        for change in told.changes.iter().filter(|change| change.effect == Effect::Lost) {
            prop_assert_eq!(&change.after, "D98");
        }
    }
}
