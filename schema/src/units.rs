//! The units of the tree, as the directory sync writes them.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

use crate::ids::{PersonId, SourceId, UnitId};
use crate::tables::units;
use crate::{Error, rowset};

/// A unit.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = units)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Unit {
    pub id: UnitId,
    pub source_id: SourceId,
    pub directory_id: Uuid,
    pub dn: String,
    pub dn_key: String,
    pub kind: String,
    pub parent_id: Option<UnitId>,
    pub name: String,
    pub head_id: Option<PersonId>,
    pub status: String,
}

/// Every unit a source ever had.
pub async fn list(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Vec<Unit>, Error> {
    Ok(units::table.filter(units::source_id.eq(source)).select(Unit::as_select()).load(connection).await?)
}

/// These units.
pub async fn of(connection: &mut AsyncPgConnection, ids: &[UnitId]) -> Result<Vec<Unit>, Error> {
    Ok(units::table.filter(units::id.eq_any(ids)).select(Unit::as_select()).load(connection).await?)
}

/// The agencies, by name.
pub async fn agencies(connection: &mut AsyncPgConnection) -> Result<Vec<(UnitId, String)>, Error> {
    Ok(units::table
        .filter(units::kind.eq("agency").and(units::status.eq("active")))
        .order(units::name)
        .select((units::id, units::name))
        .load(connection)
        .await?)
}

/// Frees the names of `ids`, so that others of the same transaction can have them.
pub async fn release_keys(connection: &mut AsyncPgConnection, ids: &[UnitId]) -> Result<(), Error> {
    let statement = "update units set dn_key = '~' || id where id = any($1)";
    rowset::run_for(connection, statement, ids.iter().map(|id| id.0)).await?;
    Ok(())
}

/// Writes `rows`: new units are added, others become what the row says.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[Unit]) -> Result<(), Error> {
    rowset::run(
        connection,
        "insert into units (id, source_id, directory_id, dn, dn_key, kind, parent_id, name, head_id, status)
         select id, source_id, directory_id, dn, dn_key, kind, parent_id, name, head_id, status
            from json_to_recordset($1::json) as row (id uuid, source_id uuid, directory_id uuid, dn text, dn_key text,
            kind text, parent_id uuid, name text, head_id uuid, status text)
         on conflict (id) do update set dn = excluded.dn, dn_key = excluded.dn_key, kind = excluded.kind,
            parent_id = excluded.parent_id, name = excluded.name, head_id = excluded.head_id,
            status = excluded.status",
        rows,
    )
    .await?;
    Ok(())
}

/// Notes that `ids` are no more in the directory.
pub async fn set_gone(connection: &mut AsyncPgConnection, ids: &[UnitId]) -> Result<(), Error> {
    let statement = "update units set status = 'gone', head_id = null where id = any($1)";
    rowset::run_for(connection, statement, ids.iter().map(|id| id.0)).await?;
    Ok(())
}
