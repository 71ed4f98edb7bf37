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

use super::Follower;
use crate::directory::{DirectoryError, Search, Server};
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
    super::follow::<Session>(server, bind_dn, password, search, marker).await
}
