//! Hears a directory: what it tells in a moment is gathered into one batch.

use std::time::Duration;

use crate::config::{Kind, Source};
use crate::directory::follow::{Event, Follower, Told, active_directory, openldap};
use crate::directory::{DirectoryError, Server};
use crate::run::{RunError, search};

/// As many events as are taken at once.
const MOST: usize = 200;

/// How long a batch waits for the marker that ends it.
const LONGEST: Duration = Duration::from_millis(20);

/// Begins to follow `source` from `marker` on.
pub(super) async fn connect(source: &Source, marker: Option<&str>) -> Result<Follower, RunError> {
    let server = Server::open(&source.server())?;
    let password = source.password()?;
    let search = search(source);
    Ok(match source.kind {
        Kind::OpenLdap => openldap::follow(&server, &source.bind_dn, &password, &search, marker).await?,
        Kind::ActiveDirectory => {
            active_directory::follow(&server, &source.bind_dn, &password, &search, marker).await?
        }
    })
}

/// Whether changes are applied as the directory tells them.
pub(super) fn is_followed(source: &Source) -> bool {
    source.follow
}

/// What was heard in a moment.
pub(super) struct Heard {
    /// Changes and markers, in their order.
    pub(super) batch: Vec<Told>,
    /// What ended the batch, where it was not the moment's end.
    pub(super) then: Option<Result<Told, DirectoryError>>,
}

/// Gathers what there is after `first`, up to whatever is not a mere change. What has arrived is taken at once; only a
/// change whose marker is still under way is waited for.
pub(super) async fn gather(follower: &mut Follower, first: Result<Told, DirectoryError>) -> Heard {
    let mut heard = Heard { batch: Vec::new(), then: None };
    let deadline = tokio::time::Instant::now() + LONGEST;
    let mut next = first;
    loop {
        match next {
            Ok(told) if is_change(&told.event) => heard.batch.push(told),
            other => {
                heard.then = Some(other);
                return heard;
            }
        }
        if heard.batch.len() >= MOST {
            return heard;
        }
        let ended = heard.batch.last().is_some_and(|told| matches!(told.event, Event::Marker(_)));
        let patience = if ended { tokio::time::Instant::now() } else { deadline };
        let more = tokio::select! {
            biased;
            more = follower.next() => more,
            () = tokio::time::sleep_until(patience) => return heard,
        };
        next = more;
    }
}

fn is_change(event: &Event) -> bool {
    matches!(event, Event::Entry(_) | Event::Gone(_) | Event::Marker(_))
}
