//! The configuration: one TOML file, shared with the server, and the environment over it.
//!
//! The server's sections are let through unread; any other key that is not known is an error that names it.

mod groups;
mod load;
pub(crate) mod source;

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use toml::Value;

use crate::mail::MailSettings;

pub(crate) use groups::joined;
pub use groups::{Grants, GroupSettings};
pub use load::{load, parse};
pub use source::{
    AccountControl, Attributes, CategoryName, ClearanceLevel, ClearanceSettings, EmploymentSettings, Entries,
    Kind, RankSettings, Schedule, Source, UnitKinds,
};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the database is; `DATABASE_URL` takes precedence.
    #[serde(default)]
    pub database: Database,
    /// The directories, one per agency.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// Through which server reports leave; without it none are made.
    #[serde(default)]
    pub mail: Option<MailSettings>,
    #[serde(default, rename = "server")]
    _server: Option<Value>,
    #[serde(default, rename = "auth")]
    _auth: Option<Value>,
    #[serde(default, rename = "policy")]
    _policy: Option<Value>,
    #[serde(default, rename = "redis")]
    _redis: Option<Value>,
    #[serde(default, rename = "audit")]
    _audit: Option<Value>,
    #[serde(default, rename = "limits")]
    _limits: Option<Value>,
    #[serde(default, rename = "files")]
    _files: Option<Value>,
    #[serde(default, rename = "messages")]
    _messages: Option<Value>,
    #[serde(default, rename = "retention")]
    _retention: Option<Value>,
    #[serde(default, rename = "log")]
    _log: Option<Value>,
    #[serde(default, rename = "web")]
    _web: Option<Value>,
    #[serde(default, rename = "metrics")]
    _metrics: Option<Value>,
    #[serde(default, rename = "office")]
    _office: Option<Value>,
}

/// Where the database is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `postgres://user:password@host:port/name`.
    pub url: Option<SecretString>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    #[serde(rename = "replica_url")]
    _replica_url: Option<SecretString>,
    #[serde(rename = "replica_url_file")]
    _replica_url_file: Option<Value>,
    #[serde(rename = "replica_pool_size")]
    _replica_pool_size: Option<Value>,
    #[serde(rename = "pool_size")]
    _pool_size: Option<Value>,
    #[serde(rename = "writers")]
    _writers: Option<Value>,
    #[serde(rename = "statement_timeout_seconds")]
    _statement_timeout: Option<Value>,
    #[serde(rename = "lock_timeout_seconds")]
    _lock_timeout: Option<Value>,
    #[serde(rename = "idle_in_transaction_timeout_seconds")]
    _idle_in_transaction_timeout: Option<Value>,
    #[serde(rename = "writer_timeout_seconds")]
    _writer_timeout: Option<Value>,
}

impl Config {
    /// Where the database is.
    pub fn database_url(&self) -> Result<SecretString, ConfigError> {
        match (&self.database.url, &self.database.url_file) {
            (Some(url), None) => Ok(url.clone()),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    let rule = format!("cannot be read: {error}");
                    ConfigError::new("database.url_file", path.display().to_string(), rule)
                })?;
                Ok(SecretString::from(text.trim()))
            }
            (Some(_), Some(_)) => {
                Err(ConfigError::new("database.url", "", "is given twice: here and as `url_file`"))
            }
            (None, None) => Err(ConfigError::new("database.url", "", "is required (or DATABASE_URL)")),
        }
    }

    /// The sources to work on: all, or the one called `name`.
    pub fn chosen(&self, name: Option<&str>) -> Result<Vec<&Source>, ConfigError> {
        let chosen: Vec<_> =
            self.sources.iter().filter(|source| name.is_none_or(|name| source.name == name)).collect();
        if chosen.is_empty() {
            let known: Vec<_> = self.sources.iter().map(|source| source.name.as_str()).collect();
            return Err(match name {
                Some(name) => {
                    ConfigError::new("sources", name, format!("must be one of: {}", known.join(", ")))
                }
                None => ConfigError::new("sources", "", "must name at least one directory"),
            });
        }
        Ok(chosen)
    }
}

/// What is wrong with the configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, or the variable of the environment.
    pub origin: Option<String>,
    /// The line in the file.
    pub line: Option<usize>,
    /// The key.
    pub key: String,
    /// What it holds.
    pub value: Option<String>,
    /// What it should hold.
    pub rule: String,
}

impl ConfigError {
    pub(crate) fn new(key: impl Into<String>, value: impl Into<String>, rule: impl Into<String>) -> Self {
        let value: String = value.into();
        let value = (!value.is_empty()).then_some(value);
        Self { origin: None, line: None, key: key.into(), value, rule: rule.into() }
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            f.write_str(origin)?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            f.write_str(": ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}", self.key)?;
            if let Some(value) = &self.value {
                write!(f, " = {value:?}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.rule)
    }
}

#[cfg(test)]
mod tests;
