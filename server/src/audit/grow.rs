//! Puts what is due into the tree: entries become leaves, leaves fill tiles.

use audit_log::leaf::Leaf;
use audit_log::tile::{Growing, Place};
use audit_log::tree::{Edge, Hash, leaf_hash};
use chrono::{DateTime, Utc};
use schema::audit_tree::{self, Due, Entry, State, Tile};
use schema::transaction::Link;

/// About how many entries at a time.
const SOME: i64 = 20_000;

/// Puts everything that is due into the tree, or leaves it to another node that does. Returns how many leaves are new.
pub async fn grow(connection: &mut Link, now: DateTime<Utc>) -> Result<i64, schema::Error> {
    let mut added = 0;
    while let Some(grown) = audit_tree::grow(connection, SOME, now, hash).await? {
        added += grown.added;
        if !grown.has_more {
            break;
        }
    }
    metrics::counter!("chancery_audit_leaves_total").increment(u64::try_from(added).unwrap_or_default());
    Ok(added)
}

/// The leaf that an entry is.
pub(crate) fn leaf_of(entry: &Entry) -> Leaf<'_> {
    Leaf { seq: entry.seq, at: entry.at, kind: &entry.kind, actor: entry.actor_id, entry: &entry.entry }
}

/// The right edge of a tree, of what is kept of it.
pub(super) fn edge(state: &State) -> Option<Edge> {
    Edge::resume(u64::try_from(state.size).ok()?, hashes(&state.peaks))
}

/// Hashes that stand behind each other.
pub(super) fn hashes(octets: &[u8]) -> Vec<Hash> {
    octets.as_chunks::<32>().0.to_vec()
}

/// The tiles that become of what is due, and the new peaks.
fn hash(due: &Due) -> Option<(Vec<Tile>, Vec<u8>)> {
    let mut tree = Growing::resume(edge(&due.state)?, open(&due.open)?)?;
    // Which entries the open tile of leaves has.
    let mut seqs: Vec<i64> =
        due.open.iter().find(|tile| tile.height == 0).and_then(|tile| tile.seqs.clone()).unwrap_or_default();
    let (mut tiles, mut line) = (Vec::new(), Vec::new());
    for entry in &due.entries {
        line.clear();
        leaf_of(entry).write(&mut line);
        seqs.push(entry.seq);
        tree.push(leaf_hash(&line), |place, hashes| {
            let of_leaves = (place.height == 0).then(|| std::mem::take(&mut seqs));
            tiles.extend(tile(place, hashes, of_leaves));
        });
    }
    for (place, hashes) in tree.open() {
        let of_leaves = (place.height == 0).then(|| seqs.clone());
        tiles.extend(tile(place, hashes, of_leaves));
    }
    Some((tiles, tree.edge().peaks().concat()))
}

/// The hashes of the tile of each height that is not whole, without gaps.
fn open(tiles: &[Tile]) -> Option<Vec<Vec<Hash>>> {
    let mut open = Vec::new();
    for tile in tiles {
        let height = usize::try_from(tile.height).ok()?;
        if open.len() <= height {
            open.resize(height.checked_add(1)?, Vec::new());
        }
        *open.get_mut(height)? = hashes(&tile.hashes);
    }
    Some(open)
}

fn tile(place: Place, hashes: &[Hash], seqs: Option<Vec<i64>>) -> Option<Tile> {
    let (height, number) = (i16::try_from(place.height).ok()?, i64::try_from(place.number).ok()?);
    Some(Tile { height, number, hashes: hashes.concat(), seqs })
}
