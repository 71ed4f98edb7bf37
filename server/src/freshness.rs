//! How long ago it was last known that what this node decides with is what the database, or another node, says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Without a word from the database for so long, what is held here may be wrong, and nothing is decided with it.
pub const OF_DATABASE: Duration = Duration::from_secs(30);

/// When something was last confirmed, by the machine's steady clock, which nobody sets. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Freshness {
    /// Milliseconds from `began` on.
    confirmed_at: Arc<AtomicU64>,
    began: Instant,
    lasts: Duration,
}

impl Freshness {
    /// Confirmed just now, which `lasts` so long.
    pub fn now(lasts: Duration) -> Self {
        Self { confirmed_at: Arc::default(), began: Instant::now(), lasts }
    }

    /// Notes that it is so still.
    pub fn confirm(&self) {
        self.confirm_as_of(Instant::now());
    }

    /// Notes that it was so at that moment.
    pub fn confirm_as_of(&self, moment: Instant) {
        let elapsed = moment.saturating_duration_since(self.began).as_millis();
        let elapsed = u64::try_from(elapsed).unwrap_or(u64::MAX);
        self.confirmed_at.store(elapsed, Ordering::SeqCst);
    }

    /// Whether it was not confirmed for too long.
    pub fn is_stale(&self) -> bool {
        let confirmed_at = Duration::from_millis(self.confirmed_at.load(Ordering::SeqCst));
        self.began.elapsed().saturating_sub(confirmed_at) > self.lasts
    }
}
