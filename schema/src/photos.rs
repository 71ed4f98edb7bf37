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

/// Gives people the photos of `rows`, in place of those they had.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[(PersonId, Photo)]) -> Result<(), Error> {
    for (person, photo) in rows {
        let values = (
            photos::media_type.eq(&photo.media_type),
            photos::sha256.eq(&photo.sha256),
            photos::bytes.eq(&photo.bytes),
        );
        diesel::insert_into(photos::table)
            .values((photos::person_id.eq(person), values))
            .on_conflict(photos::person_id)
            .do_update()
            .set(values)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Removes the photos of `people`.
pub async fn remove(connection: &mut AsyncPgConnection, people: &[PersonId]) -> Result<(), Error> {
    diesel::delete(photos::table.filter(photos::person_id.eq_any(people))).execute(connection).await?;
    Ok(())
}
