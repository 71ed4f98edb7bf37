//! How much one person may do in a time, and how much may be said in one conversation.
//!
//! Each node counts for itself and, twice a second, tells the others what was spent by whoever has little left: so a flood
//! over several nodes is one flood, and whoever merely works is no news.

use std::hash::Hash;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use schema::ids::{ConversationId, PersonId};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::config;
use crate::error::{Code, Error, codes};
use crate::realtime::bus::{Note, Spent};

/// How often others are told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// What is counted on this node.
pub struct Limits {
    messages: Buckets<PersonId>,
    conversations: Buckets<ConversationId>,
    requests: Buckets<PersonId>,
}

impl Limits {
    /// With the limits of the configuration.
    pub fn new(settings: &config::Limits) -> Self {
        Self {
            messages: Buckets::new(settings.messages_at_once, settings.messages_per_minute),
            conversations: Buckets::new(
                settings.conversation_messages_at_once,
                settings.conversation_messages_per_minute,
            ),
            requests: Buckets::new(settings.requests_at_once, settings.requests_per_minute),
        }
    }

    /// Counts a message that somebody wants to send, or says when to come back.
    pub fn message(&self, person: PersonId) -> Result<(), Error> {
        counted("message", codes::TOO_MANY_MESSAGES, self.messages.take(person, Instant::now()))
    }

    /// Counts a message that may be said in a conversation, or says when to come back.
    pub fn conversation(&self, conversation: ConversationId) -> Result<(), Error> {
        let taken = self.conversations.take(conversation, Instant::now());
        counted("conversation", codes::CONVERSATION_BUSY, taken)
    }

    /// Counts a request or a frame of somebody, or says when to come back.
    pub fn request(&self, person: PersonId) -> Result<(), Error> {
        counted("request", codes::TOO_MANY_CALLS, self.requests.take(person, Instant::now()))
    }

    /// Counts what was spent on another node.
    pub fn spent_elsewhere(&self, spent: &Spent) {
        let now = Instant::now();
        spent.messages.iter().for_each(|(person, count)| self.messages.spend(*person, *count, now));
        spent.requests.iter().for_each(|(person, count)| self.requests.spend(*person, *count, now));
        for (conversation, count) in &spent.conversations {
            self.conversations.spend(*conversation, *count, now);
        }
    }

    /// What others have not been told yet of those who have little left.
    fn untold(&self) -> Spent {
        let now = Instant::now();
        Spent {
            messages: self.messages.untold(now),
            conversations: self.conversations.untold(now),
            requests: self.requests.untold(now),
        }
    }

    /// Forgets those of whom nothing counts any more.
    pub fn forget(&self) {
        let now = Instant::now();
        self.messages.forget(now);
        self.conversations.forget(now);
        self.requests.forget(now);
    }
}

fn counted(limit: &'static str, code: Code, taken: Result<(), Duration>) -> Result<(), Error> {
    taken.map_err(|wait| {
        metrics::counter!("chancery_limited_total", "limit" => limit).increment(1);
        Error::TooMany { code, retry_after: Duration::from_secs(wait.as_secs() + 1) }
    })
}

/// Tells the other nodes what is spent here, until `stop`.
pub async fn share(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(TELL_EVERY);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let spent = app.limits.untold();
        if !spent.is_empty() {
            app.bus.tell(Note::Spent(spent));
        }
    }
}

/// Token buckets by key, kept as the moment at which each is full again (the virtual scheduling of the generic cell rate
/// algorithm, ITU-T I.371).
struct Buckets<K: Hash + Eq> {
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
    fn new(at_once: u32, per_minute: u32) -> Self {
        let every = Duration::from_mins(1) / per_minute.max(1);
        Self { every, whole: every * at_once.max(1), begin: Instant::now(), by_key: DashMap::new() }
    }

    /// Takes a token, or says how long it takes until there is one.
    fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
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
    fn spend(&self, key: K, count: u32, now: Instant) {
        let now = now.saturating_duration_since(self.begin);
        let mut bucket = self.by_key.entry(key).or_default();
        let full_at = bucket.full_at.max(now) + self.every.saturating_mul(count);
        bucket.full_at = full_at.min(now + 2 * self.whole);
    }

    /// What was taken from buckets that are less than half full, since others were told.
    fn untold(&self, now: Instant) -> Vec<(K, u32)> {
        let now = now.saturating_duration_since(self.begin);
        let mut told = Vec::new();
        for mut bucket in self.by_key.iter_mut() {
            if bucket.untold > 0 && bucket.full_at > now + self.whole / 2 {
                told.push((*bucket.key(), std::mem::take(&mut bucket.untold)));
            }
        }
        told
    }

    fn forget(&self, now: Instant) {
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
        let buckets = Buckets::new(10, 60);
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
