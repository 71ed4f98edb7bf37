//! Stores one message: the one place that decides how sends share transactions.

use std::time::Duration;

use schema::messages::{self, Message};

use crate::app::App;
use crate::error::{Error, codes, describe};

/// How long the database may take to store a message.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable, under this number.
    Stored(i64),
    /// It was durable already, under the same `client_id`.
    StoredBefore,
    /// The conversation takes no messages any more, or has another label than the one it was decided under.
    Outdated,
}

/// Stores `message` with its audit entry. An error means that the outcome is not known: nothing is acknowledged, and
/// the client sends again under the same `client_id`, which stores it at most once.
pub async fn commit(
    app: &App,
    message: &Message,
    label_version: i64,
    entry: &serde_json::Value,
) -> Result<Outcome, Error> {
    let started_at = std::time::Instant::now();
    let mut connection = app.pool.get().await?;
    let stored =
        tokio::time::timeout(PATIENCE, messages::store(&mut connection, message, label_version, entry)).await;
    metrics::histogram!("chancery_commit_seconds").record(started_at.elapsed().as_secs_f64());
    match stored {
        Ok(Ok(seq)) => Ok(Outcome::Stored(seq)),
        Ok(Err(error)) if error.refused_by(messages::ONE_PER_CLIENT_ID) => Ok(Outcome::StoredBefore),
        Ok(Err(schema::Error::NotFound)) => Ok(Outcome::Outdated),
        Ok(Err(error)) => {
            tracing::error!(error = %describe::chain(&error), "a message was not stored, or not known to be");
            Err(Error::Unavailable(codes::DATABASE_UNAVAILABLE))
        }
        Err(_) => {
            // The statement may still run: nobody else may get this connection.
            drop(schema::Connection::take(connection));
            tracing::error!(seconds = PATIENCE.as_secs(), "the database did not store a message in time");
            Err(Error::Unavailable(codes::DATABASE_UNAVAILABLE))
        }
    }
}
