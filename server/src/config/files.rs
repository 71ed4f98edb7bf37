//! `[files]`: where files are kept, under which key, and what looks for malware in them.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Config, ConfigError, secret};
use crate::files::Files;

/// `[files]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilesSettings {
    /// Where they are kept: `file:/path`, or `s3://bucket/prefix`. Absent: no files can be sent.
    pub store: Option<String>,
    /// The key (32 octets in Base64) under which the keys of files are sealed; made by `openssl rand -base64 32`. Without it nobody
    /// reads any of them again.
    pub key: Option<SecretString>,
    /// A file that holds the key instead.
    pub key_file: Option<PathBuf>,
    /// How many MiB the files of one message may have together.
    pub max_mib: u32,
    /// What looks for malware: `clamd:/path/of/the/socket` or `clamd://host:3310`. Where it does not answer no file is taken. Absent:
    /// nothing looks.
    pub scanner: Option<String>,
    /// `[files.s3]`: how to reach a store of this kind.
    pub s3: S3Settings,
}

/// `[files.s3]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Settings {
    /// Its address (`https://s3.example`); that of Amazon where absent.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Who we are there.
    pub access_key_id: Option<String>,
    /// What proves it.
    pub secret_access_key: Option<SecretString>,
    /// A file that holds that instead.
    pub secret_access_key_file: Option<PathBuf>,
}

impl Default for FilesSettings {
    fn default() -> Self {
        Self {
            store: None,
            key: None,
            key_file: None,
            max_mib: 100,
            scanner: None,
            s3: S3Settings::default(),
        }
    }
}

impl FilesSettings {
    /// What the types cannot say.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=1024).contains(&self.max_mib) {
            return Err(ConfigError::key("files.max_mib", "must be 1 to 1024"));
        }
        Ok(())
    }

    /// How many octets the files of one message may have together.
    pub fn max_bytes(&self) -> u64 {
        u64::from(self.max_mib) << 20
    }
}

impl Config {
    /// Where files are kept, if they are.
    pub fn files(&self) -> Result<Option<Files>, ConfigError> {
        let settings = &self.files;
        let Some(place) = &settings.store else { return Ok(None) };
        let key =
            secret("files.key", settings.key.as_ref(), settings.key_file.as_ref())?.ok_or_else(|| {
                let how = "openssl rand -base64 32 > files.key";
                ConfigError::key(
                    "files.key_file",
                    format!("is required with files.store; make one with `{how}`"),
                )
            })?;
        let s3 = &settings.s3;
        let proof = secret(
            "files.s3.secret_access_key",
            s3.secret_access_key.as_ref(),
            s3.secret_access_key_file.as_ref(),
        )?;
        let files = Files::new(place, key.expose_secret(), s3, proof.as_ref(), settings.scanner.as_deref());
        files.map(Some).map_err(|(key, why)| ConfigError::key(key, why))
    }
}
