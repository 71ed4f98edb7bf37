//! Exceptions between two people: a contact that is granted, or blocked, from when to when, by whom and why. What ends
//! one before its time is noted, and nothing is deleted.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::audit::{self, NewEntry};
use crate::ids::{ExceptionId, PersonId};
use crate::notifications::{self, ExceptionNote};
use crate::text_enum::text_enum;
use crate::{Error, org_changes};

text_enum! {
    /// What an exception does.
    #[schema(as = ExceptionKind)]
    Kind {
        /// Somebody may write to somebody.
        Grant = "grant",
        /// Two people may not write to each other.
        Block = "block",
    }
}

text_enum! {
    /// The office that decides.
    #[schema(as = ExceptionApprover)]
    Approver {
        /// The superior of the one who asks.
        Superior = "superior",
        /// The security office.
        Security = "security",
    }
}

/// An exception.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Exception {
    #[diesel(sql_type = SqlUuid)]
    pub id: ExceptionId,
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    #[diesel(sql_type = SqlUuid)]
    pub from_id: PersonId,
    #[diesel(sql_type = SqlUuid)]
    pub to_id: PersonId,
    #[diesel(sql_type = Text)]
    pub approver: Approver,
    #[diesel(sql_type = SqlUuid)]
    pub approver_id: PersonId,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Timestamptz)]
    pub from_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub until_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub ended_by: Option<PersonId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub end_reason: Option<String>,
    /// What its list is ordered by.
    #[diesel(sql_type = Timestamptz)]
    pub sort_at: DateTime<Utc>,
}

const COLUMNS: &str = "id, kind, from_id, to_id, approver, approver_id, reason, lower(valid) as from_at,
    upper(valid) as until_at, made_at, ended_by, ended_at, end_reason";

/// Which part of the list, at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExceptionState)]
pub enum State {
    /// In force; what ends first comes first.
    Active,
    /// Not yet in force; what begins first comes first.
    Coming,
    /// Over, or taken back before it began; what ended last comes first.
    Past,
}

impl Exception {
    /// Where it stands at `at`.
    #[must_use]
    pub fn state(&self, at: DateTime<Utc>) -> State {
        let until = self.ended_at.map_or(self.until_at, |ended| ended.min(self.until_at));
        if until <= at || until <= self.from_at {
            State::Past
        } else if self.from_at <= at {
            State::Active
        } else {
            State::Coming
        }
    }
}

impl State {
    /// The condition, what to order by, and whether that ascends; `$1` is the moment.
    fn sql(state: Option<Self>) -> (&'static str, &'static str, bool) {
        match state {
            Some(Self::Active) => ("in_force @> $1", "upper(in_force)", true),
            Some(Self::Coming) => ("lower(in_force) > $1", "lower(valid)", true),
            Some(Self::Past) => {
                ("(isempty(in_force) or upper(in_force) <= $1)", "least(upper(valid), ended_at)", false)
            }
            None => ("$1 is not null", "lower(valid)", false),
        }
    }
}

/// Whose exceptions to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those in one state.
    pub state: Option<State>,
    /// Those of one kind.
    pub kind: Option<Kind>,
    /// Grants that this person holds.
    pub holder: Option<PersonId>,
    /// Grants that this person made, or that a superior made to one of these people.
    pub office: Option<(PersonId, Vec<PersonId>)>,
}

/// Up to `limit` exceptions after the key of another one, as they are at `at`.
pub async fn list(
    connection: &mut AsyncPgConnection,
    filter: &Filter,
    at: DateTime<Utc>,
    after: Option<(DateTime<Utc>, ExceptionId)>,
    limit: i64,
) -> Result<Vec<Exception>, Error> {
    let (state, key, ascends) = State::sql(filter.state);
    let (beyond, order) = if ascends { (">", "asc") } else { ("<", "desc") };
    let (after_at, after_id) = after.unzip();
    let (approver, people) = filter.office.as_ref().map_or((None, &[][..]), |(own, of)| (Some(*own), of));
    Ok(sql_query(format!(
        "select * from (select {COLUMNS}, {key} as sort_at from exceptions where {state}
            and ($2::text is null or kind = $2)
            and ($3::uuid is null or (kind = 'grant' and from_id = $3))
            and ($4::uuid is null or (kind = 'grant' and (approver_id = $4
                or (approver = 'superior' and (from_id = any($5) or to_id = any($5))))))
        ) as entries
        where $6::timestamptz is null or (sort_at, id) {beyond} ($6, $7)
        order by sort_at {order}, id {order} limit $8"
    ))
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<Text>, _>(filter.kind)
    .bind::<Nullable<SqlUuid>, _>(filter.holder)
    .bind::<Nullable<SqlUuid>, _>(approver)
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Nullable<Timestamptz>, _>(after_at)
    .bind::<Nullable<SqlUuid>, _>(after_id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// The exception `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: ExceptionId) -> Result<Exception, Error> {
    Ok(sql_query(format!("select {COLUMNS}, made_at as sort_at from exceptions where id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await?)
}

/// Those of `ids` that there are.
pub async fn find_all(
    connection: &mut AsyncPgConnection,
    ids: &[ExceptionId],
) -> Result<Vec<Exception>, Error> {
    Ok(sql_query(format!("select {COLUMNS}, made_at as sort_at from exceptions where id = any($1)"))
        .bind::<Array<SqlUuid>, _>(ids)
        .load(connection)
        .await?)
}

/// An exception to be made.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct NewException {
    pub id: ExceptionId,
    pub kind: Kind,
    pub from_id: PersonId,
    pub to_id: PersonId,
    pub approver: Approver,
    pub approver_id: PersonId,
    pub reason: String,
    pub from_at: DateTime<Utc>,
    pub until_at: DateTime<Utc>,
    pub made_at: DateTime<Utc>,
}

/// Makes the exception, in the transaction of whoever asks, and gives the mirror its next version.
pub(crate) async fn create(connection: &mut AsyncPgConnection, new: &NewException) -> Result<i64, Error> {
    sql_query(
        "insert into exceptions (id, kind, from_id, to_id, approver, approver_id, reason, valid, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, tstzrange($8, $9), $10)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<Text, _>(new.kind)
    .bind::<SqlUuid, _>(new.from_id)
    .bind::<SqlUuid, _>(new.to_id)
    .bind::<Text, _>(new.approver)
    .bind::<SqlUuid, _>(new.approver_id)
    .bind::<Text, _>(&new.reason)
    .bind::<Timestamptz, _>(new.from_at)
    .bind::<Timestamptz, _>(new.until_at)
    .bind::<Timestamptz, _>(new.made_at)
    .execute(connection)
    .await?;
    org_changes::bump(connection, &[new.from_id, new.to_id], &[]).await
}

/// Makes a block, its audit entry and the version that tells every node, all or nothing.
pub async fn block(
    connection: &mut AsyncPgConnection,
    new: &NewException,
    entry: &NewEntry,
) -> Result<i64, Error> {
    connection
        .transaction(async |connection| {
            let version = create(connection, new).await?;
            audit::append(connection, entry).await?;
            notifications::notify_exception(connection, &ExceptionNote::of_exception(new)).await?;
            Ok(version)
        })
        .await
}

/// An exception to be ended before its time.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Ending {
    pub id: ExceptionId,
    pub ended_by: PersonId,
    pub ended_at: DateTime<Utc>,
    pub end_reason: String,
}

/// Ends the exception, with its audit entry and the version that tells every node; nothing where it is over already.
pub async fn end(
    connection: &mut AsyncPgConnection,
    ending: &Ending,
    entry: &NewEntry,
) -> Result<Option<i64>, Error> {
    connection
        .transaction(async |connection| {
            let before: Exception = sql_query(format!(
                "select {COLUMNS}, made_at as sort_at from exceptions where id = $1 for update"
            ))
            .bind::<SqlUuid, _>(ending.id)
            .get_result(connection)
            .await?;
            // Whoever comes second changes nothing of how it ended, even with a clock that goes slow.
            if before.ended_at.is_some() || before.state(ending.ended_at) == State::Past {
                return Ok(None);
            }
            sql_query("update exceptions set ended_by = $2, ended_at = $3, end_reason = $4 where id = $1")
                .bind::<SqlUuid, _>(ending.id)
                .bind::<SqlUuid, _>(ending.ended_by)
                .bind::<Timestamptz, _>(ending.ended_at)
                .bind::<Text, _>(&ending.end_reason)
                .execute(connection)
                .await?;
            audit::append(connection, entry).await?;
            let version = org_changes::bump(connection, &[before.from_id, before.to_id], &[]).await?;
            notifications::notify_exception(connection, &ExceptionNote::of_ended(&before)).await?;
            Ok(Some(version))
        })
        .await
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whether an exception of the kind between the two is in force at some time of `from_at` to `until_at`.
pub async fn clashes(connection: &mut AsyncPgConnection, new: &NewException) -> Result<bool, Error> {
    let found: Found = sql_query(
        "select exists (select from exceptions where kind = $1 and in_force && tstzrange($4, $5)
            and ((from_id = $2 and to_id = $3) or ($1 = 'block' and from_id = $3 and to_id = $2))) as found",
    )
    .bind::<Text, _>(new.kind)
    .bind::<SqlUuid, _>(new.from_id)
    .bind::<SqlUuid, _>(new.to_id)
    .bind::<Timestamptz, _>(new.from_at)
    .bind::<Timestamptz, _>(new.until_at)
    .get_result(connection)
    .await?;
    Ok(found.found)
}
