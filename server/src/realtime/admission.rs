//! Who comes back waits for those who came before. After a restart all come at once, and what each of them missed has to be
//! fetched: that takes half of the connections to the database at most, so whoever is connected is not held up.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::hub::Closing;

/// How long somebody waits before they are asked to come later.
const PATIENCE: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub struct Admission(Semaphore);

impl Admission {
    /// So many at once, one at least.
    pub(super) fn new(at_once: usize) -> Self {
        Self(Semaphore::new(at_once.max(1)))
    }

    /// Waits for a turn, which lasts until what is returned is dropped.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Closing> {
        self.turn_within(PATIENCE).await
    }

    async fn turn_within(&self, patience: Duration) -> Result<SemaphorePermit<'_>, Closing> {
        let waited = tokio::time::timeout(patience, self.0.acquire()).await;
        waited.ok().and_then(Result::ok).ok_or_else(|| {
            metrics::counter!("chancery_sockets_turned_away_total").increment(1);
            Closing::TryAgainLater
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_after_the_other_and_nobody_waits_for_ever() {
        let admission = Admission::new(0);
        let turn = admission.turn().await.unwrap();
        let impatient = admission.turn_within(Duration::from_millis(1)).await;
        assert_eq!(impatient.unwrap_err(), Closing::TryAgainLater);
        let (next, ()) = tokio::join!(admission.turn(), async { drop(turn) });
        assert!(next.is_ok());
    }
}
