//! Collections of which a changed copy shares all that did not change: one row among a hundred thousand is replaced in
//! microseconds, while readers keep the old one.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

/// How many items are copied for the sake of one.
const CHUNK: usize = 64;
/// Into how many parts a map is split.
const SHARDS: usize = 512;

/// A list in chunks.
#[derive(Debug)]
pub struct Chunks<T> {
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Clone for Chunks<T> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone(), len: self.len }
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T> Chunks<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item at `place`.
    pub fn get(&self, place: usize) -> Option<&T> {
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Whether `place` lies in a chunk that both lists share.
    pub fn shares(&self, other: &Self, place: usize) -> bool {
        match (self.chunks.get(place / CHUNK), other.chunks.get(place / CHUNK)) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl<T: Clone> Chunks<T> {
    /// The item at `place`, to be changed.
    pub fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        Arc::make_mut(self.chunks.get_mut(place / CHUNK)?).get_mut(place % CHUNK)
    }

    /// Adds one at the end.
    pub fn push(&mut self, item: T) {
        if let Some(last) = self.chunks.last_mut().filter(|last| last.len() < CHUNK) {
            Arc::make_mut(last).push(item);
        } else {
            let mut chunk = Vec::with_capacity(CHUNK);
            chunk.push(item);
            self.chunks.push(Arc::new(chunk));
        }
        self.len += 1;
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut chunks = Self::default();
        items.into_iter().for_each(|item| chunks.push(item));
        chunks
    }
}

/// A map in parts.
#[derive(Debug)]
pub struct Shards<K, V> {
    parts: Vec<Arc<HashMap<K, V>>>,
    hasher: RandomState,
    len: usize,
}

impl<K, V> Clone for Shards<K, V> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), hasher: self.hasher.clone(), len: self.len }
    }
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        Self { parts: (0..SHARDS).map(|_| Arc::default()).collect(), hasher: RandomState::new(), len: 0 }
    }
}

impl<K: Hash + Eq, V> Shards<K, V> {
    fn place<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or_default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What is kept under `key`.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.parts.get(self.place(key))?.get(key)
    }

    /// Everything, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.parts.iter().flat_map(|shard| shard.iter())
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Shards<K, V> {
    /// Keeps `value` under `key`; what was there before comes back.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.place(&key);
        let before = Arc::make_mut(self.parts.get_mut(place)?).insert(key, value);
        self.len += usize::from(before.is_none());
        before
    }

    /// Forgets what is kept under `key`.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let place = self.place(key);
        let shard = self.parts.get_mut(place)?;
        if !shard.contains_key(key) {
            return None;
        }
        let before = Arc::make_mut(shard).remove(key);
        self.len -= usize::from(before.is_some());
        before
    }
}

impl<K: Hash + Eq + Clone, V: Clone> FromIterator<(K, V)> for Shards<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut shards = Self::default();
        for (key, value) in items {
            shards.insert(key, value);
        }
        shards
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_changes_by_itself() {
        let first: Chunks<u32> = (0..200).collect();
        let mut second = first.clone();
        *second.get_mut(70).unwrap() = 7;
        second.push(200);
        assert_eq!(
            (first.get(70), second.get(70), first.get(200), second.get(200)),
            (Some(&70), Some(&7), None, Some(&200))
        );
        assert!(first.shares(&second, 0) && !first.shares(&second, 70));
        assert_eq!((first.len(), second.len(), second.iter().count()), (200, 201, 201));
    }

    #[test]
    fn a_map_counts_what_it_holds() {
        let first: Shards<String, u32> = (0..2000).map(|n| (n.to_string(), n)).collect();
        let mut second = first.clone();
        assert_eq!(second.insert("7".into(), 8), Some(7));
        assert_eq!(second.insert("new".into(), 1), None);
        assert_eq!(second.remove("8"), Some(8));
        assert_eq!(second.remove("8"), None);
        assert_eq!((first.len(), second.len(), second.iter().count()), (2000, 2000, 2000));
        assert_eq!(
            (first.get("7"), second.get("7"), first.get("8"), second.get("8")),
            (Some(&7), Some(&8), Some(&8), None)
        );
    }
}
