//! So many messages a second, whether or not the earlier ones are answered: each is timed from the moment at which it was to
//! be sent, so that a server that stalls cannot hide behind senders who wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use futures_util::future::try_join_all;
use serde::Serialize;
use tokio::task::JoinHandle;

use super::line::Told;
use super::people::stored;
use super::saturation::BODY;
use super::{Counts, LATE, Line, Pair, wait};
use crate::figures::{Spread, spread};

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Rate {
    /// How many messages a second were to be sent.
    pub per_second: u32,
    /// From the moment at which a message was to be sent until its reader had it, in milliseconds.
    pub received: Option<Spread>,
    /// What came of all sends.
    pub counts: Counts,
}

/// When each message was due, and the milliseconds of those that have arrived.
#[derive(Default)]
struct Book {
    due: HashMap<String, Instant>,
    taken: Vec<f64>,
    counts: Counts,
}

type Shared = Arc<Mutex<Book>>;

fn with<T>(book: &Shared, work: impl FnOnce(&mut Book) -> T) -> T {
    work(&mut book.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Has the pairs together send `per_second` messages, evenly, for so long.
pub async fn send_at_rate(
    base: &str,
    pairs: &[Pair],
    per_second: u32,
    length: Duration,
) -> anyhow::Result<Rate> {
    let held = stored(pairs).await?;
    let book = Shared::default();
    let readers = try_join_all(pairs.iter().map(|pair| read(base, pair, Arc::clone(&book)))).await?;
    let every = Duration::from_secs(1) * u32::try_from(pairs.len())? / per_second.max(1);
    let began = Instant::now() + Duration::from_millis(100);
    let step = Duration::from_secs(1) / per_second.max(1);
    let writing = pairs.iter().zip(0_u32..).map(|(pair, place)| {
        write(base, pair, (began + step * place, every, began + length), Arc::clone(&book))
    });
    let writers = try_join_all(writing).await?;
    wait(LATE, || with(&book, |book| book.counts.delivered >= book.counts.sent)).await;
    readers.iter().chain(&writers).for_each(JoinHandle::abort);
    let stored = stored(pairs).await? - held;
    Ok(with(&book, |book| Rate {
        per_second,
        received: spread(book.taken.iter().copied()),
        counts: Counts { stored, ..book.counts },
    }))
}

async fn read(base: &str, pair: &Pair, book: Shared) -> anyhow::Result<JoinHandle<()>> {
    let line = Line::open(base, pair.to.client.token()).await?;
    Ok(line.listen(move |told| {
        let at = Instant::now();
        let Told::Delivered(client_id) = told else { return };
        with(&book, |book| {
            book.counts.delivered += 1;
            if let Some(due) = book.due.remove(&client_id) {
                book.taken.push((at - due).as_secs_f64() * 1000.0);
            }
        });
    }))
}

/// Sends one message each `every`, and goes on to count the answers.
async fn write(
    base: &str,
    pair: &Pair,
    (first, every, until): (Instant, Duration, Instant),
    book: Shared,
) -> anyhow::Result<JoinHandle<()>> {
    let Line { mut out, mut incoming } = Line::open(base, pair.from.client.token()).await?;
    let answers = Arc::clone(&book);
    let counting = tokio::spawn(async move {
        while let Ok(Some(told)) = incoming.next().await {
            with(&answers, |book| book.counts.note(&told));
        }
    });
    let mut due = first;
    while due < until {
        tokio::time::sleep_until(due.into()).await;
        let client_id = uuid::Uuid::now_v7().to_string();
        with(&book, |book| {
            book.counts.sent += 1;
            book.due.insert(client_id.clone(), due);
        });
        out.send(Line::send_frame(&pair.conversation, &client_id, BODY)).await?;
        due += every;
    }
    // Dropped, it would close the socket before the last answers came.
    Ok(tokio::spawn(async move {
        let _out = out;
        drop(counting.await);
    }))
}
