//! Proves that an entry is in the log, and that the log of today goes on from that of before.

use std::collections::{BTreeSet, HashMap};

use audit_log::proof::{self, Node, Part};
use audit_log::tile::{Place, node_of, place_of};
use audit_log::tree::Hash;
use schema::audit_tree;
use schema::transaction::Link;

use super::grow;

/// The proof that leaf `leaf` is in the tree of `size` leaves; nothing where it has no such leaf, or is not that large.
pub async fn inclusion(
    connection: &mut Link,
    leaf: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, schema::Error> {
    Ok(prove(connection, &[proof::inclusion(leaf, size)], size).await?.pop().flatten())
}

/// The same for many leaves at once.
pub async fn inclusions(
    connection: &mut Link,
    leaves: &[u64],
    size: u64,
) -> Result<Vec<Option<Vec<Hash>>>, schema::Error> {
    let wanted: Vec<_> = leaves.iter().map(|leaf| proof::inclusion(*leaf, size)).collect();
    prove(connection, &wanted, size).await
}

/// The proof that the tree of `old` leaves is the beginning of that of `new`; nothing where it cannot be.
pub async fn consistency(
    connection: &mut Link,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Hash>>, schema::Error> {
    Ok(prove(connection, &[proof::consistency(old, new)], new).await?.pop().flatten())
}

/// The proofs of these steps each, in a tree of `size`.
async fn prove(
    connection: &mut Link,
    wanted: &[Option<Vec<Part>>],
    size: u64,
) -> Result<Vec<Option<Vec<Hash>>>, schema::Error> {
    let state = audit_tree::state(connection).await?;
    if !u64::try_from(state.size).is_ok_and(|has| size <= has) {
        return Ok(vec![None; wanted.len()]);
    }
    let steps = wanted.iter().flatten().flatten();
    let places: BTreeSet<Place> = steps.flat_map(|step| step.nodes()).map(place_of).collect();
    let tiles = tiles(connection, &places).await?;
    let hash_of = |node: Node| node_of(node, tiles.get(&place_of(node))?);
    let assembled = wanted.iter().map(|steps| match steps {
        Some(steps) => proof::assemble(steps, hash_of).map(Some).ok_or(schema::Error::NoTree),
        None => Ok(None),
    });
    assembled.collect()
}

async fn tiles(
    connection: &mut Link,
    places: &BTreeSet<Place>,
) -> Result<HashMap<Place, Vec<Hash>>, schema::Error> {
    let (mut heights, mut numbers) = (Vec::new(), Vec::new());
    for place in places {
        heights.push(i16::try_from(place.height).map_err(|_| schema::Error::NoTree)?);
        numbers.push(i64::try_from(place.number).map_err(|_| schema::Error::NoTree)?);
    }
    let tiles = audit_tree::tiles(connection, &heights, &numbers).await?;
    let found = tiles.into_iter().filter_map(|tile| {
        let (height, number) = (u32::try_from(tile.height).ok()?, u64::try_from(tile.number).ok()?);
        Some((Place { height, number }, grow::hashes(&tile.hashes)))
    });
    Ok(found.collect())
}
