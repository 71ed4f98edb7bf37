//! How to reach a directory server: address, TLS, time limits. The part of `[[sources]]` that a sign-in needs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;

use super::SettingsError;
use crate::duration::Span;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Plain connection that is turned into a protected one before anything is said. For `ldap://`.
    StartTls,
    /// Protected from the first byte. For `ldaps://`.
    Ldaps,
    /// None at all: only to a server on this machine.
    None,
}

/// Where the server is and how to talk to it.
#[derive(Debug, Clone, Deserialize)]
pub struct ServerSettings {
    /// `ldap://host:port` or `ldaps://host:port`.
    pub url: String,
    /// How the connection is protected.
    pub tls: Tls,
    /// Certificates (PEM) of the authorities to trust; without it, those that the machine trusts. A relative path
    /// begins in the folder of the configuration file.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take, TLS included.
    #[serde(default)]
    pub connect_timeout: Option<Span>,
    /// How long any single answer may take.
    #[serde(default)]
    pub timeout: Option<Span>,
    /// How often a server that is followed must show that it is there.
    #[serde(default)]
    pub heartbeat: Option<Span>,
}

/// One entry of `[[sources]]` as far as signing in needs it; its other keys are the sync's business.
#[derive(Debug, Clone, Deserialize)]
pub struct SignInSource {
    /// The name of the source, as in the table `sources`.
    pub name: String,
    /// Its server.
    #[serde(flatten)]
    pub server: ServerSettings,
}

impl ServerSettings {
    /// Lets a relative path begin in the folder of the file that these settings are from.
    pub fn beside(&mut self, configuration: &Path) {
        beside(configuration, &mut self.ca_file);
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        self.connect_timeout.map_or(Duration::from_secs(5), Span::get)
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.map_or(Duration::from_secs(10), Span::get)
    }

    pub(crate) fn heartbeat(&self) -> Duration {
        self.heartbeat.map_or(Duration::from_secs(10), Span::get)
    }

    /// Host and port, once the address and the kind of TLS are known to fit each other.
    pub(crate) fn address(&self) -> Result<(String, u16), SettingsError> {
        let wrong = |rule: &str| SettingsError::new("url", &self.url, rule);
        let (scheme, rest) =
            self.url.split_once("://").ok_or_else(|| wrong("write ldap://host:port or ldaps://host:port"))?;
        let default_port = match (scheme, self.tls) {
            ("ldap", Tls::StartTls | Tls::None) => 389,
            ("ldaps", Tls::Ldaps) => 636,
            ("ldap", Tls::Ldaps) => {
                return Err(wrong("tls = \"ldaps\" needs an address that begins with ldaps://"));
            }
            ("ldaps", _) => return Err(wrong("an address that begins with ldaps:// needs tls = \"ldaps\"")),
            _ => return Err(wrong("the address must begin with ldap:// or ldaps://")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '@', '#']) {
            return Err(wrong("only a host and a port belong here"));
        }
        let (host, port) =
            split_port(rest).ok_or_else(|| wrong("the port is not a number from 1 to 65535"))?;
        if host.is_empty() {
            return Err(wrong("the host is missing"));
        }
        Ok((host.to_owned(), port.unwrap_or(default_port)))
    }

    pub(crate) fn tls_config(&self) -> Result<ClientConfig, SettingsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SettingsError::new("tls", "", error.to_string()))?;
        Ok(builder.with_root_certificates(self.roots()?).with_no_client_auth())
    }

    fn roots(&self) -> Result<RootCertStore, SettingsError> {
        let mut roots = RootCertStore::empty();
        let Some(path) = &self.ca_file else {
            // Some of the machine's certificates may be odd; those that can be read are trusted.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            return Ok(roots);
        };
        let wrong = |rule: String| SettingsError::file("ca_file", path, rule);
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| wrong(format!("is not PEM: {error}")))?;
            roots.add(certificate).map_err(|error| wrong(format!("holds no usable certificate: {error}")))?;
        }
        if roots.is_empty() {
            return Err(wrong("holds no certificate".to_owned()));
        }
        Ok(roots)
    }
}

/// Lets a relative path begin in the folder of the configuration file: where the programs are started from is nobody's
/// concern.
pub(crate) fn beside(configuration: &Path, path: &mut Option<PathBuf>) {
    if let (Some(folder), Some(path)) = (configuration.parent(), path) {
        // An absolute path stays as it is.
        *path = folder.join(&*path);
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`. None where the port is not one.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if let Some(v6) = text.strip_prefix('[') {
        let (host, rest) = v6.split_once(']')?;
        (host, rest.strip_prefix(':'))
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    match port {
        None => Some((host, None)),
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => None,
            Ok(port) => Some((host, Some(port))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, tls: Tls) -> ServerSettings {
        ServerSettings {
            url: url.to_owned(),
            tls,
            ca_file: None,
            connect_timeout: None,
            timeout: None,
            heartbeat: None,
        }
    }

    #[test]
    fn a_relative_path_begins_beside_the_configuration() {
        let after = |configuration: &str, path: &str| {
            let mut settings = settings("ldap://hr.example", Tls::StartTls);
            settings.ca_file = Some(PathBuf::from(path));
            settings.beside(Path::new(configuration));
            settings.ca_file.unwrap().display().to_string()
        };
        assert_eq!(after("/etc/chancery/chancery.toml", "ca/hr.pem"), "/etc/chancery/ca/hr.pem");
        assert_eq!(after("/etc/chancery/chancery.toml", "/srv/hr.pem"), "/srv/hr.pem");
        assert_eq!(after("chancery.toml", "hr.pem"), "hr.pem");
        let mut without = settings("ldap://hr.example", Tls::StartTls);
        without.beside(Path::new("/etc/chancery/chancery.toml"));
        assert_eq!(without.ca_file, None);
    }

    #[test]
    fn addresses_are_read() {
        let address = |url, tls| settings(url, tls).address().map_err(|error| error.rule);
        assert_eq!(address("ldap://hr.example", Tls::StartTls), Ok(("hr.example".to_owned(), 389)));
        assert_eq!(address("ldaps://hr.example/", Tls::Ldaps), Ok(("hr.example".to_owned(), 636)));
        assert_eq!(address("ldap://[::1]:3389", Tls::None), Ok(("::1".to_owned(), 3389)));
        for (url, tls) in [
            ("ldaps://hr.example", Tls::StartTls),
            ("ldap://hr.example", Tls::Ldaps),
            ("http://hr.example", Tls::StartTls),
            ("hr.example", Tls::StartTls),
            ("ldap://", Tls::StartTls),
            ("ldap://hr.example:0", Tls::StartTls),
            ("ldap://hr.example:70000", Tls::StartTls),
            ("ldap://hr.example/dc=gov", Tls::StartTls),
            ("ldap://user@hr.example", Tls::StartTls),
        ] {
            assert!(address(url, tls).is_err(), "{url}");
        }
    }
}
