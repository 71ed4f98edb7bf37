//! How often somebody may try to sign in: per login, and per address. Nodes tell each other of every attempt.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Auth;
use crate::error::{Error, codes};
use crate::limits::buckets::Buckets;

/// What a login is known by here and on the way to other nodes: some people type their password in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoginDigest([u8; 32]);

impl LoginDigest {
    /// Of a login as the mirror knows it.
    pub fn of(login_key: &str) -> Self {
        Self(Sha256::digest(login_key.as_bytes()).into())
    }
}

/// Counts attempts to sign in, on this node and on those that tell it.
pub struct Attempts {
    by_login: Buckets<LoginDigest>,
    by_address: Buckets<IpAddr>,
}

impl Attempts {
    /// With the limits of the configuration.
    pub fn new(settings: &Auth) -> Self {
        Self {
            by_login: within(settings.login_attempts, settings.login_window_seconds),
            by_address: within(settings.address_attempts, settings.address_window_seconds),
        }
    }

    /// Counts an attempt for `login` from `address`, or says when to come back.
    ///
    /// The address is asked first, so that a flood from one place does not lock the logins it names.
    pub fn count(&self, login: LoginDigest, address: IpAddr) -> Result<(), Error> {
        let now = Instant::now();
        let taken = self.by_address.take(network(address), now).and_then(|()| self.by_login.take(login, now));
        taken.map_err(|wait| Error::too_many(codes::TOO_MANY_ATTEMPTS, wait))
    }

    /// Counts an attempt that another node let pass.
    pub fn tried_elsewhere(&self, login: LoginDigest, address: IpAddr) {
        // Whoever has none left here has none less for it.
        drop(self.count(login, address));
    }

    /// Gives `login` all its attempts back: the right password was among them.
    pub fn succeeded(&self, login: LoginDigest) {
        self.by_login.refill(&login);
    }

    /// Forgets those who have all their attempts again.
    pub fn forget(&self) {
        let now = Instant::now();
        self.by_login.forget(now);
        self.by_address.forget(now);
    }
}

/// So many attempts, all of which come back in so many seconds.
fn within<K: Hash + Eq + Copy>(attempts: u32, seconds: u32) -> Buckets<K> {
    let attempts = attempts.max(1);
    Buckets::new(attempts, Duration::from_secs(seconds.max(1).into()) / attempts)
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(key: &str) -> LoginDigest {
        LoginDigest::of(key)
    }

    fn attempts(login: u32, address: u32) -> Attempts {
        let hour = 3600;
        Attempts::new(&Auth {
            login_attempts: login,
            login_window_seconds: hour,
            address_attempts: address,
            address_window_seconds: hour,
            ..Auth::default()
        })
    }

    #[test]
    fn a_login_is_limited_wherever_it_is_tried_from() {
        let attempts = attempts(2, 100);
        let at = |last: u8| IpAddr::from([10, 0, 0, last]);
        assert!(attempts.count(login("minister"), at(1)).is_ok());
        assert!(attempts.count(login("minister"), at(2)).is_ok());
        let Err(Error::TooMany { retry_after, .. }) = attempts.count(login("minister"), at(3)) else {
            panic!("the third attempt is one too many")
        };
        assert!(retry_after.as_secs() > 60 && retry_after.as_secs() <= 3600, "{retry_after:?}");
        assert!(attempts.count(login("officer"), at(3)).is_ok(), "another login has its own attempts");
        attempts.succeeded(login("officer"));
        attempts.forget();
        assert!(attempts.count(login("minister"), at(3)).is_err(), "what counts is not forgotten");
        attempts.succeeded(login("minister"));
        assert!(
            attempts.count(login("minister"), at(3)).is_ok(),
            "the right password gives the attempts back"
        );
    }

    #[test]
    fn an_address_is_limited_whatever_it_tries() {
        let attempts = attempts(100, 2);
        let at = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
        assert!(attempts.count(login("a"), at(1)).is_ok());
        assert!(attempts.count(login("b"), at(2)).is_ok());
        assert!(attempts.count(login("c"), at(3)).is_err(), "neighbours in one /64 are one");
        assert!(attempts.count(login("c"), IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, 1])).is_ok());
    }
}
