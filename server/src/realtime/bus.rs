//! What nodes tell each other. A node alone tells nobody; several share a Redis. Redis only carries hints: what a node
//! misses while it does not hear the others, or they cannot tell it, it learns from Postgres (see `relay`), so nothing is lost
//! with it.

mod way;

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use schema::ids::{ConversationId, PersonId};
use schema::messages::Message;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use self::way::{Listener, Said, Speaker, Way};
use crate::auth::attempts::LoginDigest;
use crate::clock::Clock;
use crate::freshness::Freshness;

/// How many notes wait for Redis before they count as missed.
const QUEUE: usize = 8192;
/// How often a node hears itself, when it is well connected.
const BEAT: Duration = Duration::from_millis(500);
/// After how much silence a node relies on Redis no more.
const QUIET: Duration = Duration::from_millis(1500);
/// After how much silence a connection counts as dead.
const SILENCE: Duration = Duration::from_secs(10);
/// How long to wait before connecting again.
const RETRY: Duration = Duration::from_millis(500);
/// How long Redis may take to take a note.
const TAKING: Duration = Duration::from_secs(1);
/// How long connecting to Redis may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What clocks of nodes may differ by, and what a commit may take: added when looking back for what was missed.
pub(super) const SLACK: TimeDelta = TimeDelta::seconds(60);

/// What one node tells the others.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// A message was committed.
    MessageStored {
        /// The message.
        message: Box<Message>,
        /// The version of the conversation's label that it was stored under.
        #[serde(default)]
        label_version: i64,
    },
    /// A message was changed or taken back.
    MessageChanged {
        /// The message, as it is now.
        message: Box<Message>,
        /// The version of the conversation's label that it was changed under.
        label_version: i64,
    },
    /// The conversation or its members changed: forget what you remember of it.
    ConversationChanged {
        /// The conversation.
        conversation_id: ConversationId,
        /// Who came in.
        added: Vec<PersonId>,
        /// Who went out.
        removed: Vec<PersonId>,
    },
    /// Somebody read up to a message, on one of their devices.
    Read {
        /// The conversation.
        conversation_id: ConversationId,
        /// Who read.
        person_id: PersonId,
        /// How far.
        seq: i64,
    },
    /// Somebody is typing.
    Typing {
        /// The conversation.
        conversation_id: ConversationId,
        /// Who types.
        person_id: PersonId,
    },
    /// What whoever has little left has spent on one node.
    Spent(Spent),
    /// Somebody tried to sign in.
    SignInTried {
        /// As what, by its digest.
        login: LoginDigest,
        /// From where.
        address: IpAddr,
    },
    /// Somebody knew the password.
    SignedIn {
        /// Of what, by its digest.
        login: LoginDigest,
    },
    /// The teller could not tell everything since then.
    Missed {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Nothing: the teller hears itself.
    Beat,
}

/// Of messages and requests, who has spent how many.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is the limit of its name")]
pub struct Spent {
    pub messages: Vec<(PersonId, u32)>,
    pub conversations: Vec<(ConversationId, u32)>,
    pub requests: Vec<(PersonId, u32)>,
}

impl Spent {
    /// Whether nobody has spent anything.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.conversations.is_empty() && self.requests.is_empty()
    }
}

/// What a node hears.
#[derive(Debug)]
pub enum Heard {
    /// A note of another node.
    Note(Note),
    /// Notes may have been missed.
    Gap {
        /// Since when.
        since: DateTime<Utc>,
        /// The connection that hears again, to be trusted once what was missed is dealt with.
        connection: Option<u64>,
    },
}

impl Note {
    /// The conversation that it is about: of one, all notes go one way.
    fn about(&self) -> Option<ConversationId> {
        match self {
            Self::MessageStored { message, .. } | Self::MessageChanged { message, .. } => {
                Some(message.conversation_id)
            }
            Self::ConversationChanged { conversation_id, .. }
            | Self::Read { conversation_id, .. }
            | Self::Typing { conversation_id, .. } => Some(*conversation_id),
            Self::Spent(_)
            | Self::SignInTried { .. }
            | Self::SignedIn { .. }
            | Self::Missed { .. }
            | Self::Beat => None,
        }
    }

    /// Whether whoever misses it is owed it all the same.
    fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::MessageStored { .. }
                | Self::MessageChanged { .. }
                | Self::ConversationChanged { .. }
                | Self::Missed { .. }
        )
    }

    /// Whether it is about the connection itself, every channel of it.
    fn is_of_connection(&self) -> bool {
        matches!(self, Self::Missed { .. } | Self::Beat)
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope<N> {
    node: Uuid,
    #[serde(flatten)]
    note: N,
}

/// The address of Redis is none.
pub use redis::RedisError as BusError;

/// The bus to the nodes that share the Redis at `url`, with what is heard there; without one, that of a node alone.
pub fn connect(
    url: Option<&SecretString>,
    clock: &Clock,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<(Bus, Option<mpsc::Receiver<Heard>>), BusError> {
    let Some(url) = url else { return Ok((Bus::alone(), None)) };
    let (bus, hearing) = Bus::redis(url.expose_secret(), clock, stop, tasks)?;
    Ok((bus, Some(hearing)))
}

/// The way to the other nodes. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Bus(Option<Arc<Line>>);

#[derive(Debug)]
struct Line {
    outgoing: mpsc::Sender<Note>,
    /// Some notes could not be told: Redis is to say so when it is back.
    missed: AtomicBool,
    /// Some notes could not be told: the database is to say so now.
    untold: AtomicBool,
    /// The database said that another node could not tell everything.
    untold_elsewhere: AtomicBool,
    /// When all channels were heard last.
    heard: Freshness,
    /// Counts the connections that were lost or tried.
    connection: AtomicU64,
    /// The connection since whose beginning nothing was missed.
    trusted: AtomicU64,
}

impl Bus {
    /// The bus of a node that is alone.
    pub fn alone() -> Self {
        Self(None)
    }

    /// Connects through the Redis at `url`, now and again after every loss, and hands on what is heard.
    fn redis(
        url: &str,
        clock: &Clock,
        stop: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<(Self, mpsc::Receiver<Heard>), BusError> {
        let way = Way::parse(url)?;
        let (outgoing, notes) = mpsc::channel(QUEUE);
        let (heard, hearing) = mpsc::channel(QUEUE);
        let line = Arc::new(Line {
            outgoing,
            missed: AtomicBool::new(false),
            untold: AtomicBool::new(false),
            untold_elsewhere: AtomicBool::new(false),
            heard: Freshness::now(QUIET),
            connection: AtomicU64::new(1),
            trusted: AtomicU64::new(0),
        });
        let node = Uuid::now_v7();
        let telling = tell(way.clone(), node, notes, line.clone(), clock.clone());
        let listening = hear(way, node, heard, line.clone(), clock.clone());
        tasks.spawn(stop.clone().run_until_cancelled_owned(telling));
        tasks.spawn(stop.clone().run_until_cancelled_owned(listening));
        Ok((Self(Some(line)), hearing))
    }

    /// Whether there is nobody to tell.
    pub fn is_alone(&self) -> bool {
        self.0.is_none()
    }

    /// Tells the other nodes. Never waits: what Redis cannot take in time the others are told they missed.
    pub fn tell(&self, note: Note) {
        if let Some(line) = &self.0
            && let Err(full) = line.outgoing.try_send(note)
        {
            line.miss(&full.into_inner());
        }
    }

    /// Whether this node hears of every change. If not, it must not trust its memory.
    pub fn is_whole(&self) -> bool {
        self.0.as_ref().is_none_or(|line| {
            line.trusted.load(Ordering::SeqCst) == line.connection.load(Ordering::SeqCst)
                && !line.heard.is_stale()
        })
    }

    /// Whether this node could not tell the others something that they are owed; asked once, it is the asker's to tell.
    pub fn take_untold(&self) -> bool {
        self.0.as_ref().is_some_and(|line| line.untold.swap(false, Ordering::SeqCst))
    }

    /// Notes that what [`Self::take_untold`] said is still to be told.
    pub fn tell_later(&self) {
        if let Some(line) = &self.0 {
            line.untold.store(true, Ordering::SeqCst);
        }
    }

    /// Whether another node could not tell something; asked once, it is the asker's to look for it.
    pub fn take_untold_elsewhere(&self) -> bool {
        self.0.as_ref().is_some_and(|line| line.untold_elsewhere.swap(false, Ordering::SeqCst))
    }

    /// Notes that another node could not tell something.
    pub fn heard_of_untold(&self) {
        if let Some(line) = &self.0 {
            line.untold_elsewhere.store(true, Ordering::SeqCst);
        }
    }

    /// What was missed before `connection` is dealt with: memory may be trusted while it lasts.
    pub fn trust(&self, connection: u64) {
        if let Some(line) = &self.0 {
            line.trusted.store(connection, Ordering::SeqCst);
        }
    }
}

impl Line {
    fn miss(&self, note: &Note) {
        if note.is_lasting() {
            self.missed.store(true, Ordering::SeqCst);
            self.untold.store(true, Ordering::SeqCst);
        }
    }
}

/// Does something, and has what is to be told meanwhile count as missed. Nothing: there is nobody left who tells.
async fn missing_meanwhile<T>(
    doing: impl Future<Output = T>,
    outgoing: &mut mpsc::Receiver<Note>,
    line: &Line,
) -> Option<T> {
    let mut doing = pin!(doing);
    loop {
        tokio::select! {
            done = &mut doing => return Some(done),
            next = outgoing.recv() => line.miss(&next?),
        }
    }
}

async fn tell(way: Way, own: Uuid, mut outgoing: mpsc::Receiver<Note>, line: Arc<Line>, clock: Clock) {
    let mut told_all_at = clock.now();
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let connecting = tokio::time::timeout(PATIENCE, way.speaker());
        let Some(connected) = missing_meanwhile(connecting, &mut outgoing, &line).await else { return };
        if let Ok(Ok(mut speaker)) = connected {
            while let Some(note) = next_note(&mut outgoing, &mut beat, &line, told_all_at).await {
                let said = tokio::time::timeout(TAKING, say(&mut speaker, own, &note)).await;
                if !matches!(said, Ok(Ok(()))) {
                    tracing::warn!("redis does not take notes");
                    line.miss(&note);
                    break;
                }
                told_all_at = clock.now();
            }
        }
        if missing_meanwhile(tokio::time::sleep(RETRY), &mut outgoing, &line).await.is_none() {
            return;
        }
    }
}

/// What is to be told next. Nothing: there is nobody left who tells.
async fn next_note(
    outgoing: &mut mpsc::Receiver<Note>,
    beat: &mut Interval,
    line: &Line,
    told_all_at: DateTime<Utc>,
) -> Option<Note> {
    if line.missed.swap(false, Ordering::SeqCst) {
        return Some(Note::Missed { since: told_all_at - SLACK });
    }
    tokio::select! {
        next = outgoing.recv() => next,
        _ = beat.tick() => Some(Note::Beat),
    }
}

async fn say(speaker: &mut Speaker, own: Uuid, note: &Note) -> Result<(), BusError> {
    let (about, is_of_connection) = (note.about(), note.is_of_connection());
    let Ok(text) = serde_json::to_string(&Envelope { node: own, note }) else { return Ok(()) };
    if is_of_connection { speaker.tell_all(&text).await } else { speaker.tell(about, &text).await }
}

async fn hear(way: Way, own: Uuid, heard: mpsc::Sender<Heard>, line: Arc<Line>, clock: Clock) {
    let mut heard_all_at = clock.now();
    loop {
        if let Some(mut listener) = listen(&way).await {
            tracing::info!("redis is heard");
            let connection = Some(line.connection.load(Ordering::SeqCst));
            if heard.send(Heard::Gap { since: heard_all_at - SLACK, connection }).await.is_err() {
                return;
            }
            // Of each channel, when it was heard last: one that is silent may be dead while the others speak.
            let mut heard_at = vec![(Instant::now(), clock.now()); way.channels()];
            line.heard.confirm();
            while let Some(Said { channel, text }) = within_silence(&mut listener, &heard_at).await {
                if let Some(at) = heard_at.get_mut(channel) {
                    *at = (Instant::now(), clock.now());
                }
                if let Some((all_heard_at, _)) = heard_at.iter().min() {
                    line.heard.confirm_as_of(all_heard_at.into_std());
                }
                let told = match open(&text, own) {
                    None | Some(Note::Beat) => continue,
                    Some(Note::Missed { since }) => Heard::Gap { since, connection: None },
                    Some(note) => Heard::Note(note),
                };
                if heard.send(told).await.is_err() {
                    return;
                }
            }
            heard_all_at = heard_at.iter().map(|(_, at)| *at).min().unwrap_or(heard_all_at);
            tracing::warn!("redis is not heard any more");
        }
        line.connection.fetch_add(1, Ordering::SeqCst);
        if heard.is_closed() {
            return;
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// What is said next, unless a channel has been silent for too long.
async fn within_silence(listener: &mut Listener, heard_at: &[(Instant, DateTime<Utc>)]) -> Option<Said> {
    let until = heard_at.iter().map(|(at, _)| *at).min()? + SILENCE;
    tokio::time::timeout_at(until, listener.next()).await.ok().flatten()
}

/// The note in `text`, unless this node told it itself.
fn open(text: &str, own: Uuid) -> Option<Note> {
    match serde_json::from_str::<Envelope<Note>>(text) {
        Ok(envelope) => (envelope.node != own).then_some(envelope.note),
        Err(error) => {
            tracing::warn!(%error, "a note of another version is passed over");
            None
        }
    }
}

async fn listen(way: &Way) -> Option<Listener> {
    match tokio::time::timeout(PATIENCE, way.listener()).await {
        Ok(Ok(listener)) => Some(listener),
        Ok(Err(error)) => {
            tracing::warn!(%error, "redis cannot be reached");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_survives_the_way() {
        let note = Note::Read { conversation_id: ConversationId::new(), person_id: PersonId::new(), seq: 7 };
        let text = serde_json::to_string(&Envelope { node: Uuid::now_v7(), note }).unwrap();
        let back: Envelope<Note> = serde_json::from_str(&text).unwrap();
        assert!(matches!(back.note, Note::Read { seq: 7, .. }), "{text}");
    }

    #[test]
    fn a_node_alone_hears_everything() {
        let bus = Bus::alone();
        bus.tell(Note::Beat);
        assert!(bus.is_whole());
    }
}
