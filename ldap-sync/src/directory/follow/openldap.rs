//! Follows OpenLDAP: content synchronization (RFC 4533), refresh and persist.
//!
//! The server first tells what happened since the marker, then each change as it is made. A deletion is told by the
//! id alone. A server that no longer knows what was deleted names all entries that are there instead, which is told as
//! one [`Event::Remaining`](super::Event::Remaining).
//!
//! What it does not tell, and whoever takes the events has to know:
//! * Of a unit that was renamed or moved, only the unit comes: the names of all below it have changed with it. One that
//!   was moved in from elsewhere comes without those below it, and one that was moved out goes without them.
//! * Values that the server rewrites by itself (`memberOf`, `member` after a renaming) change without a word.
//! * An access rule that hides entries is no change; a comparison leaves them out as if they had gone. Nothing in the
//!   protocol tells the two apart.

mod hearing;
mod heartbeat;
mod marker;
mod session;
mod standing;

use secrecy::SecretString;

use super::{Event, Follower, SnapshotReason, Teller};
use crate::directory::{DirectoryError, Search, Server};
use marker::Marker;
use session::Session;

pub use standing::read_marker;

/// Follows what `search` finds, from `marker` on, which is one of [`read_marker`] or of an earlier
/// [`Event::Marker`](super::Event::Marker). An error where the server cannot be reached or does not let us in.
///
/// Without a marker from which this server can go on there is one event, which says so: nothing is ever asked for
/// from the beginning, because the answer would look like changes.
pub async fn follow(
    server: &Server,
    bind_dn: &str,
    password: &SecretString,
    search: &Search,
    marker: Option<&str>,
) -> Result<Follower, DirectoryError> {
    let (teller, follower) = Teller::pair();
    let session = match marker.and_then(Marker::parse) {
        None => Err(SnapshotReason::NoMarker),
        Some(marker) => {
            // The library panics on malformed answers.
            let (server, search) = (server.clone(), search.clone());
            let (bind_dn, password) = (bind_dn.to_owned(), password.clone());
            let opened =
                tokio::spawn(async move { Session::open(server, &bind_dn, &password, search, marker).await });
            opened.await.unwrap_or_else(|failed| Err(DirectoryError::Malformed(failed.to_string())))?
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
async fn watched(session: Session, teller: Teller) {
    let task = tokio::spawn(session.run(teller.clone()));
    let ended = task.await.unwrap_or_else(|failed| Err(DirectoryError::Malformed(failed.to_string())));
    if let Err(error) = ended {
        teller.fail(error).await;
    }
}
