//! `./run bench`: measures the real programs on real services, and says what a figure does not show.

mod compliance;
mod directory;
mod programs;
mod report;
mod send;
mod socket;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures Chancery on private services of its own.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// The directory sync: full reads against the floor of ldapsearch, live changes, a reorganisation, memory;
    /// and live changes of an Active Directory.
    Directory(Directory),
    /// The way of a message: durable sends beside what `pgbench` does with one row a transaction, delays, fan-out, idle sockets.
    Send(Send),
    /// What it costs to answer for the past: who could read, who did, what changed.
    Compliance(Compliance),
    /// Gives back every frame on every socket, and says where: what `send` compares with.
    #[command(hide = true)]
    Echo,
}

/// What to measure of the directory sync.
#[derive(Parser)]
pub(crate) struct Directory {
    /// How many people there are, one number for each round.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000")]
    pub(crate) people: Vec<usize>,
    /// How many live changes each round makes, one by one.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) changes: usize,
    /// How many live changes are made in an Active Directory (Samba, which wants to be root) besides; with 0 there is none.
    #[arg(long, default_value_t = 100)]
    pub(crate) domain_changes: usize,
    /// How often the floor and the reading without a change are measured; the middle one counts.
    #[arg(long, default_value_t = 3)]
    pub(crate) repeat: usize,
    /// Another number, other people.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How long the sync rests between full reads while it follows: long, so that none disturbs.
    #[arg(long, default_value = "1h")]
    pub(crate) every: String,
    /// How many seconds a change may take before the bench gives up on it.
    #[arg(long, default_value_t = 120)]
    pub(crate) patience: u64,
    /// Where the figures go besides the table.
    #[arg(long, default_value = "target/bench/directory.json")]
    pub(crate) json: PathBuf,
}

/// What to measure of sending.
#[derive(Parser)]
pub(crate) struct Send {
    /// How many people take part; all of them read one channel.
    #[arg(long, default_value_t = 5_000)]
    pub(crate) people: usize,
    /// How many pairs write to each other at once, and how many clients `pgbench` has.
    #[arg(long, default_value_t = 64)]
    pub(crate) pairs: usize,
    /// The same with few.
    #[arg(long, default_value_t = 8)]
    pub(crate) few: usize,
    /// For how many seconds each part runs.
    #[arg(long, default_value_t = 20)]
    pub(crate) seconds: u64,
    /// How many messages a second are sent where delays are measured.
    #[arg(long, default_value_t = 500)]
    pub(crate) rate: u32,
    /// How many writers of messages the server has.
    #[arg(long, default_value_t = 1)]
    pub(crate) writers: usize,
    /// How many messages the channel gets.
    #[arg(long, default_value_t = 50)]
    pub(crate) messages: usize,
    /// How many idle sockets there are.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) sockets: usize,
    /// Another number, other people.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the figures go besides the table.
    #[arg(long, default_value = "target/bench/send.json")]
    pub(crate) json: PathBuf,
}

/// What to measure of answering for the past.
#[derive(Parser)]
pub(crate) struct Compliance {
    /// Which parts; all of them without it.
    #[arg(value_enum, default_values_t = [compliance::Part::AsOf, compliance::Part::Record, compliance::Part::Export, compliance::Part::Sends])]
    pub(crate) parts: Vec<compliance::Part>,
    /// How many people there are; each has nine versions in the histories.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) people: usize,
    /// How many of them are in the channel.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) members: usize,
    /// How many leaves the exported log has.
    #[arg(long, default_value_t = 10_000_000)]
    pub(crate) leaves: u64,
    /// For how many seconds each round of sends lasts.
    #[arg(long, default_value_t = 15)]
    pub(crate) seconds: u64,
    /// How many messages are exported.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) messages: u32,
    /// About how many moments each question is asked.
    #[arg(long, default_value_t = 9)]
    pub(crate) moments: usize,
    /// Another number, other people in the directory.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the figures go besides the table.
    #[arg(long, default_value = "target/bench/compliance.json")]
    pub(crate) json: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().bench {
        Bench::Directory(options) => directory::run(&options).await,
        Bench::Send(options) => send::run(&options).await,
        Bench::Compliance(options) => compliance::run(&options).await,
        Bench::Echo => send::serve_echoes().await,
    }
}

/// Says what is happening, for whoever waits.
pub(crate) fn say(text: &str) {
    use std::io::Write as _;
    // Nobody reads: then nobody waits either.
    drop(writeln!(std::io::stderr(), "{text}"));
}
