//! What a directory is read for: all of it, or what is not as it was taken.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schema::directory_findings::Looked;
use schema::ids::SourceId;
use schema::{Pool, directory_entries, sync_runs};
use uuid::Uuid;

use super::{RunError, Thoroughness};
use crate::config::{Kind, Source};
use crate::directory::follow::active_directory;
use crate::directory::{RawEntry, Search, Server, id_of, read_marker, read_tree};
use crate::engine::Planned;
use crate::entry::{Collector, Extent, Reading, hex};
use crate::replacing::Replacing;
use crate::sieve::{Sieve, Turn};

use crate::directory::Sink as _;

/// All of a directory, and how far the server's changes went before it was read.
pub(super) struct Read {
    pub(super) reading: Reading,
    /// From where following could start.
    pub(super) marker: Option<String>,
    pub(super) missing_anchors: Vec<String>,
}

/// Some entries of a directory: all that may be others than when they were taken.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) entries: Vec<RawEntry>,
    /// The ids of those that are no more.
    pub(super) gone: BTreeSet<Uuid>,
    /// How many entries the directory has, where all of it was read.
    pub(super) count: Option<usize>,
    pub(super) marker: Option<String>,
    pub(super) missing_anchors: Vec<String>,
    /// The ids that were asked for besides, found or not.
    pub(super) looked_for: BTreeSet<Uuid>,
    /// Whether only what the directory told of was read, and the rest of it is not known.
    pub(super) is_live: bool,
}

impl Heard {
    /// Adds what was read later; of an entry that is here already, it takes the place.
    pub(super) fn add(&mut self, source: &Source, entries: Vec<RawEntry>) {
        let names: HashSet<&str> = entries.iter().map(|entry| entry.dn.as_str()).collect();
        let ids: HashSet<Uuid> =
            entries.iter().filter_map(|entry| id_of(entry, &source.attributes.id)).collect();
        self.entries.retain(|entry| {
            !names.contains(entry.dn.as_str())
                && id_of(entry, &source.attributes.id).is_none_or(|id| !ids.contains(&id))
        });
        self.gone.retain(|id| !ids.contains(id));
        self.entries.extend(entries);
    }

    pub(super) fn ids(&self, source: &Source) -> HashSet<Uuid> {
        self.entries.iter().filter_map(|entry| id_of(entry, &source.attributes.id)).collect()
    }

    /// Which entries were looked at.
    pub(super) fn looked(&self, source: &Source) -> Looked {
        let ids = self.ids(source).into_iter().chain(self.gone.iter().copied());
        let names = self.entries.iter().map(|entry| entry.dn.clone());
        // Whether the groups of the configuration are there is seen each time.
        let groups = source.groups.iter().map(|group| group.dn.clone());
        Looked { ids: ids.collect(), names: names.chain(groups).collect() }
    }

    /// What the entries mean.
    pub(super) fn reading(&self, source: &Arc<Source>) -> Reading {
        let mut collector = Collector::new(source.clone(), HashSet::new());
        for entry in &self.entries {
            collector.take(entry.clone());
        }
        // Whoever is where nobody looks is here no more, as after a full read.
        let extent = Extent::Part { gone: self.gone.union(&collector.left_out).copied().collect() };
        Reading { extent, count: self.count, ..collector.reading }
    }
}

/// What to ask the directory for: people and units, groups where one gives something, and the attributes that the configuration names.
pub(crate) fn search(source: &Source) -> Search {
    let names = std::iter::once("objectClass").chain(source.attributes.names());
    Search {
        base: source.base.clone(),
        filter: source.entries.filter(!source.groups.is_empty()),
        attributes: names.map(str::to_owned).collect(),
        page_size: source.page_size,
    }
}

/// How far the directory's changes go, read before anything else: what changes meanwhile is seen again by whoever
/// follows from there.
pub(super) async fn marker(source: &Source, server: &Server) -> Result<Option<String>, RunError> {
    let (bind_dn, password, base) = (&source.bind_dn, source.password()?, &source.base);
    Ok(match source.kind {
        Kind::OpenLdap => read_marker(server, bind_dn, &password, base).await?,
        Kind::ActiveDirectory => active_directory::read_marker(server, bind_dn, &password, base).await?,
    })
}

/// Reads all of the directory. Of the photos in `known`, by SHA-256, the bytes are not kept.
pub(super) async fn read_whole(
    source: &Arc<Source>,
    known: impl Iterator<Item = Vec<u8>>,
) -> Result<Read, RunError> {
    read_planned(source, Vec::new(), known).await
}

/// Reads all of the directory and keeps what is not as it was taken; none where that is too much.
pub(super) async fn read_changed(
    pool: &Pool,
    source: &Arc<Source>,
    id: SourceId,
    how: Thoroughness,
) -> Result<Option<Heard>, RunError> {
    let server = Server::open(&source.server())?;
    let marker = marker(source, &server).await?;
    let mut sieve = Sieve::new(source);
    let mut connection = pool.get().await?;
    if how == Thoroughness::Turn {
        sieve.look_again(turn(source, sync_runs::now(&mut connection).await?));
    }
    let mut held = 0;
    directory_entries::each(&mut connection, id, |id, digest| {
        held += 1;
        sieve.hold(id, digest);
    })
    .await?;
    drop(connection);
    if held == 0 {
        // Everything would be new.
        return Ok(None);
    }
    let (sieve, summary) =
        read_tree(&server, &source.bind_dn, &source.password()?, search(source), sieve).await?;
    let kept = sieve.finish();
    tracing::debug!(source = source.name, ?summary, changed = kept.entries.len(), "the directory was read");
    if kept.too_many || !kept.shared.is_empty() {
        return Ok(None);
    }
    Ok(Some(Heard {
        entries: kept.entries,
        gone: kept.gone,
        count: Some(kept.count),
        marker,
        missing_anchors: kept.missing_anchors,
        ..Heard::default()
    }))
}

/// Whose turn it is: every night another sixteenth of the entries; with many reads a day, a little of them each time.
fn turn(source: &Source, now: DateTime<Utc>) -> Turn {
    match source.schedule.every {
        None => Turn::new(16, now.timestamp() / 86_400),
        Some(_) => Turn::new(256, now.timestamp_micros()),
    }
}

/// Reads all of the directory as it would be. Of the photos in `known`, by SHA-256, the bytes are not kept.
pub(super) async fn read_planned(
    source: &Arc<Source>,
    planned: Vec<Planned>,
    known: impl Iterator<Item = Vec<u8>>,
) -> Result<Read, RunError> {
    let server = Server::open(&source.server())?;
    let marker = marker(source, &server).await?;
    let collector = Collector::new(source.clone(), known.map(|sha256| hex(&sha256)).collect());
    let sink = Replacing::new(collector, planned, &source.attributes.id);
    let (sink, summary) =
        read_tree(&server, &source.bind_dn, &source.password()?, search(source), sink).await?;
    tracing::debug!(source = source.name, ?summary, "the directory was read");
    let collector = sink.finish();
    Ok(Read { missing_anchors: collector.missing_anchors(), reading: collector.reading, marker })
}
