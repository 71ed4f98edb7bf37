//! The program `chancery-ldap-sync`: brings the mirror up to the directories, once or for ever, or says what it would do.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use ldap_sync::check::check;
use ldap_sync::config::{self, Config, ConfigError, Source};
use ldap_sync::directory::Server;
use ldap_sync::report::{Report, State};
use ldap_sync::run::{dry_run, run, run_all};
use schema::Pool;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Brings Chancery's mirror up to the directories that the agencies keep.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes:
  0  done, and every entry could be used
  1  a directory could not be read, or the database did not take it; nothing was changed
  2  the command line or the configuration is wrong
  3  the guard refused what was read; nothing was changed
  4  done, but some entries could not be used (see the findings)
With several sources, the worst of them counts: 1, then 3, then 4.

Environment: CHANCERY__SECTION__KEY overrides a key of the file, CHANCERY__SOURCES__<NAME>__KEY one of a source,
DATABASE_URL the database, CHANCERY_LOG what is logged (for example `debug`)."
)]
struct Cli {
    /// The configuration file; the server's own sections may be in it.
    #[arg(long, env = "CHANCERY_CONFIG", global = true, default_value = "chancery.toml")]
    config: PathBuf,
    /// Only the source of this name.
    #[arg(long, global = true)]
    source: Option<String>,
    /// Answer, and log, in JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Copy)]
enum Command {
    /// Sync for ever, each source by its schedule.
    Run,
    /// Sync once.
    Once,
    /// Look at the live directory: which attributes it shows, what of it could not be used. Writes nothing.
    Check,
    /// Say what `once` would change. Writes nothing.
    Plan,
}

/// The longest pause between attempts at a directory that cannot be read.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.json);
    match start(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::from(if error.downcast_ref::<ConfigError>().is_some() { 2 } else { 1 })
        }
    }
}

fn log_to_stderr(json: bool) {
    let filter = EnvFilter::try_from_env("CHANCERY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if json {
        subscriber.json().init();
    } else {
        subscriber.init();
    }
}

#[tokio::main]
async fn start(cli: &Cli) -> anyhow::Result<u8> {
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
    match cli.command {
        Command::Run => run_for_ever(&config, sources).await,
        Command::Once => {
            let pool = pool(&config, sources.len())?;
            let reports = until_stopped(Box::pin(run_all(&pool, &sources))).await?;
            print(cli, &reports, worst(reports.iter().map(Report::exit_code)), Report::text)
        }
        Command::Plan => {
            let pool = pool(&config, sources.len())?;
            let mut reports = Vec::new();
            for source in &sources {
                reports.push(until_stopped(Box::pin(dry_run(&pool, source))).await?);
            }
            print(cli, &reports, worst(reports.iter().map(Report::exit_code)), Report::text)
        }
        Command::Check => {
            let mut checks = Vec::new();
            for source in &sources {
                let others = config.sources.iter().filter(|other| other.name != source.name);
                let others: Vec<String> = others.map(|other| other.base.clone()).collect();
                #[expect(clippy::disallowed_methods, reason = "the program's own clock: nothing is written")]
                let now = chrono::Utc::now();
                let looked = until_stopped(Box::pin(check(source, &others, now))).await?;
                checks.push(looked.with_context(|| format!("source {}", source.name))?);
            }
            print(cli, &checks, worst(checks.iter().map(ldap_sync::check::Check::exit_code)), |check| {
                check.text()
            })
        }
    }
}

fn pool(config: &Config, sources: usize) -> Result<Pool, anyhow::Error> {
    let url = config.database_url()?;
    // Each source holds its lock on one connection and works on two.
    Ok(Pool::new(url.expose_secret(), 1 + 3 * sources)?)
}

/// Failed before refused, refused before findings.
fn worst(codes: impl Iterator<Item = u8>) -> u8 {
    codes.min_by_key(|code| if *code == 0 { u8::MAX } else { *code }).unwrap_or_default()
}

fn print<T: Serialize>(cli: &Cli, all: &[T], code: u8, text: impl Fn(&T) -> String) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    if cli.json {
        let answer = serde_json::json!({ "sources": all, "exit_code": code });
        writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
    } else {
        for one in all {
            write!(out, "{}", text(one))?;
        }
    }
    Ok(code)
}

async fn run_for_ever(config: &Config, sources: Vec<Arc<Source>>) -> anyhow::Result<u8> {
    let pool = pool(config, sources.len())?;
    let mut tasks = tokio::task::JoinSet::new();
    for source in sources {
        let pool = pool.clone();
        tasks.spawn(async move { follow(&pool, &source).await });
    }
    stopped().await?;
    // What is under way is rolled back with its connection: a run is written whole or not at all.
    tasks.shutdown().await;
    tracing::info!("stopped");
    Ok(0)
}

async fn follow(pool: &Pool, source: &Arc<Source>) {
    let every = source.schedule.every.get();
    let mut failures = 0_u32;
    loop {
        let report = run(pool, source).await;
        failures = if report.state == State::Failed { failures.saturating_add(1) } else { 0 };
        // A server that is down is not asked every second by everybody: the pause doubles.
        let pause = every.saturating_mul(1 << failures.min(10));
        tokio::time::sleep(pause.min(LONGEST_PAUSE.max(every))).await;
    }
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
