//! One socket under load: what is read of a frame is no more than what is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, bail};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::wire::{self, Stream};

/// An open socket, after the welcome.
pub struct Line {
    /// What goes out.
    pub out: SplitSink<Stream, Message>,
    /// What comes in.
    pub incoming: Incoming,
}

/// What comes in on a socket.
pub struct Incoming(SplitStream<Stream>);

/// What a frame is to whoever counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The answer to the send of this `client_id`.
    Acknowledged(String),
    /// The policy said no to one.
    Denied,
    /// An error.
    Failed(String),
    /// A message of this `client_id` was delivered.
    Delivered(String),
    /// Something else.
    Other,
}

#[derive(Deserialize)]
struct Frame<'a> {
    r#type: &'a str,
    event: Option<&'a str>,
    client_id: Option<String>,
    data: Option<Data>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Data {
    client_id: Option<String>,
}

#[derive(Deserialize)]
struct Fault {
    code: String,
}

impl Line {
    /// Opens one, says hello, and waits for the welcome.
    pub async fn open(base: &str, token: &str) -> anyhow::Result<Self> {
        let stream = wire::open(base).await.context("the socket does not open")?;
        let (mut out, incoming) = stream.split();
        let hello = json!({ "type": "hello", "access_token": token });
        out.send(Message::text(hello.to_string())).await?;
        let mut incoming = Incoming(incoming);
        let welcome = incoming.text().await?.context("the socket was closed instead of a welcome")?;
        if !welcome.contains("\"welcome\"") {
            bail!("no welcome: {welcome}");
        }
        Ok(Self { out, incoming })
    }

    /// Keeps it open and hands on whatever is told, until it is closed or the task is ended.
    pub fn listen(self, mut hear: impl FnMut(Told) + Send + 'static) -> JoinHandle<()> {
        let Self { out, mut incoming } = self;
        tokio::spawn(async move {
            // Dropped, it would close the socket.
            let _out = out;
            while let Ok(Some(told)) = incoming.next().await {
                hear(told);
            }
        })
    }

    /// Keeps it open and counts the messages that are delivered.
    pub fn count(self, delivered: Arc<AtomicUsize>) -> JoinHandle<()> {
        self.listen(move |told| {
            if matches!(told, Told::Delivered(_)) {
                delivered.fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    /// The frame that sends a message.
    pub fn send_frame(conversation: &str, client_id: &str, body: &str) -> Message {
        let frame = json!({
            "type": "send", "conversation_id": conversation, "client_id": client_id, "body": body
        });
        Message::text(frame.to_string())
    }
}

impl Incoming {
    /// The next frame; nothing once the socket is closed.
    pub async fn next(&mut self) -> anyhow::Result<Option<Told>> {
        let Some(text) = self.text().await? else { return Ok(None) };
        Ok(Some(told(&text)))
    }

    async fn text(&mut self) -> anyhow::Result<Option<Utf8Bytes>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(Some(text)),
                Some(Ok(Message::Close(_))) | None => return Ok(None),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }
}

fn told(text: &str) -> Told {
    let Ok(frame) = serde_json::from_str::<Frame<'_>>(text) else { return Told::Other };
    match (frame.r#type, frame.event) {
        ("ack", _) => frame.client_id.map_or(Told::Other, Told::Acknowledged),
        ("denied", _) => Told::Denied,
        ("error", _) => Told::Failed(frame.error.map(|error| error.code).unwrap_or_default()),
        ("event", Some("message.created")) => {
            frame.data.and_then(|data| data.client_id).map_or(Told::Other, Told::Delivered)
        }
        _ => Told::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_of_a_frame_what_is_counted() {
        let event =
            r#"{"type":"event","event":"message.created","seq":1,"data":{"client_id":"a","body":"\"x"}}"#;
        for (text, expected) in [
            (r#"{"type":"ack","client_id":"a","seq":3}"#, Told::Acknowledged("a".to_owned())),
            (r#"{"type":"denied","client_id":"a","decision":{}}"#, Told::Denied),
            (r#"{"type":"error","error":{"code":"overloaded"}}"#, Told::Failed("overloaded".to_owned())),
            (event, Told::Delivered("a".to_owned())),
            (r#"{"type":"event","event":"org.changed","data":{"org_version":9}}"#, Told::Other),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
