//! One writer: takes what waits, stores it in one transaction, tells who waits, and hands it on to be delivered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use schema::Connection;
use schema::ids::{ConversationId, PersonId};
use schema::messages::{self, Message, Stored, ToStore};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::commit::{Outcome, Waiting};
use super::deliver::{self, ToDeliver};
use crate::app::App;
use crate::error::{Error, codes, describe};

/// How many messages share a transaction at most: more would keep the first of them waiting.
const BATCH: usize = 256;
/// How long a connection may rest before it goes back to the pool.
const REST: Duration = Duration::from_secs(1);
/// How long the database may take to store a batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
pub(super) struct Writer {
    app: App,
    queue: mpsc::Receiver<Waiting>,
    stored: mpsc::Sender<Vec<ToDeliver>>,
    /// Odd from before it is asked whether what was decided stands until it is stored, or not.
    turn: watch::Sender<u64>,
    /// Kept while there is something to do, and a little longer.
    connection: Option<Connection>,
}

/// Why a batch was not stored.
enum Failure {
    /// The database refused the statement: nothing of it is stored.
    Refused,
    /// It is not known whether it is stored.
    Unknown,
}

impl Writer {
    pub(super) fn new(
        app: App,
        queue: mpsc::Receiver<Waiting>,
        stored: mpsc::Sender<Vec<ToDeliver>>,
        turn: watch::Sender<u64>,
    ) -> Self {
        Self { app, queue, stored, turn, connection: None }
    }

    /// Works until `stop`, and then to the end of what waits.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            if stop.is_cancelled() {
                self.queue.close();
            }
            tokio::select! {
                biased;
                taken = self.queue.recv_many(&mut batch, BATCH) => if taken == 0 { break },
                () = stop.cancelled(), if !stop.is_cancelled() => continue,
                // The pool looks whether one that rested is alive; that is one more question to the database, and not worth
                // asking before every batch.
                () = tokio::time::sleep(REST), if self.connection.is_some() => {
                    self.connection = None;
                    continue;
                }
            }
            self.turn.send_modify(|turn| *turn += 1);
            self.write(std::mem::take(&mut batch)).await;
            self.turn.send_modify(|turn| *turn += 1);
        }
    }

    async fn write(&mut self, batch: Vec<Waiting>) {
        let (batch, twins) = self.to_store(batch);
        if batch.is_empty() {
            return;
        }
        metrics::histogram!("chancery_commit_messages")
            .record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        match self.store(&batch).await {
            Ok(stored) => self.settle(batch, &stored).await,
            // One of them is at fault, and the others shall not pay for it.
            Err(Failure::Refused) if batch.len() > 1 => {
                for waiting in batch {
                    self.write_alone(waiting).await;
                }
            }
            Err(_) => batch.into_iter().for_each(unavailable),
        }
        // What they repeat is settled: whoever tries again finds it.
        for twin in twins {
            twin.answer.give(Ok(Outcome::Outdated));
        }
    }

    async fn write_alone(&mut self, waiting: Waiting) {
        match self.store(std::slice::from_ref(&waiting)).await {
            Ok(stored) => self.settle(vec![waiting], &stored).await,
            Err(_) => unavailable(waiting),
        }
    }

    /// What of the batch is to be stored, and what repeats another of it. What was decided by something that is no longer so
    /// is answered: it is decided again.
    fn to_store(&self, batch: Vec<Waiting>) -> (Vec<Waiting>, Vec<Waiting>) {
        let (stands, outdated): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|waiting| waiting.decided.stands(&self.app));
        for waiting in outdated {
            waiting.answer.give(Ok(Outcome::Outdated));
        }
        let mut seen: HashSet<(ConversationId, PersonId, String)> = HashSet::with_capacity(stands.len());
        stands.into_iter().partition(|waiting| {
            let message = &waiting.decided.message;
            let key = (message.conversation_id, message.author_id, message.client_id.clone());
            seen.insert(key)
        })
    }

    /// Stores all of them, or nothing.
    async fn store(&mut self, batch: &[Waiting]) -> Result<Vec<Stored>, Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.app.writing.get().await.map_err(|error| Failure::of(&error))?,
        };
        let to_store: Vec<ToStore<'_>> = batch.iter().map(to_store).collect();
        let storing = messages::store_all(&mut connection, &to_store);
        match tokio::time::timeout(PATIENCE, storing).await {
            Ok(Ok(stored)) => {
                self.connection = Some(connection);
                Ok(stored)
            }
            Ok(Err(error)) => Err(Failure::of(&error)),
            Err(_) => {
                // The statement may still run: nobody else may get this connection.
                drop(Connection::take(connection));
                tracing::error!(seconds = PATIENCE.as_secs(), "the database did not store messages in time");
                Err(Failure::Unknown)
            }
        }
    }

    /// Says what became of each, and has the new ones delivered.
    async fn settle(&self, batch: Vec<Waiting>, stored: &[Stored]) {
        let mut new = Vec::with_capacity(batch.len());
        for (Waiting { decided, answer }, stored) in batch.into_iter().zip(stored) {
            match *stored {
                Stored::New(seq) => {
                    let label_version = decided.label_version();
                    let message = Arc::new(Message { seq, ..decided.message });
                    let to_deliver = ToDeliver { message: Arc::clone(&message), label_version };
                    deliver::note(&self.app, &to_deliver);
                    new.push(to_deliver);
                    answer.give(Ok(Outcome::Stored(message)));
                }
                Stored::Before(_) => answer.give(Ok(Outcome::StoredBefore)),
                Stored::Not => {
                    self.app.chat.rooms.forget(decided.message.conversation_id);
                    answer.give(Ok(Outcome::Outdated));
                }
            }
        }
        metrics::counter!("chancery_messages_stored_total").increment(new.len() as u64);
        // Whoever delivers ends after this writer, so this only waits.
        drop(self.stored.send(new).await);
    }
}

fn to_store(waiting: &Waiting) -> ToStore<'_> {
    let decided = &waiting.decided;
    ToStore { message: &decided.message, label_version: decided.label_version(), sealed: &decided.sealed }
}

impl Failure {
    fn of(error: &schema::Error) -> Self {
        tracing::error!(error = %describe::chain(error), "messages were not stored, or not known to be");
        if matches!(error, schema::Error::NoConnection(_)) { Self::Unknown } else { Self::Refused }
    }
}

fn unavailable(waiting: Waiting) {
    waiting.answer.give(Err(Error::Unavailable(codes::DATABASE_UNAVAILABLE)));
}
