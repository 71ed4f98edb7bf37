//! How the hashes of a tree are kept: in tiles of 256, as in C2SP's `tlog-tiles`. A tile of height 0 holds hashes of leaves,
//! one of height 1 those of whole tiles of height 0, and so on; what lies between is worked out.

use crate::proof::Node;
use crate::tree::{Edge, Hash};

/// How many hashes a whole tile has.
pub const WIDTH: u64 = 256;
/// How many levels of the tree lie between two heights.
const LEVELS: u32 = 8;

/// Where a tile lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Its height.
    pub height: u32,
    /// How many are to its left.
    pub number: u64,
}

/// The tile that a node is found in or worked out from.
pub fn place_of(node: Node) -> Place {
    let below = node.level % LEVELS;
    Place { height: node.level / LEVELS, number: (node.index << below) / WIDTH }
}

/// The hash of the node, by the hashes of the tile at [`place_of`] it; nothing where the tile does not reach so far.
pub fn node_of(node: Node, hashes: &[Hash]) -> Option<Hash> {
    let below = node.level % LEVELS;
    let first = usize::try_from((node.index << below) % WIDTH).ok()?;
    let hashes = hashes.get(first..first.checked_add(1 << below)?)?;
    fold(hashes)
}

/// The hash over a whole tile.
pub fn top(hashes: &[Hash]) -> Option<Hash> {
    if u64::try_from(hashes.len()) == Ok(WIDTH) { fold(hashes) } else { None }
}

/// The hash over a power of two of them.
fn fold(hashes: &[Hash]) -> Option<Hash> {
    let mut edge = Edge::default();
    for hash in hashes {
        edge.push(*hash);
    }
    match edge.peaks() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The tiles at the right edge of a tree, as it grows.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    edge: Edge,
    /// Of each height, the hashes of the tile that is not whole.
    open: Vec<Vec<Hash>>,
}

impl Growing {
    /// The edge of a tree that was kept before: the hashes of the tile of each height that is not whole, beginning with leaves.
    /// Nothing where they are not of one tree.
    pub fn resume(edge: Edge, open: Vec<Vec<Hash>>) -> Option<Self> {
        let mut of_height = edge.size();
        for hashes in &open {
            if u64::try_from(hashes.len()).ok()? != of_height % WIDTH {
                return None;
            }
            of_height /= WIDTH;
        }
        (of_height == 0).then_some(Self { edge, open })
    }

    /// The edge of the tree.
    pub fn edge(&self) -> &Edge {
        &self.edge
    }

    /// Adds a leaf, and hands every tile that became whole by it to `whole`.
    pub fn push(&mut self, leaf: Hash, mut whole: impl FnMut(Place, &[Hash])) {
        self.edge.push(leaf);
        let (mut hash, mut covered) = (leaf, 1);
        for height in 0.. {
            let place = usize::try_from(height).unwrap_or(usize::MAX);
            if self.open.len() <= place {
                self.open.push(Vec::new());
            }
            let Some(hashes) = self.open.get_mut(place) else { return };
            hashes.push(hash);
            covered *= WIDTH;
            let Some(over) = top(hashes) else { return };
            whole(Place { height, number: self.edge.size() / covered - 1 }, hashes);
            hashes.clear();
            hash = over;
        }
    }

    /// The tiles that are not whole, with where they lie; those without hashes are not there.
    pub fn open(&self) -> impl Iterator<Item = (Place, &[Hash])> {
        let mut covered = 1;
        (0..).zip(&self.open).filter_map(move |(height, hashes)| {
            covered *= WIDTH;
            let place = Place { height, number: self.edge.size() / covered };
            (!hashes.is_empty()).then_some((place, hashes.as_slice()))
        })
    }
}
