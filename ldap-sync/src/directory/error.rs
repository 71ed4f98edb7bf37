//! What can go wrong between the program and a directory server.

use std::path::Path;

/// Why a password was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The directory knows no such name and password together, or the password is empty.
    #[error("the directory does not accept this name and password")]
    InvalidCredentials,
    /// The directory could not be asked, or did not say.
    #[error("the directory could not be asked")]
    Unavailable(#[source] DirectoryError),
}

/// Settings with which no connection can be made.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {value:?}: {rule}")]
pub struct SettingsError {
    /// The key of the configuration.
    pub key: &'static str,
    /// What it holds.
    pub value: String,
    /// What it should hold.
    pub rule: String,
}

impl SettingsError {
    pub(crate) fn new(key: &'static str, value: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { key, value: value.into(), rule: rule.into() }
    }

    pub(crate) fn file(key: &'static str, path: &Path, rule: impl Into<String>) -> Self {
        Self::new(key, path.display().to_string(), rule)
    }
}

/// Why a read or a bind did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// No connection, or no TLS that can be trusted.
    #[error("no connection to {address}: {source}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the network or TLS said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Passwords are not sent in the clear over a network.
    #[error("{address} is not on this machine, and tls = \"none\" is for this machine only")]
    PlaintextRefused {
        /// Where the name led.
        address: String,
    },
    /// The server did not answer in time.
    #[error("the directory did not answer in time while {doing}")]
    TimedOut {
        /// What was being done.
        doing: String,
    },
    /// The connection ended within an operation.
    #[error("the connection was lost during {doing}: {source}")]
    Lost {
        /// What was being done.
        doing: String,
        /// What the library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server did not accept the bind.
    #[error("the directory refused the bind of {dn} with code {code} {message}")]
    BindRefused {
        /// Who wanted to bind.
        dn: String,
        /// The LDAP result code.
        code: u32,
        /// The server's own words.
        message: String,
    },
    /// The server ended an operation with an error.
    #[error("{doing} ended with code {code} ({meaning}) {message} after {read} entries")]
    Refused {
        /// What was being done.
        doing: String,
        /// The LDAP result code.
        code: u32,
        /// Its name in RFC 4511.
        meaning: &'static str,
        /// The server's own words.
        message: String,
        /// How many entries had come until then.
        read: usize,
    },
    /// The server knows nothing of the paging that it was told is critical, or lost its place.
    #[error("the directory answered without the paging control after {read} entries: {message}")]
    NotPaged {
        /// How many entries had come until then.
        read: usize,
        /// What was wrong.
        message: &'static str,
    },
    /// A part of the tree is on another server, so this one does not know all of it.
    #[error("a part of the tree is on another server: {url}")]
    Referral {
        /// Where the server points to.
        url: String,
    },
    /// The server, or what the account may see of it, is not enough to follow its changes.
    #[error(
        "the directory does not show its changes below {base}: the server needs the overlay syncprov, and the account \
         the right to read contextCSN of the topmost entry and entryUUID of this one"
    )]
    ChangesHidden {
        /// The base of the search.
        base: String,
    },
    /// An answer that is not LDAP.
    #[error("an answer of the directory could not be parsed: {0}")]
    Malformed(String),
}

impl DirectoryError {
    pub(crate) fn lost(doing: impl Into<String>, source: ldap3::LdapError) -> Self {
        let doing = doing.into();
        match source {
            ldap3::LdapError::Timeout { .. } => Self::TimedOut { doing },
            source => Self::Lost { doing, source: source.into() },
        }
    }
}

/// The name of an LDAP result code (RFC 4511, section 4.1.9), for those who read logs.
pub(crate) fn meaning(code: u32) -> &'static str {
    match code {
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        8 => "strongerAuthRequired",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        4096 => "e-syncRefreshRequired",
        _ => "see RFC 4511",
    }
}
