//! Many measurements of one thing.

use serde::Serialize;

/// How they are spread, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spread {
    pub count: usize,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// The spread of some numbers; none, of none.
pub fn spread(numbers: impl IntoIterator<Item = f64>) -> Option<Spread> {
    let mut all: Vec<f64> = numbers.into_iter().collect();
    all.sort_by(f64::total_cmp);
    // The smallest number that so many of a hundred do not exceed.
    let at = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Some(Spread { count: all.len(), p50: at(50)?, p99: at(99)?, max: all.last().copied()? })
}

/// A count, to reckon with.
pub fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The one in the middle, by `key`.
pub fn middle<T>(mut all: Vec<T>, key: impl Fn(&T) -> f64) -> Option<T> {
    all.sort_by(|one, other| key(one).total_cmp(&key(other)));
    let half = all.len() / 2;
    all.into_iter().nth(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_a_hundred_numbers() {
        let found = spread((1..=100_u8).rev().map(f64::from)).unwrap();
        let expected = (100, [50.0, 99.0, 100.0].map(f64::to_bits));
        assert_eq!((found.count, [found.p50, found.p99, found.max].map(f64::to_bits)), expected);
        assert!(spread([]).is_none());
        assert_eq!(middle(vec![3, 1, 2], |number| f64::from(*number)), Some(2));
    }
}
