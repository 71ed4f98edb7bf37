//! Who speaks for their agency to another one.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::ids::{PersonId, SourceId, UnitId};
use crate::tables::{liaisons, people};
use crate::{Error, rowset};

/// A person and the agency they speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Serialize)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Liaison {
    pub person_id: PersonId,
    pub agency_id: UnitId,
}

/// The liaisons among the people of a source; only among `of`, where it is given.
pub async fn list(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    of: Option<&[PersonId]>,
) -> Result<Vec<Liaison>, Error> {
    let mut found =
        liaisons::table.inner_join(people::table).filter(people::source_id.eq(source)).into_boxed();
    if let Some(of) = of {
        found = found.filter(liaisons::person_id.eq_any(of));
    }
    Ok(found.select((liaisons::person_id, liaisons::agency_id)).load(connection).await?)
}

/// Adds `rows`.
pub async fn add(connection: &mut AsyncPgConnection, rows: &[Liaison]) -> Result<(), Error> {
    rowset::run(
        connection,
        "insert into liaisons (person_id, agency_id)
         select person_id, agency_id from json_to_recordset($1::json) as row (person_id uuid, agency_id uuid)
         on conflict do nothing",
        rows,
    )
    .await?;
    Ok(())
}

/// Removes `rows`; the history keeps them.
pub async fn remove(connection: &mut AsyncPgConnection, rows: &[Liaison]) -> Result<(), Error> {
    rowset::run(
        connection,
        "delete from liaisons using json_to_recordset($1::json) as row (person_id uuid, agency_id uuid)
         where liaisons.person_id = row.person_id and liaisons.agency_id = row.agency_id",
        rows,
    )
    .await?;
    Ok(())
}
