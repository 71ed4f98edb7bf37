//! Casbin, the authority: it alone evaluates rules; everything else repeats what it said.
//!
//! One `p`, no roles, no `eval`, no cache, none of its adapters for databases: each of those fails open somewhere.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use casbin::function_map::OperatorFunction;
use casbin::{CoreApi, DefaultModel, EffectKind, Effector, EffectorStream, Enforcer, MemoryAdapter, MgmtApi};
use serde::Serialize;

use crate::facts::{Dimension, Facts};
use crate::rules::Rule;

/// The model: fixed, compiled into the program.
pub(crate) const MODEL: &str = include_str!("../policy/model.conf");

/// Casbin could not answer. Never taken for a permission.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It refused the model, a row or a request.
    #[error("Casbin: {0}")]
    Casbin(#[from] Box<casbin::Error>),
    /// It did not hold the rows it was given.
    #[error("Casbin holds {held} of {given} rules")]
    RowsLost {
        /// How many it was given.
        given: usize,
        /// How many it holds.
        held: usize,
    },
    /// Its runtime could not be started, or it panicked.
    #[error("Casbin could not be run: {0}")]
    Broken(String),
}

impl From<casbin::Error> for Error {
    fn from(error: casbin::Error) -> Self {
        Self::Casbin(Box::new(error))
    }
}

/// The request: one named value per column.
#[derive(Serialize, Hash)]
struct Request {
    act: &'static str,
    tgt: &'static str,
    rel: &'static str,
    band: &'static str,
    gap: &'static str,
    lab: &'static str,
    wall: &'static str,
    mem: &'static str,
    semp: &'static str,
    temp: &'static str,
    hat: &'static str,
    crisis: &'static str,
    hours: &'static str,
    exc: &'static str,
    list: &'static str,
}

impl From<&Facts> for Request {
    fn from(facts: &Facts) -> Self {
        Self {
            act: facts.act.as_str(),
            tgt: facts.tgt.as_str(),
            rel: facts.rel.as_str(),
            band: facts.band.as_str(),
            gap: facts.gap.as_str(),
            lab: facts.lab.as_str(),
            wall: facts.wall.as_str(),
            mem: facts.mem.as_str(),
            semp: facts.semp.as_str(),
            temp: facts.temp.as_str(),
            hat: facts.hat.as_str(),
            crisis: facts.crisis.as_str(),
            hours: facts.hours.as_str(),
            exc: facts.exc.as_str(),
            list: facts.list.as_str(),
        }
    }
}

/// An enforcer over some rules that tells which of them hold.
pub(crate) struct Authority {
    enforcer: Enforcer,
    /// Places, in the list of rules, of the rows it holds.
    places: Vec<usize>,
    found: Arc<Found>,
}

impl Authority {
    /// An enforcer over the rules at `places`, in that order.
    pub(crate) fn new(rules: &[Rule], places: Vec<usize>, first_only: bool) -> Result<Self, Error> {
        let rows: Vec<Vec<String>> =
            places.iter().filter_map(|place| rules.get(*place)).map(Rule::row).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(|error| Error::Broken(error.to_string()))?;
        let found = Arc::new(Found { first_only, ..Found::default() });
        let given = rows.len();
        let mut enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_policies(rows).await?;
            Ok::<_, casbin::Error>(enforcer)
        })?;
        enforcer.add_function(
            "has",
            OperatorFunction::Arg2(|set, value| {
                let (set, value) = (set.into_immutable_string(), value.into_immutable_string());
                matches!((set, value), (Ok(set), Ok(value)) if has(&set, &value)).into()
            }),
        );
        enforcer.set_effector(Box::new(Watcher(Arc::clone(&found))));
        let held = enforcer.get_policy().len();
        if held != given {
            return Err(Error::RowsLost { given, held });
        }
        Ok(Self { enforcer, places, found })
    }

    /// The places of the rules that hold for these facts: all, or the first alone.
    pub(crate) fn matching(&self, facts: &Facts) -> Result<Vec<usize>, Error> {
        if self.places.is_empty() {
            return Ok(Vec::new());
        }
        self.found.reset();
        // Casbin and the engine below it may panic; whoever asked is told, and nothing is permitted.
        let asked = AssertUnwindSafe(|| self.enforcer.enforce((Request::from(facts),)));
        catch_unwind(asked).map_err(|_| Error::Broken("it panicked over a request".to_owned()))??;
        let rows = self.found.rows();
        Ok(rows.into_iter().filter_map(|row| self.places.get(row).copied()).collect())
    }
}

/// Whether the set of a column names the value: the only function that the matcher calls.
pub(crate) fn has(set: &str, value: &str) -> bool {
    set == "*" || set.split('|').any(|named| named == value)
}

/// Every value of every column of every rule, asked of `has` and compared with the parsed bit.
pub(crate) fn probe_columns(rules: &[Rule]) -> Result<usize, String> {
    let mut probes = 0;
    for rule in rules {
        let row = rule.row();
        for ((set, mask), dimension) in row.iter().skip(2).zip(rule.masks).zip(Dimension::ALL) {
            for (place, value) in (0_u32..).zip(dimension.values()) {
                probes += 1;
                if has(set, value) != (mask & (1 << place) != 0) {
                    return Err(format!(
                        "{}.{}: `{value}` is read differently by Casbin",
                        rule.id,
                        dimension.as_str()
                    ));
                }
            }
        }
    }
    Ok(probes)
}

/// Which rows held in the enforcement that is going on.
#[derive(Default)]
struct Found {
    first_only: bool,
    at: AtomicUsize,
    rows: Mutex<Vec<usize>>,
}

impl Found {
    fn reset(&self) {
        self.at.store(0, Ordering::Relaxed);
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn rows(&self) -> Vec<usize> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Casbin's own effector says yes or no; this one also remembers which rows made it say so.
struct Watcher(Arc<Found>);

impl Effector for Watcher {
    fn new_stream(&self, _expression: &str, _rows: usize) -> Box<dyn EffectorStream> {
        Box::new(Watching { found: Arc::clone(&self.0), allowed: false, denied: false })
    }
}

struct Watching {
    found: Arc<Found>,
    allowed: bool,
    denied: bool,
}

impl EffectorStream for Watching {
    fn next(&self) -> bool {
        self.allowed && !self.denied
    }

    fn push_effect(&mut self, effect: EffectKind) -> bool {
        let row = self.found.at.fetch_add(1, Ordering::Relaxed);
        match effect {
            EffectKind::Indeterminate => return false,
            EffectKind::Allow => self.allowed = true,
            EffectKind::Deny => self.denied = true,
        }
        self.found.rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
        self.found.first_only
    }
}
