//! Who was told that a case had been about them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{CaseId, PersonId};
use crate::tables::case_notices;

/// That somebody was told.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_notices)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Notice {
    pub case_id: CaseId,
    pub person_id: PersonId,
    pub given_by: PersonId,
    pub given_at: DateTime<Utc>,
    pub note: String,
}

/// Notes that it was given, with its entry in the audit log. False: it was noted before.
pub async fn give(
    connection: &mut AsyncPgConnection,
    notice: &Notice,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let given = diesel::insert_into(case_notices::table)
                .values(notice)
                .on_conflict_do_nothing()
                .execute(connection)
                .await?;
            if given == 0 {
                return Ok(false);
            }
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Those that were given to some of `people`.
pub async fn of(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Notice>, Error> {
    let rows: Vec<Notice> = case_notices::table
        .filter(case_notices::case_id.eq(case))
        .filter(case_notices::person_id.eq_any(people))
        .select(Notice::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}
