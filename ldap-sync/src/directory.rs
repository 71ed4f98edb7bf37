//! Speaks LDAP: connects with TLS, binds, reads a subtree page by page, and checks a password by a bind.
//!
//! It believes nothing that it did not read to the end: every doubt is an error, and none is an empty answer.

mod asking;
mod error;
mod exist;
pub mod follow;
mod id;
mod paced;
mod range;
mod read;
mod reference;
mod settings;
mod some;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use secrecy::{ExposeSecret, SecretString};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

use paced::Paced;

pub use error::{BindError, DirectoryError, SettingsError};
pub(crate) use exist::exist;
pub use follow::openldap::read_marker;
pub use id::{entry_id, id_of};
pub use read::{RawEntry, Search, Sink, Summary, read_tree};
pub(crate) use settings::beside;
pub use settings::{ServerSettings, SignInSource, Tls};
pub use some::Reader;

/// LDAP result codes (RFC 4511, appendix A) by which a server says: not with this name and password.
const WRONG_NAME_OR_PASSWORD: [u32; 5] = [
    32, // noSuchObject
    34, // invalidDNSyntax
    48, // inappropriateAuthentication: the entry has no password
    49, // invalidCredentials
    53, // unwillingToPerform: locked or expired, as some servers put it
];

/// How long a connection may be quiet before the operating system asks whether the other end is there.
const KEEPALIVE_AFTER: Duration = Duration::from_mins(1);

/// How often it then asks.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);

/// One directory server, with its certificates read: what connections are made from.
#[derive(Clone)]
pub struct Server {
    settings: ServerSettings,
    host: String,
    port: u16,
    tls: Arc<rustls::ClientConfig>,
}

impl Server {
    /// Reads the certificates and checks the address. Connects to nothing yet.
    pub fn open(settings: &ServerSettings) -> Result<Self, SettingsError> {
        let (host, port) = settings.address()?;
        Ok(Self { settings: settings.clone(), host, port, tls: Arc::new(settings.tls_config()?) })
    }

    /// Connects and binds as `dn`.
    pub async fn connect(&self, dn: &str, password: &SecretString) -> Result<Ldap, DirectoryError> {
        refuse_anonymous(dn, password)?;
        let (connection, mut ldap) = self.dial().await?;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "the connection to the directory ended");
            }
        });
        self.bind(&mut ldap, dn, password).await?;
        Ok(ldap)
    }

    /// The same, with a connection that is read only while somebody waits for what it brings.
    async fn connect_paced(
        &self,
        dn: &str,
        password: &SecretString,
    ) -> Result<(Paced, Ldap), DirectoryError> {
        refuse_anonymous(dn, password)?;
        let (connection, mut ldap) = self.dial().await?;
        let mut paced = Paced::new(connection);
        paced.during(self.bind(&mut ldap, dn, password)).await?;
        Ok((paced, ldap))
    }

    async fn bind(&self, ldap: &mut Ldap, dn: &str, password: &SecretString) -> Result<(), DirectoryError> {
        let bound =
            ldap.with_timeout(self.settings.timeout()).simple_bind(dn, password.expose_secret()).await;
        let result = bound.map_err(|source| DirectoryError::lost("the bind", source))?;
        if result.rc == 0 {
            return Ok(());
        }
        // The answer is known; whether the goodbye arrives changes nothing.
        drop(ldap.unbind().await);
        Err(DirectoryError::BindRefused { dn: dn.to_owned(), code: result.rc, message: result.text })
    }

    /// How long one answer of the server may take.
    pub fn timeout(&self) -> Duration {
        self.settings.timeout()
    }

    /// How often a server that is followed must show that it is there.
    pub fn heartbeat(&self) -> Duration {
        self.settings.heartbeat()
    }

    async fn dial(&self) -> Result<(LdapConnAsync, Ldap), DirectoryError> {
        let limit = self.settings.connect_timeout();
        tokio::time::timeout(limit, self.dial_without_limit())
            .await
            .map_err(|_| DirectoryError::TimedOut { doing: "connecting".to_owned() })?
    }

    async fn dial_without_limit(&self) -> Result<(LdapConnAsync, Ldap), DirectoryError> {
        let stream = self.tcp().await?;
        let settings = LdapConnSettings::new()
            .set_config(self.tls.clone())
            .set_starttls(self.settings.tls == Tls::StartTls)
            .set_std_stream(StdStream::Tcp(stream));
        LdapConnAsync::with_settings(settings, &self.settings.url)
            .await
            .map_err(|source| DirectoryError::Connect { address: self.address(), source: source.into() })
    }

    /// The library would leave Nagle's algorithm on, which costs 40 ms in each TLS handshake, and would let a
    /// connection whose other end is gone stand for ever.
    async fn tcp(&self) -> Result<std::net::TcpStream, DirectoryError> {
        let failed = |source: std::io::Error| DirectoryError::Connect {
            address: self.address(),
            source: source.into(),
        };
        let addresses: Vec<SocketAddr> =
            tokio::net::lookup_host((self.host.as_str(), self.port)).await.map_err(failed)?.collect();
        if self.settings.tls == Tls::None && addresses.iter().any(|address| !address.ip().is_loopback()) {
            return Err(DirectoryError::PlaintextRefused { address: self.address() });
        }
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let probes = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EVERY);
        SockRef::from(&stream).set_tcp_keepalive(&probes).map_err(failed)?;
        stream.into_std().map_err(failed)
    }

    fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn refuse_anonymous(dn: &str, password: &SecretString) -> Result<(), DirectoryError> {
    if !dn.is_empty() && !password.expose_secret().is_empty() {
        return Ok(());
    }
    let message = "an empty name or password would be an anonymous bind".to_owned();
    Err(DirectoryError::BindRefused { dn: dn.to_owned(), code: 53, message })
}

/// The library panics on malformed answers: what talks to a server has a task of its own, and a panic is an answer that
/// cannot be read.
pub(crate) async fn guarded<T: Send + 'static>(
    talk: impl Future<Output = Result<T, DirectoryError>> + Send + 'static,
) -> Result<T, DirectoryError> {
    let ended = tokio::spawn(talk).await;
    ended.unwrap_or_else(|failed| Err(DirectoryError::Malformed(failed.to_string())))
}

/// Checks a person's password by a bind on a connection of its own.
///
/// An empty password never reaches the wire: directories take it for an anonymous bind and say yes.
pub async fn sign_in(server: &Server, dn: &str, password: &SecretString) -> Result<(), BindError> {
    if dn.trim().is_empty() || password.expose_secret().is_empty() {
        return Err(BindError::InvalidCredentials);
    }
    match server.connect(dn, password).await {
        Ok(mut ldap) => {
            drop(ldap.unbind().await);
            Ok(())
        }
        Err(DirectoryError::BindRefused { code, .. }) if WRONG_NAME_OR_PASSWORD.contains(&code) => {
            Err(BindError::InvalidCredentials)
        }
        Err(source) => Err(BindError::Unavailable(source)),
    }
}
