//! What the messages of RFC 4533 mean, one after the other. Pure: no connection, no clock.

use std::collections::HashSet;

use ldap3::controls::{EntryState, SyncInfo};
use uuid::Uuid;

use super::marker::Marker;
use crate::directory::follow::{Event, SnapshotReason};
use crate::directory::{DirectoryError, RawEntry};

/// What came over the connection.
#[derive(Debug)]
pub(super) enum Heard {
    /// An entry with its state.
    Entry {
        /// What became of it.
        state: EntryState,
        /// Its immutable id.
        id: Uuid,
        /// The entry, without attributes where it is gone or unchanged.
        entry: RawEntry,
        /// How far this goes.
        cookie: Option<Vec<u8>>,
    },
    /// A message about many entries, or about where the server is.
    Info(SyncInfo),
}

/// What follows from it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To be told as it is.
    Tell(Event),
    /// A full comparison has ended, and the server named these.
    Compared(HashSet<Uuid>),
}

/// How far the conversation is.
#[derive(Debug)]
pub(super) struct Hearing {
    marker: Marker,
    /// What was named until now of those that are there; none once all that happened meanwhile was told.
    catching_up: Option<HashSet<Uuid>>,
}

impl Hearing {
    pub(super) fn from(marker: Marker) -> Self {
        Self { marker, catching_up: Some(HashSet::new()) }
    }

    /// Takes what came. An error where the server says what RFC 4533 does not let it say.
    pub(super) fn take(&mut self, heard: Heard) -> Result<Vec<Step>, DirectoryError> {
        match heard {
            Heard::Entry { state, id, entry, cookie } => {
                let mut steps = self.entry(&state, id, entry)?;
                steps.extend(self.cookie(cookie));
                Ok(steps)
            }
            Heard::Info(SyncInfo::NewCookie(cookie)) => Ok(self.cookie(Some(cookie)).into_iter().collect()),
            Heard::Info(SyncInfo::SyncIdSet { cookie, refresh_deletes, sync_uuids }) => {
                let ids = ids(&sync_uuids)?;
                let gone = self.id_set(refresh_deletes, ids)?;
                Ok(gone.into_iter().chain(self.cookie(cookie)).collect())
            }
            Heard::Info(SyncInfo::RefreshDelete { cookie, refresh_done }) => {
                Ok(self.phase_ended(None, cookie, refresh_done))
            }
            Heard::Info(SyncInfo::RefreshPresent { cookie, refresh_done }) => {
                let Some(named) = &mut self.catching_up else {
                    return Err(wrong("a comparison that was not asked for"));
                };
                let compared = Step::Compared(std::mem::take(named));
                Ok(self.phase_ended(Some(compared), cookie, refresh_done))
            }
        }
    }

    fn entry(&mut self, state: &EntryState, id: Uuid, entry: RawEntry) -> Result<Vec<Step>, DirectoryError> {
        match (state, &mut self.catching_up) {
            (EntryState::Delete, named) => {
                if let Some(named) = named {
                    named.remove(&id);
                }
                Ok(self.gone(vec![id]).into_iter().collect())
            }
            (EntryState::Present, Some(named)) => {
                named.insert(id);
                Ok(Vec::new())
            }
            (EntryState::Present, None) => Err(wrong("an unchanged entry among the changes")),
            (EntryState::Add | EntryState::Modify, named) => {
                if let Some(named) = named {
                    named.insert(id);
                }
                Ok(vec![Step::Tell(Event::Entry(entry))])
            }
        }
    }

    fn id_set(&mut self, deleted: bool, ids: Vec<Uuid>) -> Result<Option<Step>, DirectoryError> {
        if deleted {
            return Ok(self.gone(ids));
        }
        let Some(named) = &mut self.catching_up else {
            return Err(wrong("unchanged entries among the changes"));
        };
        named.extend(ids);
        Ok(None)
    }

    /// Without the entry at the base nothing more can be told. Whether all have gone with it or it was only given
    /// another name is for a full read to say.
    fn gone(&self, ids: Vec<Uuid>) -> Option<Step> {
        if ids.contains(&self.marker.base()) {
            return Some(Step::Tell(Event::SnapshotNeeded(SnapshotReason::MarkerUnknown)));
        }
        (!ids.is_empty()).then(|| Step::Tell(Event::Gone(ids)))
    }

    fn phase_ended(&mut self, compared: Option<Step>, cookie: Option<Vec<u8>>, done: bool) -> Vec<Step> {
        let mut steps: Vec<Step> = compared.into_iter().collect();
        let lost = self.cookie(cookie);
        if done && lost.is_none() && self.catching_up.take().is_some() {
            steps.push(self.told());
        } else {
            steps.extend(lost);
        }
        steps
    }

    /// Takes a cookie in. While the server is catching us up, it covers more than was told until then: it waits for
    /// the end. An empty one means that the server knew nothing of the marker that we sent, and one that is nothing
    /// that could be sent back leaves the marker where it is.
    fn cookie(&mut self, cookie: Option<Vec<u8>>) -> Option<Step> {
        let cookie = cookie?;
        if cookie.is_empty() {
            return Some(Step::Tell(Event::SnapshotNeeded(SnapshotReason::MarkerUnknown)));
        }
        let taken = self.marker.advance(&cookie);
        (taken && self.catching_up.is_none()).then(|| self.told())
    }

    fn told(&self) -> Step {
        Step::Tell(Event::Marker(self.marker.to_string()))
    }
}

fn ids(raw: &HashSet<Vec<u8>>) -> Result<Vec<Uuid>, DirectoryError> {
    raw.iter().map(|bytes| entry_id(bytes)).collect()
}

/// The id of an entry, as the protocol has it: sixteen bytes, the first one first.
pub(super) fn entry_id(bytes: &[u8]) -> Result<Uuid, DirectoryError> {
    Uuid::from_slice(bytes).map_err(|_| wrong("an id that is not one"))
}

fn wrong(what: &str) -> DirectoryError {
    DirectoryError::Malformed(format!("the directory sent {what}"))
}

#[cfg(test)]
mod tests;
