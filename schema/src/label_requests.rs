//! Wishes for a lower label, and what was decided on them by somebody else.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{ConversationId, LabelRequestId, MessageId, PersonId};
use crate::label_changes::{self, LabelChange, LabelChanged};
use crate::messages::{self, Message, Sealed};
use crate::tables::label_requests;
use crate::text_enum::text_enum;

text_enum! {
    /// What became of a wish.
    #[schema(as = LabelRequestOutcome)]
    Outcome {
        /// It was granted.
        Approved = "approved",
        /// It was not.
        Refused = "refused",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

/// The wish for a lower label.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = label_requests)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct LabelRequest {
    pub id: LabelRequestId,
    pub conversation_id: ConversationId,
    pub message_id: Option<MessageId>,
    pub message_seq: Option<i64>,
    pub target_id: Option<ConversationId>,
    pub from_level: i16,
    pub from_categories: Vec<String>,
    pub to_level: i16,
    pub to_categories: Vec<String>,
    pub label_policy: String,
    pub reason: String,
    pub requested_by: PersonId,
    pub requested_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub outcome: Option<Outcome>,
    pub decided_by: Option<PersonId>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision_reason: Option<String>,
    pub made_id: Option<MessageId>,
}

impl LabelRequest {
    /// Whether somebody may still decide on it at `at`.
    pub fn is_waiting(&self, at: DateTime<Utc>) -> bool {
        self.outcome.is_none() && self.expires_at > at
    }
}

/// What somebody decided.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Settlement {
    pub id: LabelRequestId,
    pub decided_by: PersonId,
    pub decided_at: DateTime<Utc>,
    pub reason: String,
}

/// The index that a second wish for the same runs into.
pub const ONE_AT_A_TIME: &str = "label_requests_waiting";

/// Keeps the wish, with its entry in the audit log. One for the same on which nobody decided in time makes way.
pub async fn make(
    connection: &mut AsyncPgConnection,
    request: &LabelRequest,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            let same = label_requests::table
                .filter(label_requests::conversation_id.eq(request.conversation_id))
                .filter(label_requests::message_id.is_not_distinct_from(request.message_id))
                .filter(label_requests::outcome.is_null())
                .filter(label_requests::expires_at.le(request.requested_at));
            diesel::update(same)
                .set((
                    label_requests::outcome.eq(Outcome::Expired),
                    label_requests::decided_at.eq(label_requests::expires_at.nullable()),
                ))
                .execute(connection)
                .await?;
            diesel::insert_into(label_requests::table).values(request).execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// The wish `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: LabelRequestId) -> Result<LabelRequest, Error> {
    Ok(label_requests::table.find(id).select(LabelRequest::as_select()).first(connection).await?)
}

/// How many of `person` wait at `at`.
pub async fn waiting_of(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    at: DateTime<Utc>,
) -> Result<i64, Error> {
    Ok(label_requests::table
        .filter(label_requests::requested_by.eq(person))
        .filter(label_requests::outcome.is_null())
        .filter(label_requests::expires_at.gt(at))
        .count()
        .get_result(connection)
        .await?)
}

/// Up to `limit` that wait at `at`, the oldest first, after the key of another one. Who may decide on them is the
/// caller's question.
pub async fn waiting(
    connection: &mut AsyncPgConnection,
    at: DateTime<Utc>,
    after: Option<(DateTime<Utc>, LabelRequestId)>,
    limit: i64,
) -> Result<Vec<LabelRequest>, Error> {
    let mut query = label_requests::table
        .filter(label_requests::outcome.is_null())
        .filter(label_requests::expires_at.gt(at))
        .order((label_requests::requested_at, label_requests::id))
        .select(LabelRequest::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(
            label_requests::requested_at
                .gt(at)
                .or(label_requests::requested_at.eq(at).and(label_requests::id.gt(id))),
        );
    }
    Ok(query.load(connection).await?)
}

/// Up to `limit` of those that `person` asked for, the newest first, before the key of another one.
pub async fn of_person(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    before: Option<(DateTime<Utc>, LabelRequestId)>,
    limit: i64,
) -> Result<Vec<LabelRequest>, Error> {
    let mut query = label_requests::table
        .filter(label_requests::requested_by.eq(person))
        .order((label_requests::requested_at.desc(), label_requests::id.desc()))
        .select(LabelRequest::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(
            label_requests::requested_at
                .lt(at)
                .or(label_requests::requested_at.eq(at).and(label_requests::id.lt(id))),
        );
    }
    Ok(query.load(connection).await?)
}

/// Refuses the wish, with its entry in the audit log. False: nobody may decide on it any more.
pub async fn refuse(
    connection: &mut AsyncPgConnection,
    settlement: &Settlement,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            if !lock(connection, settlement).await? {
                return Ok(false);
            }
            settle(connection, settlement, Outcome::Refused, None).await?;
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Grants the wish for a lower label of a conversation. Nothing where nobody may decide on it any more, or the label is
/// another one by now.
pub async fn lower(
    connection: &mut AsyncPgConnection,
    settlement: &Settlement,
    change: &LabelChange,
    entry: &NewEntry,
) -> Result<Option<LabelChanged>, Error> {
    connection
        .transaction(async |connection| {
            if !lock(connection, settlement).await? {
                return Ok(None);
            }
            let entries = |_: &[PersonId]| vec![entry.clone()];
            // Whoever was cleared for the higher label is for the lower one: nobody goes.
            let Some(changed) = label_changes::change(connection, change, |_| false, entries).await? else {
                return Ok(None);
            };
            settle(connection, settlement, Outcome::Approved, None).await?;
            Ok(Some(changed))
        })
        .await
}

/// Grants the wish to say a message again under a lower label, and stores that message; its number is the answer.
/// Nothing where nobody may decide on it any more, or the place has another label than `label_version` by now.
pub async fn say_again(
    connection: &mut AsyncPgConnection,
    settlement: &Settlement,
    message: &Message,
    label_version: i64,
    sealed: &Sealed,
    entry: &NewEntry,
) -> Result<Option<i64>, Error> {
    connection
        .transaction(async |connection| {
            if !lock(connection, settlement).await? {
                return Ok(None);
            }
            let seq = match messages::store(connection, message, label_version, sealed).await {
                Err(Error::NotFound) => return Ok(None),
                stored => stored?,
            };
            settle(connection, settlement, Outcome::Approved, Some(message.id)).await?;
            audit::append(connection, entry).await?;
            Ok(Some(seq))
        })
        .await
}

/// Whether the wish waits; nobody else decides on it until the transaction ends.
async fn lock(connection: &mut AsyncPgConnection, settlement: &Settlement) -> Result<bool, Error> {
    let request: LabelRequest = label_requests::table
        .find(settlement.id)
        .for_update()
        .select(LabelRequest::as_select())
        .first(connection)
        .await?;
    Ok(request.is_waiting(settlement.decided_at))
}

async fn settle(
    connection: &mut AsyncPgConnection,
    settlement: &Settlement,
    outcome: Outcome,
    made: Option<MessageId>,
) -> Result<(), Error> {
    diesel::update(label_requests::table.find(settlement.id))
        .set((
            label_requests::outcome.eq(outcome),
            label_requests::decided_by.eq(settlement.decided_by),
            label_requests::decided_at.eq(settlement.decided_at),
            label_requests::decision_reason.eq(&settlement.reason),
            label_requests::made_id.eq(made),
        ))
        .execute(connection)
        .await?;
    Ok(())
}
