//! The posts that people hold, as the directory sync writes them. Those of the dated list are not its own.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::ids::{PersonId, PostId, RankId, SourceId, UnitId};
use crate::tables::posts;
use crate::{Error, rowset};

/// A post. When it began is the database's to keep: now, for a new one or one in another unit.
#[derive(Debug, Clone, Queryable, Serialize)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Post {
    pub id: PostId,
    pub source_id: SourceId,
    pub person_id: PersonId,
    pub unit_id: UnitId,
    pub rank_id: RankId,
    pub kind: String,
    pub title: String,
    pub superior_id: Option<PersonId>,
    pub until: Option<DateTime<Utc>>,
}

/// The posts that the directory of a source gave, over or not; only those that `of` hold, where it is given.
pub async fn list(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    of: Option<&[PersonId]>,
) -> Result<Vec<Post>, Error> {
    let mut found =
        posts::table.filter(posts::source_id.eq(source).and(posts::appointment_id.is_null())).into_boxed();
    if let Some(of) = of {
        found = found.filter(posts::person_id.eq_any(of));
    }
    Ok(found
        .select((
            posts::id,
            posts::source_id,
            posts::person_id,
            posts::unit_id,
            posts::rank_id,
            posts::kind,
            posts::title,
            posts::superior_id,
            sql::<Nullable<Timestamptz>>("upper(valid)"),
        ))
        .load(connection)
        .await?)
}

/// Removes the posts `ids`; the history keeps them.
pub async fn remove(connection: &mut AsyncPgConnection, ids: &[PostId]) -> Result<(), Error> {
    rowset::run_for(connection, "delete from posts where id = any($1)", ids.iter().map(|id| id.0)).await?;
    Ok(())
}

/// Writes `rows`: new posts begin now, others become what the row says. One that has ended meanwhile is written as one that has
/// just ended.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[Post]) -> Result<(), Error> {
    rowset::run(
        connection,
        "insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, superior_id, valid)
         select id, source_id, person_id, unit_id, rank_id, kind, title, superior_id,
            tstzrange(least(now(), until - interval '1 microsecond'), until)
            from json_to_recordset($1::json) as row (id uuid, source_id uuid, person_id uuid, unit_id uuid, rank_id uuid,
            kind text, title text, superior_id uuid, until timestamptz)
         on conflict (id) do update set unit_id = excluded.unit_id, rank_id = excluded.rank_id,
            title = excluded.title, superior_id = excluded.superior_id,
            valid = tstzrange(
                case when posts.unit_id = excluded.unit_id then lower(posts.valid) else lower(excluded.valid) end,
                upper(excluded.valid))",
        rows,
    )
    .await?;
    Ok(())
}
