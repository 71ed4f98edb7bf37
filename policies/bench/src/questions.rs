//! The decisions that all engines are asked: facts, drawn so that most are ordinary and none is impossible.

use policies::facts::{Dimension, Facts};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// So many of fifteen facts differ at most from the ordinary ones, but for the last share, where all are drawn.
const UNUSUAL: usize = 3;
/// One in so many is drawn from all facts that there are.
const ANYTHING: usize = 8;

/// So many decisions, always the same for a seed.
pub(crate) fn draw(count: usize, seed: u64) -> Vec<Facts> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count).map(|number| one(&mut random, number % ANYTHING == 0)).collect()
}

fn one(random: &mut StdRng, anything: bool) -> Facts {
    let mut places = Facts::ordinary().places();
    let changed = if anything { places.len() } else { random.random_range(0..=UNUSUAL) };
    for number in 0..changed {
        let column = if anything { number } else { random.random_range(0..places.len()) };
        draw_column(random, &mut places, column);
    }
    if !anything {
        // What is asked, of whom, and how the two stand to each other differs in every question.
        for dimension in [Dimension::Action, Dimension::Target, Dimension::Relation, Dimension::Mem] {
            draw_column(random, &mut places, dimension as usize);
        }
    }
    Facts::at(&places)
}

fn draw_column(random: &mut StdRng, places: &mut [u8; 15], column: usize) {
    if let (Some(place), Some(dimension)) = (places.get_mut(column), Dimension::ALL.get(column)) {
        *place = random.random_range(0..u8::try_from(dimension.size()).unwrap_or(1));
    }
}
