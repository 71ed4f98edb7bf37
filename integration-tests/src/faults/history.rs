//! What happened, in the order in which it was seen.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use uuid::Uuid;

/// A message as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub conversation: Uuid,
    pub seq: i64,
    pub id: Uuid,
    pub author: Uuid,
    pub client_id: String,
    /// The digest of what it says.
    pub body: u64,
    /// The policy version that it was allowed under.
    pub policy: i64,
}

impl Message {
    /// The message of an event or of a page, or nothing where it is none.
    pub fn read(data: &Value) -> Option<Self> {
        let id = |value: &Value| value.as_str()?.parse().ok();
        Some(Self {
            conversation: id(&data["conversation_id"])?,
            seq: data["seq"].as_i64()?,
            id: id(&data["id"])?,
            author: id(&data["author"]["id"])?,
            client_id: data["client_id"].as_str()?.to_owned(),
            body: digest(data["body"].as_str()?),
            policy: data["policy_version"].as_i64()?,
        })
    }
}

/// What is compared of a body.
pub fn digest(body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

/// One thing that happened. A `line` is one connection of one device.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A send was tried, for the first time or again. One over HTTP has line 0.
    Sent { line: u64, by: Uuid, conversation: Uuid, client_id: String, body: u64 },
    /// It was said to be durable.
    Acknowledged { line: u64, by: Uuid, conversation: Uuid, client_id: String, seq: i64, id: Uuid },
    /// The policy said no.
    Denied { by: Uuid, client_id: String },
    /// A device was welcomed, and had said up to where it knows each conversation.
    Opened { line: u64, person: Uuid, resume: Vec<(Uuid, i64)> },
    /// An event brought a message.
    Heard { line: u64, message: Message },
    /// The device was told to fetch a conversation.
    Resync { line: u64, conversation: Uuid },
    /// It did: all that there was after `after`.
    Fetched { line: u64, conversation: Uuid, after: i64, messages: Vec<Message> },
    /// Whatever the line brings from here on was sent after the mark was set.
    Marked { line: u64, mark: u64 },
    /// It was acknowledged that older versions of the policy no longer permit sends here. The mark was set after that.
    Switched { conversation: Uuid, policy: i64, mark: u64 },
    /// It was acknowledged that somebody may not come in any more.
    Barred { person: Uuid },
}

/// See the module. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct History(Arc<Mutex<Vec<Entry>>>);

impl History {
    pub fn note(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A number for a line that no other one has.
    pub fn new_line() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }
}
