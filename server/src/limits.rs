//! How much one person may do in a time, and how much may be said in one conversation.
//!
//! Each node counts for itself and, twice a second, tells the others what was spent by whoever has little left: so a flood
//! over several nodes is one flood, and whoever merely works is no news.

pub mod buckets;

use std::time::{Duration, Instant};

use schema::ids::{ConversationId, PersonId};
use tokio_util::sync::CancellationToken;

use self::buckets::Buckets;
use crate::app::App;
use crate::config;
use crate::error::{Code, Error, codes};
use crate::realtime::bus::{Note, Spent};

/// How often others are told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// How many questions somebody may put to the gate at once, and how soon one more.
const QUESTIONS: u32 = 600;
const QUESTION_EVERY: Duration = Duration::from_millis(10);
/// How many exceptions somebody may ask for at once, and how soon one more.
const EXCEPTIONS: u32 = 20;
const EXCEPTION_EVERY: Duration = Duration::from_mins(3);

/// What is counted on this node.
pub struct Limits {
    messages: Buckets<PersonId>,
    conversations: Buckets<ConversationId>,
    requests: Buckets<PersonId>,
    /// Of this node alone, as the next: what they cost is borne by it.
    questions: Buckets<PersonId>,
    exceptions: Buckets<PersonId>,
}

impl Limits {
    /// With the limits of the configuration.
    pub fn new(settings: &config::Limits) -> Self {
        let a_minute = |count: u32| Duration::from_mins(1) / count.max(1);
        Self {
            messages: Buckets::new(settings.messages_at_once, a_minute(settings.messages_per_minute)),
            conversations: Buckets::new(
                settings.conversation_messages_at_once,
                a_minute(settings.conversation_messages_per_minute),
            ),
            requests: Buckets::new(settings.requests_at_once, a_minute(settings.requests_per_minute)),
            questions: Buckets::new(QUESTIONS, QUESTION_EVERY),
            exceptions: Buckets::new(EXCEPTIONS, EXCEPTION_EVERY),
        }
    }

    /// Counts a message that somebody wants to send, or says when to come back.
    pub fn message(&self, person: PersonId) -> Result<(), Error> {
        counted("message", codes::TOO_MANY_MESSAGES, self.messages.take(person, Instant::now()))
    }

    /// Counts a message that may be said in a conversation, or says when to come back.
    pub fn conversation(&self, conversation: ConversationId) -> Result<(), Error> {
        let taken = self.conversations.take(conversation, Instant::now());
        counted("conversation", codes::CONVERSATION_BUSY, taken)
    }

    /// Counts a request or a frame of somebody, or says when to come back.
    pub fn request(&self, person: PersonId) -> Result<(), Error> {
        counted("request", codes::TOO_MANY_CALLS, self.requests.take(person, Instant::now()))
    }

    /// Counts a question that somebody puts to the gate, or says when to come back.
    pub fn question(&self, person: PersonId) -> Result<(), Error> {
        counted("question", codes::TOO_MANY_QUESTIONS, self.questions.take(person, Instant::now()))
    }

    /// Counts an exception that somebody asks for, or says when to come back.
    pub fn exception(&self, person: PersonId) -> Result<(), Error> {
        counted("exception", codes::TOO_MANY_REQUESTS, self.exceptions.take(person, Instant::now()))
    }

    /// Counts what was spent on another node.
    pub fn spent_elsewhere(&self, spent: &Spent) {
        let now = Instant::now();
        spent.messages.iter().for_each(|(person, count)| self.messages.spend(*person, *count, now));
        spent.requests.iter().for_each(|(person, count)| self.requests.spend(*person, *count, now));
        for (conversation, count) in &spent.conversations {
            self.conversations.spend(*conversation, *count, now);
        }
    }

    /// What others have not been told yet of those who have little left.
    fn untold(&self) -> Spent {
        let now = Instant::now();
        Spent {
            messages: self.messages.untold(now),
            conversations: self.conversations.untold(now),
            requests: self.requests.untold(now),
        }
    }

    /// Forgets those of whom nothing counts any more.
    pub fn forget(&self) {
        let now = Instant::now();
        self.messages.forget(now);
        self.conversations.forget(now);
        self.requests.forget(now);
        self.questions.forget(now);
        self.exceptions.forget(now);
    }
}

fn counted(limit: &'static str, code: Code, taken: Result<(), Duration>) -> Result<(), Error> {
    taken.map_err(|wait| {
        metrics::counter!("chancery_limited_total", "limit" => limit).increment(1);
        Error::too_many(code, wait)
    })
}

/// Tells the other nodes what is spent here, until `stop`.
pub async fn share(app: App, stop: CancellationToken) {
    let mut tick = tokio::time::interval(TELL_EVERY);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        let spent = app.limits.untold();
        if !spent.is_empty() {
            app.bus.tell(Note::Spent(spent));
        }
    }
}
