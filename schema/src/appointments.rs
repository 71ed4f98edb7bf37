//! The dated list of appointments, and the posts and delegations that its entries are. The sync leaves these alone.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::audit::{self, NewEntry};
use crate::ids::{AppointmentId, DelegationId, PersonId, PostId, RankId, SourceId, UnitId};
use crate::text_enum::text_enum;
use crate::{Error, org_changes, unit_channels};

text_enum! {
    /// What somebody is appointed to.
    #[schema(as = AppointmentKind)]
    Kind {
        /// A further post beside the primary one.
        Further = "further",
        /// A post elsewhere for a time; the primary one stays.
        Secondment = "secondment",
        /// The duties of an absent head.
        Acting = "acting",
        /// The duties of somebody on leave.
        Deputy = "deputy",
        /// To write on somebody's behalf.
        Assistant = "assistant",
        /// To be on duty for the agency.
        Duty = "duty",
    }
}

impl Kind {
    /// The hat that it gives, if it is no post.
    fn hat(self) -> Option<&'static str> {
        match self {
            Self::Acting | Self::Deputy => Some("acting"),
            Self::Assistant => Some("assistant"),
            Self::Duty => Some("duty"),
            Self::Further | Self::Secondment => None,
        }
    }
}

/// An entry of the list.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Appointment {
    #[diesel(sql_type = SqlUuid)]
    pub id: AppointmentId,
    #[diesel(sql_type = SqlUuid)]
    pub source_id: SourceId,
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    #[diesel(sql_type = SqlUuid)]
    pub person_id: PersonId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub principal_id: Option<PersonId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub unit_id: Option<UnitId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub rank_id: Option<RankId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub from_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub order_number: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    pub entered_by: PersonId,
    #[diesel(sql_type = Timestamptz)]
    pub entered_at: DateTime<Utc>,
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

const COLUMNS: &str = "id, source_id, kind, person_id, principal_id, unit_id, rank_id, title,
    lower(valid) as from_at, upper(valid) as until_at, reason, order_number, entered_by, entered_at,
    ended_by, ended_at, end_reason";

/// Which part of the list, at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AppointmentState)]
pub enum State {
    /// In force; what ends first comes first.
    Active,
    /// Not yet in force; what begins first comes first.
    Coming,
    /// Over, or taken back before it began; what ended last comes first.
    Past,
}

impl Appointment {
    /// Where it stands at `at`.
    #[must_use]
    pub fn state(&self, at: DateTime<Utc>) -> State {
        let until = [self.until_at, self.ended_at].into_iter().flatten().min();
        if until.is_some_and(|until| until <= at || until <= self.from_at) {
            State::Past
        } else if self.from_at <= at {
            State::Active
        } else {
            State::Coming
        }
    }
}

impl State {
    /// The condition, what to order by, and how; `$1` is the moment.
    fn sql(state: Option<Self>) -> (&'static str, &'static str, bool) {
        match state {
            Some(Self::Active) => ("in_force @> $1", "coalesce(upper(in_force), '9999-01-01 00:00Z')", true),
            Some(Self::Coming) => ("lower(in_force) > $1", "lower(valid)", true),
            Some(Self::Past) => {
                ("(isempty(in_force) or upper(in_force) <= $1)", "least(upper(valid), ended_at)", false)
            }
            None => ("$1 is not null", "lower(valid)", false),
        }
    }
}

/// Which entries to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Those of one agency's source.
    pub source: Option<SourceId>,
    /// Those in one state.
    pub state: Option<State>,
    /// Those of one kind.
    pub kind: Option<Kind>,
    /// Who is appointed, or for whom.
    pub person: Option<PersonId>,
    /// Where the post is, or the one for whom.
    pub unit: Option<UnitId>,
}

/// Up to `limit` entries after the key of another one, as they are at `at`.
pub async fn list(
    connection: &mut AsyncPgConnection,
    filter: Filter,
    at: DateTime<Utc>,
    after: Option<(DateTime<Utc>, AppointmentId)>,
    limit: i64,
) -> Result<Vec<Appointment>, Error> {
    let (state, key, ascends) = State::sql(filter.state);
    let (beyond, order) = if ascends { (">", "asc") } else { ("<", "desc") };
    let (after_at, after_id) = after.unzip();
    Ok(sql_query(format!(
        "select * from (select {COLUMNS}, {key} as sort_at from appointments where {state}
            and ($2::uuid is null or source_id = $2)
            and ($3::text is null or kind = $3)
            and ($4::uuid is null or $4 in (person_id, principal_id))
            and ($5::uuid is null or unit_id = $5 or exists (select from posts where posts.unit_id = $5
                and posts.person_id = appointments.principal_id and posts.kind = 'primary' and posts.valid @> $1))
        ) as entries
        where $6::timestamptz is null or (sort_at, id) {beyond} ($6, $7)
        order by sort_at {order}, id {order} limit $8"
    ))
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<SqlUuid>, _>(filter.source)
    .bind::<Nullable<Text>, _>(filter.kind)
    .bind::<Nullable<SqlUuid>, _>(filter.person)
    .bind::<Nullable<SqlUuid>, _>(filter.unit)
    .bind::<Nullable<Timestamptz>, _>(after_at)
    .bind::<Nullable<SqlUuid>, _>(after_id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// The entry `id`, which nobody else changes until the transaction ends.
async fn lock(connection: &mut AsyncPgConnection, id: AppointmentId) -> Result<Appointment, Error> {
    Ok(sql_query(format!(
        "select {COLUMNS}, entered_at as sort_at from appointments where id = $1 for update"
    ))
    .bind::<SqlUuid, _>(id)
    .get_result(connection)
    .await?)
}

/// An entry to be made.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct NewAppointment {
    pub id: AppointmentId,
    pub source_id: SourceId,
    pub kind: Kind,
    pub person_id: PersonId,
    pub principal_id: Option<PersonId>,
    pub unit_id: Option<UnitId>,
    pub rank_id: Option<RankId>,
    pub title: Option<String>,
    pub from_at: DateTime<Utc>,
    pub until_at: Option<DateTime<Utc>>,
    pub reason: String,
    pub order_number: Option<String>,
    pub entered_by: PersonId,
}

/// The entries that keep `new` from being made: the same duty at the same time.
pub async fn in_the_way(
    connection: &mut AsyncPgConnection,
    new: &NewAppointment,
) -> Result<Vec<Appointment>, Error> {
    Ok(sql_query(format!(
        "select {COLUMNS}, lower(valid) as sort_at from appointments
            where person_id = $1 and in_force && tstzrange($2, $3) and (
                (principal_id = $4 and (kind = 'assistant') = ($6 = 'assistant')) or unit_id = $5
                or (kind = $6 and kind in ('secondment', 'duty')))
            order by lower(valid), id"
    ))
    .bind::<SqlUuid, _>(new.person_id)
    .bind::<Timestamptz, _>(new.from_at)
    .bind::<Nullable<Timestamptz>, _>(new.until_at)
    .bind::<Nullable<SqlUuid>, _>(new.principal_id)
    .bind::<Nullable<SqlUuid>, _>(new.unit_id)
    .bind::<Text, _>(new.kind)
    .load(connection)
    .await?)
}

/// Makes the entry at `at`, and the post or delegation that it is.
async fn create(
    connection: &mut AsyncPgConnection,
    new: &NewAppointment,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sql_query(
        "insert into appointments (id, source_id, kind, person_id, principal_id, unit_id, rank_id, title, valid,
            reason, order_number, entered_by, entered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, tstzrange($9, $10), $11, $12, $13, $14)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.source_id)
    .bind::<Text, _>(new.kind)
    .bind::<SqlUuid, _>(new.person_id)
    .bind::<Nullable<SqlUuid>, _>(new.principal_id)
    .bind::<Nullable<SqlUuid>, _>(new.unit_id)
    .bind::<Nullable<SqlUuid>, _>(new.rank_id)
    .bind::<Nullable<Text>, _>(&new.title)
    .bind::<Timestamptz, _>(new.from_at)
    .bind::<Nullable<Timestamptz>, _>(new.until_at)
    .bind::<Text, _>(&new.reason)
    .bind::<Nullable<Text>, _>(&new.order_number)
    .bind::<SqlUuid, _>(new.entered_by)
    .bind::<Timestamptz, _>(at)
    .execute(connection)
    .await?;
    if let Some(hat) = new.kind.hat() {
        sql_query(
            "insert into delegations (id, person_id, principal_id, hat, valid, appointment_id)
                select $1, person_id, principal_id, $2, in_force, id from appointments where id = $3",
        )
        .bind::<SqlUuid, _>(DelegationId::new())
        .bind::<Text, _>(hat)
        .bind::<SqlUuid, _>(new.id)
        .execute(connection)
        .await?;
    } else {
        sql_query(
            "insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, valid, appointment_id)
                select $1, source_id, person_id, unit_id, rank_id, kind, title, in_force, id
                from appointments where id = $2",
        )
        .bind::<SqlUuid, _>(PostId::new())
        .bind::<SqlUuid, _>(new.id)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Ends the entry at `at`, before its time; with it ends the post or delegation that it is. What had not begun yet
/// never was.
async fn end(
    connection: &mut AsyncPgConnection,
    id: AppointmentId,
    by: PersonId,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<(), Error> {
    sql_query("update appointments set ended_by = $2, ended_at = $3, end_reason = $4 where id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(by)
        .bind::<Timestamptz, _>(at)
        .bind::<Text, _>(reason)
        .execute(connection)
        .await?;
    for table in ["posts", "delegations"] {
        for statement in [
            format!(
                "delete from {table} using appointments
                    where {table}.appointment_id = appointments.id and appointments.id = $1 and isempty(in_force)"
            ),
            format!(
                "update {table} set valid = in_force from appointments
                    where {table}.appointment_id = appointments.id and appointments.id = $1"
            ),
        ] {
            sql_query(statement).bind::<SqlUuid, _>(id).execute(connection).await?;
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Touched {
    #[diesel(sql_type = SqlUuid)]
    id: UnitId,
}

/// The units in which the entries show at `at`: where the post is, or where those for whom are and what they head.
async fn units_of(
    connection: &mut AsyncPgConnection,
    ids: &[AppointmentId],
    at: DateTime<Utc>,
) -> Result<Vec<UnitId>, Error> {
    let found: Vec<Touched> = sql_query(
        "select unit_id as id from appointments where id = any($1) and unit_id is not null
         union select posts.unit_id from appointments join posts on posts.person_id = appointments.principal_id
            and posts.kind = 'primary' and posts.valid @> $2 where appointments.id = any($1)
         union select units.id from appointments join units on units.head_id = appointments.principal_id
            where appointments.id = any($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(at)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|unit| unit.id).collect())
}

/// An entry to be ended before its time.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Ending {
    pub id: AppointmentId,
    pub ended_by: PersonId,
    pub end_reason: String,
}

/// What became of a change of the list.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is in force, as this version of the mirror.
    Done(i64),
    /// The entry to be ended is over already.
    Over,
    /// These entries are in the way of the new one.
    InTheWay(Vec<Appointment>),
}

/// Ends one entry, makes another, or both, which is how an entry is corrected, all at `at`; the audit `entries`, the unit channels
/// and the version that tells every node are of the same transaction.
pub async fn change(
    connection: &mut AsyncPgConnection,
    ending: Option<&Ending>,
    new: Option<&NewAppointment>,
    at: DateTime<Utc>,
    entries: &[NewEntry],
) -> Result<Outcome, Error> {
    let changed = connection
        .transaction(async |connection| {
            change_within(connection, ending, new, at, entries)
                .await
                .map_err(Stop::Failed)?
                .map_err(Stop::Refused)
        })
        .await;
    match changed {
        Ok(version) => Ok(Outcome::Done(version)),
        Err(Stop::Refused(outcome)) => Ok(outcome),
        // Somebody else was faster.
        Err(Stop::Failed(Error::Refused { rule, .. })) if new.is_some() && rule.ends_with("_at_a_time") => {
            let Some(new) = new else { return Ok(Outcome::Over) };
            Ok(Outcome::InTheWay(in_the_way(connection, new).await?))
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Why a transaction is rolled back.
enum Stop {
    Refused(Outcome),
    Failed(Error),
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

async fn change_within(
    connection: &mut AsyncPgConnection,
    ending: Option<&Ending>,
    new: Option<&NewAppointment>,
    at: DateTime<Utc>,
    entries: &[NewEntry],
) -> Result<Result<i64, Outcome>, Error> {
    let (mut ids, mut people) = (Vec::new(), Vec::new());
    if let Some(ending) = ending {
        let before = lock(connection, ending.id).await?;
        // Whoever comes second changes nothing of how it ended, even with a clock that goes slow.
        if before.ended_at.is_some() || before.state(at) == State::Past {
            return Ok(Err(Outcome::Over));
        }
        end(connection, ending.id, ending.ended_by, at, &ending.end_reason).await?;
        ids.push(before.id);
        people.extend([Some(before.person_id), before.principal_id].into_iter().flatten());
    }
    if let Some(new) = new {
        let in_the_way = in_the_way(connection, new).await?;
        if !in_the_way.is_empty() {
            return Ok(Err(Outcome::InTheWay(in_the_way)));
        }
        create(connection, new, at).await?;
        ids.push(new.id);
        people.extend([Some(new.person_id), new.principal_id].into_iter().flatten());
    }
    let units = units_of(connection, &ids, at).await?;
    unit_channels::reconcile_units(connection, &units, at).await?;
    audit::append_all(connection, entries).await?;
    org_changes::bump(connection, &people, &units).await.map(Ok)
}

/// The entry `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: AppointmentId) -> Result<Appointment, Error> {
    Ok(sql_query(format!("select {COLUMNS}, entered_at as sort_at from appointments where id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await?)
}
