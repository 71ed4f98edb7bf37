//! The commands, one file each: what they are called with, and what they answer.

mod account;
mod ask;
mod decide;
mod hold;
mod look;
mod once;
mod run;
mod undo;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use ldap_sync::config::{self, Config, ConfigError, Source};
use ldap_sync::directory::Server;
use schema::ids::SourceId;
use schema::{Pool, TimeLimits};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

/// Brings Chancery's mirror up to the directories that the agencies keep.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:
  chancery-ldap-sync check                          what the directory shows, and what could not be used of it
  chancery-ldap-sync plan --ldif reorganisation.ldif    what a reorganisation would change
  chancery-ldap-sync run                            follow the directories, for ever
  chancery-ldap-sync approve 3fa1 --reason \"order 17\"  apply the changes that the guard stopped, exactly these

Exit codes:
  0  done, and every entry could be used
  1  a directory could not be read, or the database did not take it; nothing was changed
  2  the command line or the configuration is wrong
  3  the guard refused what was read, or the request cannot be met; nothing was changed
  4  done, but some entries could not be used (see the findings)
With several sources, the worst of them counts: 1, then 3, then 4.

Environment: CHANCERY__SECTION__KEY overrides a key of the file, CHANCERY__SOURCES__<NAME>__KEY one of a source,
DATABASE_URL the database, CHANCERY_LOG what is logged (for example `debug`)."
)]
pub(crate) struct Cli {
    /// The configuration file; the server's own sections may be in it.
    #[arg(long, env = "CHANCERY_CONFIG", global = true, default_value = "chancery.toml")]
    config: PathBuf,
    /// Only the source of this name.
    #[arg(long, global = true)]
    source: Option<String>,
    /// Answer, and log, in JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lead the sources for ever: read each in full where it must be, and follow its changes the rest of the time.
    ///
    /// Several processes may run: one leads a source, the others wait and take over when it ends.
    Run,
    /// Read each directory in full, once. Where a process leads the source, that one does it.
    Once {
        /// Compare every entry with the mirror, also those that are as they were when they were taken: finds what
        /// somebody changed in the mirror by hand.
        #[arg(long)]
        thorough: bool,
    },
    /// Look at the live directory: which attributes it shows, what of it could not be used. Writes nothing.
    Check,
    /// Say what `once` would change, or what an LDIF would, whether the guard would stop it, and what it would mean
    /// for conversations and contacts by the policy in force. Writes nothing.
    Plan {
        /// An LDIF of a planned reorganisation, entries or changes (RFC 2849).
        #[arg(long)]
        ldif: Option<PathBuf>,
    },
    /// Apply the set of changes that the guard stopped: exactly the one of this number, and no other.
    ///
    /// If the directory says something else by then, nothing is applied and the new set waits for an approval of its
    /// own. An empty read, or one without the anchors, cannot be approved.
    Approve(decide::Decision),
    /// Turn down the set of changes that the guard stopped.
    Reject(decide::Decision),
    /// Take a run back, with all that came after it, and hold the source.
    ///
    /// The mirror is what it was before the run. Nothing of the source is written until `release`.
    Undo {
        /// The run's id, as reports and the console name it.
        run: Uuid,
        /// Why; the audit log keeps it.
        #[arg(long)]
        reason: String,
    },
    /// Write nothing of a source until `release`.
    Hold {
        /// Why; the audit log keeps it.
        #[arg(long)]
        reason: String,
    },
    /// Let a source be written again, and read it in full.
    Release {
        /// Why; the audit log keeps it.
        #[arg(long)]
        reason: String,
    },
}

/// What every command works with.
struct Setting<'a> {
    cli: &'a Cli,
    config: Config,
    sources: Vec<Arc<Source>>,
}

#[tokio::main]
pub(crate) async fn start(cli: &Cli) -> anyhow::Result<u8> {
    let config = config::load(&cli.config, std::env::vars())?;
    let sources: Vec<Arc<Source>> =
        config.chosen(cli.source.as_deref())?.into_iter().cloned().map(Arc::new).collect();
    for source in &sources {
        // A wrong certificate file or password file is a mistake in the configuration, and found before anything runs.
        source.password()?;
        Server::open(&source.server()).map_err(|error| ConfigError {
            origin: Some(cli.config.display().to_string()),
            line: None,
            key: format!("sources.{}.{}", source.name, error.key),
            value: Some(error.value),
            rule: error.rule,
        })?;
    }
    let setting = Setting { cli, config, sources };
    match &cli.command {
        Command::Run => run::run(&setting).await,
        Command::Once { thorough } => once::once(&setting, *thorough).await,
        Command::Check => look::check(&setting).await,
        Command::Plan { ldif } => look::plan(&setting, ldif.as_deref()).await,
        Command::Approve(decision) => decide::approve(&setting, decision).await,
        Command::Reject(decision) => decide::reject(&setting, decision).await,
        Command::Undo { run, reason } => undo::undo(&setting, *run, reason).await,
        Command::Hold { reason } => hold::hold(&setting, reason).await,
        Command::Release { reason } => hold::release(&setting, reason).await,
    }
}

impl Setting<'_> {
    fn pool(&self) -> anyhow::Result<Pool> {
        let url = self.config.database_url()?;
        let size = 1 + ldap_sync::lead::CONNECTIONS * self.sources.len();
        // A first read takes the time it takes, and so does waiting for one.
        Ok(Pool::limited(url.expose_secret(), size, TimeLimits::none("chancery-ldap-sync"))?)
    }

    /// The one source that a command is about.
    fn one(&self) -> Result<&Arc<Source>, ConfigError> {
        match self.sources.as_slice() {
            [source] => Ok(source),
            several => {
                let names: Vec<_> = several.iter().map(|source| source.name.as_str()).collect();
                Err(ConfigError {
                    origin: None,
                    line: None,
                    key: "--source".to_owned(),
                    value: None,
                    rule: format!("say which one: {}", names.join(", ")),
                })
            }
        }
    }

    fn print<T: Serialize>(&self, all: &[T], code: u8, text: impl Fn(&T) -> String) -> anyhow::Result<u8> {
        let mut out = std::io::stdout().lock();
        if self.cli.json {
            let answer = serde_json::json!({ "sources": all, "exit_code": code });
            writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
        } else {
            for one in all {
                write!(out, "{}", text(one))?;
            }
        }
        Ok(code)
    }
}

/// The row of the source, made if there is none.
async fn row(pool: &Pool, source: &Source) -> Result<SourceId, schema::Error> {
    Ok(schema::sources::ensure(&mut *pool.get().await?, &source.name, source.kind.as_text()).await?.id)
}

/// Failed before refused, refused before findings.
fn worst(codes: impl Iterator<Item = u8>) -> u8 {
    codes.min_by_key(|code| if *code == 0 { u8::MAX } else { *code }).unwrap_or_default()
}

/// The answer of `work`, unless the program is told to stop before it is there.
async fn until_stopped<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    tokio::select! {
        answer = work => Ok(answer),
        stopped = stopped() => {
            stopped?;
            anyhow::bail!("stopped by a signal; nothing was changed")
        }
    }
}

async fn stopped() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
