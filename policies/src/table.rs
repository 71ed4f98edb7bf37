//! The decision table: Casbin's answer for every class of facts, and the proof that it is Casbin's.
//!
//! Values that no rule of an action tells apart share a cell, so the table is small; denials and permissions have
//! a table each, which is exact where a denial outweighs every permission.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};

use crate::casbin::{Authority, Error};
use crate::facts::{Action, Dimension, Facts};
use crate::rules::Rule;

/// No rule holds.
pub(crate) const NOBODY: u16 = u16::MAX;

/// More cells than this are a policy that nobody can check: the loader refuses it.
pub(crate) const BUDGET: usize = 500_000;

/// More classes than this of one action, denials and permissions together, are not walked.
const JOINT_BUDGET: usize = 5_000_000;

/// Threads that fill the table: as many as a small server has processors.
const FILLERS: usize = 2;

/// Room for all values of all dimensions, and for any byte after where the last begins: so no step of the sum asks whether
/// it is within bounds.
const WAYS: usize = 384;

/// What is added where no value is: no sum with it leads to a cell, and fifteen of it do not overflow.
const ASTRAY: u64 = pack(1 << 26, 1 << 26);

/// Where the values of each dimension begin among those of all: side by side they take few lines of the cache.
const BEGIN: [usize; 15] = {
    let (mut begin, mut at, mut rest) = ([0; 15], 0, Dimension::ALL);
    let mut all: &mut [usize] = &mut begin;
    while let ([dimension, others @ ..], [first, others_begin @ ..]) = (rest, all) {
        *first = at;
        at += dimension.size();
        (rest, all) = (others, others_begin);
    }
    assert!(at <= 128, "there is no room for all values");
    begin
};

/// The steps toward a denial and toward a permission, as one: two lanes of a word.
const fn pack(denial: u32, permission: u32) -> u64 {
    (permission as u64) << 32 | denial as u64
}

fn unpack(steps: u64) -> [u32; 2] {
    [steps & u64::from(u32::MAX), steps >> 32].map(|lane| u32::try_from(lane).unwrap_or(u32::MAX))
}

/// What is decided of every action, in their order.
#[derive(Debug)]
pub(crate) struct Table {
    acts: Vec<Act>,
}

/// One action: the denials, the permissions, and how facts find their cell in both.
#[derive(Debug)]
struct Act {
    /// The steps that each value of each dimension adds: those of a dimension from its [`BEGIN`] on.
    ways: [u64; WAYS],
    denials: Half,
    permissions: Half,
}

/// One action, one effect: the cells.
#[derive(Debug)]
struct Half {
    /// The rules that may decide here, by their place in the list.
    rules: Vec<usize>,
    /// For each dimension, one value of each class.
    examples: [Vec<u8>; 15],
    /// How many cells there are to be.
    size: u32,
    /// Empty until Casbin has filled them.
    cells: Vec<u16>,
}

impl Act {
    fn shape(rules: &[Rule], action: Action) -> Self {
        let (denials, to_denials) = Half::shape(rules, action, false);
        let (permissions, to_permissions) = Half::shape(rules, action, true);
        let mut ways = [ASTRAY; WAYS];
        for (way, (denial, permission)) in ways.iter_mut().zip(to_denials.into_iter().zip(to_permissions)) {
            *way = pack(denial, permission);
        }
        Self { ways, denials, permissions }
    }

    /// The first denial and the first permission that hold, or [`NOBODY`]. One sum leads to both, without a branch.
    fn get(&self, places: &[u8; 15]) -> [u16; 2] {
        let [denial, permission] = self.cells_of(places);
        [self.denials.get(denial), self.permissions.get(permission)]
    }

    fn cells_of(&self, places: &[u8; 15]) -> [u32; 2] {
        let mut sum = 0_u64;
        for (place, begin) in places.iter().zip(BEGIN) {
            sum = sum.wrapping_add(self.way(begin, *place));
        }
        unpack(sum)
    }

    fn way(&self, begin: usize, place: u8) -> u64 {
        self.ways.get(begin + usize::from(place)).copied().unwrap_or(ASTRAY)
    }

    /// The first example of facts of which the table and an evaluation without Casbin say otherwise.
    fn disproof(&self, rules: &[Rule]) -> Option<Facts> {
        let differs = |half: &Half, found: fn([u16; 2]) -> u16| {
            half.each_class().find(|places| found(self.get(places)) != half.expected(rules, places))
        };
        let denials = differs(&self.denials, |[denial, _]| denial);
        denials.or_else(|| differs(&self.permissions, |[_, permission]| permission)).map(|at| Facts::at(&at))
    }

    fn halves(&self) -> [&Half; 2] {
        [&self.denials, &self.permissions]
    }
}

impl Half {
    /// The cells, still to be filled, and how far each value of each dimension leads among them: the values of all
    /// dimensions, one after the other.
    fn shape(rules: &[Rule], action: Action, allows: bool) -> (Self, Vec<u32>) {
        let act = action as u8;
        let deciding = |rule: &Rule| {
            rule.allows == allows && rule.masks.first().is_some_and(|mask| mask & (1 << act) != 0)
        };
        let places: Vec<usize> =
            rules.iter().enumerate().filter(|(_, rule)| deciding(rule)).map(|(place, _)| place).collect();
        let mut steps = Vec::new();
        let mut examples: [Vec<u8>; 15] = Default::default();
        let mut size = 1_u32;
        for (dimension, examples) in Dimension::ALL.iter().zip(&mut examples) {
            if *dimension == Dimension::Action {
                examples.push(act);
                steps.extend(std::iter::repeat_n(0, dimension.size()));
                continue;
            }
            let mut signatures: Vec<Vec<bool>> = Vec::new();
            for value in 0..dimension.size() {
                let signature: Vec<bool> = places
                    .iter()
                    .filter_map(|place| rules.get(*place)?.masks.get(*dimension as usize))
                    .map(|mask| mask & (1 << value) != 0)
                    .collect();
                let class = signatures.iter().position(|known| *known == signature).unwrap_or_else(|| {
                    signatures.push(signature);
                    examples.push(u8::try_from(value).unwrap_or_default());
                    signatures.len() - 1
                });
                steps.push(u32::try_from(class).unwrap_or(u32::MAX).saturating_mul(size));
            }
            size = size.saturating_mul(u32::try_from(signatures.len()).unwrap_or(u32::MAX));
        }
        (Self { rules: places, examples, size, cells: Vec::new() }, steps)
    }

    fn get(&self, cell: u32) -> u16 {
        self.cells.get(cell as usize).copied().unwrap_or(NOBODY)
    }

    /// One example of facts for each cell, in the order of the cells.
    fn each_class(&self) -> impl Iterator<Item = [u8; 15]> + '_ {
        (0..self.size as usize).map(|cell| {
            let mut rest = cell;
            let mut places = [0_u8; 15];
            for (place, examples) in places.iter_mut().zip(&self.examples) {
                let classes = examples.len().max(1);
                *place = examples.get(rest % classes).copied().unwrap_or_default();
                rest /= classes;
            }
            places
        })
    }

    fn fill(&mut self, rules: &[Rule]) -> Result<(), Error> {
        let authority = Authority::new(rules, self.rules.clone(), true)?;
        let mut cells = Vec::with_capacity(self.size as usize);
        for places in self.each_class() {
            let first = authority.matching(&Facts::at(&places))?.first().copied();
            cells.push(first.and_then(|place| u16::try_from(place).ok()).unwrap_or(NOBODY));
        }
        self.cells = cells;
        Ok(())
    }

    /// The first of the rules that holds, without Casbin.
    fn expected(&self, rules: &[Rule], places: &[u8; 15]) -> u16 {
        let holds = |place: &&usize| rules.get(**place).is_some_and(|rule| rule.matches_places(places));
        let first = self.rules.iter().find(holds);
        first.and_then(|place| u16::try_from(*place).ok()).unwrap_or(NOBODY)
    }
}

impl Table {
    /// The tables with every cell still empty. Tells how many cells there would be where that is too many.
    pub(crate) fn shape(rules: &[Rule]) -> Result<Self, usize> {
        let table = Self { acts: Action::ALL.iter().map(|action| Act::shape(rules, *action)).collect() };
        let cells = table.cells();
        if cells > BUDGET { Err(cells) } else { Ok(table) }
    }

    /// Asks Casbin about every cell.
    pub(crate) fn fill(&mut self, rules: &[Rule]) -> Result<(), Error> {
        let halves = self.acts.iter_mut().flat_map(|act| [&mut act.denials, &mut act.permissions]);
        let mut halves: Vec<&mut Half> = halves.collect();
        halves.sort_by_key(|half| std::cmp::Reverse(half.size));
        let work: Vec<Mutex<&mut Half>> = halves.into_iter().map(Mutex::new).collect();
        let next = AtomicUsize::new(0);
        let fill = || -> Result<(), Error> {
            while let Some(half) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                half.lock().unwrap_or_else(PoisonError::into_inner).fill(rules)?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let fillers: Vec<_> = (0..FILLERS).map(|_| scope.spawn(fill)).collect();
            fillers.into_iter().try_for_each(|filler| {
                filler
                    .join()
                    .map_err(|_| Error::Broken("it panicked while the table was filled".to_owned()))?
            })
        })
    }

    /// Compares every cell with an evaluation without Casbin, denials and permissions apart, so that no permission
    /// can hide behind a denial.
    pub(crate) fn disproof(&self, rules: &[Rule]) -> Option<Facts> {
        self.acts.iter().find_map(|act| act.disproof(rules))
    }

    /// The deciding denial, or else the deciding permission, by its place in the list of rules or [`NOBODY`]; and whether
    /// it is permitted.
    pub(crate) fn decide(&self, facts: &Facts) -> (u16, bool) {
        let found = self.acts.get(facts.act as usize).map_or([NOBODY; 2], |act| act.get(&facts.places()));
        let [denial, permission] = found;
        let is_open = denial == NOBODY;
        (if is_open { permission } else { denial }, is_open && permission != NOBODY)
    }

    /// The first denial and the first permission that hold, by their places in the list of rules.
    pub(crate) fn both(&self, action: Action, places: &[u8; 15]) -> (Option<u16>, Option<u16>) {
        let found = self.acts.get(action as usize).map_or([NOBODY; 2], |act| act.get(places));
        let [denial, permission] = found.map(|rule| (rule != NOBODY).then_some(rule));
        (denial, permission)
    }

    /// How many cells there are.
    pub(crate) fn cells(&self) -> usize {
        self.halves().map(|half| half.size as usize).sum()
    }

    /// How much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let cells = self.halves().map(|half| size_of_val(half.cells.as_slice()));
        size_of_val(self.acts.as_slice()) + cells.sum::<usize>()
    }

    /// SHA-256 over what every cell says, in order: the id of its rule, or nothing.
    pub(crate) fn sha256(&self, rules: &[Rule]) -> [u8; 32] {
        let mut hash = Sha256::new();
        // Denials first, then permissions: so nodes of any version come to the same.
        let denials = self.acts.iter().map(|act| &act.denials);
        for half in denials.chain(self.acts.iter().map(|act| &act.permissions)) {
            hash.update(u64::from(half.size).to_be_bytes());
            for cell in &half.cells {
                let id = rules.get(usize::from(*cell)).map_or("", |rule| rule.id.as_str());
                hash.update([u8::try_from(id.len()).unwrap_or(u8::MAX)]);
                hash.update(id.as_bytes());
            }
        }
        hash.finalize().into()
    }

    /// One example of facts for every class of an action that denials and permissions together tell apart, of the
    /// values that `wanted` keeps. None where there are too many to walk.
    pub(crate) fn examples(
        &self,
        action: Action,
        wanted: &dyn Fn(Dimension, u8) -> bool,
    ) -> Option<impl Iterator<Item = [u8; 15]> + use<>> {
        Some(Self::classes(&[self], action, wanted)?.map(|(places, _)| places))
    }

    /// The same for every class that any of `tables` tells apart, each with how many combinations of facts are in it.
    pub(crate) fn classes(
        tables: &[&Self],
        action: Action,
        wanted: &dyn Fn(Dimension, u8) -> bool,
    ) -> Option<impl Iterator<Item = ([u8; 15], u64)> + use<>> {
        let mut columns: [Vec<(u8, u64)>; 15] = Default::default();
        let mut size = 1_usize;
        for (column, dimension) in columns.iter_mut().zip(Dimension::ALL) {
            let values = 0..u8::try_from(dimension.size()).unwrap_or(u8::MAX);
            let mut classes: Vec<Vec<u64>> = Vec::new();
            for place in values.filter(|place| wanted(*dimension, *place)) {
                let class: Vec<_> = match dimension {
                    Dimension::Action if place != action as u8 => continue,
                    Dimension::Action => Vec::new(),
                    _ => tables.iter().map(|table| table.class(action, *dimension, place)).collect(),
                };
                let known = classes.iter().position(|known| *known == class);
                if let Some((_, values)) = known.and_then(|known| column.get_mut(known)) {
                    *values += 1;
                } else {
                    classes.push(class);
                    column.push((place, 1));
                }
            }
            size = size.saturating_mul(column.len());
        }
        (size <= JOINT_BUDGET).then(|| {
            (0..size).map(move |cell| {
                let (mut rest, mut facts) = (cell, 1);
                let places = std::array::from_fn(|column| {
                    let examples = columns.get(column).map_or(&[][..], Vec::as_slice);
                    let classes = examples.len().max(1);
                    let (place, values) = examples.get(rest % classes).copied().unwrap_or_default();
                    rest /= classes;
                    facts *= values;
                    place
                });
                (places, facts)
            })
        })
    }

    fn class(&self, action: Action, dimension: Dimension, place: u8) -> u64 {
        let begin = BEGIN.get(dimension as usize).copied().unwrap_or(WAYS);
        self.acts.get(action as usize).map_or(ASTRAY, |act| act.way(begin, place))
    }

    fn halves(&self) -> impl Iterator<Item = &Half> {
        self.acts.iter().flat_map(Act::halves)
    }
}

/// One cell of one half: what tests spoil, to see that the proof finds it.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) action: Action,
    pub(crate) allows: bool,
    cell: usize,
}

#[cfg(test)]
impl Table {
    /// The cell of this number, where those of all halves are numbered through.
    pub(crate) fn place_of(&self, number: usize) -> Place {
        let mut cell = number;
        for allows in [false, true] {
            for action in Action::ALL {
                let cells = self.cells_of(*action, allows);
                if cell < cells {
                    return Place { action: *action, allows, cell };
                }
                cell -= cells;
            }
        }
        panic!("there is no cell {number}")
    }

    /// How many cells a half has.
    pub(crate) fn cells_of(&self, action: Action, allows: bool) -> usize {
        self.half(action, allows).cells.len()
    }

    /// What the cell says.
    pub(crate) fn cell(&self, place: Place) -> u16 {
        self.half(place.action, place.allows).cells[place.cell]
    }

    /// Makes it say something else.
    pub(crate) fn set(&mut self, place: Place, rule: u16) {
        let act = &mut self.acts[place.action as usize];
        let half = if place.allows { &mut act.permissions } else { &mut act.denials };
        half.cells[place.cell] = rule;
    }

    /// Whether these facts find their answer in that cell.
    pub(crate) fn is_at(&self, place: Place, facts: &Facts) -> bool {
        let cells = self.acts[place.action as usize].cells_of(&facts.places());
        facts.act == place.action && cells[usize::from(place.allows)] as usize == place.cell
    }

    fn half(&self, action: Action, allows: bool) -> &Half {
        self.acts[action as usize].halves()[usize::from(allows)]
    }
}
