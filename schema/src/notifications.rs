//! What the database tells the nodes: a changed mirror, an ended session, a new policy, an exception.
//!
//! One dedicated connection listens. Its own questions prove that it is alive, so a lost notification is never silent.

use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::StreamExt;
use uuid::Uuid;

use crate::exceptions::{Approver, Exception, Kind, NewException};
use crate::ids::{ExceptionId, ExceptionRequestId, PersonId, SessionId};
use crate::org_part::{self, News};
use crate::{Error, Pool, org_snapshot};

/// Something that every node must know at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notification {
    /// The mirror has another version.
    OrgChanged,
    /// A session ended.
    SessionEnded(SessionId),
    /// Another policy is active.
    PolicyChanged,
    /// An exception was asked for, decided about, made or ended.
    ExceptionChanged(ExceptionNote),
    /// A node could not tell the others what it stored.
    Untold,
}

/// Whom a change of an exception or of a request concerns. Each node finds out who of those listening there that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ExceptionNote {
    /// The request, where it is about one.
    pub request_id: Option<ExceptionRequestId>,
    /// The exception, where there is one.
    pub exception_id: Option<ExceptionId>,
    /// Who asked, or may write.
    pub from_id: PersonId,
    /// To whom.
    pub to_id: PersonId,
    /// Whose office decides.
    pub approver: Approver,
    /// Who made the exception that ended.
    pub approver_id: Option<PersonId>,
    /// A block is not told to those whom it concerns.
    pub is_block: bool,
}

impl ExceptionNote {
    /// That the exception was made.
    pub(crate) fn of_exception(new: &NewException) -> Self {
        let NewException { id, kind, from_id, to_id, approver, .. } = *new;
        let is_block = kind == Kind::Block;
        Self {
            request_id: None,
            exception_id: Some(id),
            from_id,
            to_id,
            approver,
            approver_id: None,
            is_block,
        }
    }

    /// That the exception ended.
    pub(crate) fn of_ended(ended: &Exception) -> Self {
        let Exception { id, kind, from_id, to_id, approver, approver_id, .. } = *ended;
        let (approver_id, is_block) = (Some(approver_id), kind == Kind::Block);
        Self { request_id: None, exception_id: Some(id), from_id, to_id, approver, approver_id, is_block }
    }
}

/// The connection that listens.
pub struct Listener {
    connection: AsyncPgConnection,
}

impl Listener {
    /// Connects, and listens from now on.
    pub async fn connect(pool: &Pool) -> Result<Self, Error> {
        let mut connection = AsyncPgConnection::establish(pool.url())
            .await
            .map_err(|error| Error::NoConnection(Box::new(error)))?;
        connection
            .batch_execute(
                "listen org_changed; listen session_ended; listen policy_changed; listen exception_changed; \
                 listen untold",
            )
            .await?;
        Ok(Self { connection })
    }

    /// The next notification, or `None` when `patience` is over. An error means: connect again and read everything.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<Notification>, Error> {
        let mut stream = pin!(self.connection.notifications_stream());
        loop {
            let Ok(item) = tokio::time::timeout(patience, stream.next()).await else { return Ok(None) };
            let Some(item) = item else {
                return Err(Error::NoConnection("the listening connection was closed".into()));
            };
            let told = item?;
            if told.channel == "exception_changed" {
                // What another version of the program said and this one does not understand concerns nobody here.
                let Ok(note) = serde_json::from_str(&told.payload) else { continue };
                return Ok(Some(Notification::ExceptionChanged(note)));
            }
            match (told.channel.as_str(), told.payload.parse::<Uuid>()) {
                ("org_changed", _) => return Ok(Some(Notification::OrgChanged)),
                ("untold", _) => return Ok(Some(Notification::Untold)),
                ("policy_changed", _) => return Ok(Some(Notification::PolicyChanged)),
                ("session_ended", Ok(id)) => return Ok(Some(Notification::SessionEnded(SessionId(id)))),
                _ => {}
            }
        }
    }

    /// The version of the mirror and the database's time, asked over the listening connection: an answer proves that
    /// it is alive.
    pub async fn org_version(&mut self, patience: Duration) -> Result<(i64, DateTime<Utc>), Error> {
        tokio::time::timeout(patience, org_snapshot::version_and_time(&mut self.connection))
            .await
            .map_err(|elapsed| Error::NoConnection(Box::new(elapsed)))?
    }
}

impl Listener {
    /// What of the mirror changed since version `since`, and the rows of the people of `due`, over the listening
    /// connection: a node whose pool is exhausted still hears.
    pub async fn org_news(
        &mut self,
        since: i64,
        due: &[PersonId],
        at: DateTime<Utc>,
        patience: Duration,
    ) -> Result<News, Error> {
        tokio::time::timeout(patience, org_part::load(&mut self.connection, since, due, at))
            .await
            .map_err(|elapsed| Error::NoConnection(Box::new(elapsed)))?
    }
}

/// Tells every node that the session ended, as soon as the transaction commits.
pub async fn notify_session_ended(
    connection: &mut AsyncPgConnection,
    session: SessionId,
) -> Result<(), Error> {
    notify(connection, "session_ended", &session.to_string()).await
}

/// Tells every node that another policy is active, as soon as the transaction commits.
pub async fn notify_policy_changed(connection: &mut AsyncPgConnection, number: i64) -> Result<(), Error> {
    notify(connection, "policy_changed", &number.to_string()).await
}

/// Tells every node that this one could not tell them what it stored.
pub async fn notify_untold(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    notify(connection, "untold", "").await
}

/// Tells every node that an exception changed, as soon as the transaction commits.
pub(crate) async fn notify_exception(
    connection: &mut AsyncPgConnection,
    note: &ExceptionNote,
) -> Result<(), Error> {
    let payload = serde_json::to_string(note).unwrap_or_default();
    notify(connection, "exception_changed", &payload).await
}

async fn notify(connection: &mut AsyncPgConnection, channel: &str, payload: &str) -> Result<(), Error> {
    diesel::sql_query("select pg_notify($1, $2)")
        .bind::<Text, _>(channel)
        .bind::<Text, _>(payload)
        .execute(connection)
        .await?;
    Ok(())
}
