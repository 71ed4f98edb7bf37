//! What people are cleared for. No row: never cleared.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::ids::{PersonId, SourceId};
use crate::tables::{clearances, people};
use crate::{Error, rowset};

/// A person's clearance.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = clearances)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Clearance {
    pub person_id: PersonId,
    pub level: i16,
    pub categories: Vec<String>,
}

/// The clearances of the people of a source; only those of `of`, where it is given.
pub async fn list(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    of: Option<&[PersonId]>,
) -> Result<Vec<Clearance>, Error> {
    let mut found =
        clearances::table.inner_join(people::table).filter(people::source_id.eq(source)).into_boxed();
    if let Some(of) = of {
        found = found.filter(clearances::person_id.eq_any(of));
    }
    Ok(found.select(Clearance::as_select()).load(connection).await?)
}

/// Gives people the clearances of `rows`, in place of those they had.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[Clearance]) -> Result<(), Error> {
    rowset::run(
        connection,
        "insert into clearances (person_id, level, categories)
         select person_id, level, categories from json_to_recordset($1::json) as row
            (person_id uuid, level smallint, categories text[])
         on conflict (person_id) do update set level = excluded.level, categories = excluded.categories",
        rows,
    )
    .await?;
    Ok(())
}

/// Takes the clearances of `people` away; the history keeps them.
pub async fn remove(connection: &mut AsyncPgConnection, people: &[PersonId]) -> Result<(), Error> {
    let statement = "delete from clearances where person_id = any($1)";
    rowset::run_for(connection, statement, people.iter().map(|id| id.0)).await?;
    Ok(())
}
