//! Stores messages: the one place that decides how sends share transactions.
//!
//! While one commit is under way, whatever arrives is the next batch; nothing waits for a timer. A conversation has one
//! writer, so its messages are stored and delivered in the order in which they came; conversations of different writers do not
//! wait for each other. Every queue is bounded: who comes when it is full is told so, and nothing of theirs was stored.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use schema::ids::ConversationId;
use schema::messages::{Message, Sealed};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::deliver;
use super::writer::Writer;
use crate::access::{Ground, Place};
use crate::app::App;
use crate::error::{Error, codes};

/// How many messages wait for one writer at most.
const QUEUE: usize = 512;
/// How many batches that are stored wait to be delivered; after that, the writer waits with them.
const UNDELIVERED: usize = 8;
/// How long what is being stored is waited for at a time.
const SETTLING: Duration = Duration::from_secs(2);
/// When somebody who was turned away may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A message that was decided about, to be stored.
pub struct Decided {
    /// The message; its number comes with the commit.
    pub message: Message,
    /// What the audit log keeps of it.
    pub sealed: Sealed,
    /// Where it is to be said.
    pub place: Place,
    /// By what it was decided.
    pub ground: Ground,
}

impl Decided {
    /// The version of the label of the conversation that it was decided under.
    pub(super) fn label_version(&self) -> i64 {
        self.place.room.conversation.label_version
    }

    /// Whether it would be decided by the same now.
    pub(super) fn stands(&self, app: &App) -> bool {
        self.ground.holds(app) && self.place.slot.still_has(&self.place.room)
    }
}

/// What became of a send.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is durable, with its number.
    Stored(Arc<Message>),
    /// It was durable already, under the same `client_id`.
    StoredBefore,
    /// What it was decided by is no longer so, or the conversation takes no messages any more: it is to be decided again.
    Outdated,
}

/// A message on its way to the database, and who waits for it.
pub(super) struct Waiting {
    pub(super) decided: Decided,
    pub(super) answer: Answer,
}

/// Who waits for what becomes of a message.
pub(super) struct Answer {
    since: Instant,
    to: oneshot::Sender<Result<Outcome, Error>>,
}

impl Answer {
    /// Says what became of it.
    pub(super) fn give(self, outcome: Result<Outcome, Error>) {
        metrics::histogram!("chancery_commit_seconds").record(self.since.elapsed().as_secs_f64());
        // Nobody waits any more: it is stored all the same.
        drop(self.to.send(outcome));
    }
}

/// The ways to the writers.
pub struct Commits {
    queues: Vec<mpsc::Sender<Waiting>>,
    /// Of each writer: odd while it stores something.
    turns: Vec<watch::Sender<u64>>,
    shares: RandomState,
}

/// The other ends of [`Commits`], until somebody works at them.
pub struct Queues(Vec<mpsc::Receiver<Waiting>>);

impl Commits {
    /// The ways to so many writers.
    pub fn new(writers: usize) -> (Self, Queues) {
        let (queues, ends) = (0..writers.max(1)).map(|_| mpsc::channel(QUEUE)).unzip();
        let turns = (0..writers.max(1)).map(|_| watch::Sender::new(0)).collect();
        (Self { queues, turns, shares: RandomState::new() }, Queues(ends))
    }

    /// How many messages wait to be stored.
    pub fn waiting(&self) -> usize {
        self.queues.iter().map(|queue| queue.max_capacity() - queue.capacity()).sum()
    }

    /// Whether, in a moment, whatever is being stored now is stored, or not. Then what is stored after that was looked at again
    /// after this was called; otherwise it is to be asked again later.
    pub async fn have_settled(&self) -> bool {
        tokio::time::timeout(SETTLING, self.settled()).await.is_ok()
    }

    async fn settled(&self) {
        for turn in &self.turns {
            let mut turn = turn.subscribe();
            if !turn.borrow_and_update().is_multiple_of(2) {
                // A writer that ended has nothing under way.
                let _ = turn.changed().await;
            }
        }
    }

    fn of(&self, conversation: ConversationId) -> Option<&mpsc::Sender<Waiting>> {
        let share = self.shares.hash_one(conversation) % u64::try_from(self.queues.len()).ok()?;
        self.queues.get(usize::try_from(share).ok()?)
    }
}

/// Stores what was decided, with its audit entry. An error other than [`Error::Overloaded`] means that the outcome is not
/// known: nothing is acknowledged, and the client sends again under the same `client_id`, which stores it at most once.
pub async fn commit(app: &App, decided: Decided) -> Result<Outcome, Error> {
    let (to, answered) = oneshot::channel();
    let unavailable = Error::Unavailable(codes::DATABASE_UNAVAILABLE);
    let Some(queue) = app.commits.of(decided.message.conversation_id) else { return Err(unavailable) };
    match queue.try_send(Waiting { decided, answer: Answer { since: Instant::now(), to } }) {
        Ok(()) => answered.await.unwrap_or(Err(unavailable)),
        Err(mpsc::error::TrySendError::Full(_)) => {
            metrics::counter!("chancery_sends_turned_away_total").increment(1);
            Err(Error::Overloaded { retry_after: RETRY_AFTER })
        }
        Err(mpsc::error::TrySendError::Closed(_)) => Err(unavailable),
    }
}

/// Starts the writers, and behind each who delivers what it stored. They work until `stop`, and then to the end of what waits.
pub fn start(app: &App, Queues(queues): Queues, stop: &CancellationToken, tasks: &TaskTracker) {
    for (queue, turn) in queues.into_iter().zip(&app.commits.turns) {
        let (stored, to_deliver) = mpsc::channel(UNDELIVERED);
        tasks.spawn(Writer::new(app.clone(), queue, stored, turn.clone()).run(stop.clone()));
        tasks.spawn(deliver::follow(app.clone(), to_deliver));
    }
}
