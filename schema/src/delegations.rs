//! In whose name people may act, as the directory sync writes it. What the dated list says is not its own.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::ids::{DelegationId, PersonId, SourceId};
use crate::tables::{delegations, people};
use crate::{Error, rowset};

/// A delegation. When it began is the database's to keep.
#[derive(Debug, Clone, Queryable, Serialize)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Delegation {
    pub id: DelegationId,
    pub person_id: PersonId,
    pub principal_id: Option<PersonId>,
    pub hat: String,
    pub until: Option<DateTime<Utc>>,
}

/// The delegations that the directory gave to people of a source, over or not; only those of `of`, where it is given.
pub async fn list(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    of: Option<&[PersonId]>,
) -> Result<Vec<Delegation>, Error> {
    let mut found = delegations::table.filter(delegations::appointment_id.is_null()).into_boxed();
    found = if let Some(of) = of {
        found.filter(delegations::person_id.eq_any(of))
    } else {
        let to = people::table.filter(people::source_id.eq(source)).select(people::id);
        found.filter(delegations::person_id.eq_any(to))
    };
    Ok(found
        .select((
            delegations::id,
            delegations::person_id,
            delegations::principal_id,
            delegations::hat,
            sql::<Nullable<Timestamptz>>("upper(valid)"),
        ))
        .load(connection)
        .await?)
}

/// Removes the delegations `ids`; the history keeps them.
pub async fn remove(connection: &mut AsyncPgConnection, ids: &[DelegationId]) -> Result<(), Error> {
    rowset::run_for(connection, "delete from delegations where id = any($1)", ids.iter().map(|id| id.0))
        .await?;
    Ok(())
}

/// Writes `rows`: new delegations begin now, others end when the row says.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[Delegation]) -> Result<(), Error> {
    rowset::run(
        connection,
        "insert into delegations (id, person_id, principal_id, hat, valid)
         select id, person_id, principal_id, hat, tstzrange(least(now(), until - interval '1 microsecond'), until)
            from json_to_recordset($1::json) as row
            (id uuid, person_id uuid, principal_id uuid, hat text, until timestamptz)
         on conflict (id) do update set valid = tstzrange(lower(delegations.valid), upper(excluded.valid))",
        rows,
    )
    .await?;
    Ok(())
}
