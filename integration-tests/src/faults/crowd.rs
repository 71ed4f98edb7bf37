//! Clients that behave badly: one that reads nothing, and one that floods.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use uuid::Uuid;

use super::cast::Member;
use super::device;
use super::history::{Entry, History, Message, digest};
use super::trial::Trial;
use crate::client::Client;

/// How many large messages fill every buffer between a node and a client that does not read.
const LARGE: usize = 250;
/// How long the server waits for a client that takes nothing, and some more.
const PATIENCE: Duration = Duration::from_secs(12);
/// How long it may take to read what lies in the buffers after all.
const READING: Duration = Duration::from_mins(2);
/// From how many connections at once it is flooded, and with how many messages each for a second of the fault.
const FLOODERS: usize = 3;
const FLOOD: usize = 60;

/// What came of pouring.
#[derive(Debug, Default, Clone, Copy)]
struct Poured {
    acknowledged: usize,
    refused: usize,
}

/// The people of the last pair: one pours, the other one does not read.
fn pair<'a>(trial: &Trial<'a>) -> (&'a Member, &'a Member, Uuid) {
    let cast = trial.cast;
    let last = cast.pairs.len() - 1;
    (&cast.people[last * 2], &cast.people[last * 2 + 1], cast.pairs[last])
}

pub(super) async fn reads_nothing(trial: &mut Trial<'_>) {
    let (writer, reader, conversation) = pair(trial);
    let base = trial.ground.nodes[0].base.clone();
    let from = trial.ground.last_seq(conversation).await;
    let idle = Idle::open(
        &base,
        trial.clients[&reader.id].token(),
        (reader.id, conversation, from),
        &trial.load.history,
    );
    let idle = idle.await.expect("it is welcomed");
    let before = trial.load.acknowledged();
    let body = "ж".repeat(19_000);
    let poured =
        pour(&base, &trial.clients[&writer.id], (writer.id, conversation), LARGE, &body, &trial.load.history);
    let poured = poured.await;
    sleep(PATIENCE).await;
    let others = trial.load.acknowledged() - before;
    assert!(others > 100, "the others hardly wrote while somebody read nothing: {others}");
    let (is_closed, has) = idle.read_on(&trial.load.history).await;
    assert!(is_closed || poured.acknowledged < LARGE * 9 / 10, "whoever reads nothing is kept: {poured:?}");
    trial.say(format!("poured {poured:?}, of which the one who read nothing took {has}"));
}

pub(super) async fn floods(trial: &mut Trial<'_>) {
    let (writer, _, conversation) = pair(trial);
    let bases = trial.ground.bases();
    let before = trial.load.acknowledged();
    let began = Instant::now();
    let count = FLOOD * usize::try_from(trial.length.as_secs()).expect("a short fault");
    let pouring = (0..FLOODERS).map(|number| {
        let base = &bases[number % bases.len()];
        pour(base, &trial.clients[&writer.id], (writer.id, conversation), count, "!", &trial.load.history)
    });
    let poured = futures_util::future::join_all(pouring).await;
    let (seconds, others) = (began.elapsed().as_secs_f64(), trial.load.acknowledged() - before);
    let told: (usize, usize) =
        poured.iter().fold((0, 0), |sum, one| (sum.0 + one.acknowledged, sum.1 + one.refused));
    trial
        .say(format!("flooded: {told:?} taken and refused in {seconds:.1} s; the others had {others} taken"));
    assert!(others > 10, "the others hardly wrote during a flood of {seconds:.1} s: {others}");
}

/// Sends as fast as the socket takes it, and waits for no answer. What is not answered is left so.
async fn pour(
    base: &str,
    client: &Client,
    (person, conversation): (Uuid, Uuid),
    count: usize,
    body: &str,
    history: &History,
) -> Poured {
    let Some(stream) = device::open(base, client.token(), &BTreeMap::new()).await else {
        return Poured::default();
    };
    let line = History::new_line();
    let (mut out, mut incoming) = stream.split();
    let pouring = async {
        for _ in 0..count {
            let client_id = Uuid::now_v7().to_string();
            let frame = json!({ "type": "send", "conversation_id": conversation, "client_id": client_id, "body": body });
            history.note(Entry::Sent { line, by: person, conversation, client_id, body: digest(body) });
            if out.send(Frame::text(frame.to_string())).await.is_err() {
                break;
            }
        }
    };
    let mut poured = Poured::default();
    let answered = async {
        while poured.acknowledged + poured.refused < count
            && let Ok(Some(Ok(frame))) = timeout(PATIENCE, incoming.next()).await
        {
            let Frame::Text(text) = frame else { continue };
            let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
            match frame["type"].as_str() {
                Some("ack") => {
                    history.note(acknowledged(&frame, line, person, conversation));
                    poured.acknowledged += 1;
                }
                Some("error" | "denied") => poured.refused += 1,
                _ => {}
            }
        }
    };
    tokio::join!(pouring, answered);
    poured
}

fn acknowledged(frame: &Value, line: u64, by: Uuid, conversation: Uuid) -> Entry {
    Entry::Acknowledged {
        line,
        by,
        conversation,
        client_id: frame["client_id"].as_str().unwrap().to_owned(),
        seq: frame["seq"].as_i64().unwrap(),
        id: frame["message_id"].as_str().unwrap().parse().unwrap(),
    }
}

/// A socket from which nothing is read, with as little room as the kernel gives it.
struct Idle {
    stream: WebSocketStream<TcpStream>,
    line: u64,
}

impl Idle {
    async fn open(
        base: &str,
        token: &str,
        (person, conversation, from): (Uuid, Uuid, i64),
        history: &History,
    ) -> Option<Self> {
        let socket = TcpSocket::new_v4().ok()?;
        socket.set_recv_buffer_size(4096).ok()?;
        let stream = socket.connect(base.strip_prefix("http://")?.parse().ok()?).await.ok()?;
        let url = format!("{}/api/v1/socket", base.replacen("http", "ws", 1));
        let (mut stream, _) = tokio_tungstenite::client_async(url, stream).await.ok()?;
        let hello =
            json!({ "type": "hello", "access_token": token, "resume": { conversation.to_string(): from } });
        stream.send(Frame::text(hello.to_string())).await.ok()?;
        stream.next().await?.ok()?;
        let line = History::new_line();
        history.note(Entry::Opened { line, person, resume: vec![(conversation, from)] });
        Some(Self { stream, line })
    }

    /// Reads what there is after all, until it is closed or nothing comes any more; whether the server has closed it, and how many
    /// messages came. Through so little room that takes its time.
    async fn read_on(mut self, history: &History) -> (bool, usize) {
        let mut count = 0;
        let until = Instant::now() + READING;
        while Instant::now() < until {
            match timeout(PATIENCE, self.stream.next()).await {
                Ok(Some(Ok(Frame::Text(text)))) => {
                    let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                    if frame["event"] == "message.created" {
                        let message = Message::read(&frame["data"]).expect("a message");
                        history.note(Entry::Heard { line: self.line, message });
                        count += 1;
                    }
                }
                Ok(Some(Ok(Frame::Close(_)) | Err(_)) | None) => return (true, count),
                Ok(Some(Ok(_))) => {}
                Err(_) => return (false, count),
            }
        }
        (false, count)
    }
}
