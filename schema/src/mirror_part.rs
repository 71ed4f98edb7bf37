//! What of the mirror of a source bears on a few of its people: so that one change costs what one change costs, however
//! many people there are.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::Error;
use crate::ids::{PersonId, SourceId, UnitId};
use crate::tables::people;

/// How far below a unit its tree is followed: farther than any is deep.
const STEPS: i32 = 64;

/// By what people are asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The immutable ids of their entries; those who have gone are found by these alone.
    pub ids: Vec<Uuid>,
    /// The comparable names of their entries.
    pub dn_keys: Vec<String>,
    /// The logins of those who can sign in, in lower case.
    pub logins: Vec<String>,
    /// The mail addresses of those who can sign in.
    pub mails: Vec<String>,
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: PersonId,
}

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Above {
    #[diesel(sql_type = SqlUuid)]
    person: Uuid,
    #[diesel(sql_type = SqlUuid)]
    superior: Uuid,
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = SqlUuid)]
    unit: Uuid,
    #[diesel(sql_type = BigInt)]
    people: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The people of `source` who are asked for, with those directly above them and those who stand in for them.
pub async fn people(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    asked: &Asked,
) -> Result<Vec<PersonId>, Error> {
    let found: Vec<Person> = sql_query(
        "with asked as (
             select id from people where source_id = $1 and directory_id = any($2)
             union select id from people where source_id = $1 and status <> 'gone' and dn_key = any($3)
             union select id from people where source_id = $1 and status = 'active' and login_key = any($4)
             union select id from people where source_id = $1 and status = 'active'
                 and lower(mail) = any(array(select lower(mail) from unnest($5::text[]) as claimed (mail))))
         select id from asked
         union select superior_id from posts where source_id = $1 and person_id = any(array(select id from asked))
             and appointment_id is null and superior_id is not null
         union select delegations.person_id from delegations
             join people on people.id = delegations.person_id and people.source_id = $1
             where delegations.principal_id = any(array(select id from asked))
             and delegations.appointment_id is null",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(&asked.ids)
    .bind::<Array<Text>, _>(&asked.dn_keys)
    .bind::<Array<Text>, _>(&asked.logins)
    .bind::<Array<Text>, _>(&asked.mails)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|person| person.id).collect())
}

/// The immutable ids of these people.
pub async fn names(
    connection: &mut AsyncPgConnection,
    ids: &[PersonId],
) -> Result<Vec<(PersonId, Uuid)>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = people::table.filter(people::id.eq_any(ids)).select((people::id, people::directory_id));
    Ok(found.load(connection).await?)
}

/// By what units are asked for.
#[derive(Debug, Clone, Default)]
pub struct AskedUnits {
    /// The immutable ids of their entries; those that have gone are found by these alone.
    pub ids: Vec<Uuid>,
    /// The comparable names of their entries.
    pub dn_keys: Vec<String>,
    /// Their rows.
    pub rows: Vec<UnitId>,
}

/// The units of `source` that are asked for, with all above them.
pub async fn units(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    asked: &AskedUnits,
) -> Result<Vec<UnitId>, Error> {
    let found: Vec<Entry> = sql_query(
        "with recursive near (id, parent_id) as (
             (select id, parent_id from units where source_id = $1 and directory_id = any($2)
              union select id, parent_id from units where source_id = $1 and status = 'active' and dn_key = any($3)
              union select id, parent_id from units where source_id = $1 and id = any($4)
              union select id, parent_id from units where source_id = $1 and status = 'active' and parent_id is null)
             union select above.id, above.parent_id from near cross join lateral (
                 select id, parent_id from units where units.id = near.parent_id) as above)
         select id from near",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(&asked.ids)
    .bind::<Array<Text>, _>(&asked.dn_keys)
    .bind::<Array<SqlUuid>, _>(&asked.rows)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|unit| UnitId(unit.id)).collect())
}

/// The chain of command above `ids`, as pairs of a person and their superior, by immutable ids. Pairs are found once each,
/// so that also a chain that comes back to itself has an end.
pub async fn above(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    ids: &[PersonId],
) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let found: Vec<Above> = sql_query(
        "with recursive up (person_id, superior_id) as (
             select person_id, superior_id from posts where source_id = $1 and person_id = any($2)
                 and kind = 'primary' and appointment_id is null and superior_id is not null
             union select next.person_id, next.superior_id from up cross join lateral (
                 select posts.person_id, posts.superior_id from posts
                     where posts.source_id = $1 and posts.person_id = up.superior_id and posts.kind = 'primary'
                     and posts.appointment_id is null and posts.superior_id is not null limit 1) as next),
         named (id, directory_id) as (
             select id, directory_id from people
                 where id = any(array(select person_id from up union select superior_id from up)))
         select below.directory_id as person, above.directory_id as superior from up
             join named below on below.id = up.person_id join named above on above.id = up.superior_id",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|pair| (pair.person, pair.superior)).collect())
}

/// The entries of people and units that point to `ids`: those below them, those whom they assist, those who act for
/// them, the units that they lead.
pub async fn pointing_to(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    ids: &[PersonId],
) -> Result<Vec<Uuid>, Error> {
    let found: Vec<Entry> = sql_query(
        "select people.directory_id as id from posts join people on people.id = posts.person_id
             where posts.source_id = $1 and posts.superior_id = any($2) and posts.appointment_id is null
         union select people.directory_id from delegations
             join people on people.id = delegations.principal_id and people.source_id = $1
             where delegations.person_id = any($2) and delegations.hat = 'assistant'
             and delegations.appointment_id is null
         union select people.directory_id from delegations
             join people on people.id = delegations.person_id and people.source_id = $1
             where delegations.principal_id = any($2) and delegations.hat = 'acting'
             and delegations.appointment_id is null
         union select directory_id from units where source_id = $1 and head_id = any($2) and status <> 'gone'",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|entry| entry.id).collect())
}

/// The entries of the people whose own place is in one of `units` or below.
pub async fn people_below(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    units: &[UnitId],
) -> Result<Vec<Uuid>, Error> {
    let found: Vec<Entry> = sql_query(format!(
        "with recursive below (id, step) as (
             select id, 1 from units where source_id = $1 and id = any($2)
             union select units.id, below.step + 1 from below join units on units.source_id = $1
                 and units.parent_id = below.id where below.step < {STEPS})
         select distinct people.directory_id as id from below
             join posts on posts.source_id = $1 and posts.unit_id = below.id and posts.kind = 'primary'
             join people on people.id = posts.person_id where people.status <> 'gone'"
    ))
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(units)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|entry| entry.id).collect())
}

/// How many people who can sign in have their own place in each of `units` or below, by the unit's immutable id.
pub async fn sizes(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    units: &[UnitId],
) -> Result<Vec<(Uuid, usize)>, Error> {
    let found: Vec<Size> = sql_query(format!(
        "with recursive below (top, id, step) as (
             select directory_id, id, 1 from units where source_id = $1 and id = any($2)
             union select below.top, units.id, below.step + 1 from below cross join lateral (
                 select id from units where source_id = $1 and parent_id = below.id) as units
                 where below.step < {STEPS})
         select below.top as unit, count(*) as people from below cross join lateral (
                 select person_id from posts where source_id = $1 and unit_id = below.id and kind = 'primary') as posts
             join people on people.id = posts.person_id and people.status = 'active' group by below.top"
    ))
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(units)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|size| (size.unit, usize::try_from(size.people).unwrap_or(0))).collect())
}

/// How many people the mirror of `source` holds.
pub async fn held(connection: &mut AsyncPgConnection, source: SourceId) -> Result<usize, Error> {
    let found: Count =
        sql_query("select count(*) as number from people where source_id = $1 and status <> 'gone'")
            .bind::<SqlUuid, _>(source)
            .get_result(connection)
            .await?;
    Ok(usize::try_from(found.number).unwrap_or(0))
}

/// Which of `logins`, in lower case, belong to somebody of another source who can sign in.
pub async fn logins_elsewhere(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    logins: &[String],
) -> Result<Vec<String>, Error> {
    let elsewhere = people::table
        .filter(people::source_id.ne(source))
        .filter(people::status.eq("active"))
        .filter(people::login_key.eq_any(logins));
    Ok(elsewhere.select(people::login_key).load(connection).await?)
}
