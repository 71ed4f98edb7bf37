//! How far a domain controller's changes were heard, and which one it is.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use uuid::Uuid;

use crate::directory::follow::SnapshotReason;

/// Which database of which server it is: numbers of changes mean nothing to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The domain controller's DNS name, in lower case.
    pub(super) host: String,
    /// Its database: another one once it was restored from a copy.
    pub(super) invocation: Uuid,
}

/// Written `host=…,invocation=…,usn=…,cookie=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) identity: Identity,
    /// The number of the last change that was heard of.
    pub(super) usn: u64,
    /// What `DirSync` goes on from; none where the account may not use it, and numbers alone tell what has changed.
    pub(super) cookie: Option<Vec<u8>>,
}

impl Marker {
    /// Reads what `Display` wrote.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut value = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let host = value("host").filter(|host| !host.is_empty())?.to_owned();
        let invocation = Uuid::try_parse(value("invocation")?).ok()?;
        let usn = value("usn")?.parse().ok()?;
        let cookie = BASE64.decode(value("cookie")?).ok()?;
        let cookie = (!cookie.is_empty()).then_some(cookie);
        parts.next().is_none().then_some(Self { identity: Identity { host, invocation }, usn, cookie })
    }

    /// Whether the server `identity`, whose last change has the number `usn`, can tell what came after this marker.
    pub(super) fn usable_at(&self, identity: &Identity, usn: u64) -> Result<(), SnapshotReason> {
        if self.identity != *identity {
            return Err(SnapshotReason::AnotherServer);
        }
        if usn < self.usn {
            return Err(SnapshotReason::ServerOlder);
        }
        Ok(())
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Identity { host, invocation } = &self.identity;
        let cookie = BASE64.encode(self.cookie.as_deref().unwrap_or_default());
        write!(f, "host={host},invocation={invocation},usn={},cookie={cookie}", self.usn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(host: &str, usn: u64, cookie: Option<&[u8]>) -> Marker {
        let identity = Identity { host: host.to_owned(), invocation: Uuid::max() };
        Marker { identity, usn, cookie: cookie.map(<[u8]>::to_vec) }
    }

    #[test]
    fn what_is_written_is_read() {
        for cookie in [None, Some(&[0, 255, 7][..])] {
            let marker = marker("dc1.gov.example", 4711, cookie);
            assert_eq!(Marker::parse(&marker.to_string()), Some(marker));
        }
    }

    #[test]
    fn anything_else_is_no_marker() {
        let good = marker("dc1", 1, Some(b"cookie")).to_string();
        for bad in [
            String::new(),
            "rid=000,csn=20261123235959.123456Z#000000#001#000000".to_owned(),
            good.replace("host=dc1", "host="),
            good.replace("usn=1", "usn=-1"),
            good.replace("invocation=f", "invocation=x"),
            good.replace("cookie=", "cookie=!"),
            format!("{good},more=1"),
        ] {
            assert_eq!(Marker::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn another_server_and_an_older_one_are_known() {
        let ours = marker("dc1", 5, None);
        assert_eq!(ours.usable_at(&ours.identity, 5), Ok(()));
        assert_eq!(ours.usable_at(&ours.identity, 4), Err(SnapshotReason::ServerOlder));
        assert_eq!(ours.usable_at(&marker("dc2", 5, None).identity, 9), Err(SnapshotReason::AnotherServer));
        let restored = Identity { invocation: Uuid::nil(), ..ours.identity.clone() };
        assert_eq!(ours.usable_at(&restored, 9), Err(SnapshotReason::AnotherServer));
    }
}
