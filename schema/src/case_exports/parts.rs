//! The octets of an archive, a part at a time.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::ExportId;
use crate::tables::case_export_parts;

/// A part of the archive.
#[derive(Debug, Insertable)]
#[diesel(table_name = case_export_parts)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Part {
    pub export_id: ExportId,
    pub file: i16,
    pub number: i32,
    pub data: Vec<u8>,
    pub entries: Option<String>,
}

/// Where a part is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = case_export_parts)]
pub struct Place {
    /// Of which file.
    pub file: i16,
    /// The how manieth part of it.
    pub number: i32,
    /// How many octets it has.
    pub size: i32,
    /// Whether entries of the directory are in it.
    #[diesel(select_expression = case_export_parts::entries.is_not_null())]
    pub has_entries: bool,
}

/// Where all parts of it are, in their order.
pub async fn places(connection: &mut AsyncPgConnection, export: ExportId) -> Result<Vec<Place>, Error> {
    Ok(case_export_parts::table
        .filter(case_export_parts::export_id.eq(export))
        .order((case_export_parts::file, case_export_parts::number))
        .select(Place::as_select())
        .load(connection)
        .await?)
}

/// What a part has, unless it is gone.
pub async fn part(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    place: &Place,
) -> Result<Option<Vec<u8>>, Error> {
    Ok(case_export_parts::table
        .find((export, place.file, place.number))
        .select(case_export_parts::data)
        .first(connection)
        .await
        .optional()?)
}

/// The entries of the directory that are in a part.
pub async fn entries(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    place: &Place,
) -> Result<Option<String>, Error> {
    let found: Option<Option<String>> = case_export_parts::table
        .find((export, place.file, place.number))
        .select(case_export_parts::entries)
        .first(connection)
        .await
        .optional()?;
    Ok(found.flatten())
}
