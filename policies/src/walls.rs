//! Walls: symmetric information barriers between segments of people. A segment comes from the directory.

use serde::Deserialize;

use crate::facts::Wall;
use crate::files::Fault;

/// So many segments at most: nobody who is in each of them looks like somebody of whom it is not known.
const MOST: usize = 63;

/// A person's segments, one bit each, as the walls number them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SegmentSet(u64);

/// Whether a wall lets contact pass at present.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Closed,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Barrier {
    /// Exactly two segments: there is no direction, so no half of a wall can be forgotten.
    between: [String; 2],
    state: State,
    why: String,
}

/// The segments and walls of `walls.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walls {
    segments: Vec<String>,
    #[serde(rename = "wall", default)]
    barriers: Vec<Barrier>,
    #[serde(skip)]
    pairs: Vec<(SegmentSet, SegmentSet, State)>,
}

impl Walls {
    /// No segments and no walls.
    pub fn none() -> Self {
        Self { segments: Vec::new(), barriers: Vec::new(), pairs: Vec::new() }
    }

    /// Numbers the segments, or says what is wrong.
    pub(crate) fn prepare(mut self) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        if self.segments.len() > MOST {
            faults.push(Fault::new("segments", "segments", format!("at most {MOST} segments")));
        }
        for (place, segment) in self.segments.iter().enumerate() {
            if self.segments.iter().take(place).any(|earlier| earlier == segment) {
                faults.push(Fault::new("segments", "segments", format!("`{segment}` is named twice")));
            }
        }
        let mut pairs: Vec<(SegmentSet, SegmentSet, State)> = Vec::new();
        for wall in &self.barriers {
            let [one, other] = &wall.between;
            let mut fault = |key: &str, message: String| {
                faults.push(Fault::new(key, &format!("[\"{one}\", \"{other}\"]"), message));
            };
            for segment in &wall.between {
                if self.bit(segment).is_none() {
                    fault("wall.between", format!("`{segment}` is not among the segments"));
                }
            }
            if wall.why.trim().is_empty() {
                fault("wall.why", format!("the wall between `{one}` and `{other}` gives no reason"));
            }
            let (Some(left), Some(right)) = (self.bit(one), self.bit(other)) else { continue };
            if left == right {
                fault("wall.between", format!("a wall cannot part `{one}` from itself"));
            }
            let same = |pair: &(SegmentSet, SegmentSet, State)| {
                (pair.0, pair.1) == (left, right) || (pair.0, pair.1) == (right, left)
            };
            // Stated from both sides it could be closed from one and open from the other.
            if pairs.iter().any(same) {
                fault("wall.between", format!("there is a wall between `{one}` and `{other}` already"));
            }
            pairs.push((left, right, wall.state));
        }
        self.pairs = pairs;
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Every wall: the two segments, whether it is closed, and why it is there.
    pub fn each(&self) -> impl Iterator<Item = ([&str; 2], bool, &str)> {
        self.barriers.iter().map(|wall| {
            let [one, other] = &wall.between;
            ([one.as_str(), other.as_str()], wall.state == State::Closed, wall.why.as_str())
        })
    }

    /// The set of the named segments. One that is not known may be any of them, mistyped: it counts as all of them, so that
    /// no wall falls by a typing error.
    pub fn set(&self, segments: &[String]) -> SegmentSet {
        let bits = segments.iter().map(|name| self.bit(name).unwrap_or(SegmentSet::ANY).0);
        SegmentSet(bits.fold(0, |all, bit| all | bit))
    }

    /// What stands between two people of these segments.
    pub fn between(&self, one: SegmentSet, other: SegmentSet) -> Wall {
        let mut found = Wall::None;
        if one == SegmentSet::default() || other == SegmentSet::default() {
            return found;
        }
        for (left, right, state) in &self.pairs {
            let parted =
                (one.meets(*left) && other.meets(*right)) || (one.meets(*right) && other.meets(*left));
            match state {
                State::Closed if parted => return Wall::Closed,
                State::Open if parted => found = Wall::Open,
                _ => {}
            }
        }
        found
    }

    /// Whether a closed wall stands between any two people of these segments, one set for each of them.
    pub fn part_any(&self, people: &[SegmentSet]) -> bool {
        self.pairs.iter().filter(|(.., state)| *state == State::Closed).any(|(left, right, _)| {
            let (mut on_left, mut on_right, mut on_both) = (0_usize, 0_usize, 0_usize);
            for set in people {
                let (one, other) = (set.meets(*left), set.meets(*right));
                on_left += usize::from(one);
                on_right += usize::from(other);
                on_both += usize::from(one && other);
            }
            // One on each side, who are not one and the same.
            on_left > 0 && on_right > 0 && !(on_left == 1 && on_right == 1 && on_both == 1)
        })
    }

    fn bit(&self, segment: &str) -> Option<SegmentSet> {
        self.segments.iter().take(MOST).position(|known| known == segment).map(|place| SegmentSet(1 << place))
    }
}

impl SegmentSet {
    /// No segment.
    pub(crate) const NONE: Self = Self(0);
    /// Which one is not known.
    pub(crate) const ANY: Self = Self(u64::MAX);

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
