//! One connection on which a domain is followed.

use std::future::pending;
use std::time::Duration;

use ldap3::{Ldap, Scope, SearchStream};
use secrecy::SecretString;
use tokio::time::Instant;
use uuid::Uuid;

use super::changes::{Fate, ID, Watched, changes, watched_attributes};
use super::control::{notification, show_deleted};
use super::controller::{Controller, last_change, shows_deleted};
use super::marker::Marker;
use super::whole::{AT_A_TIME, read_now};
use crate::directory::follow::{self, Event, NobodyListens, SnapshotReason, Teller};
use crate::directory::paced::Paced;
use crate::directory::{DirectoryError, Search, Server};

/// How often the server is asked for the number of its last change. What it tells by itself comes sooner; this finds
/// what it failed to tell, and that it is no longer there.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How often it is seen whether deletions are still shown.
const SEE_DELETED_EVERY: Duration = Duration::from_mins(1);

/// How long a goodbye may take that nobody depends on.
const GOODBYE: Duration = Duration::from_millis(500);

type Stream = SearchStream<'static, String, Vec<String>>;

/// A connection that is bound, to the server that gave the marker.
pub(super) struct Session {
    server: Server,
    connection: Paced,
    ldap: Ldap,
    search: Search,
    domain: String,
    watched: Vec<String>,
    marker: Marker,
    /// Whether deletions were shown when that was last seen.
    deletions: bool,
}

/// Why a session ends without an error.
pub(super) enum End {
    /// Nobody listens any more.
    Deserted,
    /// The server cannot go on from the marker.
    Snapshot(SnapshotReason),
}

impl From<NobodyListens> for End {
    fn from(_: NobodyListens) -> Self {
        Self::Deserted
    }
}

/// What a step of following leads to: an error, or an end, or what comes next.
type Step<T> = Result<Result<T, End>, DirectoryError>;

macro_rules! go_on {
    ($step:expr) => {
        match $step {
            Ok(value) => value,
            Err(end) => return Ok(Err(End::from(end))),
        }
    };
}

impl follow::Session for Session {
    type Marker = Marker;

    fn parse(marker: &str) -> Option<Marker> {
        Marker::parse(marker)
    }

    async fn open(
        server: Server,
        bind_dn: String,
        password: SecretString,
        mut search: Search,
        marker: Marker,
    ) -> Result<Result<Self, SnapshotReason>, DirectoryError> {
        if !search.attributes.iter().any(|name| name.eq_ignore_ascii_case(ID)) {
            search.attributes.push(ID.to_owned());
        }
        let (mut connection, mut ldap) = server.connect_paced(&bind_dn, &password).await?;
        let found = connection.during(Controller::ask(&server, &mut ldap, &search.base)).await?;
        let Some(Controller { identity, domain, usn }) = found else {
            return Err(DirectoryError::NoDomainController { base: search.base });
        };
        if let Err(reason) = marker.usable_at(&identity, usn) {
            return Ok(Err(reason));
        }
        let watched = watched_attributes(&search.attributes);
        Ok(Ok(Self { server, connection, ldap, search, domain, watched, marker, deletions: true }))
    }

    async fn run(mut self, teller: Teller) -> Result<(), DirectoryError> {
        let ended = self.follow(&teller).await;
        drop(tokio::time::timeout(GOODBYE, self.connection.during(self.ldap.unbind())).await);
        if let Err(End::Snapshot(reason)) = ended? {
            // Whoever no longer listens does not need it.
            drop(teller.tell(Event::SnapshotNeeded(reason)).await);
        }
        Ok(())
    }
}

impl Session {
    async fn follow(&mut self, teller: &Teller) -> Step<std::convert::Infallible> {
        // First of all, so that no change falls between what was and what comes.
        let mut hints = self.hints().await?;
        go_on!(self.see_deleted(teller).await?);
        let mut seen_deleted_at = Instant::now();
        let mut told = false;
        loop {
            let usn = self.last_change().await?;
            if usn < self.marker.usn {
                return Ok(Err(End::Snapshot(SnapshotReason::ServerOlder)));
            }
            if !told || usn > self.marker.usn {
                go_on!(self.tell_changes(usn, teller).await?);
                told = true;
            }
            if seen_deleted_at.elapsed() >= SEE_DELETED_EVERY {
                go_on!(self.see_deleted(teller).await?);
                seen_deleted_at = Instant::now();
            }
            go_on!(self.wait(&mut hints, teller).await?);
        }
    }

    /// Tells what has changed until the change `usn`, and perhaps some after it.
    async fn tell_changes(&mut self, usn: u64, teller: &Teller) -> Step<()> {
        loop {
            let mut ldap = self.ldap.clone();
            let watched = Watched { domain: &self.domain, attributes: &self.watched };
            let asked = changes(&self.server, &mut ldap, &watched, &self.marker);
            let Some(found) = self.connection.during(asked).await? else {
                return Ok(Err(End::Snapshot(SnapshotReason::MarkerUnknown)));
            };
            let with =
                |fate: Fate| found.fates.iter().filter(move |(_, found)| **found == fate).map(|(id, _)| *id);
            let gone: Vec<Uuid> = with(Fate::Gone).collect();
            let changed: Vec<Uuid> = with(Fate::Changed).collect();
            if !gone.is_empty() {
                go_on!(teller.tell(Event::Gone(gone)).await);
            }
            for ids in changed.chunks(AT_A_TIME) {
                go_on!(self.tell_entries(ids, teller).await?);
            }
            self.marker.cookie = found.cookie;
            if !found.more {
                self.marker.usn = usn;
            }
            go_on!(teller.tell(Event::Marker(self.marker.to_string())).await);
            if !found.more {
                return Ok(Ok(()));
            }
        }
    }

    async fn tell_entries(&mut self, ids: &[Uuid], teller: &Teller) -> Step<()> {
        let mut ldap = self.ldap.clone();
        let now = self.connection.during(read_now(&self.server, &mut ldap, &self.search, ids)).await?;
        if !now.elsewhere.is_empty() {
            go_on!(teller.tell(Event::Gone(now.elsewhere)).await);
        }
        for entry in now.entries {
            go_on!(teller.tell(Event::Entry(entry)).await);
        }
        Ok(Ok(()))
    }

    async fn last_change(&mut self) -> Result<u64, DirectoryError> {
        let mut ldap = self.ldap.clone();
        self.connection.during(last_change(&self.server, &mut ldap)).await
    }

    /// Sees whether deletions are shown, and tells when they are not any more.
    async fn see_deleted(&mut self, teller: &Teller) -> Step<()> {
        let mut ldap = self.ldap.clone();
        let shown = self.connection.during(shows_deleted(&self.server, &mut ldap, &self.domain)).await?;
        if self.deletions && !shown {
            tracing::warn!(domain = self.domain, "the account may not see what was deleted");
            go_on!(teller.tell(Event::DeletionsHidden).await);
        }
        self.deletions = shown;
        Ok(Ok(()))
    }

    /// Asks the server to say by itself when something changes. It says what in no way that could be relied upon: it is
    /// a hint to ask.
    async fn hints(&mut self) -> Result<Option<Stream>, DirectoryError> {
        let mut ldap = self.ldap.clone();
        let asked = async {
            ldap.with_controls(vec![notification(), show_deleted()])
                // Nothing but this filter is allowed.
                .streaming_search(&self.domain, Scope::Subtree, "(objectClass=*)", vec![ID.to_owned()])
                .await
        };
        let stream = self.connection.during(asked).await;
        stream.map(Some).map_err(|source| DirectoryError::lost("asking to be told of changes", source))
    }

    /// Waits for a hint, or for the time to ask without one.
    async fn wait(&mut self, hints: &mut Option<Stream>, teller: &Teller) -> Step<()> {
        let waited = async {
            tokio::select! {
                () = teller.deserted() => Ok(Err(End::Deserted)),
                () = tokio::time::sleep(ASK_EVERY) => Ok(Ok(())),
                hint = hint(hints) => hint.map(Ok),
            }
        };
        self.connection.during(waited).await
    }
}

/// Ends with the next hint, and takes with it all that have come. Never ends where the server gives none.
async fn hint(hints: &mut Option<Stream>) -> Result<(), DirectoryError> {
    let Some(stream) = hints else { return pending().await };
    let mut next = stream.next().await;
    loop {
        match next {
            Err(source) => return Err(DirectoryError::lost("waiting for changes", source)),
            Ok(None) => {
                let result = stream.finish().await;
                tracing::info!(
                    code = result.rc,
                    message = result.text,
                    "the domain gives no hints and is asked"
                );
                *hints = None;
                return Ok(());
            }
            Ok(Some(_)) => {}
        }
        next = tokio::select! {
            biased;
            next = stream.next() => next,
            () = std::future::ready(()) => return Ok(()),
        };
    }
}
