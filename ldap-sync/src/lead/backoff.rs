//! Pauses between attempts: each twice as long as the last, none exactly as long as anybody else's.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// The first pause.
const SHORTEST: Duration = Duration::from_millis(200);

/// The longest one.
pub(super) const LONGEST: Duration = Duration::from_secs(30);

/// Which pause comes next.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next pause, somewhere between half and all of its length.
    pub(super) fn next(&mut self) -> Duration {
        let length = SHORTEST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let share = f64::from(u16::try_from(RandomState::new().hash_one(0) & 0xffff).unwrap_or(u16::MAX));
        length.mul_f64(0.5 + share / f64::from(u16::MAX) / 2.0)
    }

    /// All is well again.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_begin_anew() {
        let mut pauses = Backoff::default();
        let mut full = SHORTEST;
        for _ in 0..40 {
            let pause = pauses.next();
            assert!(pause >= full / 2 && pause <= full, "{pause:?} of {full:?}");
            full = (full * 2).min(LONGEST);
        }
        pauses.reset();
        assert!(pauses.next() <= SHORTEST);
    }
}
