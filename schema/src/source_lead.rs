//! Who leads a source: one process, for as long as one connection of it lives.

use std::pin::pin;
use std::time::Duration;

use diesel::sql_types::{Bool, Integer, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::StreamExt;

use crate::directory_requests::CHANNEL;
use crate::ids::SourceId;
use crate::{Error, Pool};

/// How long Postgres may take to answer the question whether it is there.
const ANSWER: Duration = Duration::from_secs(5);

/// The lead of one source. It ends with its connection, whatever ends that.
pub struct Lead {
    connection: AsyncPgConnection,
    source: SourceId,
    backend: i32,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
    #[diesel(sql_type = Integer)]
    backend: i32,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    held: bool,
}

impl Lead {
    /// Takes the lead of `source` and hears from now on what is asked of it; none where somebody else has it.
    pub async fn take(pool: &Pool, source: SourceId) -> Result<Option<Self>, Error> {
        let connecting = AsyncPgConnection::establish(pool.url());
        let mut connection = tokio::time::timeout(ANSWER, connecting)
            .await
            .map_err(|elapsed| Error::NoConnection(Box::new(elapsed)))?
            .map_err(|error| Error::NoConnection(Box::new(error)))?;
        // A host that is lost without a word must not keep the lead for hours.
        connection
            .batch_execute(&format!(
                "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
                 listen {CHANNEL}"
            ))
            .await?;
        let answer: Taken = sql_query(
            "select pg_try_advisory_lock(hashtextextended('sync:' || $1::text, 0)) as taken,
                 pg_backend_pid() as backend",
        )
        .bind::<SqlUuid, _>(source)
        .get_result(&mut connection)
        .await?;
        Ok(answer.taken.then_some(Self { connection, source, backend: answer.backend }))
    }

    /// What [`still_leads`] asks for.
    pub fn backend(&self) -> i32 {
        self.backend
    }

    /// Waits until something is asked of the source, at most for `patience`; says whether there is. An error means
    /// that the lead is lost.
    pub async fn asked(&mut self, patience: Duration) -> Result<bool, Error> {
        {
            let source = self.source.to_string();
            let mut told = pin!(self.connection.notifications_stream());
            let waiting = async {
                while let Some(told) = told.next().await {
                    let told = told?;
                    if told.channel == CHANNEL && told.payload == source {
                        return Ok(());
                    }
                }
                Err(Error::NoConnection("the connection that leads was closed".into()))
            };
            match tokio::time::timeout(patience, waiting).await {
                Ok(Ok(())) => return Ok(true),
                Ok(Err(error)) => return Err(error),
                Err(_) => {}
            }
        }
        // Quiet for so long: an answer proves that the connection is alive.
        let answer =
            tokio::time::timeout(ANSWER, still_leads(&mut self.connection, self.source, self.backend));
        if answer.await.map_err(|elapsed| Error::NoConnection(Box::new(elapsed)))?? {
            Ok(false)
        } else {
            Err(Error::NoConnection("the lead is somebody else's".into()))
        }
    }
}

/// Whether the connection `backend` still leads `source`. Asked within the transaction that writes, under the lock
/// of all that apply, it is true until that transaction ends: the next leader waits for the same lock.
pub async fn still_leads(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    backend: i32,
) -> Result<bool, Error> {
    let answer: Held = sql_query(
        "select exists (select from pg_locks where locktype = 'advisory' and pid = $2 and granted
             and database = (select oid from pg_database where datname = current_database())
             and objsubid = 1
             and (classid::bigint << 32) | objid::bigint = hashtextextended('sync:' || $1::text, 0)) as held",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Integer, _>(backend)
    .get_result(connection)
    .await?;
    Ok(answer.held)
}
