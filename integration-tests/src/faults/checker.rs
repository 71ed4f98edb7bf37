//! Compares what happened with what is stored, and names every promise that was broken. Pure: it asks nobody.

mod lines;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use uuid::Uuid;

use super::history::{Entry, Message};

/// What is known of the conversations, and what they hold when all is quiet.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Whom the gate allows to read each conversation.
    pub readers: BTreeMap<Uuid, BTreeSet<Uuid>>,
    /// The number of the last message that was there before; 0 where there was none.
    pub before: BTreeMap<Uuid, i64>,
    /// What the database holds since then, by conversation and number.
    pub stored: Vec<Message>,
    /// What each reader is given since then, in the same order.
    pub read: BTreeMap<(Uuid, Uuid), Vec<Message>>,
}

/// Which promise was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// What was acknowledged is not stored, or otherwise.
    AcknowledgedNotStored,
    /// One `client_id` was acknowledged as two messages.
    AcknowledgedTwice,
    /// One `client_id` is stored twice.
    StoredTwice,
    /// Two messages have one number, or a number is missing.
    NotGapless,
    /// What is stored was never sent, or denied, or sent otherwise.
    StoredNotSent,
    /// What one device said in order and had acknowledged at once is stored in another order.
    SaidInAnotherOrder,
    /// A line brought a message after a later one, or twice.
    OutOfOrder,
    /// A line left messages out and did not say so.
    LeftOut,
    /// A resumption did not begin where the device was.
    NotResumed,
    /// A message reached somebody whom the gate does not allow.
    ToAStranger,
    /// What was delivered is not what is stored.
    Altered,
    /// A message never reached somebody who listened to the end.
    NotDelivered,
    /// What a reader is given is not what is stored.
    ReadOtherwise,
    /// What an older policy permitted was taken or delivered after the switch was acknowledged.
    AfterTheSwitch,
}

/// A broken promise, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub broken: Broken,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.broken, self.what)
    }
}

/// How much there was to check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Messages that were sent, each once.
    pub sent: usize,
    /// Tries to send them.
    pub tries: usize,
    pub acknowledged: usize,
    pub denied: usize,
    pub stored: usize,
    /// Messages that events brought.
    pub heard: usize,
    /// Messages that were fetched because the server said so.
    pub fetched: usize,
    /// Connections that were welcomed.
    pub lines: usize,
    pub resyncs: usize,
}

/// Everything that is wrong, and how much was looked at.
pub fn check(entries: &[Entry], world: &World) -> (Vec<Finding>, Counted) {
    let mut findings = Findings::default();
    stored::check(entries, world, &mut findings);
    lines::check(entries, world, &mut findings);
    (findings.0, count(entries, world))
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, broken: Broken, what: impl Into<String>) {
        self.0.push(Finding { broken, what: what.into() });
    }
}

fn count(entries: &[Entry], world: &World) -> Counted {
    let mut counted = Counted { stored: world.stored.len(), ..Counted::default() };
    let (mut sent, mut acknowledged) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        match entry {
            Entry::Sent { client_id, .. } => {
                counted.tries += 1;
                sent.insert(client_id);
            }
            Entry::Acknowledged { client_id, .. } => {
                acknowledged.insert(client_id);
            }
            Entry::Denied { .. } => counted.denied += 1,
            Entry::Opened { .. } => counted.lines += 1,
            Entry::Heard { .. } => counted.heard += 1,
            Entry::Resync { .. } => counted.resyncs += 1,
            Entry::Fetched { messages, .. } => counted.fetched += messages.len(),
            Entry::Marked { .. } | Entry::Switched { .. } | Entry::Barred { .. } => {}
        }
    }
    Counted { sent: sent.len(), acknowledged: acknowledged.len(), ..counted }
}
