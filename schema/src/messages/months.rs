//! The months of messages: made ahead, and detached when they are old. What is detached is kept as a table of its own, and
//! nobody reads it here.

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::Error;
use crate::audit::{self, NewEntry};

/// Months for which partitions are made, the current one included.
const MONTHS_AHEAD: i32 = 4;

/// Makes the partitions of the month of `today` and of the next ones, where they are missing.
pub async fn make_partitions(connection: &mut AsyncPgConnection, today: NaiveDate) -> Result<(), Error> {
    diesel::sql_query("select make_message_partitions($1, $2)")
        .bind::<Date, _>(today)
        .bind::<Integer, _>(MONTHS_AHEAD)
        .execute(connection)
        .await?;
    Ok(())
}

/// The first month that is kept where `months` months are, besides that of `today`.
#[must_use]
pub fn kept_from(today: NaiveDate, months: u32) -> NaiveDate {
    today.with_day(1).unwrap_or(today).checked_sub_months(Months::new(months)).unwrap_or_default()
}

/// A month that was detached.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Detached {
    /// The table that it is now.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its first moment.
    #[diesel(sql_type = Timestamptz)]
    pub from_at: DateTime<Utc>,
    /// The first moment after it.
    #[diesel(sql_type = Timestamptz)]
    pub until_at: DateTime<Utc>,
}

/// Detaches the oldest month before that of `kept_from`, with its entry in the audit log; never the current one. Nothing: there
/// is none, or another node is at it. [`Error::TooSlow`]: somebody uses the messages; to be tried again later.
pub async fn detach_oldest(
    connection: &mut AsyncPgConnection,
    kept_from: NaiveDate,
    at: DateTime<Utc>,
) -> Result<Option<Detached>, Error> {
    connection
        .transaction(async |connection| {
            let detached: Option<Detached> =
                diesel::sql_query("select name, from_at, until_at from detach_oldest_month($1, $2)")
                    .bind::<Date, _>(kept_from)
                    .bind::<Timestamptz, _>(at)
                    .get_result(connection)
                    .await
                    .optional()?;
            if let Some(month) = &detached {
                let entry =
                    json!({ "table": month.name, "from_at": month.from_at, "until_at": month.until_at });
                let entry = NewEntry { at, kind: "messages.detached", actor_id: None, entry };
                audit::append(connection, &entry).await?;
            }
            Ok(detached)
        })
        .await
}

/// A table of messages.
#[derive(Debug, Clone, QueryableByName)]
pub struct MonthTable {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// About how many messages it has.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// How much of the disk it takes, with its indexes.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
    /// Whether it is no longer part of the messages.
    #[diesel(sql_type = Bool)]
    pub is_detached: bool,
    /// Whether it would be detached where `kept_from` is the first month that is kept.
    #[diesel(sql_type = Bool)]
    pub is_due: bool,
}

/// Every table of messages that there is, the detached ones first, by name. Without `kept_from` none is due.
pub async fn tables(
    connection: &mut AsyncPgConnection,
    kept_from: Option<NaiveDate>,
) -> Result<Vec<MonthTable>, Error> {
    Ok(diesel::sql_query(
        "select c.relname::text as name, greatest(c.reltuples, 0)::bigint as rows,
            pg_total_relation_size(c.oid)::bigint as bytes, part.inhparent is null as is_detached,
            coalesce(months.month + interval '1 month' <= $1, false) as is_due
         from pg_class c
         left join pg_inherits part on part.inhrelid = c.oid
         left join message_months() months on months.name = c.relname
         where c.oid in (select inhrelid from pg_inherits where inhparent = 'messages'::regclass
             union all select to_regclass(name)::oid from detached_months)
         order by is_detached desc, c.relname",
    )
    .bind::<Nullable<Date>, _>(kept_from)
    .load(connection)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_months_are_kept_besides_the_current_one() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(kept_from(date("2026-11-30"), 1), date("2026-10-01"));
        assert_eq!(kept_from(date("2026-01-01"), 1), date("2025-12-01"));
        assert_eq!(kept_from(date("2026-03-31"), 36), date("2023-03-01"));
    }
}
