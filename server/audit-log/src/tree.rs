//! The hashes of RFC 9162, section 2.1.1, and the root of a tree that grows at its right edge.

use sha2::{Digest, Sha256};

/// The hash of a leaf or of a node.
pub type Hash = [u8; 32];

/// The hash of a leaf.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of a node over two.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of a tree: one hash for each power of two in its size, the largest first. Adding a leaf and asking for the
/// root take time that grows with the logarithm of the size, and nothing else of the tree is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// That of a tree that was noted before; nothing where the number of `peaks` is not that of its `size`.
    pub fn resume(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        let wanted = usize::try_from(size.count_ones()).ok()?;
        (peaks.len() == wanted).then_some(Self { size, peaks })
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of the largest full trees that it is made of, from the left.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        root_of(&self.peaks).unwrap_or_else(empty_root)
    }
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash over full trees that stand beside each other, the largest first.
pub(crate) fn root_of(peaks: &[Hash]) -> Option<Hash> {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}
