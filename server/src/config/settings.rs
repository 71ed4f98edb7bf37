//! Every key, its default, and what it must not be.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Utc, Weekday};
use ldap_sync::directory::SignInSource;
use ldap_sync::mail::{MailSettings, mailbox};
use schema::TimeLimits;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::{ConfigError, FilesSettings};
use crate::audit::ship::Format;
use crate::telemetry;

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[server]`: where and how the server listens.
    pub server: Server,
    /// `[database]`
    pub database: Database,
    /// `[audit]`: the log that shows tampering.
    pub audit: Audit,
    /// `[retention]`: what is not kept for ever.
    pub retention: Retention,
    /// `[compliance]`: how cases and holds end.
    pub compliance: Compliance,
    /// `[files]`: where files are kept.
    pub files: FilesSettings,
    /// `[redis]`: absent where a node runs alone.
    pub redis: Redis,
    /// `[auth]`: tokens, sessions, limits of signing in.
    pub auth: Auth,
    /// `[limits]`: how much one person may do.
    pub limits: Limits,
    /// `[messages]`: what becomes of what was said.
    pub messages: Messages,
    /// `[policy]`
    pub policy: PolicySettings,
    /// `[office]`: when the office is open.
    pub office: Office,
    /// `[web]`: the browser's client.
    pub web: Web,
    /// `[metrics]`
    pub metrics: Metrics,
    /// `[log]`
    pub log: Log,
    /// `[[sources]]`: the directories, of which the server uses the address alone, to check passwords.
    pub sources: Vec<SignInSource>,
    /// `[mail]`: the directory sync's, and the way of checkpoints that are given away by mail.
    pub mail: Option<MailSettings>,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How browsers reach the server (`https://chat.example`), where that is not simply the address above.
    pub public_url: Option<String>,
    /// Worker threads; 0: one per processor.
    pub workers: usize,
    /// The largest JSON body, in KiB.
    pub body_limit_kib: usize,
    /// How long the head of a request, and then its body, may take to arrive.
    pub request_timeout_seconds: u64,
    /// How long a stop waits for requests that are being answered.
    pub shutdown_seconds: u64,
    /// Over how long a stop closes the sockets, so that those who come back elsewhere do not all come at once.
    pub drain_seconds: u64,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            workers: 0,
            body_limit_kib: 256,
            request_timeout_seconds: 10,
            shutdown_seconds: 10,
            drain_seconds: 5,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Server {
    /// How browsers reach the server.
    pub fn origin(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }

    /// Whether browsers may send our cookies over protected connections only: always, but for a server on this machine.
    pub fn needs_secure_cookies(&self) -> bool {
        let origin = self.origin();
        let Some(authority) = origin.strip_prefix("http://") else { return true };
        let is_local =
            |host: &str| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let host = authority.rsplit_once(':').map_or(authority, |(host, port)| {
            if port.chars().all(|c| c.is_ascii_digit()) { host } else { authority }
        });
        !is_local(host.trim_start_matches('[').trim_end_matches(']'))
    }
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `postgres://user:password@host/name`; `DATABASE_URL` overrides it.
    pub url: Option<SecretString>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
    /// A standby of that database, from which history and searches are read; `DATABASE_REPLICA_URL` overrides it. Absent: all is
    /// read where it is written.
    pub replica_url: Option<SecretString>,
    /// A file that holds the address of the standby instead.
    pub replica_url_file: Option<PathBuf>,
    /// How many connections to the standby a node opens at most.
    pub replica_pool_size: usize,
    /// How many connections a node opens at most, besides those of the writers and to the standby.
    pub pool_size: usize,
    /// How many writers of messages there are; each has a connection besides. One makes the largest batches; more are worth it
    /// where the database has processors to spare.
    pub writers: usize,
    /// How long a statement may take. What takes longer is cancelled, and answered with 503. Reading the whole mirror, the
    /// past, and what a policy would mean may take ten minutes.
    pub statement_timeout_seconds: u32,
    /// How long a statement may wait for what others hold.
    pub lock_timeout_seconds: u32,
    /// How long a transaction may do nothing before its connection is closed.
    pub idle_in_transaction_timeout_seconds: u32,
    /// How long storing messages may take. The writers themselves wait for ten seconds.
    pub writer_timeout_seconds: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            replica_url: None,
            replica_url_file: None,
            replica_pool_size: 16,
            pool_size: 16,
            writers: 1,
            statement_timeout_seconds: 10,
            lock_timeout_seconds: 5,
            idle_in_transaction_timeout_seconds: 30,
            writer_timeout_seconds: 15,
        }
    }
}

impl Database {
    /// What holds for the connections that answer requests.
    pub fn limits(&self) -> TimeLimits {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        TimeLimits {
            name: "chancery",
            statement: seconds(self.statement_timeout_seconds),
            lock: seconds(self.lock_timeout_seconds),
            idle: seconds(self.idle_in_transaction_timeout_seconds),
            read_only: false,
            waited: |waited| telemetry::waited_for_connection("all", waited),
        }
    }

    /// What holds for the connections of the writers of messages.
    pub fn writers_limits(&self) -> TimeLimits {
        let patience = Duration::from_secs(self.writer_timeout_seconds.into());
        TimeLimits {
            name: "chancery writer",
            statement: patience,
            lock: patience,
            waited: |waited| telemetry::waited_for_connection("writers", waited),
            ..self.limits()
        }
    }

    /// What holds for the connections to the standby.
    pub fn replica_limits(&self) -> TimeLimits {
        TimeLimits {
            name: "chancery replica",
            read_only: true,
            waited: |waited| telemetry::waited_for_connection("replica", waited),
            ..self.limits()
        }
    }
}

/// `[audit]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// The name of the log, unique in the world: a host and a path, without scheme. It is signed with every checkpoint.
    pub origin: String,
    /// The private key (Ed25519, PEM, PKCS #8) that signs checkpoints; without it this node signs none.
    pub signing_key: Option<SecretString>,
    /// A file that holds the key instead; made by `openssl genpkey -algorithm ed25519`.
    pub signing_key_file: Option<PathBuf>,
    /// Whose signatures count where the log is checked, as `chancery audit key` prints it; that of the key above where absent.
    pub verifier: Option<String>,
    /// `[[audit.receivers]]`: who is given checkpoints or entries.
    pub receivers: Vec<AuditReceiver>,
}

/// `[[audit.receivers]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditReceiver {
    /// What it is called. Its place in the log is kept under this name.
    pub name: String,
    /// What it is given.
    pub takes: AuditTakes,
    /// Where: `file:/path` (of checkpoints, a directory), `syslog+tls://host:6514`, `syslog+tcp://host:port`, `https://…`; and, of
    /// checkpoints, `mailto:somebody@host`, by the server of `[mail]`.
    pub to: String,
    /// In which form entries are given: `json` or `cef`.
    #[serde(default)]
    pub format: Format,
    /// At most how often it is given something: each time there is something new where absent, and once an hour by mail.
    #[serde(default)]
    pub every_minutes: Option<u32>,
    /// The certificates (PEM) that vouch for it; those of the system where absent.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// What is sent as a bearer token to an address of HTTP.
    #[serde(default)]
    pub token: Option<SecretString>,
    /// A file that holds the token instead.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
}

/// What a receiver is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditTakes {
    /// Signed checkpoints.
    Checkpoints,
    /// Every entry that is in the tree.
    Entries,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            origin: "chancery.example/audit".to_owned(),
            signing_key: None,
            signing_key_file: None,
            verifier: None,
            receivers: Vec::new(),
        }
    }
}

/// `[retention]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// How many months of messages can be read besides the current one. Older ones are detached: kept as tables of their own,
    /// which nothing reads. Absent: all of them, for ever.
    pub messages_months: Option<u32>,
    /// `[[retention.rules]]`: what is erased. The first that fits a message says when; one that none fits is kept.
    pub rules: Vec<RetentionRule>,
}

/// `[[retention.rules]]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// The kind of conversation, or of channel. Absent: any.
    pub kind: Option<RetainedKind>,
    /// The level of the message's label, by its code; `open` for those without a label. Absent: any.
    pub label: Option<String>,
    /// How many days messages are kept; this or `months`.
    pub days: Option<u32>,
    /// How many months messages are kept.
    pub months: Option<u32>,
}

/// A kind of conversation, or of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of the API")]
pub enum RetainedKind {
    Direct,
    Group,
    Channel,
    Unit,
    Project,
    Announcement,
    Shared,
    Crisis,
}

impl RetainedKind {
    /// What the database calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
            Self::Channel => "channel",
            Self::Unit => "unit",
            Self::Project => "project",
            Self::Announcement => "announcement",
            Self::Shared => "shared",
            Self::Crisis => "crisis",
        }
    }
}

/// `[compliance]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compliance {
    /// How long after it was asked for a hold is released at the earliest, so that somebody may still object.
    pub hold_release_hours: u32,
    /// Whether those whom a case was about are told of it.
    pub subject_notice: SubjectNotice,
    /// Within how many days after it is over.
    pub subject_notice_days: u32,
}

impl Default for Compliance {
    fn default() -> Self {
        Self { hold_release_hours: 72, subject_notice: SubjectNotice::Never, subject_notice_days: 30 }
    }
}

/// When those whom a case was about are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectNotice {
    /// They are not.
    Never,
    /// When it is over.
    AfterClose,
}

/// `[redis]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    /// `redis://host:port/`, `redis-sentinel://host:port,host:port/service` or `redis-cluster://host:port,host:port`; `REDIS_URL`
    /// overrides it.
    pub url: Option<SecretString>,
    /// A file that holds the address instead.
    pub url_file: Option<PathBuf>,
}

/// `[auth]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// The Ed25519 key (PEM, PKCS#8) that signs access tokens.
    pub token_key: Option<SecretString>,
    /// A file that holds the key instead.
    pub token_key_file: Option<PathBuf>,
    /// How long an access token lasts.
    pub token_minutes: u32,
    /// How long a session lasts at most.
    pub session_hours: u32,
    /// How long a session lasts without being used.
    pub idle_hours: u32,
    /// How many attempts one login has in `login_window_seconds`.
    pub login_attempts: u32,
    /// In which time the attempts of one login come back.
    pub login_window_seconds: u32,
    /// How many attempts one address has in `address_window_seconds`. A whole ministry may share one address.
    pub address_attempts: u32,
    /// In which time the attempts of one address come back.
    pub address_window_seconds: u32,
    /// A refusal is never answered sooner, so that its time does not tell an unknown login from a wrong password.
    pub refusal_milliseconds: u64,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            token_key: None,
            token_key_file: None,
            token_minutes: 10,
            session_hours: 30 * 24,
            idle_hours: 7 * 24,
            login_attempts: 10,
            login_window_seconds: 300,
            address_attempts: 600,
            address_window_seconds: 60,
            refusal_milliseconds: 300,
        }
    }
}

/// `[messages]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Messages {
    /// For how many minutes after it was sent its author may change a message; 0: never.
    pub edit_minutes: u32,
    /// For how many minutes after it was sent its author may take it back; 0: never. Whoever keeps a group or a channel in order may at any
    /// time.
    pub delete_minutes: u32,
}

impl Default for Messages {
    fn default() -> Self {
        Self { edit_minutes: 24 * 60, delete_minutes: 24 * 60 }
    }
}

/// `[limits]`: whoever goes past one is told when to come back. Nodes that share a Redis count together.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How many messages one person may send without a pause.
    pub messages_at_once: u32,
    /// How many of these come back in a minute.
    pub messages_per_minute: u32,
    /// How many messages all together may send to one conversation without a pause.
    pub conversation_messages_at_once: u32,
    /// How many of these come back in a minute.
    pub conversation_messages_per_minute: u32,
    /// How many requests and frames one person may send without a pause.
    pub requests_at_once: u32,
    /// How many of these come back in a minute.
    pub requests_per_minute: u32,
    /// How many sockets one person may have open on a node.
    pub sockets_per_person: usize,
    /// On how many devices one person may be signed in; one more signs out the one that was used least lately.
    pub sessions_per_person: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_at_once: 60,
            messages_per_minute: 120,
            conversation_messages_at_once: 600,
            conversation_messages_per_minute: 3000,
            requests_at_once: 600,
            requests_per_minute: 3000,
            sockets_per_person: 32,
            sessions_per_person: 64,
        }
    }
}

/// `[policy]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// The directory that holds the first policy; that which the program carries where it is absent. Once a policy is in
    /// force, only what two officers signed replaces it.
    pub directory: Option<PathBuf>,
    /// Whether other files than those in force replace them at the next start, unsigned, as long as no officer has signed a
    /// policy: for demonstrations and for whoever writes the first one.
    pub trust_files: bool,
    /// Whether the rules for a crisis hold.
    pub crisis: bool,
}

/// `[office]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Office {
    /// How far the local time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// When the office opens on working days, as `09:00`.
    #[serde(deserialize_with = "time_of_day")]
    pub opens: NaiveTime,
    /// When it closes.
    #[serde(deserialize_with = "time_of_day")]
    pub closes: NaiveTime,
}

impl Default for Office {
    fn default() -> Self {
        let hour = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self { utc_offset_minutes: 180, opens: hour(9), closes: hour(18) }
    }
}

impl Office {
    /// How far the local time is ahead of UTC.
    pub fn ahead_of_utc(&self) -> TimeDelta {
        TimeDelta::minutes(self.utc_offset_minutes.into())
    }

    /// Whether the office is open: Monday to Friday, from opening to closing.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        let local = (now + self.ahead_of_utc()).naive_utc();
        let working_day = !matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
        working_day && local.time() >= self.opens && local.time() < self.closes
    }
}

fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a time of day such as \"09:00\"")))
}

/// `[web]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// The directory of the built client; without it only the API is served.
    pub root: Option<PathBuf>,
}

/// `[metrics]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// What a reader of `/metrics` must bring as a bearer token; open to all without it.
    pub token: Option<SecretString>,
    /// A file that holds the token instead.
    pub token_file: Option<PathBuf>,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Lines for people or for machines.
    pub format: LogFormat,
    /// What is logged, as `tracing` filters say it.
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

impl Audit {
    /// What the types cannot say.
    fn check(&self) -> Result<(), ConfigError> {
        let mut names = BTreeSet::new();
        for AuditReceiver { name, to, takes, .. } in &self.receivers {
            let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.len() <= 63
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !is_name {
                let why = format!("`{name}` is none: small letters, digits and hyphens, a letter first");
                return Err(ConfigError::key("audit.receivers.name", why));
            }
            if !names.insert(name) {
                return Err(ConfigError::key("audit.receivers.name", format!("`{name}` is there twice")));
            }
            let known = ["file:/", "syslog+tls://", "syslog+tcp://", "https://", "http://", "mailto:"];
            if !known.iter().any(|begins| to.starts_with(begins)) {
                let why = format!("`{to}` begins with none of {}", known.join(", "));
                return Err(ConfigError::key("audit.receivers.to", why));
            }
            let recipient = to.strip_prefix("mailto:");
            if let Some(Err(why)) = recipient.map(mailbox) {
                return Err(ConfigError::key("audit.receivers.to", format!("`{to}`: {why}")));
            }
            if recipient.is_some() && *takes == AuditTakes::Entries {
                let why = "only checkpoints are given away by mail".to_owned();
                return Err(ConfigError::key("audit.receivers.takes", why));
            }
        }
        Ok(())
    }
}

impl Config {
    /// What the types cannot say.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.audit.check()?;
        self.files.check()?;
        if self.mail.is_none() && self.audit.receivers.iter().any(AuditReceiver::is_mail) {
            let why = "to give checkpoints away by mail, [mail] must say by which server".to_owned();
            return Err(ConfigError::key("audit.receivers.to", why));
        }
        let positive = [
            ("server.body_limit_kib", self.server.body_limit_kib as u64),
            ("server.request_timeout_seconds", self.server.request_timeout_seconds),
            ("database.pool_size", self.database.pool_size as u64),
            ("database.replica_pool_size", self.database.replica_pool_size as u64),
            ("database.statement_timeout_seconds", self.database.statement_timeout_seconds.into()),
            ("database.lock_timeout_seconds", self.database.lock_timeout_seconds.into()),
            (
                "database.idle_in_transaction_timeout_seconds",
                self.database.idle_in_transaction_timeout_seconds.into(),
            ),
            ("auth.token_minutes", self.auth.token_minutes.into()),
            ("auth.session_hours", self.auth.session_hours.into()),
            ("auth.idle_hours", self.auth.idle_hours.into()),
            ("auth.login_attempts", self.auth.login_attempts.into()),
            ("auth.login_window_seconds", self.auth.login_window_seconds.into()),
            ("auth.address_attempts", self.auth.address_attempts.into()),
            ("auth.address_window_seconds", self.auth.address_window_seconds.into()),
            ("limits.messages_at_once", self.limits.messages_at_once.into()),
            ("limits.messages_per_minute", self.limits.messages_per_minute.into()),
            ("limits.conversation_messages_at_once", self.limits.conversation_messages_at_once.into()),
            ("limits.conversation_messages_per_minute", self.limits.conversation_messages_per_minute.into()),
            ("limits.requests_at_once", self.limits.requests_at_once.into()),
            ("limits.requests_per_minute", self.limits.requests_per_minute.into()),
            ("limits.sockets_per_person", self.limits.sockets_per_person as u64),
            ("limits.sessions_per_person", self.limits.sessions_per_person.into()),
        ];
        if let Some((key, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::key(key, "must be at least 1"));
        }
        if self.auth.token_minutes > 60 {
            return Err(ConfigError::key(
                "auth.token_minutes",
                "must be at most 60: what was stolen must soon be worthless",
            ));
        }
        if self.database.pool_size < 2 {
            return Err(ConfigError::key("database.pool_size", "must be at least 2"));
        }
        if !(1..=64).contains(&self.database.writers) {
            return Err(ConfigError::key("database.writers", "must be 1 to 64"));
        }
        if self.database.writer_timeout_seconds <= 10 {
            return Err(ConfigError::key(
                "database.writer_timeout_seconds",
                "must be more than 10: the writers themselves wait so long",
            ));
        }
        if self.retention.messages_months.is_some_and(|months| !(1..=1200).contains(&months)) {
            return Err(ConfigError::key(
                "retention.messages_months",
                "must be 1 to 1200; leave it out to keep all of them",
            ));
        }
        let is_term = |rule: &RetentionRule| match (rule.days, rule.months) {
            (Some(days), None) => (1..=36_500).contains(&days),
            (None, Some(months)) => (1..=1200).contains(&months),
            _ => false,
        };
        if !self.retention.rules.iter().all(is_term) {
            return Err(ConfigError::key(
                "retention.rules",
                "each must say either days (1 to 36500) or months (1 to 1200)",
            ));
        }
        if !(1..=8760).contains(&self.compliance.hold_release_hours) {
            return Err(ConfigError::key(
                "compliance.hold_release_hours",
                "must be 1 to 8760: a hold is never released at once",
            ));
        }
        if self.compliance.subject_notice_days > 3650 {
            return Err(ConfigError::key("compliance.subject_notice_days", "must be at most 3650"));
        }
        if self.office.opens >= self.office.closes {
            return Err(ConfigError::key("office.closes", "must be later than office.opens"));
        }
        if self.office.utc_offset_minutes.abs() > 14 * 60 {
            return Err(ConfigError::key("office.utc_offset_minutes", "must be between -840 and 840"));
        }
        if let Some(url) = &self.server.public_url
            && !is_origin(url)
        {
            return Err(ConfigError::key(
                "server.public_url",
                "must be http(s)://host or http(s)://host:port",
            ));
        }
        self.check_sources()
    }

    fn check_sources(&self) -> Result<(), ConfigError> {
        for (place, source) in self.sources.iter().enumerate() {
            if self.sources.iter().take(place).any(|earlier| earlier.name == source.name) {
                return Err(ConfigError::key("sources.name", format!("`{}` is given twice", source.name)));
            }
        }
        Ok(())
    }
}

fn is_origin(url: &str) -> bool {
    let Some(host) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return false;
    };
    !host.is_empty()
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_secure_everywhere_but_on_this_machine() {
        let needs = |url: &str| {
            Server { public_url: Some(url.to_owned()), ..Server::default() }.needs_secure_cookies()
        };
        for url in
            ["https://chat.example", "http://chat.example", "https://localhost", "http://10.0.0.1:8080"]
        {
            assert!(needs(url), "{url}");
        }
        for url in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080", "http://[::1]"] {
            assert!(!needs(url), "{url}");
        }
        assert!(!Server::default().needs_secure_cookies());
    }

    #[test]
    fn limits_and_retention_are_read_and_checked() {
        let read = |text: &str| Config::from_toml(text);
        let config = read("").unwrap();
        assert_eq!(config.database.limits().statement.as_secs(), 10);
        assert_eq!(config.retention.messages_months, None, "for ever");
        let text = "[database]\nstatement_timeout_seconds = 3\nlock_timeout_seconds = 2\n
            idle_in_transaction_timeout_seconds = 4\nwriter_timeout_seconds = 20\n[retention]\nmessages_months = 36";
        let config = read(text).unwrap();
        let (limits, writers) = (config.database.limits(), config.database.writers_limits());
        assert_eq!((limits.statement.as_secs(), limits.lock.as_secs(), limits.idle.as_secs()), (3, 2, 4));
        assert_eq!((writers.statement.as_secs(), writers.idle.as_secs()), (20, 4));
        assert_eq!(config.retention.messages_months, Some(36));
        for (wrong, key) in [
            ("[database]\nstatement_timeout_seconds = 0", "database.statement_timeout_seconds"),
            ("[database]\nlock_timeout_seconds = 0", "database.lock_timeout_seconds"),
            (
                "[database]\nidle_in_transaction_timeout_seconds = 0",
                "database.idle_in_transaction_timeout_seconds",
            ),
            ("[database]\nwriter_timeout_seconds = 10", "database.writer_timeout_seconds"),
            ("[database]\nreplica_pool_size = 0", "database.replica_pool_size"),
            ("[retention]\nmessages_months = 0", "retention.messages_months"),
            ("[retention]\nmonths = 1", "months"),
            ("[[retention.rules]]\nkind = 'direct'", "retention.rules"),
            ("[[retention.rules]]\ndays = 1\nmonths = 1", "retention.rules"),
            ("[[retention.rules]]\ndays = 0", "retention.rules"),
            ("[[retention.rules]]\nkind = 'party'\ndays = 1", "kind"),
            ("[compliance]\nhold_release_hours = 0", "compliance.hold_release_hours"),
            ("[compliance]\nsubject_notice = 'sometimes'", "subject_notice"),
        ] {
            let said = read(wrong).unwrap_err().to_string();
            assert!(said.contains(key), "{said}");
        }
    }

    #[test]
    fn the_office_is_open_on_working_days() {
        let open = |text: &str| Office::default().is_open(text.parse().unwrap());
        assert!(open("2026-11-23T06:00:00Z"), "Monday, nine in Moscow");
        assert!(!open("2026-11-23T05:59:59Z"));
        assert!(!open("2026-11-23T15:00:00Z"), "Monday, six in Moscow");
        assert!(!open("2026-11-22T10:00:00Z"), "Sunday");
        assert!(!open("2026-11-21T10:00:00Z"), "Saturday");
    }
}
