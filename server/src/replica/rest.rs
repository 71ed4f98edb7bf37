//! Leaves alone for a while what did not serve, so that not everybody finds out for themselves.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A rest that something is having, or none. When it is over one comes and tries; the others come when that went well.
#[derive(Debug, Default)]
pub(super) struct Rest(Mutex<Option<Resting>>);

#[derive(Debug)]
struct Resting {
    why: &'static str,
    lasts: Duration,
    until: Instant,
}

impl Rest {
    /// Whether whoever asks may try: there is no rest, or they are the first after it.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let mut resting = self.lock();
        let Some(rest) = resting.as_mut() else { return true };
        let is_over = rest.until <= now;
        if is_over {
            rest.until = now + rest.lasts;
        }
        is_over
    }

    /// Begins a rest, or prolongs it. Says whether the reason is another one than before.
    pub(super) fn begin(&self, why: &'static str, lasts: Duration, now: Instant) -> bool {
        let before = self.lock().replace(Resting { why, lasts, until: now + lasts });
        before.is_none_or(|before| before.why != why)
    }

    /// Ends it, if there is one.
    pub(super) fn end(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Resting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_rest_one_tries_and_the_others_wait_for_how_it_goes() {
        let (rest, now, second) = (Rest::default(), Instant::now(), Duration::from_secs(1));
        assert!(rest.is_over(now) && rest.is_over(now), "there was none yet");
        assert!(rest.begin("behind", second, now));
        assert!(!rest.is_over(now));
        assert!(rest.is_over(now + second), "the first one after it tries");
        assert!(!rest.is_over(now + second), "the second one does not");
        assert!(!rest.begin("behind", second, now + second), "the reason is the same");
        assert!(rest.begin("unreachable", second, now + second));
        rest.end();
        assert!(rest.is_over(now + second) && rest.is_over(now + second), "it went well");
    }

    #[test]
    fn whoever_tries_and_does_not_come_back_holds_up_nobody_for_ever() {
        let (rest, now, second) = (Rest::default(), Instant::now(), Duration::from_secs(1));
        rest.begin("unreachable", second, now);
        assert!(rest.is_over(now + second));
        assert!(rest.is_over(now + 2 * second));
    }
}
