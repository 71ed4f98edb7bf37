//! One person's device: sends, sends again what was not acknowledged, listens, fetches what it is told to fetch, and comes back
//! with what it has, on the other node, whenever its connection ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message as Frame;
use uuid::Uuid;

use super::history::{Entry, History, Message, digest};
use crate::client::Client;
use crate::wire::{self, Stream};

/// How long a node may take to welcome a device.
const WELCOME: Duration = Duration::from_secs(6);
/// After how long without an answer a device gives a connection up.
const SILENCE: Duration = Duration::from_secs(4);
/// How often it asks whether the node is there.
const PING: Duration = Duration::from_secs(1);
/// How often it looks for something to do.
const TICK: Duration = Duration::from_millis(25);
/// How many of its messages are under way at once.
const WINDOW: usize = 3;
/// When it tries again what failed.
const AGAIN: Duration = Duration::from_millis(300);
/// How long it waits after a connection has ended.
const PAUSE: Duration = Duration::from_millis(150);

/// What the devices are to do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Orders {
    /// Send without end.
    pub sending: bool,
    /// How often each device has been asked to say one thing in each of its conversations.
    pub rounds: u64,
    /// The mark that lines are to pass.
    pub mark: u64,
    /// It is over.
    pub over: bool,
}

/// What a device has, for whoever waits for it.
#[derive(Debug, Default)]
pub struct Shown(Mutex<Figures>);

#[derive(Debug, Default, Clone)]
pub struct Figures {
    /// Messages that are not acknowledged, nor denied.
    pub unanswered: usize,
    pub rounds: u64,
    /// The mark that its line has passed; a line that ended has none.
    pub mark: u64,
    /// Up to where it has each conversation.
    pub has: BTreeMap<Uuid, i64>,
    /// Sends that were answered by an error.
    pub errors: usize,
    /// Connections that ended, or that could not be opened.
    pub lost: usize,
    /// How long each acknowledgement took, from the first try.
    pub took: Vec<Duration>,
}

impl Shown {
    pub fn get(&self) -> Figures {
        self.with(|figures| figures.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Figures) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A message until it is answered.
struct Pending {
    conversation: Uuid,
    body: String,
    first_at: Instant,
    /// The line on which it is under way.
    on: Option<u64>,
    /// When to try it again.
    due: Instant,
}

/// See the module.
pub struct Device {
    setting: Setting,
    pub shown: Arc<Shown>,
    pending: BTreeMap<String, Pending>,
    beyond: BTreeMap<Uuid, BTreeSet<i64>>,
    /// What it was told to fetch.
    behind: BTreeSet<Uuid>,
    said: usize,
    next_at: Instant,
}

/// What a device is made of.
pub struct Setting {
    pub person: Uuid,
    /// The same person, signed in.
    pub client: Client,
    pub bases: Vec<String>,
    /// Where it begins.
    pub first: usize,
    /// Where it says something.
    pub writes: Vec<Uuid>,
    /// How often.
    pub pace: Duration,
    /// Up to where it has each conversation when it begins.
    pub has: BTreeMap<Uuid, i64>,
    pub history: History,
    pub orders: watch::Receiver<Orders>,
}

impl Device {
    pub fn new(setting: Setting) -> Self {
        let shown = Arc::new(Shown::default());
        shown.with(|figures| figures.has.clone_from(&setting.has));
        Self {
            setting,
            shown,
            pending: BTreeMap::new(),
            beyond: BTreeMap::new(),
            behind: BTreeSet::new(),
            said: 0,
            next_at: Instant::now(),
        }
    }

    /// Lives until it is over.
    pub async fn live(mut self) {
        for turn in self.setting.first.. {
            if self.setting.orders.borrow().over {
                return;
            }
            let base = self.setting.bases[turn % self.setting.bases.len()].clone();
            self.connect(&base).await;
            if self.setting.orders.borrow().over {
                return;
            }
            self.shown.with(|figures| {
                figures.lost += 1;
                figures.mark = 0;
            });
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One connection, until it ends.
    async fn connect(&mut self, base: &str) -> Option<()> {
        let has = self.shown.get().has;
        let opening = open(base, self.setting.client.token(), &has);
        let stream = tokio::time::timeout(WELCOME, opening).await.ok()??;
        let line = History::new_line();
        let resume = has.into_iter().collect();
        self.setting.history.note(Entry::Opened { line, person: self.setting.person, resume });
        Line {
            device: self,
            number: line,
            stream,
            pings: VecDeque::new(),
            heard_at: Instant::now(),
            pinged_at: Instant::now(),
        }
        .run(base)
        .await
    }

    fn show(&self) {
        let unanswered = self.pending.len();
        self.shown.with(|figures| figures.unanswered = unanswered);
    }

    /// Has something to say.
    fn think(&mut self, conversation: Uuid) {
        let client_id = Uuid::now_v7().to_string();
        let body = body(&client_id);
        let now = Instant::now();
        self.pending.insert(client_id, Pending { conversation, body, first_at: now, on: None, due: now });
    }

    /// What it has to say now, by its orders.
    fn think_by_orders(&mut self) {
        let orders = *self.setting.orders.borrow();
        if self.shown.with(|figures| std::mem::replace(&mut figures.rounds, orders.rounds)) < orders.rounds {
            self.setting.writes.clone().into_iter().for_each(|conversation| self.think(conversation));
        }
        let now = Instant::now();
        if orders.sending
            && now >= self.next_at
            && self.pending.len() < WINDOW
            && !self.setting.writes.is_empty()
        {
            self.next_at = now + self.setting.pace;
            self.think(self.setting.writes[self.said % self.setting.writes.len()]);
            self.said += 1;
        }
    }

    fn has(&mut self, conversation: Uuid, seq: i64) {
        let beyond = self.beyond.entry(conversation).or_default();
        beyond.insert(seq);
        self.shown.with(|figures| {
            let has = figures.has.entry(conversation).or_default();
            while beyond.remove(&(*has + 1)) {
                *has += 1;
            }
            *beyond = beyond.split_off(has);
        });
    }

    /// Fetches what there is of a conversation after what it has. `None`: it did not succeed.
    async fn fetch(&mut self, line: u64, base: &str, conversation: Uuid) -> Option<()> {
        let after = self.shown.with(|figures| figures.has.get(&conversation).copied().unwrap_or_default());
        let client = self.setting.client.at(base);
        let messages =
            tokio::time::timeout(SILENCE, page_on(&client, conversation, after)).await.ok()?.ok()?;
        self.behind.remove(&conversation);
        for message in &messages {
            self.has(conversation, message.seq);
        }
        self.setting.history.note(Entry::Fetched { line, conversation, after, messages });
        Some(())
    }
}

/// A device on one connection.
struct Line<'a> {
    device: &'a mut Device,
    number: u64,
    stream: Stream,
    /// The marks of the pings that were not answered yet.
    pings: VecDeque<u64>,
    heard_at: Instant,
    pinged_at: Instant,
}

impl Line<'_> {
    async fn run(mut self, base: &str) -> Option<()> {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                frame = self.stream.next() => match frame? {
                    Ok(Frame::Text(text)) => self.hear(&serde_json::from_str(&text).ok()?),
                    Ok(Frame::Close(_)) | Err(_) => return None,
                    Ok(_) => {}
                },
                _ = tick.tick() => {
                    if self.device.setting.orders.borrow().over {
                        drop(self.stream.close(None).await);
                        return Some(());
                    }
                    self.work(base).await?;
                }
            }
            self.device.show();
        }
    }

    /// Does what there is to do; `None` once it gives the connection up.
    async fn work(&mut self, base: &str) -> Option<()> {
        let owed =
            !self.pings.is_empty() || self.device.pending.values().any(|one| one.on == Some(self.number));
        if owed && self.heard_at.elapsed() > SILENCE {
            return None;
        }
        self.ping().await?;
        self.device.think_by_orders();
        self.send().await?;
        for conversation in self.device.behind.clone() {
            self.device.fetch(self.number, base, conversation).await;
        }
        Some(())
    }

    async fn ping(&mut self) -> Option<()> {
        let mark = self.device.setting.orders.borrow().mark;
        let newest = self.pings.back().copied().unwrap_or_default().max(self.device.shown.get().mark);
        if mark > newest || (self.pings.is_empty() && self.pinged_at.elapsed() > PING) {
            if self.pings.is_empty() {
                self.heard_at = Instant::now();
            }
            self.pings.push_back(mark);
            self.pinged_at = Instant::now();
            self.say(&json!({ "type": "ping" })).await?;
        }
        Some(())
    }

    /// Sends what is due, in the order in which it was thought of.
    async fn send(&mut self) -> Option<()> {
        let now = Instant::now();
        let number = self.number;
        let mut frames = Vec::new();
        for (client_id, one) in &mut self.device.pending {
            if one.on == Some(number) || one.due > now {
                continue;
            }
            one.on = Some(self.number);
            self.device.setting.history.note(Entry::Sent {
                line: self.number,
                by: self.device.setting.person,
                conversation: one.conversation,
                client_id: client_id.clone(),
                body: digest(&one.body),
            });
            frames.push(json!({
                "type": "send", "conversation_id": one.conversation, "client_id": client_id, "body": one.body
            }));
        }
        for frame in frames {
            self.say(&frame).await?;
        }
        Some(())
    }

    async fn say(&mut self, frame: &Value) -> Option<()> {
        let saying = self.stream.send(Frame::text(frame.to_string()));
        tokio::time::timeout(SILENCE, saying).await.ok()?.ok()
    }

    fn hear(&mut self, frame: &Value) {
        self.heard_at = Instant::now();
        match frame["type"].as_str().unwrap_or_default() {
            "event" if frame["event"] == "message.created" => {
                let message = Message::read(&frame["data"]).expect("a message");
                self.device.has(message.conversation, message.seq);
                self.device.setting.history.note(Entry::Heard { line: self.number, message });
            }
            "resync" => {
                let conversation = id(&frame["conversation_id"]);
                self.device.behind.insert(conversation);
                self.device.setting.history.note(Entry::Resync { line: self.number, conversation });
            }
            "ack" => self.acknowledged(frame),
            "denied" => {
                let client_id = frame["client_id"].as_str().unwrap_or_default().to_owned();
                self.device.pending.remove(&client_id);
                self.device.setting.history.note(Entry::Denied { by: self.device.setting.person, client_id });
            }
            "error" => self.failed(frame),
            "pong" => {
                let mark = self.pings.pop_front().unwrap_or_default();
                if self.device.shown.with(|figures| std::mem::replace(&mut figures.mark, mark)) < mark {
                    self.device.setting.history.note(Entry::Marked { line: self.number, mark });
                }
            }
            _ => {}
        }
    }

    fn acknowledged(&mut self, frame: &Value) {
        let client_id = frame["client_id"].as_str().unwrap_or_default().to_owned();
        let Some(one) = self.device.pending.remove(&client_id) else { return };
        self.device.shown.with(|figures| figures.took.push(one.first_at.elapsed()));
        self.device.setting.history.note(Entry::Acknowledged {
            line: self.number,
            by: self.device.setting.person,
            conversation: one.conversation,
            client_id,
            seq: frame["seq"].as_i64().expect("a number"),
            id: id(&frame["message_id"]),
        });
    }

    fn failed(&mut self, frame: &Value) {
        self.device.shown.with(|figures| figures.errors += 1);
        let wait = frame["error"]["retry_after_seconds"].as_u64().map_or(AGAIN, Duration::from_secs);
        let client_id = frame["client_id"].as_str().unwrap_or_default();
        if let Some(one) = self.device.pending.get_mut(client_id) {
            one.on = None;
            one.due = Instant::now() + wait;
        }
    }
}

/// A body that takes room in the database: hardly two parts of it are the same.
pub fn body(client_id: &str) -> String {
    let rest: Vec<String> = (0..40).map(|_| Uuid::now_v7().simple().to_string()).collect();
    format!("{client_id} {}", rest.concat())
}

/// Opens a socket and has itself welcomed.
pub async fn open(base: &str, token: &str, has: &BTreeMap<Uuid, i64>) -> Option<Stream> {
    let mut stream = wire::open(base).await.ok()?;
    let hello = json!({ "type": "hello", "access_token": token, "resume": has });
    stream.send(Frame::text(hello.to_string())).await.ok()?;
    loop {
        match stream.next().await?.ok()? {
            Frame::Text(text) => return text.contains("\"welcome\"").then_some(stream),
            Frame::Close(_) => return None,
            _ => {}
        }
    }
}

/// Everything that a conversation holds after a message, over HTTP, or what the node answered instead.
pub async fn page_on(client: &Client, conversation: Uuid, mut after: i64) -> Result<Vec<Message>, String> {
    let mut all = Vec::new();
    loop {
        let path = format!("/conversations/{conversation}/messages?after={after}&limit=100");
        // A connection that a killed node left behind is no answer: whoever may ask again does so.
        let mut answer = client.try_get(&path).await;
        if answer.is_none() {
            answer = client.try_get(&path).await;
        }
        let answer = answer.ok_or("no answer")?;
        let messages = answer.body["messages"].as_array().filter(|_| answer.status.is_success());
        let messages = messages.ok_or_else(|| format!("{}: {:#}", answer.status, answer.body))?;
        all.extend(messages.iter().filter_map(Message::read));
        if answer.body["has_more"] != true {
            return Ok(all);
        }
        after = answer.body["last_seq"].as_i64().ok_or("no last_seq")?;
    }
}

fn id(value: &Value) -> Uuid {
    value.as_str().and_then(|text| text.parse().ok()).expect("an id")
}
