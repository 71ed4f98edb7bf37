//! One connection on which a server is followed.

use std::collections::HashSet;
use std::time::Duration;

use ldap3::controls::{
    Control, ControlType, MakeCritical, RefreshMode, SyncRequest, SyncState, parse_syncinfo,
};
use ldap3::{Ldap, LdapResult, ResultEntry, Scope, SearchStream, parse_refs};
use secrecy::SecretString;
use uuid::Uuid;

use super::hearing::{Heard, Hearing, Step, entry_id};
use super::heartbeat::Heartbeat;
use super::marker::Marker;
use super::standing::{remembers, standing};
use crate::directory::error::meaning;
use crate::directory::follow::{self, Event, SnapshotReason, Teller};
use crate::directory::paced::Paced;
use crate::directory::read::{raw, read_pages};
use crate::directory::{DirectoryError, RawEntry, Search, Server, Sink, id_of};

/// The id of an entry, which is asked for whatever else is.
const ID: &str = "entryUUID";

/// The server is older than the marker.
const UNWILLING: u32 = 53;

/// The server does not know the marker (RFC 4533, section 2.5).
const REFRESH_REQUIRED: u32 = 4096;

/// How long a goodbye may take that nobody depends on.
const GOODBYE: Duration = Duration::from_millis(500);

type Stream = SearchStream<'static, String, Vec<String>>;

/// A connection that is bound, and a marker that this server can go on from.
pub(super) struct Session {
    server: Server,
    connection: Paced,
    ldap: Ldap,
    search: Search,
    marker: Marker,
}

/// Why a session ends without an error.
enum End {
    /// The last event was told, or nobody listens any more.
    Quiet,
    /// The server ended the search.
    ByServer,
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
        let usable = connection.during(usable(&server, &mut ldap, &search.base, &marker)).await?;
        Ok(usable.map(|()| Self { server, connection, ldap, search, marker }))
    }

    async fn run(mut self, teller: Teller) -> Result<(), DirectoryError> {
        let mut stream = self.ask().await?;
        let ended = self.listen(&mut stream, &teller).await;
        let result = match ended {
            Ok(End::ByServer) => {
                let result = stream.finish().await;
                ended_by_server(result, self.doing(), &teller).await
            }
            Ok(End::Quiet) => Ok(()),
            Err(error) => Err(error),
        };
        self.leave(&mut stream).await;
        result
    }
}

impl Session {
    async fn ask(&mut self) -> Result<Stream, DirectoryError> {
        let request = SyncRequest {
            mode: RefreshMode::RefreshAndPersist,
            cookie: Some(self.marker.cookie().into_bytes()),
            // A server that was told to heed it refuses a marker that it does not know, instead of sending everything.
            reload_hint: false,
        };
        let asked = self
            .ldap
            // Not critical, a server may ignore it and answer with an ordinary search.
            .with_controls(request.critical())
            .streaming_search(
                &self.search.base,
                Scope::Subtree,
                &self.search.filter,
                self.search.attributes.clone(),
            );
        let asked = tokio::time::timeout(self.server.timeout(), self.connection.during(asked)).await;
        asked
            .map_err(|_| DirectoryError::TimedOut { doing: self.doing() })?
            .map_err(|source| DirectoryError::lost(self.doing(), source))
    }

    async fn listen(&mut self, stream: &mut Stream, teller: &Teller) -> Result<End, DirectoryError> {
        let mut hearing = Hearing::from(self.marker.clone());
        let mut heartbeat = Heartbeat::new(&self.server, &self.ldap, &self.search.base);
        loop {
            let next = tokio::select! {
                // What has arrived is told before more is read.
                biased;
                () = teller.deserted() => return Ok(End::Quiet),
                next = stream.next() => next,
                error = heartbeat.missed() => return Err(error),
                () = self.connection.carry() => continue,
            };
            let next = next.map_err(|source| DirectoryError::lost(self.doing(), source))?;
            let Some(found) = next else { return Ok(End::ByServer) };
            for step in hearing.take(self.heard(found)?)? {
                let (event, mut waited) = match step {
                    Step::Tell(event) => (event, false),
                    Step::Compared(named) => (Event::Remaining(self.with_all_there(named).await?), true),
                };
                let last = matches!(event, Event::SnapshotNeeded(_));
                match teller.tell(event).await {
                    Ok(had_to) => waited |= had_to,
                    Err(_) => return Ok(End::Quiet),
                }
                if last {
                    return Ok(End::Quiet);
                }
                if waited {
                    heartbeat.restart();
                }
            }
        }
    }

    fn heard(&self, found: ResultEntry) -> Result<Heard, DirectoryError> {
        if found.is_ref() {
            // A server that does not hold the whole tree cannot say who has left it.
            return Err(DirectoryError::Referral { url: parse_refs(found.0).join(" ") });
        }
        if found.is_intermediate() {
            return Ok(Heard::Info(parse_syncinfo(found)));
        }
        let state = found.1.iter().find_map(|Control(kind, control)| {
            matches!(kind, Some(ControlType::SyncState)).then(|| control.parse::<SyncState>())
        });
        let Some(SyncState { state, entry_uuid, cookie }) = state else {
            let message = format!("the directory sent an entry without its state while {}", self.doing());
            return Err(DirectoryError::Malformed(message));
        };
        Ok(Heard::Entry { state, id: entry_id(&entry_uuid)?, entry: raw(found)?, cookie })
    }

    /// The ids that the server named and those that are there now.
    ///
    /// The server compares while others write: an entry that changes under its eyes is too new for the one half of the
    /// comparison and no longer old enough for the other, so that it is not named, and its change comes only after the
    /// end. It must not be taken for gone until then.
    async fn with_all_there(&mut self, mut named: HashSet<Uuid>) -> Result<HashSet<Uuid>, DirectoryError> {
        let search = Search { attributes: vec![ID.to_owned()], ..self.search.clone() };
        let mut there = There(HashSet::new());
        let mut ldap = self.ldap.clone();
        self.connection.during(read_pages(&self.server, &mut ldap, &search, &mut there)).await?;
        named.extend(there.0);
        Ok(named)
    }

    /// Says goodbye. Whether it arrives changes nothing: the connection is closed in any case.
    async fn leave(&mut self, stream: &mut Stream) {
        let search = stream.ldap_handle().last_id();
        let ldap = &mut self.ldap;
        let goodbye = async {
            drop(ldap.abandon(search).await);
            drop(ldap.unbind().await);
        };
        drop(tokio::time::timeout(GOODBYE, self.connection.during(goodbye)).await);
    }

    fn doing(&self) -> String {
        format!("following {}", self.search.base)
    }
}

/// The server has ended what should never end.
async fn ended_by_server(result: LdapResult, doing: String, teller: &Teller) -> Result<(), DirectoryError> {
    let reason = match result.rc {
        UNWILLING => SnapshotReason::ServerOlder,
        REFRESH_REQUIRED => SnapshotReason::MarkerUnknown,
        10 => return Err(DirectoryError::Referral { url: result.refs.join(" ") }),
        code => {
            let (meaning, message) = (meaning(code), result.text);
            return Err(DirectoryError::Refused { doing, code, meaning, message, read: 0 });
        }
    };
    tracing::info!(code = result.rc, message = result.text, "the directory cannot go on from the marker");
    // Whoever no longer listens does not need it.
    drop(teller.tell(Event::SnapshotNeeded(reason)).await);
    Ok(())
}

async fn usable(
    server: &Server,
    ldap: &mut Ldap,
    base: &str,
    marker: &Marker,
) -> Result<Result<(), SnapshotReason>, DirectoryError> {
    let Some(now) = standing(server, ldap, base).await? else {
        return Err(DirectoryError::ChangesHidden { base: base.to_owned() });
    };
    if let Err(reason) = marker.usable_at(&now) {
        return Ok(Err(reason));
    }
    let Some(number) = marker.oldest_behind(&now) else { return Ok(Ok(())) };
    let known = remembers(server, ldap, base, number).await?;
    Ok(if known { Ok(()) } else { Err(SnapshotReason::MarkerUnknown) })
}

/// Keeps the ids of what is read.
struct There(HashSet<Uuid>);

impl Sink for There {
    fn take(&mut self, entry: RawEntry) {
        self.0.extend(id_of(&entry, ID));
    }
}
