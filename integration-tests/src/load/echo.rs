//! A WebSocket server that only gives back what it gets: the least that a send over a socket could cost.

use std::time::{Duration, Instant};

use anyhow::bail;
use futures_util::future::try_join_all;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio_tungstenite::accept_async_with_config;

use super::Line;
use super::saturation::BODY;
use crate::figures::number;
use crate::{measure, wire};

/// What came of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Echoes {
    /// How many sockets were open, one frame under way on each.
    pub sockets: usize,
    /// Frames given back per second.
    pub per_second: f64,
    /// The server's processor time for 1,000 of them, in seconds.
    pub cpu_per_thousand: f64,
}

/// Gives back every frame on every socket, until the program ends.
pub async fn serve_echoes(listener: TcpListener) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let Ok(socket) = accept_async_with_config(stream, Some(wire::settings())).await else { return };
            let (out, incoming) = socket.split();
            drop(incoming.forward(out).await);
        });
    }
}

/// Has so many sockets send a frame like those of messages, again as soon as it is back, to the echo server of that process.
pub async fn echo(url: &str, server: u32, sockets: usize, length: Duration) -> anyhow::Result<Echoes> {
    let before = measure::cpu_of(server)?;
    let began = Instant::now();
    let rounds = try_join_all((0..sockets).map(|_| back_and_forth(url, began + length))).await?;
    let (seconds, frames) = (began.elapsed().as_secs_f64(), number(rounds.into_iter().sum()));
    let cpu = measure::cpu_of(server)? - before;
    Ok(Echoes { sockets, per_second: frames / seconds, cpu_per_thousand: cpu / (frames / 1000.0) })
}

async fn back_and_forth(url: &str, until: Instant) -> anyhow::Result<usize> {
    let mut stream = wire::connect(url).await?;
    let id = uuid::Uuid::now_v7().to_string();
    let mut rounds = 0;
    while Instant::now() < until {
        stream.send(Line::send_frame(&id, &id, BODY)).await?;
        let Some(Ok(_)) = stream.next().await else { bail!("the echo ended") };
        rounds += 1;
    }
    Ok(rounds)
}
