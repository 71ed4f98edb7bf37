//! The figures for people to read: one row each, one column for each size.

use std::fs;
use std::io::{self, Write as _};

use serde::Serialize;

use super::Round;
use super::reads::Read;
use crate::figures::Spread;

/// What the figures do not show.
pub(super) const CAVEATS: [&str; 7] = [
    "Everything runs on one machine: slapd, Postgres, the sync, the server and this bench share its processors, and \
     nothing crosses a network. What else the machine does is in the figures.",
    "The floor is ldapsearch over StartTLS with pages of 1000, into /dev/null: it keeps and understands nothing. Its \
     own processor time is that of one thread, as is most of the sync's.",
    "The files have been read before: nothing shows a cold disk.",
    "The people are drawn, with a fixed share of everything odd; an agency with many groups, photos or long chains \
     differs.",
    "Live changes come one at a time. How a burst of them is handled is not shown.",
    "In force means: on the one server that runs here, with a few people listening. A close, an event or a sign-in is \
     seen by a client on the same machine.",
    "Peak memory is the kernel's VmHWM, looked at every few milliseconds; it counts pages that are shared with others.",
];

/// One figure of every round.
struct Row {
    name: &'static str,
    goal: Option<(&'static str, f64)>,
    unit: &'static str,
    of: fn(&Round) -> Option<f64>,
}

const fn row(name: &'static str, unit: &'static str, of: fn(&Round) -> Option<f64>) -> Row {
    Row { name, goal: None, unit, of }
}

impl Row {
    const fn at_most(mut self, text: &'static str, most: f64) -> Self {
        self.goal = Some((text, most));
        self
    }
}

/// What is measured and what was promised.
const ROWS: [Row; 33] = [
    row("entries", "", |round| u32::try_from(round.reads.entries).ok().map(f64::from)),
    row("LDIF", "MiB", |round| Some(round.ldif_mib)),
    row("filling slapd", "s", |round| Some(round.seeding_seconds)),
    row("floor: ldapsearch", "s", |round| Some(round.reads.floor.program.seconds)),
    row("  its processor time", "s", |round| Some(round.reads.floor.program.cpu_seconds)),
    row("  slapd's", "s", |round| Some(round.reads.floor.slapd_cpu_seconds)),
    row("first sync", "s", |round| Some(round.reads.first.program.seconds)),
    row("  its processor time", "s", |round| Some(round.reads.first.program.cpu_seconds)),
    row("  slapd's", "s", |round| Some(round.reads.first.slapd_cpu_seconds)),
    row("  Postgres'", "s", |round| Some(round.reads.first.postgres_cpu_seconds)),
    row("  peak memory", "MiB", |round| Some(round.reads.first.program.peak_mib)).at_most("128", 128.0),
    row("  times the floor", "×", |round| ratio(&round.reads.first, round)).at_most("6", 6.0),
    row("no change", "s", |round| Some(round.reads.again.program.seconds)),
    row("  its processor time", "s", |round| Some(round.reads.again.program.cpu_seconds)),
    row("  slapd's", "s", |round| Some(round.reads.again.slapd_cpu_seconds)),
    row("  Postgres'", "s", |round| Some(round.reads.again.postgres_cpu_seconds)),
    row("  peak memory", "MiB", |round| Some(round.reads.again.program.peak_mib)).at_most("128", 128.0),
    row("  times the floor", "×", |round| ratio(&round.reads.again, round)).at_most("2", 2.0),
    row("live changes", "", |round| u32::try_from(round.live.as_ref()?.enforced.count).ok().map(f64::from)),
    row("  in force, p50", "ms", |round| Some(round.live.as_ref()?.enforced.p50)),
    row("  in force, p99", "ms", |round| Some(round.live.as_ref()?.enforced.p99)).at_most("250", 250.0),
    row("  in force, longest", "ms", |round| Some(round.live.as_ref()?.enforced.max)),
    row("  to detection, p50", "ms", |round| Some(round.live.as_ref()?.detected?.p50)),
    row("  to detection, p99", "ms", |round| Some(round.live.as_ref()?.detected?.p99)),
    row("  then to commit, p99", "ms", |round| Some(round.live.as_ref()?.committed?.p99)),
    row("  then to force, p99", "ms", |round| Some(round.live.as_ref()?.after_commit?.p99)),
    row("  slapd's own, p99", "ms", |round| Some(round.live.as_ref()?.directory.p99)),
    row("department that moves: people", "", |round| {
        u32::try_from(round.reorganisation.as_ref()?.people).ok().map(f64::from)
    }),
    row("  slapd's own", "ms", |round| Some(round.reorganisation.as_ref()?.directory)),
    row("  committed", "ms", |round| Some(round.reorganisation.as_ref()?.committed)),
    row("  in force", "ms", |round| Some(round.reorganisation.as_ref()?.enforced)),
    row("  all names new", "ms", |round| Some(round.reorganisation.as_ref()?.all_names)),
    row("peak memory of the running sync", "MiB", |round| round.running_peak_mib).at_most("128", 128.0),
];

fn ratio(read: &Read, round: &Round) -> Option<f64> {
    let floor = round.reads.floor.program.seconds;
    (floor > 0.0).then(|| read.program.seconds / floor)
}

/// Prints all rounds.
pub(super) fn print(rounds: &[Round]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "\n{:<34}", "")?;
    for round in rounds {
        write!(out, "{:>16}", format!("{} people", round.people))?;
    }
    writeln!(out, "{:>9}  goal", if rounds.len() > 1 { "growth" } else { "" })?;
    for row in &ROWS {
        let figures: Vec<Option<f64>> = rounds.iter().map(row.of).collect();
        write!(out, "{:<34}", row.name)?;
        for figure in &figures {
            write!(out, "{:>16}", figure.map_or_else(|| "—".to_owned(), |figure| shown(figure, row.unit)))?;
        }
        write!(out, "{:>9}", growth(&figures).unwrap_or_default())?;
        if let Some((text, most)) = row.goal {
            let judged = match figures.iter().flatten().copied().reduce(f64::max) {
                None => "not measured",
                Some(worst) if worst > most => "missed",
                Some(_) => "met",
            };
            write!(out, "  ≤ {text} {}: {judged}", row.unit)?;
        }
        writeln!(out)?;
    }
    for round in rounds {
        if let Some(failed) = &round.failed {
            writeln!(out, "\nWith {} people, given up: {failed}", round.people)?;
        }
        kinds(&mut out, round)?;
    }
    writeln!(out, "\nWhat this does not show:")?;
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    Ok(())
}

fn kinds(out: &mut impl io::Write, round: &Round) -> io::Result<()> {
    let Some(live) = &round.live else { return Ok(()) };
    writeln!(out, "\nLive changes with {} people, ms until in force:", round.people)?;
    for (kind, spread) in &live.by_kind {
        let Spread { count, p50, p99, max } = spread;
        writeln!(out, "  {kind:<10}{count:>6}   p50 {p50:>8.1}   p99 {p99:>8.1}   longest {max:>8.1}")?;
    }
    Ok(())
}

fn shown(figure: f64, unit: &str) -> String {
    match unit {
        "" => format!("{figure:.0}"),
        "s" => format!("{figure:.2} s"),
        _ => format!("{figure:.1} {unit}"),
    }
}

/// How many times the last is the first.
fn growth(figures: &[Option<f64>]) -> Option<String> {
    let [Some(first), .., Some(last)] = figures else { return None };
    (*first > 0.0).then(|| format!("×{:.1}", last / first))
}

/// What it ran on.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    processors: usize,
    processor: Option<String>,
    memory: Option<String>,
    kernel: Option<String>,
    load_before: Option<String>,
    optimised: bool,
}

/// This machine.
pub(super) fn machine() -> Machine {
    let line = |path: &str, name: &str| {
        let text = fs::read_to_string(path).ok()?;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
        found.map(|(_, value)| value.trim().to_owned())
    };
    Machine {
        processors: std::thread::available_parallelism().map_or(1, Into::into),
        processor: line("/proc/cpuinfo", "model name"),
        memory: line("/proc/meminfo", "MemTotal"),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| text.trim().to_owned()),
        load_before: fs::read_to_string("/proc/loadavg").ok().map(|text| text.trim().to_owned()),
        optimised: !cfg!(debug_assertions),
    }
}
