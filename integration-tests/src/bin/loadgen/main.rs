//! `loadgen`: puts load on a Chancery that runs, and says what came of it.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use integration_tests::load::{self, Bearers, Over, Person, told};

/// Puts load on a Chancery that runs, over the API that everybody uses, and says what came of it: what was acknowledged,
/// delivered and stored, how long it took, and what it cost the server and Postgres.
#[derive(Parser)]
struct Cli {
    /// Where it is.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    base: String,
    /// A file with a login in each line. Of pairs, each line writes to the next one.
    #[arg(long)]
    people: PathBuf,
    /// Everybody's password.
    #[arg(long, env = "LOADGEN_PASSWORD", hide_env_values = true)]
    password: String,
    /// The process of the server, on this machine.
    #[arg(long)]
    server_pid: u32,
    /// The first process of Postgres, on this machine.
    #[arg(long)]
    postgres_pid: u32,
    #[command(subcommand)]
    load: Load,
}

#[derive(Subcommand)]
enum Load {
    /// Everybody sends as fast as they are answered.
    Pairs {
        /// How many messages of each pair are under way at once.
        #[arg(long, default_value_t = 1)]
        window: usize,
        /// By HTTP in place of the socket.
        #[arg(long)]
        http: bool,
        #[command(flatten)]
        length: Length,
    },
    /// So many messages a second, whether or not the earlier ones are answered.
    Rate {
        /// How many.
        #[arg(long, default_value_t = 500)]
        per_second: u32,
        #[command(flatten)]
        length: Length,
    },
    /// One writes to a conversation in which all the people are.
    FanOut {
        /// Its id.
        #[arg(long)]
        conversation: String,
        /// How many messages.
        #[arg(long, default_value_t = 50)]
        messages: usize,
    },
    /// Sockets on which nothing happens, which then all come back at once.
    Idle {
        /// How many.
        #[arg(long, default_value_t = 1_000)]
        sockets: usize,
    },
}

#[derive(Args)]
struct Length {
    /// For how many seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

impl Length {
    fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let listed = fs::read_to_string(&cli.people);
    let listed = listed.with_context(|| format!("cannot read {}", cli.people.display()))?;
    let logins: Vec<String> =
        listed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let people = load::sign_in(&cli.base, &logins, &cli.password).await?;
    let text = put(&cli, &people).await?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Puts the load on, and says what came of it, as JSON with a line for people above it.
async fn put(cli: &Cli, people: &[Person]) -> anyhow::Result<String> {
    let base = cli.base.as_str();
    let bearers = &Bearers { servers: vec![cli.server_pid], postgres: cli.postgres_pid };
    let (line, json, objection) = match &cli.load {
        Load::Pairs { window, http, length } => {
            let over = if *http { Over::Http } else { Over::Socket };
            let pairs = load::pairs(people).await?;
            let found =
                load::saturate(&[base.to_owned()], &pairs, (*window, over), length.duration(), bearers)
                    .await?;
            let cost = found.cpu_per_thousand;
            let line = format!(
                "{:.0} a second; processor time for 1,000: server {:.3} s, Postgres {:.3} s",
                found.per_second, cost.server, cost.postgres
            );
            (line, serde_json::to_string_pretty(&found)?, found.counts.objection())
        }
        Load::Rate { per_second, length } => {
            let pairs = load::pairs(people).await?;
            let found = load::send_at_rate(base, &pairs, *per_second, length.duration()).await?;
            let line = format!("received after: {}", told(found.received));
            (line, serde_json::to_string_pretty(&found)?, found.counts.objection())
        }
        Load::FanOut { conversation, messages } => {
            let found = load::fan_out(base, people, conversation, *messages, bearers).await?;
            let line = format!("{:.1} µs of the server for a delivery", found.server_us_per_delivery);
            (line, serde_json::to_string_pretty(&found)?, found.objection())
        }
        Load::Idle { sockets } => {
            let found = load::hold_idle(base, people, *sockets, bearers).await?;
            let line = format!("{:.1} KiB of the server for a socket", found.kib_per_socket);
            (line, serde_json::to_string_pretty(&found)?, None)
        }
    };
    if let Some(objection) = objection {
        bail!("{objection}\n{json}");
    }
    Ok(format!("{line}\n{json}"))
}
