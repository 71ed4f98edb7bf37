//! The configuration: one TOML file, any key of which the environment overrides. The only reader of either.
//!
//! A key that nobody knows is an error that names it; so is a value of the wrong type, with file and line.

mod files;
mod load;
mod settings;

use std::fmt;
use std::path::{Path, PathBuf};

use audit_log::note::Verifier;
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use crate::audit::checkpoint::Notary;

pub use files::{FilesSettings, S3Settings};
pub use load::Environment;
pub use settings::{
    Audit, AuditReceiver, AuditTakes, Auth, Compliance, Config, Database, Limits, Log, LogFormat, Messages,
    Metrics, Office, PolicySettings, Redis, RetainedKind, Retention, RetentionRule, Server, SubjectNotice,
    Web,
};

/// Why the configuration cannot be used: where it is wrong, and what is.
#[derive(Debug)]
pub struct ConfigError {
    place: String,
    key: Option<String>,
    message: String,
}

impl ConfigError {
    fn new(place: impl Into<String>, key: Option<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), key, message: message.into() }
    }

    fn key(key: &str, message: impl Into<String>) -> Self {
        Self::new("configuration", Some(key.to_owned()), message)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{}: {key}: {}", self.place, self.message),
            None => write!(f, "{}: {}", self.place, self.message),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file, if there is one, lets the environment override it, and checks the whole.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let text = file.map(|path| (path, read(path))).map(|(path, text)| text.map(|text| (path, text)));
        let config = match text.transpose()? {
            Some((path, text)) => {
                let mut config = load::merge(&path.display().to_string(), &text, environment)?;
                config.sources.iter_mut().for_each(|source| source.server.beside(path));
                config
            }
            None => load::merge("configuration", "", environment)?,
        };
        config.check()?;
        Ok(config)
    }

    /// Takes the configuration from a text, as tests and the demo make it. Nothing overrides it.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let config = load::merge("configuration", text, &Environment::default())?;
        config.check()?;
        Ok(config)
    }

    /// Where the database is.
    pub fn database_url(&self) -> Result<SecretString, ConfigError> {
        secret("database.url", self.database.url.as_ref(), self.database.url_file.as_ref())?.ok_or_else(
            || ConfigError::key("database.url", "is required (or DATABASE_URL, or database.url_file)"),
        )
    }

    /// Where a standby of the database is, if history and searches are read there.
    pub fn replica_url(&self) -> Result<Option<SecretString>, ConfigError> {
        let database = &self.database;
        secret("database.replica_url", database.replica_url.as_ref(), database.replica_url_file.as_ref())
    }

    /// Where Redis is, if this node shares the work with others.
    pub fn redis_url(&self) -> Result<Option<SecretString>, ConfigError> {
        secret("redis.url", self.redis.url.as_ref(), self.redis.url_file.as_ref())
    }

    /// The private key (PEM, PKCS#8) that signs access tokens.
    pub fn token_key(&self) -> Result<SecretString, ConfigError> {
        secret("auth.token_key", self.auth.token_key.as_ref(), self.auth.token_key_file.as_ref())?.ok_or_else(
            || {
                let how = "openssl genpkey -algorithm ed25519 -out token.pem";
                ConfigError::key("auth.token_key_file", format!("is required; make one with `{how}`"))
            },
        )
    }

    /// Who signs how the audit log stands, if the key is configured.
    pub fn notary(&self) -> Result<Option<Notary>, ConfigError> {
        let audit = &self.audit;
        let key = secret("audit.signing_key", audit.signing_key.as_ref(), audit.signing_key_file.as_ref())?;
        let notary = key.map(|key| Notary::new(&audit.origin, key.expose_secret())).transpose();
        notary.map_err(|error| ConfigError::key("audit.signing_key_file", error.to_string()))
    }

    /// Whose signatures under the audit log count, if that is configured or the key is here.
    pub fn audit_verifier(&self) -> Result<Option<Verifier>, ConfigError> {
        let Some(text) = &self.audit.verifier else {
            return Ok(self.notary()?.map(|notary| notary.verifier()));
        };
        let verifier = Verifier::parse(text).map(Some);
        verifier.map_err(|error| ConfigError::key("audit.verifier", error.to_string()))
    }

    /// The token that reads `/metrics`, if they are not open to all.
    pub fn metrics_token(&self) -> Result<Option<SecretString>, ConfigError> {
        secret("metrics.token", self.metrics.token.as_ref(), self.metrics.token_file.as_ref())
    }
}

impl AuditReceiver {
    /// Whether it is given what it is given by mail.
    pub fn is_mail(&self) -> bool {
        self.to.starts_with("mailto:")
    }

    /// How long it is left alone after it has taken something.
    pub fn rest(&self) -> Option<TimeDelta> {
        let minutes = self.every_minutes.or_else(|| self.is_mail().then_some(60))?;
        Some(TimeDelta::minutes(minutes.into()))
    }

    /// What is sent as a bearer token, if anything.
    pub fn token(&self) -> Result<Option<SecretString>, ConfigError> {
        secret("audit.receivers.token", self.token.as_ref(), self.token_file.as_ref())
    }
}

fn secret(
    key: &str,
    inline: Option<&SecretString>,
    file: Option<&PathBuf>,
) -> Result<Option<SecretString>, ConfigError> {
    match (inline, file) {
        (Some(_), Some(_)) => {
            Err(ConfigError::key(key, format!("is given twice: here and as `{key}_file`; keep one")))
        }
        (Some(inline), None) => Ok(Some(inline.clone())),
        (None, Some(path)) => Ok(Some(SecretString::from(read(path)?.trim_end_matches(['\r', '\n'])))),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| {
        ConfigError::new(path.display().to_string(), None, format!("cannot be read: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_of_a_source_begins_beside_the_file() {
        let scratch = local_services::Scratch::new().unwrap();
        let path = scratch.path().join("chancery.toml");
        let text = "[[sources]]\nname = 'one'\nurl = 'ldap://one'\ntls = 'starttls'\nca_file = 'ca.pem'\n";
        std::fs::write(&path, text).unwrap();
        let config = Config::load(Some(&path), &Environment::default()).unwrap();
        assert_eq!(config.sources[0].server.ca_file, Some(scratch.path().join("ca.pem")));
    }
}
