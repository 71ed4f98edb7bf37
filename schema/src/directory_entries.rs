//! What each entry of a directory was when it was last taken: by its digest, so that a read finds what has changed.

use diesel::sql_query;
use diesel::sql_types::{Array, Binary, Nullable, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::Error;
use crate::ids::SourceId;

/// The digest of an entry, and of the configuration by which it was taken.
pub type Digest = [u8; 16];

/// As many digests as travel at once.
const ROWS: usize = 5_000;

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    directory_id: Uuid,
    #[diesel(sql_type = Nullable<Binary>)]
    digest: Option<Vec<u8>>,
}

/// Hands every unit, person and group that is known of `source` to `take`, with the digest of the entry; none where it
/// has to be looked at in any case.
pub async fn each(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    mut take: impl FnMut(Uuid, Option<Digest>),
) -> Result<(), Error> {
    let mut rows = sql_query(
        "select held.directory_id, digest from (
             select directory_id from people where source_id = $1 and status <> 'gone'
             union all select directory_id from units where source_id = $1 and status <> 'gone'
             union all select directory_id from directory_groups where source_id = $1) as held
         left join directory_entries on directory_entries.source_id = $1
             and directory_entries.directory_id = held.directory_id",
    )
    .bind::<SqlUuid, _>(source)
    .load_stream::<Row>(connection)
    .await?;
    while let Some(row) = rows.try_next().await? {
        take(row.directory_id, row.digest.and_then(|digest| digest.try_into().ok()));
    }
    Ok(())
}

/// Whether the mirror of `source` holds, or ever held, anything.
pub async fn any_held(connection: &mut AsyncPgConnection, source: SourceId) -> Result<bool, Error> {
    #[derive(diesel::QueryableByName)]
    struct Held {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        any: bool,
    }
    let held: Held = sql_query(
        "select exists (select from people where source_id = $1) or exists (select from units where source_id = $1)
             as \"any\"",
    )
    .bind::<SqlUuid, _>(source)
    .get_result(connection)
    .await?;
    Ok(held.any)
}

/// Notes what entries were when they were taken.
pub async fn remember(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    entries: &[(Uuid, Digest)],
) -> Result<(), Error> {
    for entries in entries.chunks(ROWS) {
        let (ids, digests): (Vec<Uuid>, Vec<&[u8]>) =
            entries.iter().map(|(id, digest)| (*id, digest.as_slice())).unzip();
        sql_query(
            "insert into directory_entries (source_id, directory_id, digest)
             select $1, * from unnest($2::uuid[], $3::bytea[])
             on conflict (source_id, directory_id) do update set digest = excluded.digest",
        )
        .bind::<SqlUuid, _>(source)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Binary>, _>(digests)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Of these entries it is not known what they were: the next read looks at them.
pub async fn forget(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    entries: &[Uuid],
) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    sql_query("delete from directory_entries where source_id = $1 and directory_id = any($2)")
        .bind::<SqlUuid, _>(source)
        .bind::<Array<SqlUuid>, _>(entries)
        .execute(connection)
        .await?;
    Ok(())
}

/// The same of all entries of `source`.
pub async fn forget_all(connection: &mut AsyncPgConnection, source: SourceId) -> Result<(), Error> {
    sql_query("delete from directory_entries where source_id = $1")
        .bind::<SqlUuid, _>(source)
        .execute(connection)
        .await?;
    Ok(())
}
