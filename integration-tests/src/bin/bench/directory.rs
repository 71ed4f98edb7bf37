//! The directory sync, from nothing to a reorganisation, at several sizes.

mod domain;
mod ground;
mod live;
mod reads;
mod reorganisation;
mod rows;
mod table;

use std::time::Duration;

use anyhow::bail;
use serde::Serialize;

use crate::{Directory, report, say};
use domain::Domain;
use ground::{Filling, Ground};

/// Everything measured at one size.
#[derive(Debug, Serialize)]
pub(crate) struct Round {
    people: usize,
    /// Why the rest, or what follows, could not be measured; that is none then.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    filling: Option<Filling>,
    reads: Option<reads::Reads>,
    live: Option<live::Live>,
    reorganisation: Option<reorganisation::Reorganisation>,
    /// The running sync's memory: all it ever held, and what it held at the end.
    running_peak_mib: Option<f64>,
    running_resident_mib: Option<f64>,
}

/// Measures all rounds, prints the table and writes the file; an error names the rounds that failed.
pub(crate) async fn run(options: &Directory) -> anyhow::Result<()> {
    let (mut rounds, mut domain) = (Vec::new(), None);
    for people in &options.people {
        rounds.push(round(*people, options).await);
        // After each, so that hours are not lost with the last.
        write(options, &rounds, None)?;
    }
    if options.domain_changes > 0 {
        domain = Some(domain::measure(options).await);
        write(options, &rounds, domain.as_ref())?;
    }
    table::print(&rounds, domain.as_ref())?;
    say(&format!("\nAll figures: {}", options.json.display()));
    let failed = rounds.iter().filter(|round| round.failed.is_some());
    let mut failed: Vec<String> = failed.map(|round| format!("{} people", round.people)).collect();
    if domain.is_some_and(|domain| domain.failed.is_some()) {
        failed.push("Active Directory".to_owned());
    }
    if !failed.is_empty() {
        bail!("these rounds failed: {}", failed.join(", "));
    }
    Ok(())
}

fn write(options: &Directory, rounds: &[Round], domain: Option<&Domain>) -> anyhow::Result<()> {
    let figures = serde_json::json!({
        "bench": "directory",
        "machine": report::machine(),
        "caveats": rows::CAVEATS,
        "rounds": rounds,
        "active_directory": domain,
    });
    report::write(&options.json, &figures)
}

async fn round(people: usize, options: &Directory) -> Round {
    say(&format!("== {people} people"));
    let mut round = Round {
        people,
        failed: None,
        filling: None,
        reads: None,
        live: None,
        reorganisation: None,
        running_peak_mib: None,
        running_resident_mib: None,
    };
    if let Err(error) = measure(options, &mut round).await {
        // What was measured is worth telling all the same.
        say(&format!("   given up: {error:#}"));
        round.failed = Some(format!("{error:#}"));
    }
    round
}

async fn measure(options: &Directory, round: &mut Round) -> anyhow::Result<()> {
    let ground = Ground::prepare(round.people, options)?;
    round.filling = Some(ground.filling);
    // First, so that nobody waits for what cannot be.
    let cast = ground.cast(live::people_for(options.changes))?;
    round.reads = Some(reads::measure(&ground, options.repeat)?);
    follow(&ground, &cast, options, round).await
}

/// What a running sync and a running server do.
async fn follow(
    ground: &Ground,
    cast: &live::Cast,
    options: &Directory,
    round: &mut Round,
) -> anyhow::Result<()> {
    let patience = Duration::from_secs(options.patience);
    let running = ground.start(patience).await?;
    let measured = async {
        let hr = ground.hr().await?;
        round.live = Some(live::measure(hr, &running, cast, options.changes, patience).await?);
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
