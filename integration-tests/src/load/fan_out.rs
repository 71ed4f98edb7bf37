//! One writes, thousands read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use tokio::task::JoinHandle;

use super::saturation::BODY;
use super::{Bearers, Cpu, Line, Person, wait};
use crate::figures;

/// How many sockets are opened at the same time.
const AT_ONCE: usize = 32;
/// How long a message may take to reach everybody.
const PATIENCE: Duration = Duration::from_mins(1);

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FanOut {
    /// How many had an open socket.
    pub readers: usize,
    /// How many messages were sent to them, one after the other.
    pub messages: usize,
    /// How many deliveries came of it.
    pub delivered: usize,
    /// Until the last reader had a message, in milliseconds, on average.
    pub last_reader_ms: f64,
    /// The server's processor time for one delivery, in microseconds.
    pub server_us_per_delivery: f64,
}

impl FanOut {
    /// What is wrong; nothing where everybody got every message.
    pub fn objection(&self) -> Option<String> {
        let Self { readers, messages, delivered, .. } = *self;
        (delivered != readers * messages)
            .then(|| format!("{delivered} deliveries of {messages} messages to {readers} readers"))
    }
}

/// Has the first of `people` send to a conversation in which all of them are.
pub async fn fan_out(
    base: &str,
    people: &[Person],
    conversation: &str,
    messages: usize,
    bearers: &Bearers,
) -> anyhow::Result<FanOut> {
    let Some(writer) = people.first() else { anyhow::bail!("nobody is there") };
    let delivered = Arc::new(AtomicUsize::new(0));
    let opening = people.iter().map(|person| Line::open(base, person.client.token()));
    let lines: Vec<Line> = stream::iter(opening).buffer_unordered(AT_ONCE).try_collect().await?;
    let readers: Vec<_> = lines.into_iter().map(|line| line.count(Arc::clone(&delivered))).collect();
    let mut line = Line::open(base, writer.client.token()).await?;
    let before = Cpu::of(bearers)?;
    let mut took = Duration::ZERO;
    for number in 1..=messages {
        let began = Instant::now();
        let client_id = uuid::Uuid::now_v7().to_string();
        line.out.send(Line::send_frame(conversation, &client_id, BODY)).await?;
        wait(PATIENCE, || delivered.load(Ordering::Relaxed) >= number * people.len()).await;
        took += began.elapsed();
    }
    let after = Cpu::of(bearers)?;
    readers.iter().for_each(JoinHandle::abort);
    let delivered = delivered.load(Ordering::Relaxed);
    Ok(FanOut {
        readers: people.len(),
        messages,
        delivered,
        last_reader_ms: took.as_secs_f64() * 1000.0 / figures::number(messages.max(1)),
        server_us_per_delivery: after.per_thousand(before, delivered).server * 1000.0,
    })
}
