//! Somebody's open socket, on which each frame is stamped with the moment it came.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use futures_util::{SinkExt, StreamExt};
use integration_tests::wire;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// A frame, or the end with its code.
#[derive(Debug)]
pub(crate) enum Heard {
    Event(Value),
    Closed(u16),
}

/// An open socket.
pub(crate) struct Socket {
    heard: UnboundedReceiver<(SystemTime, Heard)>,
}

impl Socket {
    /// Opens one for whoever has the token.
    pub(crate) async fn open(base: &str, token: &str) -> anyhow::Result<Self> {
        let mut stream = wire::open(base).await.context("the socket does not open")?;
        let hello = json!({ "type": "hello", "access_token": token });
        stream.send(Message::text(hello.to_string())).await?;
        let (sender, heard) = unbounded_channel();
        tokio::spawn(async move {
            loop {
                let message = stream.next().await;
                let at = SystemTime::now();
                let heard = match message {
                    Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                        Ok(frame) => Heard::Event(frame),
                        Err(_) => continue,
                    },
                    Some(Ok(Message::Close(reason))) => {
                        Heard::Closed(reason.map_or(1005, |reason| reason.code.into()))
                    }
                    Some(Ok(_)) => continue,
                    Some(Err(_)) | None => Heard::Closed(1006),
                };
                let ends = matches!(heard, Heard::Closed(_));
                if sender.send((at, heard)).is_err() || ends {
                    return;
                }
            }
        });
        let mut socket = Self { heard };
        socket
            .until(Duration::from_secs(20), |frame| frame.get("type").is_some_and(|kind| kind == "welcome"))
            .await?;
        Ok(socket)
    }

    /// Forgets what has come so far.
    pub(crate) fn forget(&mut self) {
        while self.heard.try_recv().is_ok() {}
    }

    /// When the first frame came that is `wanted`.
    pub(crate) async fn until(
        &mut self,
        patience: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<SystemTime> {
        let reading = async {
            loop {
                match self.heard.recv().await {
                    Some((at, Heard::Event(frame))) if wanted(&frame) => return Ok(at),
                    Some((_, Heard::Event(_))) => {}
                    Some((_, Heard::Closed(code))) => bail!("the socket was closed with {code}"),
                    None => bail!("the socket is closed"),
                }
            }
        };
        timeout(patience, reading).await.context("nothing came on the socket in time")?
    }

    /// When the server closed it, and with which code.
    pub(crate) async fn closed(mut self, patience: Duration) -> anyhow::Result<(SystemTime, u16)> {
        let reading = async {
            loop {
                match self.heard.recv().await {
                    Some((at, Heard::Closed(code))) => return Ok((at, code)),
                    Some((_, Heard::Event(_))) => {}
                    None => bail!("the socket is closed"),
                }
            }
        };
        timeout(patience, reading).await.context("the socket was not closed in time")?
    }
}
