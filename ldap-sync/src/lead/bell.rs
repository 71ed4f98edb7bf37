//! Tells the sources of one process that units have come: one source's links may lead to another's agency.

use std::sync::Arc;

use tokio::sync::watch;

/// Rung by whoever brought units, heard by whoever waits for some.
#[derive(Debug, Clone)]
pub(super) struct Bell {
    rung: Arc<watch::Sender<u64>>,
}

impl Default for Bell {
    fn default() -> Self {
        Self { rung: Arc::new(watch::Sender::new(0)) }
    }
}

impl Bell {
    /// Units have come.
    pub(super) fn ring(&self) {
        self.rung.send_modify(|times| *times += 1);
    }

    /// An ear that hears what is rung from now on.
    pub(super) fn ear(&self) -> Ear {
        Ear(self.rung.subscribe())
    }
}

/// Hears a bell.
#[derive(Debug)]
pub(super) struct Ear(watch::Receiver<u64>);

impl Ear {
    /// Ends when the bell is rung.
    pub(super) async fn rung(&mut self) {
        if self.0.changed().await.is_err() {
            // There is no bell any more.
            std::future::pending::<()>().await;
        }
    }
}
