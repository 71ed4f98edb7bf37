//! Sessions that ended while their access tokens may still be about: what a request is checked against, without a table.

use chrono::{DateTime, TimeDelta, Utc};
use dashmap::DashMap;
use schema::ids::SessionId;

/// The ended sessions, each until its last access token has expired. Every node keeps the same set, by notification.
#[derive(Debug, Default)]
pub struct SessionRegistry {
    ended: DashMap<SessionId, DateTime<Utc>>,
}

impl SessionRegistry {
    /// Remembers that `session` ended. True: this is news.
    pub fn end(&self, session: SessionId, now: DateTime<Utc>) -> bool {
        self.ended.insert(session, now).is_none()
    }

    /// Whether `session` ended.
    pub fn has_ended(&self, session: SessionId) -> bool {
        self.ended.contains_key(&session)
    }

    /// Forgets sessions that ended longer ago than any access token lasts.
    pub fn forget(&self, now: DateTime<Utc>, lifetime: TimeDelta) {
        self.ended.retain(|_, ended_at| *ended_at + lifetime >= now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_session_is_remembered_as_long_as_its_tokens_last() {
        let registry = SessionRegistry::default();
        let (session, lifetime) = (SessionId::new(), TimeDelta::minutes(10));
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        assert!(!registry.has_ended(session));
        assert!(registry.end(session, now));
        assert!(!registry.end(session, now), "only the first time is news");
        registry.forget(now + lifetime, lifetime);
        assert!(registry.has_ended(session));
        registry.forget(now + lifetime + TimeDelta::seconds(1), lifetime);
        assert!(!registry.has_ended(session));
    }
}
