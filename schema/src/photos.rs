//! The photos that the directory gives.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::PersonId;
use crate::tables::photos;

/// A person's photo.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = photos)]
pub struct Photo {
    /// `image/jpeg` or `image/png`, as the sync found by looking at the bytes.
    pub media_type: String,
    /// The SHA-256 of the bytes.
    pub sha256: Vec<u8>,
    /// The image.
    pub bytes: Vec<u8>,
}

/// The photo of `person`, if the directory has one.
pub async fn find(connection: &mut AsyncPgConnection, person: PersonId) -> Result<Option<Photo>, Error> {
    Ok(photos::table.find(person).select(Photo::as_select()).first(connection).await.optional()?)
}
