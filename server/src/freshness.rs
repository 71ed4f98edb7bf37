//! How long ago it was last known that what this node decides with is what the database says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Without a word from the database for so long, what is held here may be wrong, and nothing is decided with it.
const PATIENCE: Duration = Duration::from_secs(30);

/// When something was last confirmed, by the machine's steady clock, which nobody sets. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Freshness {
    /// Milliseconds from `began` on.
    confirmed_at: Arc<AtomicU64>,
    began: Instant,
}

impl Freshness {
    /// Confirmed just now.
    pub fn now() -> Self {
        Self { confirmed_at: Arc::default(), began: Instant::now() }
    }

    /// Notes that it is so still.
    pub fn confirm(&self) {
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.confirmed_at.store(elapsed, Ordering::SeqCst);
    }

    /// Whether it was not confirmed for too long.
    pub fn is_stale(&self) -> bool {
        let confirmed_at = Duration::from_millis(self.confirmed_at.load(Ordering::SeqCst));
        self.began.elapsed().saturating_sub(confirmed_at) > PATIENCE
    }
}
