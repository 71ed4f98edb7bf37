//! What HR has to be told about a source, and has not been told yet.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::Error;
use crate::ids::SourceId;

/// Something that could not be used of an entry.
#[derive(Debug, Clone, QueryableByName)]
pub struct Entry {
    /// The entry.
    #[diesel(sql_type = Text)]
    pub dn: String,
    /// What came of it.
    #[diesel(sql_type = Text)]
    pub effect: String,
    /// The whole finding.
    #[diesel(sql_type = Jsonb)]
    pub finding: Value,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
}

/// A plan that waits for somebody.
#[derive(Debug, Clone, QueryableByName)]
pub struct Plan {
    /// Its hash.
    #[diesel(sql_type = diesel::sql_types::Bytea)]
    pub sha256: Vec<u8>,
    /// Why the guard refused.
    #[diesel(sql_type = Jsonb)]
    pub refusals: Value,
    /// How much of what.
    #[diesel(sql_type = Jsonb)]
    pub counts: Value,
    /// How many changes.
    #[diesel(sql_type = Integer)]
    pub changes_total: i32,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Trouble {
    #[diesel(sql_type = Nullable<Jsonb>)]
    trouble: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    told: Option<String>,
}

/// What is new for HR.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// What cannot be used since the last report; so many as were asked for.
    pub entries: Vec<Entry>,
    /// How many there are.
    pub entries_total: i64,
    /// Plans that wait.
    pub plans: Vec<Plan>,
    /// The trouble of the source, where it is another than was told of last.
    pub trouble: Option<Value>,
    /// Whether the trouble that was told of is over.
    pub is_well_again: bool,
}

/// Takes what is new: with the commit of this transaction it counts as told.
pub async fn take_news(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    at_most: i32,
) -> Result<News, Error> {
    sql_query("insert into directory_reports (source_id) values ($1) on conflict do nothing")
        .bind::<SqlUuid, _>(source)
        .execute(connection)
        .await?;
    let state: Trouble = sql_query(
        "select sources.trouble, directory_reports.trouble_code as told
         from directory_reports join sources on sources.id = directory_reports.source_id
         where source_id = $1 for update of directory_reports",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await?;
    let code = state.trouble.as_ref().and_then(|trouble| trouble.get("code")?.as_str().map(str::to_owned));
    sql_query("update directory_reports set trouble_code = $2 where source_id = $1")
        .bind::<SqlUuid, _>(source)
        .bind::<Nullable<Text>, _>(&code)
        .execute(connection)
        .await?;
    let entries: Vec<Entry> = sql_query(
        "select dn, effect, finding, since from directory_findings
         where source_id = $1 and reported_at is null and until is null order by effect, dn, code limit $2",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Integer, _>(at_most)
    .load(connection)
    .await?;
    // What came and went between two reports is marked too, and not told: nobody has to do anything.
    let told: Count = sql_query(
        "with told as (update directory_findings set reported_at = now()
             where source_id = $1 and reported_at is null returning until)
         select count(*) filter (where until is null) as count from told",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await?;
    let plans: Vec<Plan> = sql_query(
        "update directory_plans set reported_at = now()
         where source_id = $1 and reported_at is null and state = 'waiting'
         returning sha256, refusals, counts, changes_total, made_at",
    )
    .bind::<SqlUuid, _>(source)
    .load(connection)
    .await?;
    Ok(News {
        entries,
        entries_total: told.count,
        plans,
        is_well_again: code.is_none() && state.told.is_some(),
        trouble: state.trouble.filter(|_| code != state.told),
    })
}

/// Whether anything is new, and whether it cannot wait: a plan or trouble cannot, entries can.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Pending {
    /// Entries.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub entries: bool,
    /// A plan, or trouble, or that it is over.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub urgent: bool,
    /// When something was last told.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last: Option<DateTime<Utc>>,
}

/// Looks what is new.
pub async fn pending(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Pending, Error> {
    Ok(sql_query(
        "select exists (select from directory_findings where source_id = $1 and reported_at is null
                    and until is null) as entries,
                exists (select from directory_plans where source_id = $1 and reported_at is null
                    and state = 'waiting')
                or (select trouble->>'code' from sources where id = $1)
                    is distinct from (select trouble_code from directory_reports where source_id = $1) as urgent,
                (select max(made_at) from mails where source_id = $1 and kind = 'directory_report') as last",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await?)
}

/// What one day was like, for the digest.
#[derive(Debug, Clone)]
pub struct Day {
    /// How many runs changed something, were refused, failed.
    pub runs: Runs,
    /// The counts of all runs that changed something, added up.
    pub changes: Value,
    /// What cannot be used by now; so many as were asked for.
    pub entries: Vec<Entry>,
    /// How many there are.
    pub entries_total: i64,
    /// Plans that wait by now.
    pub plans: Vec<Plan>,
    /// Why the source fails by now, if it does.
    pub trouble: Option<Value>,
}

/// How the runs of a day ended.
#[derive(Debug, Clone, Copy, QueryableByName)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Runs {
    #[diesel(sql_type = BigInt)]
    pub applied: i64,
    #[diesel(sql_type = BigInt)]
    pub refused: i64,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Jsonb)]
    sum: Value,
}

/// Claims the digest of `day`; false: it was made already.
pub async fn claim_digest(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    day: NaiveDate,
) -> Result<bool, Error> {
    let claimed = sql_query(
        "insert into directory_reports (source_id, digest_of) values ($1, $2)
         on conflict (source_id) do update set digest_of = excluded.digest_of
         where directory_reports.digest_of is null or directory_reports.digest_of < excluded.digest_of",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Date, _>(day)
    .execute(connection)
    .await?;
    Ok(claimed == 1)
}

/// What happened from `from` until `until`, and how things stand.
pub async fn day(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    at_most: i32,
) -> Result<Day, Error> {
    let runs = sql_query(
        "select count(*) filter (where state = 'applied') as applied,
                count(*) filter (where state = 'refused') as refused,
                count(*) filter (where state = 'failed') as failed
         from sync_runs where source_id = $1 and finished_at >= $2 and finished_at < $3",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(until)
    .get_result(connection)
    .await?;
    let changes: Sum = sql_query(
        "select coalesce(jsonb_object_agg(name, total), '{}') as sum from (
             select count.key as name, sum(count.value::text::bigint) as total
             from sync_runs, jsonb_each(counts) as count
             where source_id = $1 and state = 'applied' and finished_at >= $2 and finished_at < $3
               and jsonb_typeof(count.value) = 'number' and count.key ~ '^(people|units)_'
             group by count.key) as totals",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Timestamptz, _>(from)
    .bind::<Timestamptz, _>(until)
    .get_result(connection)
    .await?;
    let entries = sql_query(
        "select dn, effect, finding, since from directory_findings
         where source_id = $1 and until is null order by since desc, dn limit $2",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Integer, _>(at_most)
    .load(connection)
    .await?;
    let total: Count =
        sql_query("select count(*) as count from directory_findings where source_id = $1 and until is null")
            .bind::<SqlUuid, _>(source)
            .get_result(connection)
            .await?;
    let plans = sql_query(
        "select sha256, refusals, counts, changes_total, made_at from directory_plans
         where source_id = $1 and state = 'waiting'",
    )
    .bind::<SqlUuid, _>(source)
    .load(connection)
    .await?;
    let state: Trouble = sql_query("select trouble, null::text as told from sources where id = $1")
        .bind::<SqlUuid, _>(source)
        .get_result(connection)
        .await?;
    Ok(Day { runs, changes: changes.sum, entries, entries_total: total.count, plans, trouble: state.trouble })
}
