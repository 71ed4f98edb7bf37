//! The ladders of the agencies.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Uuid as SqlUuid;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use crate::ids::{RankId, SourceId};
use crate::tables::ranks;
use crate::{Error, rowset};

/// A step of a ladder.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = ranks)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Rank {
    pub id: RankId,
    pub source_id: SourceId,
    pub code: String,
    pub name_ru: String,
    pub name_en: String,
    pub step: i16,
    pub band: String,
}

/// The ladder of a source.
pub async fn list(connection: &mut AsyncPgConnection, source: SourceId) -> Result<Vec<Rank>, Error> {
    Ok(ranks::table
        .filter(ranks::source_id.eq(source))
        .order(ranks::code)
        .select(Rank::as_select())
        .load(connection)
        .await?)
}

/// Gives the source the ladder `wanted`. Ranks that are not in it stay until [`drop_unused`].
pub async fn replace(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    wanted: &[Rank],
) -> Result<(), Error> {
    // No two ranks may share a step even for a moment, so all of them make room first.
    // Those that left earlier keep the room they have.
    sql_query(
        "update ranks set step = room.step from (
             select id, row_number() over (order by step)
                 + coalesce((select max(step) from ranks where source_id = $1 and step >= 10000), 9999) as step
             from ranks where source_id = $1 and step < 10000) as room
         where ranks.id = room.id",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?;
    rowset::run(
        connection,
        "insert into ranks (id, source_id, code, name_ru, name_en, step, band)
         select id, source_id, code, name_ru, name_en, step, band from json_to_recordset($1::json) as row
            (id uuid, source_id uuid, code text, name_ru text, name_en text, step smallint, band text)
         on conflict (source_id, code) do update set
            name_ru = excluded.name_ru, name_en = excluded.name_en, step = excluded.step, band = excluded.band",
        wanted,
    )
    .await?;
    Ok(())
}

/// Removes the ranks that left the ladder and that nobody ever held or was appointed to: the past, and whoever takes a
/// run back, needs the others.
pub async fn drop_unused(connection: &mut AsyncPgConnection, source: SourceId) -> Result<usize, Error> {
    Ok(sql_query(
        "delete from ranks where source_id = $1 and step >= 10000
            and not exists (select from posts where posts.source_id = ranks.source_id and posts.rank_id = ranks.id)
            and not exists (select from posts_history as past
                where past.source_id = ranks.source_id and past.rank_id = ranks.id)
            and not exists (select from appointments
                where appointments.source_id = ranks.source_id and appointments.rank_id = ranks.id)",
    )
    .bind::<SqlUuid, _>(source)
    .execute(connection)
    .await?)
}
