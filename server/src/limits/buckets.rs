//! Token buckets by key: what is taken at once, and what comes back in time.

use std::hash::Hash;
use std::time::{Duration, Instant};

use dashmap::DashMap;

/// Token buckets by key, kept as the moment at which each is full again (the virtual scheduling of the generic cell rate
/// algorithm, ITU-T I.371).
pub struct Buckets<K: Hash + Eq> {
    /// How long one token takes to come.
    every: Duration,
    /// How long a whole bucket takes.
    whole: Duration,
    begin: Instant,
    by_key: DashMap<K, Bucket>,
}

#[derive(Default)]
struct Bucket {
    /// When it is full again, since `begin`.
    full_at: Duration,
    /// What was taken here and others were not told.
    untold: u32,
}

impl<K: Hash + Eq + Copy> Buckets<K> {
    /// Buckets of `at_once` tokens, of which one comes back after `every`.
    pub fn new(at_once: u32, every: Duration) -> Self {
        Self { every, whole: every * at_once.max(1), begin: Instant::now(), by_key: DashMap::new() }
    }

    /// Takes a token, or says how long it takes until there is one.
    pub fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let now = now.saturating_duration_since(self.begin);
        let mut bucket = self.by_key.entry(key).or_default();
        if bucket.full_at <= now {
            *bucket = Bucket { full_at: now, untold: 0 };
        }
        let full_at = bucket.full_at + self.every;
        match full_at.checked_sub(now + self.whole) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                bucket.full_at = full_at;
                bucket.untold += 1;
                Ok(())
            }
        }
    }

    /// Takes tokens that were spent already: the bucket may owe as many as it holds.
    pub fn spend(&self, key: K, count: u32, now: Instant) {
        let now = now.saturating_duration_since(self.begin);
        let mut bucket = self.by_key.entry(key).or_default();
        let full_at = bucket.full_at.max(now) + self.every.saturating_mul(count);
        bucket.full_at = full_at.min(now + 2 * self.whole);
    }

    /// What was taken from buckets that are less than half full, since others were told.
    pub fn untold(&self, now: Instant) -> Vec<(K, u32)> {
        let now = now.saturating_duration_since(self.begin);
        let mut told = Vec::new();
        for mut bucket in self.by_key.iter_mut() {
            if bucket.untold > 0 && bucket.full_at > now + self.whole / 2 {
                told.push((*bucket.key(), std::mem::take(&mut bucket.untold)));
            }
        }
        told
    }

    /// Gives a bucket all its tokens back.
    pub fn refill(&self, key: &K) {
        self.by_key.remove(key);
    }

    /// Forgets the full ones.
    pub fn forget(&self, now: Instant) {
        let now = now.saturating_duration_since(self.begin);
        self.by_key.retain(|_, bucket| bucket.full_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Ten at once, one a second.
    fn buckets() -> (Buckets<u8>, Instant) {
        let buckets = Buckets::new(10, SECOND);
        let begin = buckets.begin;
        (buckets, begin)
    }

    fn takes(buckets: &Buckets<u8>, key: u8, now: Instant) -> usize {
        (0..100).filter(|_| buckets.take(key, now).is_ok()).count()
    }

    #[test]
    fn what_is_spent_comes_back_one_by_one() {
        let (buckets, begin) = buckets();
        assert_eq!((takes(&buckets, 1, begin), takes(&buckets, 2, begin)), (10, 10));
        assert_eq!(buckets.take(1, begin), Err(SECOND));
        assert_eq!(buckets.take(1, begin + SECOND / 4), Err(SECOND * 3 / 4));
        assert_eq!(takes(&buckets, 1, begin + SECOND), 1);
        assert_eq!(takes(&buckets, 1, begin + 100 * SECOND), 10, "no more than a bucket holds");
    }

    #[test]
    fn what_is_spent_elsewhere_counts_here() {
        let (buckets, begin) = buckets();
        buckets.spend(1, 7, begin);
        assert_eq!(takes(&buckets, 1, begin), 3);
        buckets.spend(1, 1000, begin);
        assert_eq!(buckets.take(1, begin + 10 * SECOND), Err(SECOND), "a bucket owes what it holds at most");
    }

    #[test]
    fn only_whoever_has_little_left_is_news_and_once() {
        let (buckets, begin) = buckets();
        for _ in 0..6 {
            buckets.take(1, begin).unwrap();
        }
        for _ in 0..3 {
            buckets.take(2, begin).unwrap();
        }
        assert_eq!(buckets.untold(begin), [(1, 6)]);
        assert_eq!(buckets.untold(begin), []);
        buckets.take(1, begin).unwrap();
        assert_eq!(buckets.untold(begin), [(1, 1)]);
        buckets.take(1, begin + 50 * SECOND).unwrap();
        assert_eq!(buckets.untold(begin + 50 * SECOND), [], "what has come back is no news");
    }

    #[test]
    fn a_full_bucket_is_forgotten_and_another_is_not() {
        let (buckets, begin) = buckets();
        buckets.take(1, begin).unwrap();
        takes(&buckets, 2, begin);
        buckets.forget(begin + 2 * SECOND);
        assert_eq!(buckets.by_key.len(), 1);
        assert_eq!(takes(&buckets, 2, begin + 2 * SECOND), 2);
    }
}
