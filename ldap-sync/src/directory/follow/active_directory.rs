//! Follows a domain controller of Active Directory: `DirSync` says what has changed, and each changed entry is then read
//! whole.
//!
//! The server hints at changes by itself, and is asked for the number of its last change every second besides. A
//! deletion is told by the id alone, from the tombstone. Numbers and cookies mean something to one database of one
//! server only: another one, even of the same domain, needs a full read first.
//!
//! What it does not tell, and whoever takes the events has to know:
//! * Of a unit that was renamed or moved, only the unit comes: the names of all below it have changed with it. One that
//!   was moved in from elsewhere comes without those below it, and one that was moved out goes without them.
//! * Entries whose `manager`, `managedBy` or `member` pointed to one that was deleted do not come, though they have
//!   lost the value.
//! * An account that may not see deleted entries is told of none, and without an error; this is seen and told as
//!   [`Event::DeletionsHidden`](super::Event::DeletionsHidden).

mod changes;
mod control;
mod controller;
mod marker;
mod session;
mod whole;

use secrecy::SecretString;

use super::Follower;
use crate::directory::{DirectoryError, Search, Server, guarded};
use changes::cookie_of_now;
use controller::Controller;
use marker::Marker;
use session::Session;

/// How far the domain's changes go, as a marker from which following can start; none where the server is no domain
/// controller.
pub async fn read_marker(
    server: &Server,
    bind_dn: &str,
    password: &SecretString,
    base: &str,
) -> Result<Option<String>, DirectoryError> {
    let mut ldap = server.connect(bind_dn, password).await?;
    let (server, base) = (server.clone(), base.to_owned());
    guarded(async move {
        let Some(controller) = Controller::ask(&server, &mut ldap, &base).await? else { return Ok(None) };
        let cookie = cookie_of_now(&server, &mut ldap, &controller.domain).await?;
        drop(ldap.unbind().await);
        let Controller { identity, usn, .. } = controller;
        Ok(Some(Marker { identity, usn, cookie }.to_string()))
    })
    .await
}

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
