//! Files: what each is, whose, and the sealed key to what is kept of it elsewhere. A message takes them along when it is stored
//! (`store_messages`), and they lose name and key with what it said (`erase_messages`).

use chrono::{DateTime, Utc};
use diesel::dsl::{count, count_star};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{ConversationId, FileId, MessageId, PersonId};
use crate::tables::files;

/// A file.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = files)]
pub struct File {
    /// Its identifier.
    pub id: FileId,
    /// Where it is, or is to be, said.
    pub conversation_id: ConversationId,
    /// Who sent it.
    pub uploaded_by: PersonId,
    /// When its first octets came.
    pub begun_at: DateTime<Utc>,
    /// As whoever sent it called it; nothing once it is erased.
    pub name: String,
    /// What it is by its first octets.
    pub media_type: String,
    /// Its octets.
    pub size: i64,
    /// The SHA-256 of them, once all are there.
    pub sha256: Option<Vec<u8>>,
    /// The width of an image of which there is a small one as well.
    pub width: Option<i32>,
    /// The height of such an image.
    pub height: Option<i32>,
    /// The key of what is kept of it, sealed; nothing once it is erased.
    pub sealed_key: Option<Vec<u8>>,
    /// What looked for malware in it.
    pub scanned_by: Option<String>,
    /// When all of it was there.
    pub arrived_at: Option<DateTime<Utc>>,
    /// The message that it was sent with.
    pub message_id: Option<MessageId>,
    /// The number of that message.
    pub seq: Option<i64>,
    /// When that was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was erased.
    pub erased_at: Option<DateTime<Utc>>,
}

/// A file that begins to come.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = files)]
#[expect(missing_docs, reason = "as in `File`")]
pub struct NewFile {
    pub id: FileId,
    pub conversation_id: ConversationId,
    pub uploaded_by: PersonId,
    pub begun_at: DateTime<Utc>,
    pub name: String,
    pub media_type: String,
    /// As many octets as were announced.
    pub size: i64,
    pub sealed_key: Vec<u8>,
}

/// What is known of a file when all of it is there.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `File`")]
pub struct Arrived {
    pub at: DateTime<Utc>,
    pub size: i64,
    pub sha256: Vec<u8>,
    /// Width and height of an image of which there is a small one.
    pub pixels: Option<(i32, i32)>,
    pub scanned_by: Option<String>,
}

/// The file `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: FileId) -> Result<Option<File>, Error> {
    Ok(files::table.find(id).select(File::as_select()).first(connection).await.optional()?)
}

/// Those of `ids` that there are, in no order.
pub async fn find_all(connection: &mut AsyncPgConnection, ids: &[FileId]) -> Result<Vec<File>, Error> {
    Ok(files::table.filter(files::id.eq_any(ids)).select(File::as_select()).load(connection).await?)
}

/// How many files belong to no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loose {
    /// All of them, also those that were given up and are still kept.
    pub all: i64,
    /// Those that have not come whole, and were not given up.
    pub coming: i64,
}

/// How many files of `person` belong to no message.
pub async fn count_loose(connection: &mut AsyncPgConnection, person: PersonId) -> Result<Loose, Error> {
    let is_coming = files::arrived_at.is_null().and(files::erased_at.is_null());
    let (all, coming) = files::table
        .filter(files::uploaded_by.eq(person))
        .filter(files::message_id.is_null())
        .select((count_star(), count(files::id).aggregate_filter(is_coming)))
        .first(connection)
        .await?;
    Ok(Loose { all, coming })
}

/// Notes that a file begins to come, before anything of it is kept: whatever is kept is known of.
pub async fn begin(connection: &mut AsyncPgConnection, file: &NewFile) -> Result<(), Error> {
    diesel::insert_into(files::table).values(file).execute(connection).await?;
    Ok(())
}

/// Notes that all of it is there, with its entry in the audit log. False: it was taken away meanwhile.
pub async fn arrive(
    connection: &mut AsyncPgConnection,
    id: FileId,
    arrived: &Arrived,
    entry: &NewEntry,
) -> Result<bool, Error> {
    let (width, height) = arrived.pixels.unzip();
    let arriving = async |connection: &mut AsyncPgConnection| {
        let changed = diesel::update(files::table.find(id).filter(files::arrived_at.is_null()))
            .set((
                files::arrived_at.eq(arrived.at),
                files::size.eq(arrived.size),
                files::sha256.eq(&arrived.sha256),
                files::width.eq(width),
                files::height.eq(height),
                files::scanned_by.eq(&arrived.scanned_by),
            ))
            .execute(connection)
            .await?;
        if changed == 1 {
            audit::append(connection, entry).await?;
        }
        Ok(changed == 1)
    };
    connection.transaction(arriving).await
}

/// Erases a file that no message took along: what is kept of it goes next. False: it is a message's, or gone.
pub async fn give_up(
    connection: &mut AsyncPgConnection,
    id: FileId,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let loose = files::table.find(id).filter(files::message_id.is_null()).filter(files::erased_at.is_null());
    Ok(diesel::update(loose).set(erased(at)).execute(connection).await? == 1)
}

/// Erases what began before `until` and no message took along.
pub async fn give_up_old(
    connection: &mut AsyncPgConnection,
    until: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<usize, Error> {
    let old = files::table
        .filter(files::message_id.is_null())
        .filter(files::erased_at.is_null())
        .filter(files::begun_at.lt(until));
    Ok(diesel::update(old).set(erased(at)).execute(connection).await?)
}

type Erased = (
    diesel::dsl::Eq<files::name, &'static str>,
    diesel::dsl::Eq<files::sealed_key, Option<Vec<u8>>>,
    diesel::dsl::Eq<files::erased_at, Option<DateTime<Utc>>>,
);

fn erased(at: DateTime<Utc>) -> Erased {
    (files::name.eq(""), files::sealed_key.eq(None), files::erased_at.eq(Some(at)))
}

/// Up to `limit` files that were erased, and of which something may still be kept.
pub async fn erased_ones(connection: &mut AsyncPgConnection, limit: i64) -> Result<Vec<FileId>, Error> {
    Ok(files::table
        .filter(files::erased_at.is_not_null())
        .order(files::erased_at)
        .limit(limit)
        .select(files::id)
        .load(connection)
        .await?)
}

/// Forgets files of which nothing is kept any more.
pub async fn forget(connection: &mut AsyncPgConnection, ids: &[FileId]) -> Result<(), Error> {
    let gone = files::table.filter(files::id.eq_any(ids)).filter(files::erased_at.is_not_null());
    diesel::delete(gone).execute(connection).await?;
    Ok(())
}
