//! The program: serves, migrates, describes its API, checks configuration and policy.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;
use schema::Pool;
use schema::messages::{self, MonthTable};
use secrecy::ExposeSecret;
use server::audit::command::AuditCommand;
use server::clock::Clock;
use server::config::{Config, Environment};
use server::demo::{self, DemoArguments};
use server::policy::command::PolicyCommand;
use server::{audit, policy, retention, routes, serve, telemetry};
use tokio::signal::unix::{SignalKind, signal};

/// A send makes some hundred small allocations, which this gives and takes at half the cost of the system's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The messenger of a civil service.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The configuration file.
    #[arg(long, env = "CHANCERY_CONFIG", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until it is told to stop.
    Serve,
    /// Starts everything on this machine with the sample ministry, and stops it all on Ctrl-C.
    Demo(DemoArguments),
    /// Brings the database up to date. For the owner of its tables: the server itself works under another role.
    Migrate {
        /// Gives this role of the database what the server and the sync need, and no more: it adds to the audit log and to
        /// messages, and changes and removes nothing of them.
        #[arg(long, value_name = "ROLE")]
        grant_to: Option<String>,
    },
    /// Prints the description of the API.
    Openapi,
    /// Says what is wrong with the configuration, if anything.
    CheckConfig,
    /// Checks, exports and signs the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Lists the months of messages.
    #[command(subcommand)]
    Messages(MessagesCommand),
    /// Checks the policy and explains what it decides.
    #[command(subcommand)]
    Policy(PolicyCommand),
}

#[derive(Subcommand)]
enum MessagesCommand {
    /// Lists the tables of the months, with about how many messages, how large, and which would be detached.
    Partitions {
        /// What would be detached if so many months were kept; otherwise by `retention.messages_months`.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1200))]
        months: Option<u32>,
    },
    /// Follows the rules of `[[retention.rules]]`.
    Retention {
        /// Lists what would be erased now, and what is held; erases nothing. The server itself erases, once a day.
        #[arg(long, required = true)]
        preview: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("chancery: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let load = || Config::load(arguments.config.as_deref(), &Environment::of_process());
    let given = || arguments.config.is_some().then(load).transpose();
    match arguments.command {
        Command::Serve => serve(load()?),
        Command::Demo(arguments) => demo::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Migrate { grant_to } => migrate(&load()?, grant_to.as_deref()),
        Command::Openapi => print(&routes::openapi::document().to_pretty_json()?),
        Command::CheckConfig => {
            let config = load()?;
            serve::check(&config)?;
            print("the configuration is good")
        }
        Command::Messages(MessagesCommand::Partitions { months }) => partitions(&load()?, months),
        // An exported log is checked without a database.
        Command::Audit(command) => audit::command::run(&command, given()?.as_ref()),
        Command::Messages(MessagesCommand::Retention { preview: _ }) => preview_retention(&load()?),
        // The commands around a policy need no database, so a file that names one is not needed either.
        Command::Policy(command) => policy::command::run(&command, given()?.as_ref()),
    }
}

fn serve(config: Config) -> anyhow::Result<ExitCode> {
    telemetry::start_logging(&config.log).context("log.filter")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let running = serve::start(config).await?;
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let told_to_stop = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
        };
        running.until(told_to_stop).await?;
        Ok(ExitCode::SUCCESS)
    })
}

fn migrate(config: &Config, grant_to: Option<&str>) -> anyhow::Result<ExitCode> {
    let url = config.database_url()?;
    let done = schema::migrations::run(url.expose_secret())?;
    if let Some(role) = grant_to {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let granting = schema::migrations::grant_to_server(url.expose_secret(), role);
        runtime.block_on(granting).with_context(|| format!("--grant-to {role}: is there such a role?"))?;
    }
    match done.as_slice() {
        [] => print("the database was up to date"),
        done => print(&format!("migrated: {}", done.join(", "))),
    }
}

fn partitions(config: &Config, months: Option<u32>) -> anyhow::Result<ExitCode> {
    let months = months.or(config.retention.messages_months);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tables = runtime.block_on(async {
        let pool = Pool::new(config.database_url()?.expose_secret(), 1)?;
        let today = Clock::system().now().date_naive();
        let kept_from = months.map(|months| messages::kept_from(today, months));
        anyhow::Ok(messages::tables(&mut *pool.get().await?, kept_from).await?)
    })?;
    for table in tables {
        let MonthTable { name, rows, bytes, .. } = table;
        let state = match (table.is_detached, table.is_due) {
            (true, _) => "detached",
            (_, true) => "to be detached",
            _ => "in use",
        };
        print(&format!("{name}  {state:<14}  about {rows} messages, {} MB", bytes / 1_000_000))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn preview_retention(config: &Config) -> anyhow::Result<ExitCode> {
    let at = Clock::system().now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (rules, found, policy) = runtime.block_on(async {
        let pool = Pool::new(config.database_url()?.expose_secret(), 1)?;
        let policy = retention::policy_in_force(&pool).await?;
        let rules = retention::rules(&config.retention.rules, policy.labels(), at)?;
        let found = schema::retention::preview(&mut *pool.get().await?, &rules, at).await?;
        anyhow::Ok((rules, found, policy))
    })?;
    for rule in &rules {
        print(&format!("rule  {}  before {}", rule.term, rule.until.format("%Y-%m-%d")))?;
    }
    for due in found {
        let kind = due.channel_kind.map_or(due.kind.as_str(), |kind| kind.as_str());
        let label =
            u8::try_from(due.label_level).map(|level| policy.labels().level_code(level)).unwrap_or_default();
        print(&format!(
            "{}  {kind:<12}  {label:<12}  {} to go, {} held",
            due.month.format("%Y-%m"),
            due.due,
            due.held
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(text: &str) -> anyhow::Result<ExitCode> {
    policy::command::print(text)?;
    Ok(ExitCode::SUCCESS)
}
