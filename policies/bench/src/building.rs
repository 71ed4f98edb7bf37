//! Building and proving a policy, and what becomes meanwhile of a thread that decides.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::bail;
use policies::aside;
use policies::gate::{Gate, InForce, PolicyFiles, Snapshot};
use policies::org::Org;
use policies::rules::RULES;
use serde::Serialize;

use crate::pairs::Send;
use crate::{clock, ministry, pairs, say};

/// A send is due so often.
const DUE: Duration = Duration::from_millis(1);
/// The people among whom is sent meanwhile.
const PEOPLE: usize = 20_000;

/// What building costs, and what it does to those who decide.
#[derive(Debug, Serialize)]
pub(crate) struct Building {
    pub(crate) rules: usize,
    pub(crate) cells: usize,
    pub(crate) seconds: f64,
    /// Of all threads that build.
    pub(crate) cpu_seconds: f64,
    pub(crate) calm: Option<Served>,
    pub(crate) meanwhile: Option<Served>,
}

/// How a serving thread fared, to which a send is due every millisecond.
#[derive(Debug, Serialize)]
pub(crate) struct Served {
    pub(crate) sends: usize,
    /// One decision by the clock on the wall, looking at the clock included.
    pub(crate) decision_p50_ns: f64,
    pub(crate) decision_p99_ns: f64,
    /// From when the send was due to when it was decided: also how long the thread waited for a processor.
    pub(crate) due_p50_us: f64,
    pub(crate) due_p99_us: f64,
}

/// Builds once by itself, and once while another thread decides.
pub(crate) fn measure(
    rules: usize,
    files: &PolicyFiles,
    seed: u64,
    calm: Duration,
) -> anyhow::Result<Building> {
    say(&format!("== building a policy of {rules} rules"));
    let (began, cpu) = (Instant::now(), clock::process_seconds());
    let policy = Arc::new(load(&anew(files))?);
    let (seconds, cpu_seconds) = (began.elapsed().as_secs_f64(), clock::process_seconds() - cpu);
    let org = Org::build(ministry::draw(PEOPLE, seed), policy.walls());
    let sends = pairs::by_mix(&org, 4096, seed);
    let gate = Gate::new(InForce::only(Arc::clone(&policy)));
    let decide = |send: &Send| {
        black_box(gate.snapshot().decide(send.facts(&org)));
    };
    let until = Instant::now() + calm;
    let calm = serve(&sends, decide, &|| Instant::now() >= until);
    let built = AtomicBool::new(false);
    let meanwhile = thread::scope(|scope| {
        let builder = scope.spawn(|| {
            let again = aside(|| load(&anew(files)));
            built.store(true, Ordering::Relaxed);
            again
        });
        let served = serve(&sends, decide, &|| built.load(Ordering::Relaxed));
        let again = builder.join().map_err(|_| anyhow::anyhow!("the builder panicked"))??;
        if again.table_sha256() != policy.table_sha256() {
            bail!("two builds of the same files differ");
        }
        Ok(served)
    })?;
    Ok(Building { rules, cells: policy.cells(), seconds, cpu_seconds, calm, meanwhile })
}

/// The same rules in another text: what was proved once in a process is not proved again, and is to be measured here.
fn anew(files: &PolicyFiles) -> PolicyFiles {
    static TIMES: AtomicU64 = AtomicU64::new(0);
    let mut files = files.map().clone();
    if let Some(rules) = files.get_mut(RULES) {
        // Writing to memory does not fail.
        let _ = write!(rules, "\n# {}\n", TIMES.fetch_add(1, Ordering::Relaxed));
    }
    PolicyFiles::from_map(files)
}

/// Loads a policy, or says what is wrong with it.
pub(crate) fn load(files: &PolicyFiles) -> anyhow::Result<Snapshot> {
    Snapshot::load(files, 1).map_err(|findings| {
        let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", said.join("\n"))
    })
}

fn serve(sends: &[Send], decide: impl Fn(&Send), is_over: &dyn Fn() -> bool) -> Option<Served> {
    let (mut decisions, mut waits) = (Vec::new(), Vec::new());
    let mut due = Instant::now();
    for send in sends.iter().cycle() {
        due += DUE;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        decide(send);
        decisions.push(began.elapsed().as_secs_f64() * 1e9);
        waits.push(due.elapsed().as_secs_f64() * 1e6);
        if is_over() {
            break;
        }
    }
    decisions.sort_by(f64::total_cmp);
    waits.sort_by(f64::total_cmp);
    Some(Served {
        sends: decisions.len(),
        decision_p50_ns: clock::of_thousand(&decisions, 500)?,
        decision_p99_ns: clock::of_thousand(&decisions, 990)?,
        due_p50_us: clock::of_thousand(&waits, 500)?,
        due_p99_us: clock::of_thousand(&waits, 990)?,
    })
}
