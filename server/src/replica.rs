//! Reads that a standby of the database may answer: many rows at once, which nothing is decided by. What was committed before
//! somebody asks is in the answer, on whichever node it was written, or the primary is asked.

mod missed;
mod rest;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use schema::pool::PoolStatus;
use schema::standby::{self, Mark, Standing};
use schema::transaction::Link;
use schema::{Connection, Error, Pool};

use self::missed::Missed;
use self::rest::Rest;

/// How long a reader waits, time after time, for what is not there yet. A standby that follows is some milliseconds behind.
const WAITS: [Duration; 4] =
    [Duration::from_millis(1), Duration::from_millis(3), Duration::from_millis(8), Duration::from_millis(20)];

/// How long a connection to the standby may take, and then the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a standby that is behind is left alone: it is catching up.
const BEHIND: Duration = Duration::from_secs(1);

/// How long one is left alone that did not answer, or is none.
const FAILED: Duration = Duration::from_secs(5);

/// Where history and searches are read.
#[derive(Debug)]
pub struct Reads {
    primary: Pool,
    replica: Option<Replica>,
}

impl Reads {
    /// On the primary, and on its standby where there is one.
    pub fn new(primary: Pool, replica: Option<Pool>) -> Self {
        let replica =
            replica.map(|pool| Replica { pool, rest: Rest::default(), is_told: AtomicBool::default() });
        Self { primary, replica }
    }

    /// The figures of the connections to the standby.
    pub fn status(&self) -> Option<PoolStatus> {
        self.replica.as_ref().map(|replica| replica.pool.status())
    }

    /// What `read` reads: on the standby, if that has everything that is committed by now, on the primary otherwise. Whether
    /// somebody may see it must be asked before, and nowhere but on the primary.
    pub async fn run<T>(&self, read: impl AsyncFn(&mut Link) -> Result<T, Error>) -> Result<T, Error> {
        let mut primary = self.primary.get().await?;
        let Some(replica) = &self.replica else { return read(&mut primary).await };
        let missed = match replica.mark(&mut primary).await {
            Err(missed) => missed,
            Ok(mark) => {
                // Others may have it meanwhile.
                drop(primary);
                match replica.read(&mark, &read).await {
                    Ok(found) => {
                        count("replica", "caught_up");
                        return Ok(found);
                    }
                    Err(missed) => {
                        primary = self.primary.get().await?;
                        missed
                    }
                }
            }
        };
        count("primary", missed.name());
        read(&mut primary).await
    }
}

fn count(place: &'static str, why: &'static str) {
    metrics::counter!("chancery_replica_reads_total", "where" => place, "why" => why).increment(1);
}

/// A standby.
#[derive(Debug)]
struct Replica {
    pool: Pool,
    rest: Rest,
    /// Whether the log says that it is not used.
    is_told: AtomicBool,
}

impl Replica {
    /// What the standby must have for whoever reads now, unless it is left alone.
    async fn mark(&self, primary: &mut Link) -> Result<Mark, Missed> {
        if !self.rest.is_over(Instant::now()) {
            return Err(Missed::LeftAlone);
        }
        standby::mark(primary).await.map_err(|error| self.give_rest(Missed::Unmarked(error)))
    }

    async fn read<T>(
        &self,
        mark: &Mark,
        read: impl AsyncFn(&mut Link) -> Result<T, Error>,
    ) -> Result<T, Missed> {
        let found = self.try_read(mark, read).await.map_err(|missed| self.give_rest(missed))?;
        self.rest.end();
        if self.is_told.swap(false, Ordering::Relaxed) {
            tracing::info!("history and searches are read on the replica again");
        }
        Ok(found)
    }

    async fn try_read<T>(
        &self,
        mark: &Mark,
        read: impl AsyncFn(&mut Link) -> Result<T, Error>,
    ) -> Result<T, Missed> {
        let got = tokio::time::timeout(PATIENCE, self.pool.get()).await;
        let mut connection = got.map_err(|_| Missed::TooSlow)?.map_err(Missed::Failed)?;
        let reading = async {
            catch_up(&mut connection, mark).await?;
            read(&mut connection).await.map_err(Missed::Failed)
        };
        let Ok(found) = tokio::time::timeout(PATIENCE, reading).await else {
            // The answer may still come, and must not be taken for that to another question.
            drop(Connection::take(connection));
            return Err(Missed::TooSlow);
        };
        found
    }

    /// Leaves the standby alone for a while, and says why, unless that was said before.
    fn give_rest(&self, missed: Missed) -> Missed {
        let lasts = if matches!(missed, Missed::Behind) { BEHIND } else { FAILED };
        let is_new = self.rest.begin(missed.name(), lasts, Instant::now());
        if let Some(told) = missed.told().filter(|_| is_new) {
            self.is_told.store(true, Ordering::Relaxed);
            tracing::warn!(
                reason = told,
                "the replica is not used: history and searches are read on the primary"
            );
        }
        missed
    }
}

/// Waits until the standby has everything up to `mark`, for a moment.
async fn catch_up(connection: &mut Link, mark: &Mark) -> Result<(), Missed> {
    for wait in WAITS {
        if has_all(connection, mark).await? {
            return Ok(());
        }
        tokio::time::sleep(wait).await;
    }
    if has_all(connection, mark).await? { Ok(()) } else { Err(Missed::Behind) }
}

async fn has_all(connection: &mut Link, mark: &Mark) -> Result<bool, Missed> {
    let behind = match standby::standing(connection, mark).await.map_err(Missed::Failed)? {
        Standing::CaughtUp => 0,
        Standing::Behind(bytes) => bytes,
        Standing::NotAStandby => return Err(Missed::NotAStandby),
        Standing::AnotherHistory => return Err(Missed::AnotherHistory),
    };
    let bytes = u32::try_from(behind).map_or(f64::from(u32::MAX), f64::from);
    metrics::gauge!("chancery_replica_behind_bytes").set(bytes);
    Ok(behind == 0)
}
