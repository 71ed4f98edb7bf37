//! What proves that a leaf is in a tree, and that a tree is the beginning of another one: RFC 9162, sections 2.1.3 and 2.1.4.
//! Whoever makes a proof says first which nodes are needed, and need not have the whole tree.

use crate::tree::{Hash, node_hash, root_of};

/// A full tree within the tree: over `1 << level` leaves, the one numbered `index` from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// How high it is; a leaf has 0.
    pub level: u32,
    /// How many of its kind are to its left.
    pub index: u64,
}

/// A part of the tree that is one step of a proof: the leaves from `from` up to but not with `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    from: u64,
    to: u64,
}

impl Part {
    /// The full trees that it is made of, from the left.
    pub fn nodes(self) -> Vec<Node> {
        let (mut nodes, mut from) = (Vec::new(), self.from);
        while from < self.to {
            let level = (self.to - from).ilog2();
            nodes.push(Node { level, index: from >> level });
            from += 1 << level;
        }
        nodes
    }
}

/// The steps that prove the leaf `leaf` of a tree of `size`, from the leaf up; nothing where it has no such leaf.
pub fn inclusion(leaf: u64, size: u64) -> Option<Vec<Part>> {
    if leaf >= size {
        return None;
    }
    let (mut steps, mut from, mut to) = (Vec::new(), 0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if leaf < middle {
            steps.push(Part { from: middle, to });
            to = middle;
        } else {
            steps.push(Part { from, to: middle });
            from = middle;
        }
    }
    steps.reverse();
    Some(steps)
}

/// The steps that prove that the tree of `old` leaves is the beginning of that of `new`; nothing where it cannot be, because
/// it is empty or larger.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Part>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut steps, mut from, mut to, mut is_whole) = (Vec::new(), 0, new, true);
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            steps.push(Part { from: middle, to });
            to = middle;
        } else {
            steps.push(Part { from, to: middle });
            from = middle;
            is_whole = false;
        }
    }
    if !is_whole {
        steps.push(Part { from, to });
    }
    steps.reverse();
    Some(steps)
}

/// The proof: the hash of each step, by those of the nodes. Nothing where a node is not known.
pub fn assemble(steps: &[Part], mut hash_of: impl FnMut(Node) -> Option<Hash>) -> Option<Vec<Hash>> {
    let hash = |part: &Part| -> Option<Hash> {
        let hashes: Option<Vec<Hash>> = part.nodes().into_iter().map(&mut hash_of).collect();
        root_of(&hashes?)
    };
    steps.iter().map(hash).collect()
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Whether `proof` proves that the leaf with this hash is the one numbered `leaf` in the tree with this root (2.1.3.2).
pub fn is_included(hash: &Hash, leaf: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if leaf >= size {
        return false;
    }
    let (mut place, mut last, mut found) = (leaf, size - 1, *hash);
    for step in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            found = node_hash(step, &found);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            found = node_hash(&found, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && found == *root
}

/// Whether `proof` proves that the tree of `old` leaves with one root is the beginning of that of `new` with the other (2.1.4.2).
pub fn is_consistent(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 || old > new {
        return false;
    }
    let mut steps = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut place, mut last) = (old - 1, new - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = node_hash(step, &before);
            after = node_hash(step, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, step);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && before == *old_root && after == *new_root
}
