//! What is measured, row by row, what was promised of it, and what it does not show.

use super::Round;
use super::domain::Domain;
use super::reads::{Read, Reads};

/// How much more than the entries themselves a time may grow: what is linear is not measured exactly.
const LINEAR: f64 = 1.2;

/// What does not grow may still be so many times larger at the largest size: buffers fill, allocators round.
const FLAT: f64 = 1.5;

/// What the figures do not show.
pub(super) const CAVEATS: [&str; 8] = [
    "Everything runs on one machine: slapd, Postgres, the sync, the server and this bench share its processors, and \
     nothing crosses a network. What else the machine does is in the figures.",
    "The floor is ldapsearch over StartTLS with pages of 1000, into /dev/null: it keeps and understands nothing. Its \
     own processor time is that of one thread, as is most of the sync's.",
    "The files have been read before: nothing shows a cold disk.",
    "The people are drawn, with a fixed share of everything odd (from 1000 people on); an agency with many groups, photos or long chains \
     differs.",
    "Live changes come one at a time. How a burst of them is handled is not shown.",
    "In force means: on the one server that runs here, with a few people listening. A close, an event or a sign-in is \
     seen by a client on the same machine.",
    "The Active Directory is Samba, and small whatever the other rounds hold: it shows how soon a change is noticed, not \
     what a domain of many people costs. Each sign-in is a change there, and is read as well.",
    "Peak memory is the kernel's VmHWM, looked at every few milliseconds; it counts pages that are shared with others.",
];

/// One figure of everything that is measured alike.
pub(super) struct Row<T: 'static> {
    pub(super) name: &'static str,
    pub(super) goal: Option<(&'static str, f64)>,
    pub(super) growth: Option<Growth>,
    pub(super) unit: &'static str,
    pub(super) of: fn(&T) -> Option<f64>,
}

/// How a figure may grow from the smallest size to the largest.
#[derive(Debug, Clone, Copy)]
pub(super) enum Growth {
    /// As the entries do.
    Linear,
    /// Not at all.
    Flat,
}

impl Growth {
    /// How many times larger it may be when there are so many times the entries.
    pub(super) fn most(self, entries: f64) -> f64 {
        match self {
            Self::Linear => entries * LINEAR,
            Self::Flat => FLAT,
        }
    }
}

const fn row(name: &'static str, unit: &'static str, of: fn(&Round) -> Option<f64>) -> Row<Round> {
    Row { name, goal: None, growth: None, unit, of }
}

const fn of_domain(name: &'static str, unit: &'static str, of: fn(&Domain) -> Option<f64>) -> Row<Domain> {
    Row { name, goal: None, growth: None, unit, of }
}

impl<T> Row<T> {
    const fn at_most(mut self, text: &'static str, most: f64) -> Self {
        self.goal = Some((text, most));
        self
    }

    const fn linear(mut self) -> Self {
        self.growth = Some(Growth::Linear);
        self
    }

    const fn flat(mut self) -> Self {
        self.growth = Some(Growth::Flat);
        self
    }
}

/// What is measured and what was promised.
pub(super) const ROUNDS: [Row<Round>; 38] = [
    row("entries", "", entries),
    row("LDIF", "MiB", |round| Some(round.filling?.ldif_mib)),
    row("filling slapd", "s", |round| Some(round.filling?.seconds)),
    row("floor: ldapsearch", "s", |round| Some(round.reads.as_ref()?.floor.program.seconds)),
    row("  its processor time", "s", |round| Some(round.reads.as_ref()?.floor.program.cpu_seconds)),
    row("  slapd's", "s", |round| Some(round.reads.as_ref()?.floor.slapd_cpu_seconds)),
    row("first sync", "s", |round| Some(round.reads.as_ref()?.first.program.seconds)).linear(),
    row("  its processor time", "s", |round| Some(round.reads.as_ref()?.first.program.cpu_seconds)),
    row("  slapd's", "s", |round| Some(round.reads.as_ref()?.first.slapd_cpu_seconds)),
    row("  Postgres'", "s", |round| Some(round.reads.as_ref()?.first.postgres_cpu_seconds)),
    row("  peak memory", "MiB", |round| Some(round.reads.as_ref()?.first.program.peak_mib))
        .at_most("128", 128.0)
        .flat(),
    row("  times the floor", "×", |round| ratio(round, |reads| &reads.first)).at_most("6", 6.0),
    row("no change", "s", |round| Some(round.reads.as_ref()?.again.program.seconds)).linear(),
    row("  its processor time", "s", |round| Some(round.reads.as_ref()?.again.program.cpu_seconds)),
    row("  slapd's", "s", |round| Some(round.reads.as_ref()?.again.slapd_cpu_seconds)),
    row("  Postgres'", "s", |round| Some(round.reads.as_ref()?.again.postgres_cpu_seconds)),
    row("  peak memory", "MiB", |round| Some(round.reads.as_ref()?.again.program.peak_mib))
        .at_most("128", 128.0)
        .flat(),
    row("  times the floor", "×", |round| ratio(round, |reads| &reads.again)).at_most("2", 2.0),
    row("preview, all is new", "s", |round| Some(round.reads.as_ref()?.preview_of_first.program.seconds)),
    row("  peak memory", "MiB", |round| Some(round.reads.as_ref()?.preview_of_first.program.peak_mib)),
    row("preview, no change", "s", |round| Some(round.reads.as_ref()?.preview_of_again.program.seconds)),
    row("  peak memory", "MiB", |round| Some(round.reads.as_ref()?.preview_of_again.program.peak_mib)),
    row("live changes", "", |round| count(round.live.as_ref()?.enforced.count)),
    row("  in force, p50", "ms", |round| Some(round.live.as_ref()?.enforced.p50)),
    row("  in force, p99", "ms", |round| Some(round.live.as_ref()?.enforced.p99)).at_most("250", 250.0),
    row("  in force, longest", "ms", |round| Some(round.live.as_ref()?.enforced.max)),
    row("  to detection, p50", "ms", |round| Some(round.live.as_ref()?.detected?.p50)),
    row("  to detection, p99", "ms", |round| Some(round.live.as_ref()?.detected?.p99)),
    row("  then to commit, p99", "ms", |round| Some(round.live.as_ref()?.committed?.p99)),
    row("  then to force, p99", "ms", |round| Some(round.live.as_ref()?.after_commit?.p99)),
    row("  slapd's own, p99", "ms", |round| Some(round.live.as_ref()?.directory.p99)),
    row("department that moves: people", "", |round| count(round.reorganisation.as_ref()?.people)),
    row("  slapd's own", "ms", |round| Some(round.reorganisation.as_ref()?.directory)),
    row("  committed", "ms", |round| Some(round.reorganisation.as_ref()?.committed)),
    row("  in force", "ms", |round| Some(round.reorganisation.as_ref()?.enforced)),
    row("  told on a socket", "ms", |round| Some(round.reorganisation.as_ref()?.told)),
    row("  all names new", "ms", |round| Some(round.reorganisation.as_ref()?.all_names)),
    row("peak memory of the running sync", "MiB", |round| round.running_peak_mib)
        .at_most("128", 128.0)
        .flat(),
];

/// The same of a domain, which hints at changes, and is asked for them every second.
pub(super) const DOMAIN: [Row<Domain>; 9] = [
    of_domain("live changes", "", |domain| count(domain.live.as_ref()?.enforced.count)),
    of_domain("  in force, p50", "ms", |domain| Some(domain.live.as_ref()?.enforced.p50)),
    of_domain("  in force, p99", "ms", |domain| Some(domain.live.as_ref()?.enforced.p99))
        .at_most("1500", 1_500.0),
    of_domain("  in force, longest", "ms", |domain| Some(domain.live.as_ref()?.enforced.max)),
    of_domain("  to commit, p50", "ms", |domain| Some(domain.live.as_ref()?.answered_to_committed?.p50)),
    of_domain("  to commit, p99", "ms", |domain| Some(domain.live.as_ref()?.answered_to_committed?.p99)),
    of_domain("  then to force, p50", "ms", |domain| Some(domain.live.as_ref()?.after_commit?.p50)),
    of_domain("  then to force, p99", "ms", |domain| Some(domain.live.as_ref()?.after_commit?.p99)),
    of_domain("  Samba's own, p99", "ms", |domain| Some(domain.live.as_ref()?.directory.p99)),
];

/// How many entries there are to read.
pub(super) fn entries(round: &Round) -> Option<f64> {
    count(round.reads.as_ref()?.entries)
}

fn count(number: usize) -> Option<f64> {
    u32::try_from(number).ok().map(f64::from)
}

fn ratio(round: &Round, read: fn(&Reads) -> &Read) -> Option<f64> {
    let reads = round.reads.as_ref()?;
    let floor = reads.floor.program.seconds;
    (floor > 0.0).then(|| read(reads).program.seconds / floor)
}
