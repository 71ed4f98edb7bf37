//! Chance that is always the same, and quick: a hundred thousand people want millions of numbers.

use crate::draw::Chance;

/// Splitmix64: each number of its row depends on where it began.
pub(super) struct Dice(u64);

impl Dice {
    /// For one thing of a directory: `what` it is, and which.
    pub(super) fn of(seed: u64, what: &str, number: usize) -> Self {
        let mut dice = Self(seed);
        for byte in what.bytes() {
            dice.0 = dice.next() ^ u64::from(byte);
        }
        dice.0 = dice.next() ^ u64::try_from(number).unwrap_or(u64::MAX);
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An immutable id.
    pub(super) fn uuid(&mut self) -> uuid::Uuid {
        let number = u128::from(self.next()) << 64 | u128::from(self.next());
        uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
    }
}

impl Chance for Dice {
    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }
}
