//! Laws that hold whatever the rules, the clearances and the walls are: each is tried on many that are drawn.

use std::collections::HashMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::any_facts;
use crate::diff::{Effect, diff};
use crate::facts::{Action, Contact, Dimension, Facts, toward_person};
use crate::files::PolicyFiles;
use crate::gate::{Snapshot, Verdict};
use crate::label::{Clearance, Label, dominates};
use crate::org::Hat;
use crate::reader::everything;
use crate::rules::{self, RULES, Rule};
use crate::table::Table;
use crate::testing::{MINISTRY, NOON, gate};
use crate::walls::{SegmentSet, Walls};

// --- A decision depends on nothing but facts.

/// The program's policy with its rules in another order.
fn in_order(order: &[usize]) -> PolicyFiles {
    PolicyFiles::embedded().with(RULES, |text| {
        let (head, blocks) = text.split_once("[[rule]]").unwrap();
        let blocks: Vec<&str> = blocks.split("[[rule]]").map(str::trim).collect();
        let ordered = order.iter().map(|place| format!("[[rule]]\n{}\n\n", blocks[*place]));
        format!("{head}{}", ordered.collect::<Vec<_>>().concat())
    })
}

fn shuffled() -> impl Strategy<Value = Vec<usize>> {
    let rules = rules::load(PolicyFiles::embedded().text(RULES).unwrap()).unwrap().rules;
    Just((0..rules.len()).collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    // Each case has Casbin fill a table.
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn in_whatever_order_the_rules_stand_the_same_is_permitted(order in shuffled()) {
        let told = diff(&gate().snapshot(), &Snapshot::load(&in_order(&order), 8).unwrap()).unwrap();
        prop_assert_eq!((told.facts(Effect::Gained), told.facts(Effect::Lost)), (0, 0), "{}", told);
        prop_assert!(told.added.is_empty() && told.removed.is_empty());
    }
}

#[test]
fn the_same_files_make_the_same_table_each_time() {
    let again = Snapshot::load(&PolicyFiles::embedded(), 8).unwrap();
    let first = gate().snapshot();
    assert_eq!(again.table_sha256(), first.table_sha256());
    let told = diff(&first, &again).unwrap();
    assert!(told.is_none(), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whoever_asks_on_whatever_thread_in_whatever_order_is_answered_alike(
        asked in proptest::collection::vec(any_facts(), 1..200), from in any::<Index>()
    ) {
        let snapshot = gate().snapshot();
        let expected: Vec<Verdict> = asked.iter().map(|facts| snapshot.decide(Ok(*facts))).collect();
        let start = from.index(asked.len());
        // Each thread begins elsewhere, and one goes backwards.
        let answered = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let (snapshot, asked) = (&snapshot, &asked);
                    scope.spawn(move || {
                        let mut places: Vec<usize> = (0..asked.len()).collect();
                        places.rotate_left((start + thread * 7) % asked.len());
                        if thread == 3 {
                            places.reverse();
                        }
                        let answer = |place: usize| (place, snapshot.decide(Ok(asked[place])));
                        places.into_iter().map(answer).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        prop_assert_eq!(answered.len(), 4 * asked.len());
        for (place, verdict) in answered {
            prop_assert_eq!(verdict, expected[place]);
        }
    }
}

#[test]
fn people_of_whom_the_same_facts_hold_are_answered_alike() {
    let (org, snapshot) = (&MINISTRY.org, gate().snapshot());
    let mut known: HashMap<Facts, Verdict> = HashMap::new();
    let mut met_again = 0;
    for action in Action::ALL.iter().filter(|action| action.as_str().starts_with("dm.")) {
        for (asker, target) in org.people().flat_map(|asker| org.people().map(move |target| (asker, target)))
        {
            let asker = crate::facts::Asker { person: asker, hat: Hat::Own };
            let open = Label::default();
            let facts = toward_person(org, &NOON, *action, asker, target, Contact::None, open, open).unwrap();
            let verdict = snapshot.decide(Ok(facts));
            met_again += usize::from(known.contains_key(&facts));
            assert_eq!(*known.entry(facts).or_insert(verdict), verdict);
        }
    }
    assert!(met_again > 100, "{met_again}");
}

// --- What is denied stays denied, however many denials are added.

/// A rule about some columns, each of which names some of its values.
fn any_rule(allows: bool) -> impl Strategy<Value = Rule> {
    proptest::collection::vec((1..Dimension::ALL.len(), any::<u32>()), 1..4).prop_map(move |columns| {
        let mut masks = everything();
        for (column, values) in columns {
            let named = masks[column] & values;
            // A rule that names no value is refused by the loader.
            masks[column] = if named == 0 { 1 } else { named };
        }
        // Two actions are enough: each has tables of its own.
        masks[0] = 0b11;
        Rule { allows, masks, id: String::new(), ..gate().snapshot().rules()[0].clone() }
    })
}

fn filled(mut rules: Vec<Rule>) -> (Vec<Rule>, Table) {
    rules.sort_by_key(|rule| rule.allows);
    for (place, rule) in rules.iter_mut().enumerate() {
        rule.id = format!("{}{place:02}", if rule.allows { 'A' } else { 'D' });
    }
    let mut table = Table::shape(&rules).unwrap();
    table.fill(&rules).unwrap();
    assert_eq!(table.disproof(&rules), None);
    (rules, table)
}

fn permits(rules: &[Rule], table: &Table, facts: &Facts) -> bool {
    let (place, allow) = table.decide(facts);
    assert_eq!(allow, rules.get(usize::from(place)).is_some_and(|rule| rule.allows));
    allow
}

proptest! {
    // Each case has Casbin fill two tables, of few cells.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_denial_that_is_added_permits_anything_in_any_cell(
        denials in proptest::collection::vec(any_rule(false), 0..3),
        permissions in proptest::collection::vec(any_rule(true), 1..4),
        added in proptest::collection::vec(any_rule(false), 1..3),
    ) {
        let earlier = [denials, permissions].concat();
        let (old_rules, old) = filled(earlier.clone());
        let (new_rules, new) = filled([earlier, added.clone()].concat());
        for action in [Action::DmStart, Action::DmSend] {
            for (places, _) in Table::classes(&[&old, &new], action, &|_, _| true).unwrap() {
                let facts = Facts::at(&places);
                let (before, after) = (permits(&old_rules, &old, &facts), permits(&new_rules, &new, &facts));
                prop_assert!(before || !after, "{facts:?} is permitted by a denial");
                // And it takes away just what it is about.
                let denied = added.iter().any(|rule| rule.matches(&facts));
                prop_assert_eq!(after, before && !denied, "{:?}", facts);
            }
        }
    }
}

// --- Clearances are a partial order, of which a missing one is the least.

fn label() -> impl Strategy<Value = Label> {
    (0_u8..4, 0_u64..16)
        .prop_map(|(level, categories)| Label { level, categories: if level == 0 { 0 } else { categories } })
}

fn clearance() -> impl Strategy<Value = Option<Clearance>> {
    let held = (0_u8..4, 0_u64..16).prop_map(|(level, categories)| Clearance { level, categories });
    proptest::option::weighted(0.8, held)
}

/// Every label that the drawn clearances can tell apart.
fn every_label() -> impl Iterator<Item = Label> {
    let of = |level| (0..if level == 0 { 1 } else { 16 }).map(move |categories| Label { level, categories });
    (0_u8..5).flat_map(of)
}

/// Whether `low` reads nothing that `high` does not read.
fn is_below(low: Option<Clearance>, high: Option<Clearance>) -> bool {
    every_label().all(|label| !dominates(low, label) || dominates(high, label))
}

fn reads(holder: Option<Clearance>) -> Vec<Label> {
    every_label().filter(|label| dominates(holder, *label)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn dominance_is_a_partial_order_and_a_missing_clearance_is_the_least(
        a in clearance(), b in clearance(), c in clearance()
    ) {
        prop_assert!(is_below(a, a));
        prop_assert!(!(is_below(a, b) && is_below(b, a)) || reads(a) == reads(b));
        prop_assert!(!(is_below(a, b) && is_below(b, c)) || is_below(a, c));
        prop_assert!(is_below(None, a));
        prop_assert_eq!(reads(None), [Label::default()], "missing is never cleared");
    }

    #[test]
    fn to_cover_a_clearance_is_to_read_all_that_it_reads(a in clearance(), b in clearance()) {
        if let (Some(low), Some(high)) = (a, b) {
            prop_assert!(!high.covers(low) || is_below(a, b));
            // Without a level the categories open nothing, so they need not be covered.
            prop_assert!(low.level == 0 || !is_below(a, b) || high.covers(low));
            prop_assert!(low.covers(low));
            prop_assert!(!(low.covers(high) && high.covers(low)) || low == high);
        }
    }

    #[test]
    fn who_is_cleared_for_a_label_reads_what_fits_below_it(low in label(), high in label()) {
        let holder = Some(Clearance { level: high.level, categories: high.categories });
        prop_assert_eq!(dominates(holder, low), low.fits(high));
    }
}

// --- A wall has two sides that are one.

/// Walls between segments, each as which two and whether it is closed.
fn some_walls() -> impl Strategy<Value = Vec<((usize, usize), bool)>> {
    let every: Vec<(usize, usize)> = (0..6).flat_map(|one| (0..one).map(move |other| (one, other))).collect();
    let among = 0..=every.len();
    proptest::sample::subsequence(every, among).prop_flat_map(|pairs| {
        let count = pairs.len();
        (Just(pairs).prop_shuffle(), proptest::collection::vec(any::<bool>(), count))
            .prop_map(|(pairs, closed)| pairs.into_iter().zip(closed).collect())
    })
}

fn built(walls: &[((usize, usize), bool)], turned: bool) -> Walls {
    let wall = |((one, other), closed): &((usize, usize), bool)| {
        let (left, right) = if turned { (other, one) } else { (one, other) };
        let state = if *closed { "closed" } else { "open" };
        format!("[[wall]]\nbetween = [\"s{left}\", \"s{right}\"]\nstate = \"{state}\"\nwhy = \"A test.\"\n")
    };
    let walls = walls.iter().map(wall).collect::<Vec<_>>().concat();
    let text = format!("segments = [\"s0\", \"s1\", \"s2\", \"s3\", \"s4\", \"s5\"]\n{walls}");
    toml::from_str::<Walls>(&text).unwrap().prepare().unwrap()
}

fn segments(walls: &Walls, bits: u8) -> SegmentSet {
    let named: Vec<String> =
        (0..6).filter(|bit| bits & (1 << bit) != 0).map(|bit| format!("s{bit}")).collect();
    walls.set(&named)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn walls_part_both_sides_alike_however_they_are_written(
        walls in some_walls(), one in 0_u8..64, other in 0_u8..64
    ) {
        let (written, turned) = (built(&walls, false), built(&walls, true));
        let backwards: Vec<_> = walls.iter().rev().copied().collect();
        let reordered = built(&backwards, false);
        let between = |walls: &Walls, one, other| walls.between(segments(walls, one), segments(walls, other));
        let found = between(&written, one, other);
        prop_assert_eq!(found, between(&written, other, one));
        prop_assert_eq!(found, between(&turned, one, other));
        prop_assert_eq!(found, between(&reordered, one, other));
        // Closed where any wall between any two of their segments is, and nowhere else.
        let parts = |closed: bool| walls.iter().any(|((left, right), state)| {
            let meets = |bits: u8, segment: &usize| bits & (1 << segment) != 0;
            *state == closed
                && ((meets(one, left) && meets(other, right)) || (meets(one, right) && meets(other, left)))
        });
        let expected = match (parts(true), parts(false)) {
            (true, _) => crate::facts::Wall::Closed,
            (false, true) => crate::facts::Wall::Open,
            (false, false) => crate::facts::Wall::None,
        };
        prop_assert_eq!(found, expected);
    }
}
