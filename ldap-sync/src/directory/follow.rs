//! Follows a directory: what it tells of its changes, while it tells them, and up to where.
//!
//! Each kind of server has a protocol of its own below; what they tell has one shape.

pub mod openldap;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{DirectoryError, RawEntry};

/// As many events as wait for whoever takes them: a directory that tells faster is made to wait.
pub const WAITING: usize = 1024;

/// What a directory tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An entry as it is now, with all attributes asked for: new, changed, renamed or moved.
    Entry(RawEntry),
    /// Entries that have gone, by their immutable ids.
    Gone(Vec<Uuid>),
    /// The end of a full comparison: of all entries only these are left.
    Remaining(HashSet<Uuid>),
    /// All up to this marker has been told: from here following may begin again. Told also, with the marker that we
    /// came with if nothing has changed, when all that happened meanwhile has been told.
    Marker(String),
    /// The marker that we came with is of no use; only a full read helps. The last event.
    SnapshotNeeded(SnapshotReason),
}

/// Why following cannot begin where it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotReason {
    /// There is no marker, or it is not one of this kind of server.
    NoMarker,
    /// The server does not know the marker (any more).
    MarkerUnknown,
    /// The server is older than the marker: it was restored from a copy (RFC 4533, section 3.3.2; result 53).
    ServerOlder,
    /// Another server, or another database of it, answers than the one that gave the marker.
    AnotherServer,
    /// The account may not see what was deleted.
    DeletionsHidden,
}

/// An event, and when it arrived here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// By the clock of this machine.
    pub heard_at: DateTime<Utc>,
    /// What.
    pub event: Event,
}

/// A directory that is being followed. Dropping it ends that.
#[derive(Debug)]
pub struct Follower {
    events: mpsc::Receiver<Result<Told, DirectoryError>>,
}

impl Follower {
    /// The next thing told; an error where the connection is lost or silent, after which there is nothing more.
    pub async fn next(&mut self) -> Result<Told, DirectoryError> {
        let ended = || DirectoryError::Malformed("following ended without a word".to_owned());
        self.events.recv().await.unwrap_or_else(|| Err(ended()))
    }
}

/// Where a protocol tells what it heard. It learns here that nobody listens any more.
#[derive(Debug, Clone)]
pub(crate) struct Teller {
    events: mpsc::Sender<Result<Told, DirectoryError>>,
}

/// The follower was dropped.
#[derive(Debug)]
pub(crate) struct NobodyListens;

impl Teller {
    /// Both ends of what is told.
    pub(crate) fn pair() -> (Self, Follower) {
        let (events, waiting) = mpsc::channel(WAITING);
        (Self { events }, Follower { events: waiting })
    }

    /// Tells `event`, and waits for room where too many wait already. Says whether it had to wait.
    pub(crate) async fn tell(&self, event: Event) -> Result<bool, NobodyListens> {
        #[expect(clippy::disallowed_methods, reason = "only measures are taken from it, and no decision")]
        let heard_at = Utc::now();
        let told = Ok(Told { heard_at, event });
        match self.events.try_send(told) {
            Ok(()) => Ok(false),
            Err(mpsc::error::TrySendError::Full(told)) => {
                self.events.send(told).await.map(|()| true).map_err(|_| NobodyListens)
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(NobodyListens),
        }
    }

    /// Tells why there is nothing more to come.
    pub(crate) async fn fail(&self, error: DirectoryError) {
        // Where nobody listens, nobody misses it.
        drop(self.events.send(Err(error)).await);
    }

    /// Ends when nobody listens any more.
    pub(crate) async fn deserted(&self) {
        self.events.closed().await;
    }
}
