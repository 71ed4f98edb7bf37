//! People, as the directory sync writes them.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

use crate::ids::{PersonId, SessionId, SourceId};
use crate::notifications::notify_session_ended;
use crate::tables::people;
use crate::{Error, rowset};

/// A person's own row.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = people)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Person {
    pub id: PersonId,
    pub source_id: SourceId,
    pub directory_id: Uuid,
    pub dn: String,
    pub dn_key: String,
    pub login: String,
    pub login_key: String,
    pub display_name: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub mail: Option<String>,
    pub phone: Option<String>,
    pub employment: String,
    pub status: String,
    pub segments: Vec<String>,
    pub roles: Vec<String>,
}

/// Everybody a source ever had.
pub async fn list(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Vec<Person>, Error> {
    Ok(people::table
        .filter(people::source_id.eq(source))
        .select(Person::as_select())
        .load(connection)
        .await?)
}

/// These people.
pub async fn of(connection: &mut AsyncPgConnection, ids: &[PersonId]) -> Result<Vec<Person>, Error> {
    Ok(people::table.filter(people::id.eq_any(ids)).select(Person::as_select()).load(connection).await?)
}

/// Whoever signs in so, in whatever case it is written, and is in service.
pub async fn by_login(connection: &mut AsyncPgConnection, login: &str) -> Result<Option<PersonId>, Error> {
    Ok(people::table
        .filter(people::login_key.eq(login.to_lowercase()).and(people::status.eq("active")))
        .select(people::id)
        .first(connection)
        .await
        .optional()?)
}

/// The duties that the directory gives somebody who is in service; none of somebody who is not.
pub async fn active_roles(connection: &mut AsyncPgConnection, id: PersonId) -> Result<Vec<String>, Error> {
    let found: Option<Vec<String>> = people::table
        .find(id)
        .filter(people::status.eq("active"))
        .select(people::roles)
        .first(connection)
        .await
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Frees the logins and names of `ids`, so that others of the same transaction can have them.
pub async fn release_keys(connection: &mut AsyncPgConnection, ids: &[PersonId]) -> Result<(), Error> {
    rowset::run_for(
        connection,
        "update people set login_key = '~' || id, dn_key = '~' || id where id = any($1)",
        ids.iter().map(|id| id.0),
    )
    .await?;
    Ok(())
}

/// Writes `rows`: new people are added, others become what the row says.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[Person]) -> Result<(), Error> {
    rowset::run(
        connection,
        "insert into people (id, source_id, directory_id, dn, dn_key, login, login_key, display_name, given_name,
            family_name, mail, phone, employment, status, segments, roles)
         select id, source_id, directory_id, dn, dn_key, login, login_key, display_name, given_name,
            family_name, mail, phone, employment, status, segments, roles from json_to_recordset($1::json) as row
            (id uuid, source_id uuid, directory_id uuid, dn text, dn_key text, login text, login_key text,
            display_name text, given_name text, family_name text, mail text, phone text, employment text,
            status text, segments text[], roles text[])
         on conflict (id) do update set dn = excluded.dn, dn_key = excluded.dn_key, login = excluded.login,
            login_key = excluded.login_key, display_name = excluded.display_name,
            given_name = excluded.given_name, family_name = excluded.family_name, mail = excluded.mail,
            phone = excluded.phone, employment = excluded.employment, status = excluded.status,
            segments = excluded.segments, roles = excluded.roles",
        rows,
    )
    .await?;
    Ok(())
}

/// Notes that `ids` are no more in the directory. What they wrote stays; what they held goes.
pub async fn set_gone(connection: &mut AsyncPgConnection, ids: &[PersonId]) -> Result<(), Error> {
    for statement in [
        "delete from posts where person_id = any($1)",
        "delete from delegations where person_id = any($1) or principal_id = any($1)",
        "delete from liaisons where person_id = any($1)",
        "delete from clearances where person_id = any($1)",
        "delete from photos where person_id = any($1)",
        "update people set status = 'gone' where id = any($1)",
    ] {
        rowset::run_for(connection, statement, ids.iter().map(|id| id.0)).await?;
    }
    Ok(())
}

/// Ends every session of `ids` because they may no longer sign in, and tells every node. Returns how many ended.
pub async fn end_sessions(connection: &mut AsyncPgConnection, ids: &[PersonId]) -> Result<usize, Error> {
    #[derive(QueryableByName)]
    struct Ended {
        #[diesel(sql_type = SqlUuid)]
        id: SessionId,
    }
    let ended: Vec<Ended> = sql_query(
        "update sessions set ended_at = now(), end_reason = 'disabled'
         where person_id = any($1) and ended_at is null returning id",
    )
    .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .load(connection)
    .await?;
    for session in &ended {
        notify_session_ended(connection, session.id).await?;
    }
    Ok(ended.len())
}
