//! Which set of rules was in force when, and where: everywhere, in one agency, or in the shadow, where it decides nothing
//! and is compared.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::audit::{self, NewEntry};
use crate::ids::{PersonId, UnitId};
use crate::org_snapshot::Held;
use crate::past::{Stand, held};
use crate::policy_versions::{alone, new_id};
use crate::tables::{policy_activations, policy_activations_history};
use crate::text_enum::text_enum;
use crate::{Error, notifications};

text_enum! {
    /// What a set that is in force does.
    Mode {
        /// It decides.
        Active = "active",
        /// It decides nothing; what it would say is compared with what is decided.
        Shadow = "shadow",
    }
}

/// A set that is, or was, in force.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = policy_activations)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Activation {
    /// Its id.
    pub id: Uuid,
    /// The set.
    pub number: i64,
    /// What it does.
    pub mode: Mode,
    /// Where; none: everywhere.
    pub agency_id: Option<UnitId>,
    /// From when to when.
    pub valid: Held,
    /// Who put it in force; nobody: the program at its start.
    pub begun_by: Option<PersonId>,
    /// Why.
    pub reason: String,
    /// Who ended it.
    pub ended_by: Option<PersonId>,
}

/// A set that is to come into force.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Which.
    pub number: i64,
    /// To do what.
    pub mode: Mode,
    /// Where; none: everywhere.
    pub agency_id: Option<UnitId>,
    /// Who puts it in force.
    pub by: Option<PersonId>,
    /// Why.
    pub reason: String,
    /// From when on.
    pub at: DateTime<Utc>,
}

impl Beginning {
    /// That of the files of the program.
    pub(crate) fn founding(number: i64, at: DateTime<Utc>) -> Self {
        let reason = "published by the program".to_owned();
        Self { number, mode: Mode::Active, agency_id: None, by: None, reason, at }
    }
}

/// What is in force now.
pub async fn current(connection: &mut AsyncPgConnection) -> Result<Vec<Activation>, Error> {
    Ok(policy_activations::table
        .filter(sql::<Bool>("upper_inf(valid)"))
        .order((policy_activations::mode, policy_activations::agency_id))
        .select(Activation::as_select())
        .load(connection)
        .await?)
}

/// What decided at `at`, as it was known.
pub(crate) async fn deciding_at(
    connection: &mut AsyncPgConnection,
    known: &Stand,
    at: DateTime<Utc>,
) -> Result<Vec<Activation>, Error> {
    Ok(policy_activations_history::table
        .filter(held!(known))
        .filter(policy_activations_history::mode.eq(Mode::Active))
        .filter(sql::<Bool>("valid @> ").bind::<Timestamptz, _>(at))
        .select((
            policy_activations_history::id,
            policy_activations_history::number,
            policy_activations_history::mode,
            policy_activations_history::agency_id,
            policy_activations_history::valid,
            policy_activations_history::begun_by,
            policy_activations_history::reason,
            policy_activations_history::ended_by,
        ))
        .load(connection)
        .await?)
}

/// The latest beginnings, the latest first.
pub async fn latest(connection: &mut AsyncPgConnection, limit: i64) -> Result<Vec<Activation>, Error> {
    Ok(policy_activations::table
        .order(sql::<Timestamptz>("lower(valid) desc"))
        .limit(limit)
        .select(Activation::as_select())
        .load(connection)
        .await?)
}

/// The set that decides everywhere but in agencies that have one of their own.
pub async fn everywhere(connection: &mut AsyncPgConnection) -> Result<Option<i64>, Error> {
    Ok(policy_activations::table
        .filter(policy_activations::mode.eq(Mode::Active).and(policy_activations::agency_id.is_null()))
        .filter(sql::<Bool>("upper_inf(valid)"))
        .select(policy_activations::number)
        .first(connection)
        .await
        .optional()?)
}

/// The set that decided everywhere before the present one.
pub async fn previous(connection: &mut AsyncPgConnection) -> Result<Option<i64>, Error> {
    let current = everywhere(connection).await?;
    Ok(policy_activations::table
        .filter(policy_activations::mode.eq(Mode::Active).and(policy_activations::agency_id.is_null()))
        .filter(policy_activations::number.ne(current.unwrap_or_default()))
        .order(sql::<Timestamptz>("lower(valid) desc"))
        .select(policy_activations::number)
        .first(connection)
        .await
        .optional()?)
}

/// Whether the set ever decided everywhere.
pub async fn was_everywhere(connection: &mut AsyncPgConnection, number: i64) -> Result<bool, Error> {
    let everywhere = policy_activations::mode.eq(Mode::Active).and(policy_activations::agency_id.is_null());
    let found = policy_activations::table.filter(policy_activations::number.eq(number).and(everywhere));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection).await?)
}

/// Puts a set in force on every node as soon as the transaction commits. What was in force there ends; where it comes into
/// force everywhere, what single agencies had of their own ends as well, and so does its time in the shadow.
pub async fn begin(
    connection: &mut AsyncPgConnection,
    beginning: &Beginning,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            alone(connection).await?;
            replace(connection, beginning).await?;
            audit::append(connection, entry).await?;
            notifications::notify_policy_changed(connection, beginning.number).await
        })
        .await
}

/// The rows of [`begin`].
pub(crate) async fn replace(connection: &mut AsyncPgConnection, beginning: &Beginning) -> Result<(), Error> {
    let Beginning { number, mode, agency_id, by, reason, at } = beginning;
    // The database's clock dates all histories, and a node's may differ: the later of both, and nothing ends before it began.
    sql_query(
        "update policy_activations
         set valid = tstzrange(lower(valid), greatest($1, now(), lower(valid) + interval '1 microsecond')), ended_by = $2
         where upper_inf(valid) and (
             (mode = $3 and agency_id is not distinct from $4)
             or ($3 = 'active' and $4 is null and (mode = 'active' or number = $5)))",
    )
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<SqlUuid>, _>(by)
    .bind::<Text, _>(mode)
    .bind::<Nullable<SqlUuid>, _>(agency_id)
    .bind::<BigInt, _>(number)
    .execute(connection)
    .await?;
    sql_query(
        "insert into policy_activations (id, number, mode, agency_id, valid, begun_by, reason)
         select $1, $2, $3, $4, tstzrange(greatest($5, now(), (
             select max(upper(valid)) from policy_activations
             where mode = $3 and agency_id is not distinct from $4)), null), $6, $7",
    )
    .bind::<SqlUuid, _>(new_id())
    .bind::<BigInt, _>(number)
    .bind::<Text, _>(mode)
    .bind::<Nullable<SqlUuid>, _>(agency_id)
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<SqlUuid>, _>(by)
    .bind::<Text, _>(reason)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends what is in force in the shadow or in one agency. False: it is not, or it decides everywhere, where something
/// must always be in force.
pub async fn end(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    by: PersonId,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            alone(connection).await?;
            let changed = sql_query(
                "update policy_activations
                 set valid = tstzrange(lower(valid), greatest($1, now(), lower(valid) + interval '1 microsecond')), ended_by = $2
                 where id = $3 and upper_inf(valid) and (mode = 'shadow' or agency_id is not null)",
            )
            .bind::<Timestamptz, _>(at)
            .bind::<SqlUuid, _>(by)
            .bind::<SqlUuid, _>(id)
            .execute(connection)
            .await?;
            if changed == 1 {
                audit::append(connection, entry).await?;
                notifications::notify_policy_changed(connection, 0).await?;
            }
            Ok(changed == 1)
        })
        .await
}
