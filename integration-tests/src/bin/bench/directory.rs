//! The directory sync, from nothing to a reorganisation, at several sizes.

mod ground;
mod live;
mod reads;
mod reorganisation;
mod table;

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use crate::{Directory, say};
use ground::Ground;

/// Everything measured at one size.
#[derive(Debug, Serialize)]
pub(crate) struct Round {
    people: usize,
    units: usize,
    ldif_mib: f64,
    /// Making the LDIF and loading it with `slapadd`.
    seeding_seconds: f64,
    reads: reads::Reads,
    /// Why what follows could not be measured; the rest is none then.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    live: Option<live::Live>,
    reorganisation: Option<reorganisation::Reorganisation>,
    /// The running sync's memory: all it ever held, and what it held at the end.
    running_peak_mib: Option<f64>,
    running_resident_mib: Option<f64>,
}

/// Measures all rounds, prints the table and writes the file.
pub(crate) async fn run(options: &Directory) -> anyhow::Result<()> {
    let mut rounds = Vec::new();
    for people in &options.people {
        rounds.push(round(*people, options).await.with_context(|| format!("with {people} people"))?);
        // After each, so that hours are not lost with the last.
        if let Some(directory) = options.json.parent() {
            fs::create_dir_all(directory)?;
        }
        let text = serde_json::to_string_pretty(&serde_json::json!({
            "bench": "directory",
            "machine": table::machine(),
            "caveats": table::CAVEATS,
            "rounds": rounds,
        }))?;
        fs::write(&options.json, text).with_context(|| format!("cannot write {}", options.json.display()))?;
    }
    table::print(&rounds)?;
    say(&format!("\nAll figures: {}", options.json.display()));
    Ok(())
}

async fn round(people: usize, options: &Directory) -> anyhow::Result<Round> {
    say(&format!("== {people} people"));
    let ground = Ground::prepare(people, options)?;
    let reads = reads::measure(&ground, options.repeat)?;
    let mut round = Round {
        people,
        units: ground.large.expected().units,
        ldif_mib: ground.ldif_mib,
        seeding_seconds: ground.seeding_seconds,
        reads,
        failed: None,
        live: None,
        reorganisation: None,
        running_peak_mib: None,
        running_resident_mib: None,
    };
    if let Err(error) = follow(&ground, options, &mut round).await {
        // What was measured is worth telling all the same.
        say(&format!("   given up: {error:#}"));
        round.failed = Some(format!("{error:#}"));
    }
    Ok(round)
}

/// What a running sync and a running server do.
async fn follow(ground: &Ground, options: &Directory, round: &mut Round) -> anyhow::Result<()> {
    let patience = Duration::from_secs(options.patience);
    let running = ground.start(patience).await?;
    let measured = async {
        round.live = Some(live::measure(ground, &running, options.changes, patience).await?);
        round.reorganisation = Some(reorganisation::measure(ground, &running, patience).await?);
        anyhow::Ok(())
    };
    let measured = measured.await;
    round.running_peak_mib = running.sync_peak_mib();
    round.running_resident_mib = running.sync_resident_mib();
    let stopped = running.stop();
    measured?;
    stopped
}
