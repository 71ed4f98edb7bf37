//! A wall among many: the same answer as asking every pair.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::facts::Wall;
use crate::files::PolicyFiles;
use crate::walls::{SegmentSet, Walls};

const SEGMENTS: [&str; 4] = ["a", "b", "c", "d"];

/// Walls between some of the four segments, closed or open.
fn walls() -> impl Strategy<Value = Walls> {
    prop::collection::vec(0_u8..3, 6).prop_map(|states| {
        let mut text = format!("segments = {SEGMENTS:?}\n");
        let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
        for ((one, other), state) in pairs.into_iter().zip(states).filter(|(_, state)| *state > 0) {
            let state = if state == 1 { "open" } else { "closed" };
            let between = [SEGMENTS[one], SEGMENTS[other]];
            writeln!(text, "[[wall]]\nbetween = {between:?}\nstate = \"{state}\"\nwhy = \"test\"").unwrap();
        }
        PolicyFiles::embedded().with("walls.toml", |_| text.clone()).walls().unwrap()
    })
}

/// Two walls, one of them open.
fn two_walls() -> Walls {
    let text = "segments = [\"a\", \"b\", \"c\"]
        [[wall]]\nbetween = [\"a\", \"b\"]\nstate = \"closed\"\nwhy = \"test\"
        [[wall]]\nbetween = [\"b\", \"c\"]\nstate = \"open\"\nwhy = \"test\"";
    PolicyFiles::embedded().with("walls.toml", |_| text.to_owned()).walls().unwrap()
}

#[test]
fn a_mistyped_segment_stands_behind_every_wall() {
    let walls = two_walls();
    let set = |names: &[&str]| walls.set(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let unknown = set(&["aa"]);
    let sides = [set(&["a"]), set(&["b"]), set(&["c"]), unknown, set(&["c", "bb"])];
    let found = sides.map(|side| walls.between(unknown, side));
    assert_eq!(found, [Wall::Closed, Wall::Closed, Wall::Open, Wall::Closed, Wall::Closed]);
    assert_eq!(walls.between(unknown, set(&[])), Wall::None, "whom no wall concerns it parts from nobody");
    assert!(walls.part_any(&[unknown, set(&["a"])]) && !walls.part_any(&[unknown, set(&[])]));
    assert!(!walls.part_any(&[unknown]), "nobody is parted from themselves");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn many_are_parted_where_any_two_are(walls in walls(), people in prop::collection::vec(0_u8..16, 0..7)) {
        let named = |bits: &u8| -> Vec<String> {
            let held = SEGMENTS.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
            held.map(|(_, name)| (*name).to_owned()).collect()
        };
        let sets: Vec<SegmentSet> = people.iter().map(|bits| walls.set(&named(bits))).collect();
        let mut any = false;
        for (place, one) in sets.iter().enumerate() {
            for other in &sets[place + 1..] {
                any |= walls.between(*one, *other) == Wall::Closed;
            }
        }
        prop_assert_eq!(walls.part_any(&sets), any);
    }
}
