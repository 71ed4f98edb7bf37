//! The directories that people come from, one per agency.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{PersonId, SourceId, UnitId};
use crate::tables::{people, sources, units};

/// A source.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sources)]
pub struct Source {
    /// Which.
    pub id: SourceId,
    /// How far the directory was read.
    pub marker: Option<String>,
    /// Since when no run may write.
    pub held_at: Option<DateTime<Utc>>,
}

/// The source called `name`, made if there is none.
pub async fn ensure(connection: &mut AsyncPgConnection, name: &str, kind: &str) -> Result<Source, Error> {
    diesel::insert_into(sources::table)
        .values((sources::id.eq(SourceId::new()), sources::name.eq(name), sources::kind.eq(kind)))
        .on_conflict(sources::name)
        .do_nothing()
        .execute(connection)
        .await?;
    find(connection, name).await?.ok_or(Error::NotFound)
}

/// The source called `name`, if the database has it.
pub async fn find(connection: &mut AsyncPgConnection, name: &str) -> Result<Option<Source>, Error> {
    let found = sources::table.filter(sources::name.eq(name)).select(Source::as_select());
    Ok(found.first(connection).await.optional()?)
}

/// Notes how far the directory was read.
pub async fn set_marker(connection: &mut AsyncPgConnection, id: SourceId, marker: &str) -> Result<(), Error> {
    diesel::update(sources::table.find(id)).set(sources::marker.eq(marker)).execute(connection).await?;
    Ok(())
}

/// The logins, in lower case, of people of the other sources who can sign in.
pub async fn logins_elsewhere(
    connection: &mut AsyncPgConnection,
    id: Option<SourceId>,
) -> Result<Vec<String>, Error> {
    let active = people::table.filter(people::status.eq("active")).select(people::login_key);
    Ok(match id {
        Some(id) => active.filter(people::source_id.ne(id)).load(connection).await?,
        None => active.load(connection).await?,
    })
}

/// The agencies of the other sources, by the comparable names of their entries.
pub async fn agencies_elsewhere(
    connection: &mut AsyncPgConnection,
    id: Option<SourceId>,
) -> Result<Vec<(String, UnitId)>, Error> {
    let agencies = units::table
        .filter(units::kind.eq("agency"))
        .filter(units::status.eq("active"))
        .select((units::dn_key, units::id));
    Ok(match id {
        Some(id) => agencies.filter(units::source_id.ne(id)).load(connection).await?,
        None => agencies.load(connection).await?,
    })
}

/// The people of a source with a photo, and its SHA-256; only those of `of`, where it is given.
pub async fn photos(
    connection: &mut AsyncPgConnection,
    id: SourceId,
    of: Option<&[PersonId]>,
) -> Result<Vec<(PersonId, Vec<u8>)>, Error> {
    use crate::tables::photos;
    let mut found = photos::table.inner_join(people::table).filter(people::source_id.eq(id)).into_boxed();
    if let Some(of) = of {
        found = found.filter(photos::person_id.eq_any(of));
    }
    Ok(found.select((photos::person_id, photos::sha256)).load(connection).await?)
}
