//! The figures for people to read, what was promised of them, and what they do not show; and the same as a file.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::building::Served;
use crate::clock::figure;
use crate::mirror::Mirror;
use crate::rounds::{Compared, Figures};
use crate::{ministry, pairs};

/// In the order of the table.
const ENGINES: [&str; 5] =
    ["Casbin", "Cedar", "regorus, interpreter", "regorus, virtual machine", "Chancery"];

/// What the figures do not show.
const CAVEATS: [&str; 9] = [
    "Times are processor time of the thread that decides, medians over batches or passes. What else runs on the machine \
     takes caches and frequency all the same.",
    "The engines get their requests ready made, and Chancery its facts. Making a request for Cedar or regorus is not \
     counted; making facts is, where people are.",
    "Casbin tells all rules that hold, as Chancery asks it to explain; Cedar names all that decide. Rego is a chain that \
     ends with the first rule that holds, and so is at its best.",
    "No engine gets an entity store: hierarchy, labels and times are compared beforehand, as rules here may only name \
     finite values. What Cedar or Rego do with trees of their own is not shown.",
    "The questions are drawn: most are ordinary in all but some facts, one in eight is drawn from everything. The policy of \
     200 rules is our own with drawn variations for departments, within the budget of cells that the loader sets.",
    "The organisation is drawn, with the shares of the file. Real ones have other correlations, and names of other lengths.",
    "A decision with its facts is what comes between knowing both people and their conversation's state, and storing. \
     Looking up people by id, the conversation, the database and the socket are not in it.",
    "Decisions follow each other at once, under what was in force at the beginning: a request takes that once for all that \
     is decided for it. `one by one` makes each wait for the one before, so that nothing overlaps; a thread \
     that did something else meanwhile finds caches colder still.",
    "Memory is what the kernel counts, with what the allocator keeps. The what-if is asked of pairs alone; `chancery policy \
     whatif` also reads conversations from the database.",
];

/// Name, unit and figure.
type Row = (&'static str, &'static str, fn(&Served) -> f64);

/// What was promised, and whether it is so.
#[derive(Debug, Serialize)]
struct Goal {
    what: String,
    figure: Option<f64>,
    unit: &'static str,
    judged: &'static str,
}

/// Writes all figures.
pub(crate) fn write(json: &Path, figures: &Figures) -> anyhow::Result<()> {
    if let Some(directory) = json.parent() {
        fs::create_dir_all(directory)?;
    }
    let text = serde_json::to_string_pretty(&serde_json::json!({
        "bench": "policy",
        "machine": machine(),
        "caveats": CAVEATS,
        "goals": goals(figures),
        "pairs_of_hundred": pairs::MIX,
        "people_of_thousand": ministry::SHARES,
        "figures": figures,
    }))?;
    fs::write(json, text).with_context(|| format!("cannot write {}", json.display()))
}

/// Prints them.
pub(crate) fn print(figures: &Figures) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    engines(&mut out, &figures.engines)?;
    mirrors(&mut out, figures)?;
    building(&mut out, figures)?;
    writeln!(out, "\nGoals:")?;
    for Goal { what, figure, unit, judged } in goals(figures) {
        let figure = figure.map_or_else(|| "—".to_owned(), |figure| format!("{figure:.1} {unit}"));
        writeln!(out, "- {what}: {figure}: {judged}")?;
    }
    writeln!(out, "\nWhat this does not show:")?;
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    Ok(())
}

fn engines(out: &mut impl io::Write, all: &[Compared]) -> io::Result<()> {
    let heads = all.iter().map(|one| format!("{} rules", one.rules));
    head(out, "One decision, same verdict and rule", heads)?;
    for engine in ENGINES {
        row(out, engine, all, "ns", |one| one.nanoseconds.get(engine).copied())?;
    }
    row(out, "faster peer ÷ Chancery", all, "×", times_faster)?;
    row(out, "cells of the table", all, "", |one| Some(figure(one.cells)))?;
    row(out, "table", all, "KiB", |one| Some(one.table_kib))?;
    row(out, "building and proof, processor", all, "s", |one| Some(one.build_cpu_seconds))?;
    row(out, "questions", all, "", |one| Some(figure(one.questions)))?;
    row(out, "  permitted", all, "", |one| Some(figure(one.permitted)))?;
    row(out, "  rules that decide any", all, "", |one| Some(figure(one.deciding)))
}

fn mirrors(out: &mut impl io::Write, figures: &Figures) -> io::Result<()> {
    let all = &figures.mirrors;
    head(out, "One decision with its facts", all.iter().map(|one| format!("{} people", one.people)))?;
    row(out, "floor: fetching two rows, one by one", all, "ns", |one| one.floor)?;
    row(out, "conversations under way", all, "ns", |one| one.under_way)?;
    row(out, "pairs by the mix, none met before", all, "ns", |one| one.by_mix)?;
    row(out, "  one by one", all, "ns", |one| one.one_by_one)?;
    row(out, "  their facts alone", all, "ns", |one| one.facts_only)?;
    row(out, "anybody to anybody", all, "ns", |one| one.uniform)?;
    row(out, "a few pairs, again and again", all, "ns", |one| one.hot)?;
    row(out, "taking what is in force, once a request", all, "ns", |one| one.in_force)?;
    row(out, "in the channel of a unit", all, "ns", |one| one.in_room)?;
    row(out, "what-if: one to everybody", all, "ms", |one| Some(one.what_if_one_ms))?;
    row(out, "what-if: drawn pairs", all, "ms", |one| Some(one.what_if_pairs_ms))?;
    row(out, "  so many", all, "", |one| Some(figure(one.what_if_pairs)))?;
    row(out, "  decided otherwise", all, "", |one| Some(figure(one.what_if_changed)))?;
    row(out, "building the mirror", all, "s", |one| Some(one.build_seconds))?;
    row(out, "mirror, for each person", all, "bytes", |one| one.bytes_per_person)?;
    row(out, "units", all, "", |one| Some(figure(one.units)))
}

fn building(out: &mut impl io::Write, figures: &Figures) -> io::Result<()> {
    if let Some(diff) = &figures.diff {
        let (of, ms) = (diff.combinations, diff.cpu_ms);
        writeln!(out, "\ndiff of two policies of {} rules: {ms:.1} ms for {of} combinations", diff.rules)?;
    }
    if let Some(peak) = figures.peak_mib {
        writeln!(out, "peak memory of the bench: {peak:.0} MiB")?;
    }
    let Some(built) = &figures.building else { return Ok(()) };
    let (cpu, seconds, cells) = (built.cpu_seconds, built.seconds, built.cells);
    let what = format!("{} rules, {cells} cells: {cpu:.1} s processor, {seconds:.1} s", built.rules);
    writeln!(out, "\nBuilding and proving {what}")?;
    writeln!(out, "{:<34}{:>16}{:>16}", "a thread that decides meanwhile", "without", "with a build")?;
    let rows: [Row; 4] = [
        ("decision, p50", "ns", |served| served.decision_p50_ns),
        ("decision, p99", "ns", |served| served.decision_p99_ns),
        ("due to decided, p50", "µs", |served| served.due_p50_us),
        ("due to decided, p99", "µs", |served| served.due_p99_us),
    ];
    let both = [&built.calm, &built.meanwhile];
    rows.into_iter().try_for_each(|(name, unit, of)| row(out, name, &both, unit, |one| one.as_ref().map(of)))
}

fn head(out: &mut impl io::Write, title: &str, heads: impl Iterator<Item = String>) -> io::Result<()> {
    write!(out, "\n{title:<36}")?;
    for head in heads {
        write!(out, "{head:>16}")?;
    }
    writeln!(out)
}

fn row<T>(
    out: &mut impl io::Write,
    name: &str,
    all: &[T],
    unit: &str,
    of: impl Fn(&T) -> Option<f64>,
) -> io::Result<()> {
    write!(out, "{name:<36}")?;
    for one in all {
        let digits = usize::from(!unit.is_empty());
        let shown = of(one).map_or_else(|| "—".to_owned(), |figure| format!("{figure:.digits$} {unit}"));
        write!(out, "{:>16}", shown.trim_end())?;
    }
    writeln!(out)
}

/// How many times the faster of Cedar and regorus takes what Chancery takes.
fn times_faster(one: &Compared) -> Option<f64> {
    let peers =
        one.nanoseconds.iter().filter(|(name, _)| name.starts_with("Cedar") || name.starts_with("regorus"));
    let fastest = peers.map(|(_, ns)| *ns).reduce(f64::min)?;
    Some(fastest / one.nanoseconds.get("Chancery")?)
}

fn goals(figures: &Figures) -> Vec<Goal> {
    let million: Option<&Mirror> = figures.mirrors.iter().find(|one| one.people == 1_000_000);
    let fifty = figures.engines.iter().find(|one| one.rules == 50);
    let built = figures.building.as_ref().filter(|built| built.rules == 50);
    vec![
        goal(
            "decision with facts at 1,000,000 people, in conversations under way ≤ 150 ns",
            "ns",
            million.and_then(|one| one.under_way),
            |ns| ns <= 150.0,
        ),
        goal(
            "at 50 rules ≥ 100 times as fast as the faster of Cedar and regorus",
            "×",
            fifty.and_then(times_faster),
            |times| times >= 100.0,
        ),
        goal(
            "building and proving 50 rules ≤ 15 s of processor time",
            "s",
            built.map(|built| built.cpu_seconds),
            |s| s <= 15.0,
        ),
    ]
}

fn goal(what: &str, unit: &'static str, figure: Option<f64>, is_met: impl Fn(f64) -> bool) -> Goal {
    let judged = match figure {
        None => "not measured",
        Some(figure) if is_met(figure) => "met",
        Some(_) => "missed",
    };
    Goal { what: what.to_owned(), figure, unit, judged }
}

/// What it ran on.
#[derive(Debug, Serialize)]
struct Machine {
    processors: usize,
    processor: Option<String>,
    memory: Option<String>,
    load_after: Option<String>,
    optimised: bool,
    peers: bool,
}

fn machine() -> Machine {
    let line = |path: &str, name: &str| {
        let text = fs::read_to_string(path).ok()?;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
        found.map(|(_, value)| value.trim().to_owned())
    };
    Machine {
        processors: std::thread::available_parallelism().map_or(1, Into::into),
        processor: line("/proc/cpuinfo", "model name"),
        memory: line("/proc/meminfo", "MemTotal"),
        load_after: fs::read_to_string("/proc/loadavg").ok().map(|text| text.trim().to_owned()),
        optimised: !cfg!(debug_assertions),
        peers: cfg!(feature = "peers"),
    }
}
