//! Everything that is measured, round by round; what fails is told, and the rest is measured all the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use policies::diff::diff;
use policies::gate::{PolicyFiles, Snapshot};
use serde::Serialize;

use crate::building::{self, Building};
use crate::mirror::{self, Mirror};
use crate::{Options, clock, engines, questions, say, sizes};

/// What somebody proposes, for diffs and what-ifs: the policy without this rule.
const PROPOSED_WITHOUT: &str = "A06";

/// Everything measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) engines: Vec<Compared>,
    pub(crate) mirrors: Vec<Mirror>,
    pub(crate) building: Option<Building>,
    pub(crate) diff: Option<Diff>,
    pub(crate) peak_mib: Option<f64>,
    /// What went wrong; nothing of that was measured.
    pub(crate) failed: Vec<String>,
}

/// The engines by policies of one size.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    pub(crate) rules: usize,
    pub(crate) cells: usize,
    pub(crate) table_kib: f64,
    pub(crate) build_cpu_seconds: f64,
    pub(crate) questions: usize,
    /// How many of the questions are permitted, and how many rules decide any of them.
    pub(crate) permitted: usize,
    pub(crate) deciding: usize,
    /// Nanoseconds for one decision.
    pub(crate) nanoseconds: BTreeMap<&'static str, f64>,
}

/// Two policies compared over all facts.
#[derive(Debug, Serialize)]
pub(crate) struct Diff {
    pub(crate) rules: usize,
    pub(crate) combinations: u64,
    pub(crate) cpu_ms: f64,
}

/// Measures everything.
pub(crate) fn run(options: &Options) -> Figures {
    let mut figures = Figures {
        engines: Vec::new(),
        mirrors: Vec::new(),
        building: None,
        diff: None,
        peak_mib: None,
        failed: Vec::new(),
    };
    // The mirrors first: what later rounds leave in the allocator would hide what they take.
    if let Err(error) = people(options, &mut figures) {
        figures.failed.push(format!("{error:#}"));
    }
    for rules in &options.rules {
        match compared(*rules, options) {
            Ok(compared) => figures.engines.push(compared),
            Err(error) => figures.failed.push(format!("{rules} rules: {error:#}")),
        }
    }
    figures.peak_mib = clock::peak_mib();
    figures
}

fn people(options: &Options, figures: &mut Figures) -> anyhow::Result<()> {
    let files = sizes::files(options.built)?;
    let proposed = building::load(&sizes::without(&files, PROPOSED_WITHOUT)?)?;
    let policy = Arc::new(building::load(&files)?);
    for people in &options.people {
        match mirror::measure(*people, options.decisions, options.seed, &policy, &proposed) {
            Ok(mirror) => figures.mirrors.push(mirror),
            Err(error) => figures.failed.push(format!("{people} people: {error:#}")),
        }
    }
    figures.diff = Some(compare(&policy, &proposed)?);
    figures.building = Some(build(options, &files)?);
    Ok(())
}

fn build(options: &Options, files: &PolicyFiles) -> anyhow::Result<Building> {
    building::measure(options.built, files, options.seed, Duration::from_millis(options.calm))
}

fn compare(policy: &Snapshot, proposed: &Snapshot) -> anyhow::Result<Diff> {
    let began = clock::thread_ns();
    let found = diff(policy, proposed).map_err(|finding| anyhow::anyhow!("{finding}"))?;
    let cpu_ms = (clock::thread_ns() - began) / 1e6;
    Ok(Diff { rules: policy.rules().len(), combinations: found.compared, cpu_ms })
}

fn compared(rules: usize, options: &Options) -> anyhow::Result<Compared> {
    say(&format!("== {rules} rules"));
    let files = sizes::files(rules)?;
    let cpu = clock::process_seconds();
    let policy = Arc::new(building::load(&files)?);
    let build_cpu_seconds = clock::process_seconds() - cpu;
    let questions = questions::draw(options.questions, options.seed);
    let mut engines = engines::all(&policy, &questions)?;
    engines::compare(&mut engines, &questions)?;
    let mut nanoseconds = BTreeMap::new();
    for engine in &mut engines {
        say(&format!("   {}", engine.name()));
        nanoseconds.extend(engines::time(engine.as_mut(), questions.len())?.map(|ns| (engine.name(), ns)));
    }
    let verdicts: Vec<_> = questions.iter().map(|facts| policy.decide(Ok(*facts))).collect();
    let mut deciding: Vec<_> = verdicts.iter().map(|verdict| verdict.rule).collect();
    deciding.sort_unstable();
    deciding.dedup();
    Ok(Compared {
        rules,
        cells: policy.cells(),
        table_kib: clock::figure(policy.table_bytes()) / 1024.0,
        build_cpu_seconds,
        questions: questions.len(),
        permitted: verdicts.iter().filter(|verdict| verdict.allow).count(),
        deciding: deciding.len(),
        nanoseconds,
    })
}
