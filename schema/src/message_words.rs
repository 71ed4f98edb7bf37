//! The words of messages, for the search within a case: taken a little after a message was stored, by one node at a time, and
//! all of them before a search is answered.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Bool, Nullable, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;

/// A send that is stored so long after it was taken is found when somebody searches, or with the next one there.
const LATE: TimeDelta = TimeDelta::minutes(2);

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = Nullable<Bool>)]
    is_left: Option<bool>,
}

async fn take(
    connection: &mut AsyncPgConnection,
    since: Option<DateTime<Utc>>,
    wait: bool,
) -> Result<bool, Error> {
    let left: Left = sql_query("select index_words($1, $2) as is_left")
        .bind::<Nullable<Timestamptz>, _>(since)
        .bind::<Bool, _>(wait)
        .get_result(connection)
        .await?;
    Ok(left.is_left.unwrap_or(false))
}

/// Takes the words of some messages, where something was sent since `since`, or wherever any are missing. False: nothing is left,
/// or another node is at it.
pub async fn take_some(
    connection: &mut AsyncPgConnection,
    since: Option<DateTime<Utc>>,
) -> Result<bool, Error> {
    take(connection, since.map(|since| since - LATE), false).await
}

/// The same for all messages that were stored before it is called, a batch with each call: false, and all of them are done. Who
/// else is at it is waited for.
pub async fn catch_up(connection: &mut AsyncPgConnection) -> Result<bool, Error> {
    take(connection, None, true).await
}
