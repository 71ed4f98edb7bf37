//! What operators ask of the sync: asked by anybody, answered by whoever leads the source.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::ids::{PersonId, SourceId};

/// The channel on which a leader is woken; the payload is the source's id.
pub const CHANNEL: &str = "directory_requested";

/// A request that was taken up.
#[derive(Debug, Clone, QueryableByName)]
pub struct Request {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// `read`, `preview` or `undo`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// preview: `ldif`, or nothing for the directory as it is. undo: `run_id`.
    #[diesel(sql_type = Jsonb)]
    pub argument: Value,
    /// Why it was asked.
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    /// The person who asked.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub asked_by: Option<PersonId>,
    /// The account that asked, where it was no person of the mirror.
    #[diesel(sql_type = Nullable<Text>)]
    pub asked_as: Option<String>,
}

/// What has become of a request.
#[derive(Debug, Clone, QueryableByName)]
pub struct Answer {
    /// `waiting`, `running`, `done` or `failed`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// What came of it.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub result: Option<Value>,
    /// Why it failed.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub error: Option<Value>,
}

/// Asks in the name of an account of the sync's host, and wakes whoever leads as soon as the transaction commits.
pub async fn ask(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    kind: &str,
    argument: &Value,
    reason: Option<&str>,
    asked_as: &str,
) -> Result<Uuid, Error> {
    let id = Uuid::now_v7();
    sql_query(
        "insert into directory_requests (id, source_id, kind, argument, reason, asked_as)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(source)
    .bind::<Text, _>(kind)
    .bind::<Jsonb, _>(argument)
    .bind::<Nullable<Text>, _>(reason)
    .bind::<Text, _>(asked_as)
    .execute(connection)
    .await?;
    wake(connection, source).await?;
    Ok(id)
}

/// Wakes whoever leads the source, as soon as the transaction commits.
pub async fn wake(connection: &mut AsyncPgConnection, source: SourceId) -> Result<(), Error> {
    sql_query("select pg_notify($1, $2)")
        .bind::<Text, _>(CHANNEL)
        .bind::<Text, _>(source.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes up the oldest request that waits. Only whoever leads the source may.
pub async fn next(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Option<Request>, Error> {
    Ok(sql_query(
        "update directory_requests set state = 'running'
         where id = (select id from directory_requests where source_id = $1 and state = 'waiting'
             order by asked_at, id limit 1)
         returning id, kind, argument, reason, asked_by, asked_as",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await
    .optional()?)
}

/// Lets those be taken up again that the last leader did not finish.
pub async fn take_up_again(connection: &mut AsyncPgConnection, source: SourceId) -> Result<usize, Error> {
    Ok(sql_query(
        "update directory_requests set state = 'waiting' where source_id = $1 and state = 'running'",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?)
}

/// Notes what came of a request.
pub async fn done(connection: &mut AsyncPgConnection, id: Uuid, result: &Value) -> Result<(), Error> {
    finish(connection, id, "done", Some(result), None).await
}

/// Notes that a request could not be met: code and the two messages.
pub async fn failed(connection: &mut AsyncPgConnection, id: Uuid, error: &Value) -> Result<(), Error> {
    finish(connection, id, "failed", None, Some(error)).await
}

async fn finish(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    state: &str,
    result: Option<&Value>,
    error: Option<&Value>,
) -> Result<(), Error> {
    sql_query(
        // The text of an LDIF has done its work, and may say of people what nobody shall find here later.
        "update directory_requests set state = $2, result = $3, error = $4, finished_at = now(),
             argument = case when argument ? 'ldif'
                 then argument - 'ldif' || jsonb_build_object('ldif_bytes', octet_length(argument->>'ldif'))
                 else argument end
         where id = $1 and state = 'running'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(state)
    .bind::<Nullable<Jsonb>, _>(result)
    .bind::<Nullable<Jsonb>, _>(error)
    .execute(connection)
    .await?;
    Ok(())
}

/// What has become of the request.
pub async fn answer(connection: &mut AsyncPgConnection, id: Uuid) -> Result<Answer, Error> {
    Ok(sql_query("select state, result, error from directory_requests where id = $1")
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await?)
}
