//! Tests of the whole: the policy of the program, its table, its files, its sentences.

mod diff;
mod edit;
mod exceptions;
mod explained;
mod laws;
mod loader;
mod matrix;
mod ministry;
mod parted;
mod policy;
mod table;
mod traps;

use proptest::prelude::*;

use crate::facts::{Dimension, Facts};

/// Any combination of facts.
fn any_facts() -> impl Strategy<Value = Facts> {
    proptest::array::uniform15(any::<u8>()).prop_map(|mut places| {
        for (place, dimension) in places.iter_mut().zip(Dimension::ALL) {
            *place %= u8::try_from(dimension.size()).unwrap();
        }
        Facts::at(&places)
    })
}
