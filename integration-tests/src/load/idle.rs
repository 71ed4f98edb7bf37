//! Sockets on which nothing happens, and what happens when all of them come back at once.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{Bearers, Line, Person};
use crate::figures::{Spread, number, spread};
use crate::measure;

/// How many sockets are opened at the same time.
const AT_ONCE: usize = 32;
/// How long the server has to settle before its memory is read.
const SETTLING: Duration = Duration::from_secs(2);

/// What they cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Idle {
    /// How many there were.
    pub sockets: usize,
    /// What each costs the server, in KiB of resident memory.
    pub kib_per_socket: f64,
    /// What came of all of them coming back at once.
    pub storm: Storm,
}

/// All sockets were closed and opened again at once.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Storm {
    /// Until the last of them was welcomed, in seconds.
    pub seconds: f64,
    /// Until each was welcomed, in milliseconds.
    pub welcomed: Option<Spread>,
}

/// Opens so many sockets, as evenly as may be shared among the people, and has all of them come back at once.
pub async fn hold_idle(
    base: &str,
    people: &[Person],
    sockets: usize,
    bearers: &Bearers,
) -> anyhow::Result<Idle> {
    let resident = || {
        let servers = bearers.servers.iter().map(|server| measure::resident_mib_of(*server));
        servers.sum::<Option<f64>>().context("the server is gone")
    };
    let before = resident()?;
    let opening =
        || people.iter().cycle().take(sockets).map(|person| Line::open(base, person.client.token()));
    let lines: Vec<Line> = stream::iter(opening()).buffer_unordered(AT_ONCE).try_collect().await?;
    tokio::time::sleep(SETTLING).await;
    let after = resident()?;
    drop(lines);
    let began = Instant::now();
    let coming_back = opening().map(|opening| async move {
        opening.await.map(|line| (line, began.elapsed().as_secs_f64() * 1000.0))
    });
    let back: Vec<(Line, f64)> = stream::iter(coming_back).buffer_unordered(sockets).try_collect().await?;
    Ok(Idle {
        sockets,
        kib_per_socket: (after - before) * 1024.0 / number(sockets.max(1)),
        storm: Storm {
            seconds: began.elapsed().as_secs_f64(),
            welcomed: spread(back.into_iter().map(|(_, took)| took)),
        },
    })
}
