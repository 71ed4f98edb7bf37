//! Everybody sends as fast as they are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use futures_util::future::{join_all, try_join_all};
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinHandle;

use super::line::Incoming;
use super::people::stored;
use super::{Bearers, Counts, Cpu, LATE, Line, Pair, wait};
use crate::figures::number;

/// What everybody says: a hundred characters.
pub(super) const BODY: &str =
    "Прошу согласовать проект приказа до конца недели и сообщить, кто из отдела за него отвечает сегодня.";

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// On the socket.
    Socket,
    /// By HTTP, a request each.
    Http,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Saturation {
    /// How many pairs.
    pub pairs: usize,
    /// How many nodes they were on.
    pub nodes: usize,
    /// How many messages of each were under way at once.
    pub window: usize,
    /// For how long.
    pub seconds: f64,
    /// Acknowledged messages per second.
    pub per_second: f64,
    /// Processor time for 1,000 of them, in seconds.
    pub cpu_per_thousand: Cpu,
    /// What came of all sends.
    pub counts: Counts,
}

/// Has every pair send for so long, with at most `window` messages under way. Of several nodes, those who read are never on
/// that of who writes.
pub async fn saturate(
    nodes: &[String],
    pairs: &[Pair],
    (window, over): (usize, Over),
    length: Duration,
    bearers: &Bearers,
) -> anyhow::Result<Saturation> {
    let held = stored(pairs).await?;
    let delivered = Arc::new(AtomicUsize::new(0));
    let node = |place: usize| nodes.get(place % nodes.len().max(1)).map_or("", String::as_str);
    let opening = pairs.iter().zip(1..).map(|(pair, place)| Line::open(node(place), pair.to.client.token()));
    let lines = try_join_all(opening).await?.into_iter();
    let readers: Vec<_> = lines.map(|line| line.count(Arc::clone(&delivered))).collect();
    let before = Cpu::of(bearers)?;
    let began = Instant::now();
    let writing = pairs.iter().zip(0..).map(|(pair, place)| async move {
        match over {
            Over::Socket => write(node(place), pair, window, began + length).await,
            Over::Http => post(pair, window, began + length).await,
        }
    });
    let mut counts = try_join_all(writing).await?.into_iter().fold(Counts::default(), sum);
    let seconds = began.elapsed().as_secs_f64();
    wait(LATE, || delivered.load(Ordering::Relaxed) >= counts.acknowledged).await;
    let after = Cpu::of(bearers)?;
    readers.iter().for_each(JoinHandle::abort);
    counts.delivered = delivered.load(Ordering::Relaxed);
    counts.stored = stored(pairs).await? - held;
    Ok(Saturation {
        pairs: pairs.len(),
        nodes: nodes.len(),
        window,
        seconds,
        per_second: number(counts.acknowledged) / seconds,
        cpu_per_thousand: after.per_thousand(before, counts.acknowledged),
        counts,
    })
}

fn sum(one: Counts, other: Counts) -> Counts {
    Counts {
        sent: one.sent + other.sent,
        acknowledged: one.acknowledged + other.acknowledged,
        denied: one.denied + other.denied,
        failed: one.failed + other.failed,
        ..one
    }
}

async fn write(base: &str, pair: &Pair, window: usize, until: Instant) -> anyhow::Result<Counts> {
    let Line { mut out, mut incoming } = Line::open(base, pair.from.client.token()).await?;
    let mut counts = Counts::default();
    let mut under_way = 0;
    loop {
        while under_way < window && Instant::now() < until {
            let client_id = uuid::Uuid::now_v7().to_string();
            out.send(Line::send_frame(&pair.conversation, &client_id, BODY)).await?;
            counts.sent += 1;
            under_way += 1;
        }
        if under_way == 0 {
            return Ok(counts);
        }
        if answered(&mut incoming, &mut counts).await? {
            under_way -= 1;
        } else {
            return Ok(counts);
        }
    }
}

/// Waits for an answer to a send; false once the socket is closed.
async fn answered(incoming: &mut Incoming, counts: &mut Counts) -> anyhow::Result<bool> {
    while let Some(told) = incoming.next().await? {
        if counts.note(&told) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn post(pair: &Pair, window: usize, until: Instant) -> anyhow::Result<Counts> {
    let path = format!("/conversations/{}/messages", pair.conversation);
    let one_after_the_other = async || {
        let mut counts = Counts::default();
        while Instant::now() < until {
            let draft = json!({ "client_id": uuid::Uuid::now_v7(), "body": BODY });
            counts.sent += 1;
            match pair.from.client.try_post(&path, draft).await.map(|answer| answer.status.as_u16()) {
                Some(201) => counts.acknowledged += 1,
                Some(403) => counts.denied += 1,
                _ => counts.failed += 1,
            }
        }
        counts
    };
    Ok(join_all((0..window).map(|_| one_after_the_other())).await.into_iter().fold(Counts::default(), sum))
}
