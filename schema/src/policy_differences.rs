//! Where the set of rules in the shadow would have decided otherwise.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::tables::policy_differences;

/// Decisions that came out differently, by the same rules.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = policy_differences)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Difference {
    /// The set in the shadow.
    pub number: i64,
    /// What was to be done.
    pub action: String,
    /// The rule that decided.
    pub before_rule: String,
    /// The rule that would have decided.
    pub after_rule: String,
    /// Whether it was allowed.
    pub was_allowed: bool,
    /// Whether it would have been.
    pub is_allowed: bool,
    /// How many decisions.
    pub decisions: i64,
    /// The facts of one of them, in words.
    pub example: String,
    /// The first of them.
    pub first_at: DateTime<Utc>,
    /// The last.
    pub last_at: DateTime<Utc>,
}

/// Adds to what is counted.
pub async fn count(connection: &mut AsyncPgConnection, found: &[Difference]) -> Result<(), Error> {
    for one in found {
        sql_query(
            "insert into policy_differences as known
                 (number, action, before_rule, after_rule, was_allowed, is_allowed, decisions, example, first_at, last_at)
             values ($1, $2, $3, $4, $5, $6, $7, left($8, 2000), $9, $10)
             on conflict (number, action, before_rule, after_rule) do update
             set decisions = known.decisions + excluded.decisions, last_at = greatest(known.last_at, excluded.last_at)",
        )
        .bind::<BigInt, _>(one.number)
        .bind::<Text, _>(&one.action)
        .bind::<Text, _>(&one.before_rule)
        .bind::<Text, _>(&one.after_rule)
        .bind::<Bool, _>(one.was_allowed)
        .bind::<Bool, _>(one.is_allowed)
        .bind::<BigInt, _>(one.decisions)
        .bind::<Text, _>(&one.example)
        .bind::<Timestamptz, _>(one.first_at)
        .bind::<Timestamptz, _>(one.last_at)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// What was counted for a set, other verdicts first, the most frequent first.
pub async fn of(connection: &mut AsyncPgConnection, number: i64) -> Result<Vec<Difference>, Error> {
    let mut found: Vec<Difference> = policy_differences::table
        .filter(policy_differences::number.eq(number))
        .order(policy_differences::decisions.desc())
        .limit(500)
        .select(Difference::as_select())
        .load(connection)
        .await?;
    found.sort_by_key(|one| one.was_allowed == one.is_allowed);
    Ok(found)
}
