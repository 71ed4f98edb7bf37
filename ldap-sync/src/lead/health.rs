//! Writes how the source is, where operators see it.

use std::time::Duration;

use schema::ids::SourceId;
use schema::source_health::{self, Health};
use schema::{Error, Pool};
use tokio::time::Instant;

use super::trouble::Trouble;

/// A sign of life is noted at most so often.
pub(super) const HEARD: Duration = Duration::from_secs(10);

/// How one source is.
pub(super) struct Book {
    pool: Pool,
    source: SourceId,
    /// What was written last.
    said: Option<(Health, Option<Trouble>)>,
    heard: Option<Instant>,
}

impl Book {
    pub(super) fn new(pool: Pool, source: SourceId) -> Self {
        Self { pool, source, said: None, heard: None }
    }

    pub(super) async fn describe(&mut self, kind: &str, url: &str) -> Result<(), Error> {
        source_health::describe(&mut *self.pool.get().await?, self.source, kind, url).await
    }

    /// Says how it is, where that is not what was said last.
    pub(super) async fn say(&mut self, health: Health, trouble: Option<Trouble>) -> Result<(), Error> {
        let saying = (health, trouble);
        if self.said.as_ref() == Some(&saying) {
            return Ok(());
        }
        let trouble = saying.1.as_ref().map(Trouble::json);
        source_health::set(&mut *self.pool.get().await?, self.source, health, trouble.as_ref()).await?;
        self.said = Some(saying);
        Ok(())
    }

    /// The directory gave a sign of life.
    pub(super) async fn heard(&mut self) -> Result<(), Error> {
        if self.heard.is_some_and(|heard| heard.elapsed() < HEARD) {
            return Ok(());
        }
        source_health::heard(&mut *self.pool.get().await?, self.source).await?;
        self.heard = Some(Instant::now());
        Ok(())
    }
}
