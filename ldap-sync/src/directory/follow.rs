//! Follows a directory: what it tells of its changes, while it tells them, and up to where.
//!
//! Each kind of server has a protocol of its own below; what they tell has one shape.

pub mod active_directory;
pub mod openldap;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{DirectoryError, RawEntry, Search, Server, guarded};

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
    /// The account may not see what was deleted, and nothing that goes will be told: only full reads find it. All else
    /// is told as before. Somebody must be alarmed.
    DeletionsHidden,
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

/// What follows one kind of server: a connection that was let in and can go on from a marker.
trait Session: Sized + Send + 'static {
    /// Up to where was told, in the form of this kind of server.
    type Marker: Send + 'static;

    /// What a marker's text says; none where it is not one of this kind.
    fn parse(marker: &str) -> Option<Self::Marker>;

    /// Connects, binds and sees whether the server can go on from `marker`.
    fn open(
        server: Server,
        bind_dn: String,
        password: SecretString,
        search: Search,
        marker: Self::Marker,
    ) -> impl Future<Output = Result<Result<Self, SnapshotReason>, DirectoryError>> + Send;

    /// Tells what happens until nobody listens, or until there is nothing more to hear.
    fn run(self, teller: Teller) -> impl Future<Output = Result<(), DirectoryError>> + Send;
}

/// Follows what `search` finds, from `marker` on. An error where the server cannot be reached or does not let us in.
///
/// Without a marker from which this server can go on there is one event, which says so: nothing is ever asked for
/// from the beginning, because the answer would look like changes.
async fn follow<S: Session>(
    server: &Server,
    bind_dn: &str,
    password: &SecretString,
    search: &Search,
    marker: Option<&str>,
) -> Result<Follower, DirectoryError> {
    let (teller, follower) = Teller::pair();
    let session = match marker.and_then(S::parse) {
        None => Err(SnapshotReason::NoMarker),
        Some(marker) => {
            let (bind_dn, password) = (bind_dn.to_owned(), password.clone());
            guarded(S::open(server.clone(), bind_dn, password, search.clone(), marker)).await?
        }
    };
    match session {
        Ok(session) => drop(tokio::spawn(watched(session, teller))),
        // There is room, and somebody listens: it is the first event.
        Err(reason) => drop(teller.tell(Event::SnapshotNeeded(reason)).await),
    }
    Ok(follower)
}

/// Tells also of an end by a panic.
async fn watched<S: Session>(session: S, teller: Teller) {
    if let Err(error) = guarded(session.run(teller.clone())).await {
        teller.fail(error).await;
    }
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
