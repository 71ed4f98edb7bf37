//! The way of a message: what a durable send costs beside the least that it could cost, all on one machine and in one run.

mod echo;
mod floor;
pub(crate) mod ground;
mod table;

use std::time::Duration;

use anyhow::{Context as _, bail};
use integration_tests::load::{self, Echoes, FanOut, Idle, Over, Rate, Saturation};
use serde::Serialize;
use serde_json::json;

use crate::report::{self, machine};
use crate::{Send, say};
pub(crate) use echo::serve as serve_echoes;
use floor::Floor;
use ground::Ground;

/// Everything measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// One row a transaction, by `pgbench`: with one client, with few, with many.
    floor: Vec<Floor>,
    /// By a server of sockets that does nothing else.
    echo: Echoes,
    /// As many pairs as `pgbench` has clients.
    saturation: Vec<Saturation>,
    /// The same with the most of them on two nodes, writers on one and readers on the other.
    two_nodes: Saturation,
    rate: Rate,
    fan_out: FanOut,
    idle: Idle,
}

/// Measures, prints the table and writes the file; an error says what was lost or doubled.
pub(crate) async fn run(options: &Send) -> anyhow::Result<()> {
    let mut ground = Ground::prepare(options).await?;
    let length = Duration::from_secs(options.seconds);
    let mut floor = Vec::new();
    for clients in [1, options.few, options.pairs] {
        say(&format!("== pgbench, {clients} clients"));
        floor.push(floor::measure(&ground.programs, clients, options.seconds)?);
    }
    say(&format!("== echoes on {} sockets", options.pairs));
    let echo = echo::measure(options.pairs, length).await?;
    let (bases, bearers) = (ground.bases.clone(), &ground.bearers());
    let base = bases.first().context("no server")?;
    let pairs = load::pairs(ground.people.get(..2 * options.pairs).context("too few people")?).await?;
    let mut saturation = Vec::new();
    for wanted in [options.few, options.pairs] {
        say(&format!("== {wanted} pairs, as fast as they are answered"));
        let pairs = pairs.get(..wanted).context("too few pairs")?;
        saturation.push(load::saturate(&bases, pairs, (1, Over::Socket), length, bearers).await?);
    }
    say(&format!("== {} a second", options.rate));
    let rate = load::send_at_rate(base, &pairs, options.rate, length).await?;
    say(&format!("== one writes, {} read", ground.people.len()));
    let channel = ground.channel_of_all().await?;
    let fan_out = load::fan_out(base, &ground.people, &channel, options.messages, bearers).await?;
    say(&format!("== {} idle sockets", options.sockets));
    let idle = load::hold_idle(base, &ground.people, options.sockets, bearers).await?;
    say(&format!("== {} pairs on two nodes", options.pairs));
    ground.become_two().await?;
    let two_nodes =
        load::saturate(&ground.bases, &pairs, (1, Over::Socket), length, &ground.bearers()).await?;
    let figures = Figures { floor, echo, saturation, two_nodes, rate, fan_out, idle };
    let written = json!({
        "bench": "send", "machine": machine(), "caveats": table::CAVEATS, "figures": figures,
    });
    report::write(&options.json, &written)?;
    table::print(&figures)?;
    say(&format!("\nAll figures: {}", options.json.display()));
    ground.stop()?;
    match objections(&figures) {
        found if found.is_empty() => Ok(()),
        found => bail!("{}", found.join("\n")),
    }
}

/// What was lost or doubled.
fn objections(figures: &Figures) -> Vec<String> {
    let saturation = figures.saturation.iter().chain([&figures.two_nodes]);
    let counts = saturation.map(|found| found.counts).chain([figures.rate.counts]);
    counts.filter_map(|counts| counts.objection()).chain(figures.fan_out.objection()).collect()
}
