//! Load on a Chancery that runs: people who sign in, open sockets and send, and what came of each send.
//!
//! Nothing here panics: a program that measures says what went wrong and ends.

mod echo;
mod fan_out;
mod idle;
mod line;
mod people;
mod rate;
mod saturation;

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::figures::{Spread, number};
use crate::measure;

pub use echo::{Echoes, echo, serve_echoes};
pub use fan_out::{FanOut, fan_out};
pub use idle::{Idle, Storm, hold_idle};
pub use line::{Line, Told};
pub use people::{Pair, Person, pairs, sign_in};
pub use rate::{Rate, send_at_rate};
pub use saturation::{Over, Saturation, saturate};

/// How long it is waited for what is still on its way at the end.
const LATE: Duration = Duration::from_secs(10);

/// Waits until something is so, at most so long.
async fn wait(longest: Duration, is_so: impl Fn() -> bool) {
    let until = Instant::now() + longest;
    while !is_so() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// What came of all sends of a measurement.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Counts {
    /// Sent.
    pub sent: usize,
    /// Acknowledged: durable.
    pub acknowledged: usize,
    /// Refused by the policy.
    pub denied: usize,
    /// Answered by an error, such as `overloaded`.
    pub failed: usize,
    /// Events that reached the other side.
    pub delivered: usize,
    /// What the conversations hold more than before.
    pub stored: usize,
}

impl Counts {
    /// Counts the answer to a send; false for anything else.
    fn note(&mut self, told: &Told) -> bool {
        *match told {
            Told::Acknowledged(_) => &mut self.acknowledged,
            Told::Denied => &mut self.denied,
            Told::Failed(_) => &mut self.failed,
            Told::Delivered(_) | Told::Other => return false,
        } += 1;
        true
    }

    /// What is wrong with them; nothing where whatever was acknowledged is stored and was delivered.
    pub fn objection(&self) -> Option<String> {
        let Self { acknowledged, delivered, stored, .. } = *self;
        (acknowledged == 0 || stored != acknowledged || delivered != acknowledged).then(|| {
            format!("{acknowledged} were acknowledged, {stored} are stored, {delivered} were delivered")
        })
    }
}

/// The processes that bear the load.
#[derive(Debug, Clone)]
pub struct Bearers {
    /// The server, or all its nodes.
    pub servers: Vec<u32>,
    /// The first process of Postgres.
    pub postgres: u32,
}

/// Processor time, in seconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Cpu {
    /// Of the server, with all its nodes.
    pub server: f64,
    /// Of Postgres, with all its processes.
    pub postgres: f64,
}

impl Cpu {
    /// What the bearers have used so far.
    pub fn of(bearers: &Bearers) -> anyhow::Result<Self> {
        let servers = bearers.servers.iter().map(|server| measure::cpu_of(*server));
        let server = servers.sum::<anyhow::Result<f64>>()?;
        Ok(Self { server, postgres: measure::cpu_of_family(bearers.postgres)? })
    }

    /// What was used since `before`, for 1,000 of `count`.
    #[must_use]
    pub fn per_thousand(self, before: Self, count: usize) -> Self {
        let thousands = number(count.max(1)) / 1000.0;
        Self {
            server: (self.server - before.server) / thousands,
            postgres: (self.postgres - before.postgres) / thousands,
        }
    }
}

/// A spread of milliseconds, as words.
pub fn told(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || "nothing came".to_owned(),
        |Spread { p50, p99, max, .. }| format!("p50 {p50:.1} ms, p99 {p99:.1} ms, longest {max:.1} ms"),
    )
}
