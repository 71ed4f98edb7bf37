//! `[mail]`: through which server mail leaves, and in which words.

use std::path::PathBuf;

use chrono::NaiveTime;
use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::config::ConfigError;

/// The section of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The mail server.
    pub host: String,
    /// Its port; by itself 587, with `tls` 465.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub security: Security,
    /// Certificates of the authorities to trust, beside those of the system.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The account, where the server wants one.
    #[serde(default)]
    pub username: Option<String>,
    /// Its password; for production there is `password_file`.
    #[serde(default)]
    pub password: Option<SecretString>,
    /// A file with its password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Who writes: `Chancery <chancery@gov.example>`.
    pub from: String,
    /// Where the console is, for links: `https://chancery.gov.example`.
    #[serde(default)]
    pub console_url: Option<String>,
    /// In which language.
    #[serde(default)]
    pub language: Language,
    /// When the daily digest is made, as `08:00`.
    #[serde(default = "eight")]
    pub digest_at: String,
    /// By which clock: minutes east of Greenwich.
    #[serde(default = "moscow")]
    pub utc_offset_minutes: i32,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// STARTTLS, without which nothing is sent (RFC 3207).
    #[default]
    StartTls,
    /// TLS from the beginning (RFC 8314).
    Tls,
    /// Not at all: only to this machine itself.
    None,
}

/// The language of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

fn eight() -> String {
    "08:00".to_owned()
}

fn moscow() -> i32 {
    180
}

impl MailSettings {
    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.security == Security::Tls { 465 } else { 587 })
    }

    /// When the digest is made, by the clock of the settings.
    pub fn digest_time(&self) -> Option<NaiveTime> {
        NaiveTime::parse_from_str(&self.digest_at, "%H:%M").ok()
    }

    /// The account and its password, where there are any.
    pub fn credentials(&self) -> Result<Option<(String, SecretString)>, ConfigError> {
        let Some(username) = self.username.clone() else { return Ok(None) };
        let password = match (&self.password, &self.password_file) {
            (Some(password), None) => password.clone(),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    let rule = format!("cannot be read: {error}");
                    ConfigError::new("mail.password_file", path.display().to_string(), rule)
                })?;
                SecretString::from(text.trim_end_matches(['\r', '\n']))
            }
            _ => {
                let rule = "give either this or `password`, since there is a `username`";
                return Err(ConfigError::new("mail.password_file", "", rule));
            }
        };
        if password.expose_secret().is_empty() {
            return Err(ConfigError::new("mail.password", "", "must not be empty"));
        }
        Ok(Some((username, password)))
    }

    /// Whether it can be used; mistakes are told at the start and not in the night of the first report.
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let is_here = ["127.0.0.1", "::1", "localhost"].contains(&self.host.as_str());
        if self.security == Security::None && !is_here {
            let rule = "is allowed to this machine itself alone; use `starttls` or `tls`";
            return Err(ConfigError::new("mail.security", "none", rule));
        }
        if self.digest_time().is_none() {
            return Err(ConfigError::new("mail.digest_at", &self.digest_at, "must be a time like 08:00"));
        }
        if self.utc_offset_minutes.abs() > 14 * 60 {
            let value = self.utc_offset_minutes.to_string();
            return Err(ConfigError::new("mail.utc_offset_minutes", value, "must be between -840 and 840"));
        }
        mailbox(&self.from).map_err(|rule| ConfigError::new("mail.from", &self.from, rule))?;
        self.credentials().map(drop)
    }
}

/// An address, to which mail can be sent or from which it comes; or the rule that `text` does not meet.
pub fn mailbox(text: &str) -> Result<Mailbox, &'static str> {
    text.parse().map_err(|_| "must be an address, such as `Personnel <hr@gov.example>`")
}
