//! What is not kept for ever: by message or by month, never what a hold is on, and with an entry in the audit log for each batch, so
//! that what is missing is known to have gone lawfully.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{
    Array, BigInt, Date, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::conversations::{ChannelKind, Kind};
use crate::ids::{ConversationId, MessageId};
use crate::pool::take_time;

/// A rule; the first that fits a message says when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The kind of conversation or of channel; none: any.
    pub kind: Option<String>,
    /// The level of the message's label; none: any.
    pub level: Option<i16>,
    /// What was said before this moment is due.
    pub until: DateTime<Utc>,
    /// How the configuration names it, for the record.
    pub term: String,
}

/// The rules, a column each.
struct Columns {
    kinds: Vec<String>,
    levels: Vec<i16>,
    until: Vec<DateTime<Utc>>,
}

impl Columns {
    fn of(rules: &[Rule]) -> Self {
        Self {
            kinds: rules.iter().map(|rule| rule.kind.clone().unwrap_or_default()).collect(),
            levels: rules.iter().map(|rule| rule.level.unwrap_or(-1)).collect(),
            until: rules.iter().map(|rule| rule.until).collect(),
        }
    }
}

/// What a batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Batch {
    /// How many messages were looked at.
    pub looked: i64,
    /// How many were erased.
    pub erased: usize,
    /// How many were due and are held.
    pub held: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    looked: i64,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    conversation_id: Option<ConversationId>,
    #[diesel(sql_type = Nullable<BigInt>)]
    seq: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    id: Option<MessageId>,
    #[diesel(sql_type = Nullable<Integer>)]
    rule: Option<i32>,
}

/// Goes on with the work of the day: looks at the next `most` messages, and erases what of them is due and not held, with an entry in
/// the audit log. Nothing: it is done, or another node is at it.
pub async fn erase_due(
    connection: &mut AsyncPgConnection,
    rules: &[Rule],
    most: i32,
    at: DateTime<Utc>,
) -> Result<Option<Batch>, Error> {
    let columns = Columns::of(rules);
    connection
        .transaction(async |connection| {
            let rows: Vec<Row> = sql_query("select * from erase_due($1, $2, $3, $4, $5, $6)")
                .bind::<Date, _>(at.date_naive())
                .bind::<Array<Text>, _>(&columns.kinds)
                .bind::<Array<SmallInt>, _>(&columns.levels)
                .bind::<Array<Timestamptz>, _>(&columns.until)
                .bind::<Integer, _>(most)
                .bind::<Timestamptz, _>(at)
                .load(connection)
                .await?;
            let Some(first) = rows.as_slice().first() else { return Ok(None) };
            let erased: Vec<_> = rows
                .iter()
                .filter_map(|row| {
                    let term = usize::try_from(row.rule? - 1).ok().and_then(|place| rules.get(place))?;
                    Some(json!({
                        "message_id": row.id?, "conversation_id": row.conversation_id?, "seq": row.seq?, "rule": term.term,
                    }))
                })
                .collect();
            let batch = Batch { looked: first.looked, erased: erased.len(), held: first.held };
            if !erased.is_empty() {
                let entry = json!({ "reason": "retention", "messages": erased, "held": batch.held });
                let entry = NewEntry { at, kind: "messages.erased", actor_id: None, entry };
                audit::append(connection, &entry).await?;
            }
            Ok(Some(batch))
        })
        .await
}

/// A month that went.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct ErasedMonth {
    /// The table that it was.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its first moment.
    #[diesel(sql_type = Timestamptz)]
    pub from_at: DateTime<Utc>,
    /// The first moment after it.
    #[diesel(sql_type = Timestamptz)]
    pub until_at: DateTime<Utc>,
    /// How many messages it had.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
}

/// Erases the oldest month of which all is due and nothing is held, with its entry in the audit log. Nothing: there is none, or another
/// node is at it. [`Error::TooSlow`]: somebody uses the messages; to be tried again later.
pub async fn erase_month(
    connection: &mut AsyncPgConnection,
    rules: &[Rule],
    at: DateTime<Utc>,
) -> Result<Option<ErasedMonth>, Error> {
    // Only where there is a rule for every message all of a month is known to be due.
    if !rules.iter().any(|rule| rule.kind.is_none() && rule.level.is_none()) {
        return Ok(None);
    }
    let Some(until) = rules.iter().map(|rule| rule.until).min() else { return Ok(None) };
    connection
        .transaction(async |connection| {
            let erased: Option<ErasedMonth> = sql_query("select * from erase_oldest_month($1, $2)")
                .bind::<Timestamptz, _>(until)
                .bind::<Timestamptz, _>(at)
                .get_result(connection)
                .await
                .optional()?;
            if let Some(month) = &erased {
                let terms: Vec<_> = rules.iter().map(|rule| &rule.term).collect();
                let entry = json!({
                    "reason": "retention", "table": month.name, "from_at": month.from_at, "until_at": month.until_at,
                    "messages": month.messages, "rules": terms,
                });
                let entry = NewEntry { at, kind: "messages.month_erased", actor_id: None, entry };
                audit::append(connection, &entry).await?;
            }
            Ok(erased)
        })
        .await
}

/// What would go, of one kind, label and month.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Due {
    /// The rule, counted from 1.
    #[diesel(sql_type = Integer)]
    pub rule: i32,
    /// The kind of conversation.
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    /// The kind of channel.
    #[diesel(sql_type = Nullable<Text>)]
    pub channel_kind: Option<ChannelKind>,
    /// The level of the label.
    #[diesel(sql_type = SmallInt)]
    pub label_level: i16,
    /// The first day of the month.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    /// How many messages would go.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// How many are held.
    #[diesel(sql_type = BigInt)]
    pub held: i64,
}

/// What would go at `at`. It reads all that is old enough, and takes the time it needs.
pub async fn preview(
    connection: &mut AsyncPgConnection,
    rules: &[Rule],
    at: DateTime<Utc>,
) -> Result<Vec<Due>, Error> {
    let columns = Columns::of(rules);
    connection
        .transaction(async |connection| {
            take_time(connection).await?;
            Ok(sql_query("select * from preview_retention($1, $2, $3, $4)")
                .bind::<Array<Text>, _>(&columns.kinds)
                .bind::<Array<SmallInt>, _>(&columns.levels)
                .bind::<Array<Timestamptz>, _>(&columns.until)
                .bind::<Timestamptz, _>(at)
                .load(connection)
                .await?)
        })
        .await
}
