//! The clock that everything asks for the time. Tests hold it still and move it on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Where the time comes from. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Microseconds since the epoch, where somebody holds the clock; the machine's time otherwise.
    held: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { held: None }
    }

    /// A clock that stands at `at` until it is moved.
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self { held: Some(Arc::new(AtomicI64::new(at.timestamp_micros()))) }
    }

    /// The time, in the microseconds that Postgres keeps.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros()).unwrap_or_default()
    }

    /// The time as microseconds since the epoch, as the policies count it.
    pub fn micros(&self) -> i64 {
        if let Some(held) = &self.held {
            return held.load(Ordering::SeqCst);
        }
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
        let now = Utc::now();
        now.timestamp_micros()
    }

    /// Moves a standing clock on; the machine's clock goes by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(held) = &self.held {
            held.fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}
