//! The heart of the sync: takes what a directory tells, all of it or change by change, and brings the mirror up to it.
//!
//! Whoever opens an engine holds the lock of its source for as long as the engine lives.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schema::Pool;
use schema::ids::SourceId;
use schema::sync_runs::Cause;

use crate::config::Source;
use crate::directory::follow::{Event, Told};
use crate::directory::{RawEntry, id_of};
use crate::finding::Finding;
use crate::guard::Tally;
use crate::report::Report;
use crate::run::{Look, Runner, Thoroughness, Why};

/// Judges a batch of live changes by what went before it.
pub trait Judge: Send {
    /// Why a batch with these counts must not be applied, of `people` whom the mirror holds; empty where it may.
    fn judge(&mut self, tally: &Tally, people: usize) -> Vec<Finding>;
    /// A batch with these counts was committed.
    fn committed(&mut self, tally: &Tally);
}

/// Finds nothing wrong with any batch.
#[derive(Debug, Clone, Copy)]
pub struct Lenient;

impl Judge for Lenient {
    fn judge(&mut self, _: &Tally, _: usize) -> Vec<Finding> {
        Vec::new()
    }

    fn committed(&mut self, _: &Tally) {}
}

/// One entry of a planned reorganisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// The entry as it would be: new, or in place of the one with the same id or else the same name.
    Entry(RawEntry),
    /// The entry of this name would be no more.
    Removed(String),
}

/// What brings one source's mirror up to its directory.
pub struct Engine {
    source: Arc<Source>,
    runner: Runner,
}

impl Engine {
    /// Prepares for `source`, whose row is `id`. The caller holds its lock while the engine lives; where that is a
    /// lead, `leads` is the connection that has it, and nothing is committed once it is lost.
    pub fn open(pool: &Pool, source: Arc<Source>, id: SourceId, leads: Option<i32>) -> Self {
        Self { runner: Runner::new(pool, &source, id, leads), source }
    }

    /// The source's row.
    pub fn source_id(&self) -> SourceId {
        self.runner.source_id()
    }

    /// Reads the whole directory and takes what has changed. Where `approved` is the plan's number, neither the limits of
    /// the guard nor the judge count; an empty read, a missing anchor and a held source are refused all the same.
    pub async fn read(
        &mut self,
        (cause, how): (Cause, Thoroughness),
        approved: Option<[u8; 32]>,
        judge: &mut dyn Judge,
    ) -> Report {
        self.runner.report(Why::of(cause), Look::At(how), approved, judge).await
    }

    /// Takes a batch of live events, up to `marker` if the server told one, which is kept in the same transaction.
    pub async fn take(&mut self, told: Vec<Told>, judge: &mut dyn Judge) -> Report {
        let detected_at = told.iter().map(|told| told.heard_at).min();
        let why = Why { cause: Cause::Live, detected_at };
        let mut ids = BTreeSet::new();
        let (mut marker, mut nameless) = (None, false);
        for told in told {
            match told.event {
                Event::Entry(entry) => match id_of(&entry, &self.source.attributes.id) {
                    Some(id) => drop(ids.insert(id)),
                    None => nameless = true,
                },
                Event::Gone(gone) => ids.extend(gone),
                Event::Marker(told) => marker = Some(told),
                Event::Remaining(_) | Event::DeletionsHidden | Event::SnapshotNeeded(_) => {}
            }
        }
        // An entry that hides which one it is can only be found among all.
        let look = if nameless {
            Look::At(Thoroughness::Changed)
        } else {
            Look::Entries { ids: ids.into_iter().collect(), marker }
        };
        self.runner.report(why, look, None, judge).await
    }

    /// Takes the end of a full comparison, heard at `heard_at`: entries may have gone meanwhile.
    pub async fn remaining(&mut self, heard_at: DateTime<Utc>, judge: &mut dyn Judge) -> Report {
        let why = Why { cause: Cause::Live, detected_at: Some(heard_at) };
        self.runner.report(why, Look::At(Thoroughness::Changed), None, judge).await
    }
}
