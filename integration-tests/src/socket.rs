//! The client's end of the socket, as the contract describes it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::wire;

/// How long a test waits for a frame that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket.
pub struct Socket {
    stream: wire::Stream,
    /// The `welcome` frame.
    pub welcome: Value,
}

/// What came: a frame, or the end with its close code.
#[derive(Debug)]
pub enum Frame {
    Json(Value),
    Closed(u16),
}

impl Socket {
    /// Connects without saying hello.
    pub async fn open(base: &str) -> Self {
        let stream = wire::open(base).await.expect("the socket opens");
        Self { stream, welcome: Value::Null }
    }

    /// Says hello and keeps the welcome.
    pub async fn hello(&mut self, token: &str, resume: Option<Value>) {
        let mut hello = json!({ "type": "hello", "access_token": token });
        if let Some(resume) = resume {
            hello["resume"] = resume;
        }
        self.send(hello).await;
        match self.next().await {
            Frame::Json(frame) if frame["type"] == "welcome" => self.welcome = frame,
            other => panic!("no welcome: {other:?}"),
        }
    }

    /// Sends a JSON frame.
    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends a text frame as it stands.
    pub async fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text.to_owned())).await.expect("the frame goes out");
    }

    /// Sends a binary frame.
    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.stream.send(Message::binary(bytes.to_vec())).await.expect("the frame goes out");
    }

    /// The next frame, or the close.
    pub async fn next(&mut self) -> Frame {
        tokio::time::timeout(PATIENCE, self.read()).await.expect("a frame in time")
    }

    async fn read(&mut self) -> Frame {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Frame::Json(serde_json::from_str(&text).expect("frames are JSON"));
                }
                Some(Ok(Message::Close(reason))) => {
                    return Frame::Closed(reason.map_or(1005, |reason| reason.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Frame::Closed(1006),
            }
        }
    }

    /// Reads on until a frame satisfies `wanted`; panics on a close.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Frame::Json(frame) if wanted(&frame) => return frame,
                Frame::Json(_) => {}
                Frame::Closed(code) => panic!("closed with {code} while waiting for {what}"),
            }
        }
    }

    /// The next event of the kind in that conversation.
    pub async fn event(&mut self, kind: &str, conversation: &str) -> Value {
        self.until(kind, |frame| {
            frame["type"] == "event" && frame["event"] == kind && frame["conversation_id"] == conversation
        })
        .await
    }

    /// Reads on until the server closes, and returns the code.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Frame::Closed(code) = self.next().await {
                return code;
            }
        }
    }

    /// Sends a message and returns the `ack`, `denied` or `error` that answers it.
    pub async fn say(&mut self, conversation: &str, client_id: &str, body: &str) -> Value {
        self.send(json!({
            "type": "send", "conversation_id": conversation, "client_id": client_id, "body": body
        }))
        .await;
        self.until("the answer to a send", |frame| {
            matches!(frame["type"].as_str(), Some("ack" | "denied" | "error"))
                && frame["client_id"] == client_id
        })
        .await
    }

    /// All frames that come before the answer to a ping: what was on its way is then here.
    pub async fn drain(&mut self) -> Vec<Value> {
        self.send(json!({ "type": "ping" })).await;
        let mut frames = Vec::new();
        loop {
            match self.next().await {
                Frame::Json(frame) if frame["type"] == "pong" => return frames,
                Frame::Json(frame) => frames.push(frame),
                Frame::Closed(code) => panic!("closed with {code} while draining"),
            }
        }
    }
}
