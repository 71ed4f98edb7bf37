//! `./run bench policy`: what a decision costs, beside Casbin, Cedar and regorus on the same questions in the same run;
//! with its facts, from large organisations; and what building a policy costs.

mod building;
mod clock;
mod engines;
mod ministry;
mod mirror;
mod pairs;
mod questions;
mod report;
mod rounds;
mod sizes;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Measures how policies are decided.
#[derive(Parser)]
#[command(name = "bench policy")]
pub(crate) struct Options {
    /// How many people there are, one number for each round.
    #[arg(long, value_delimiter = ',', default_value = "100000,1000000")]
    people: Vec<usize>,
    /// How many rules the policies have that the engines are compared by.
    #[arg(long, value_delimiter = ',', default_value = "10,50,200")]
    rules: Vec<usize>,
    /// How many rules that policy has that decides among people, and that is built beside a thread that serves.
    #[arg(long, default_value_t = 50)]
    built: usize,
    /// How many decisions the engines are asked.
    #[arg(long, default_value_t = 4096)]
    questions: usize,
    /// How many decisions with their facts are made in each organisation.
    #[arg(long, default_value_t = 1_000_000)]
    decisions: usize,
    /// How many milliseconds the thread that serves is looked at without a build beside it.
    #[arg(long, default_value_t = 5_000)]
    calm: u64,
    /// Another number, other people and other questions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the figures go besides the table.
    #[arg(long, default_value = "target/bench/policy.json")]
    json: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let figures = rounds::run(&options);
    report::write(&options.json, &figures)?;
    report::print(&figures)?;
    say(&format!("\nAll figures: {}", options.json.display()));
    for failure in &figures.failed {
        say(&format!("failed: {failure}"));
    }
    Ok(if figures.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says what is happening, for whoever waits.
pub(crate) fn say(text: &str) {
    use std::io::Write as _;
    // Nobody reads: then nobody waits either.
    drop(writeln!(std::io::stderr(), "{text}"));
}
