//! The tree over the audit log: which entries are its leaves, in which order, and the hashes of its tiles. Entries come into
//! it when no transaction before theirs is under way any more, in an order that never changes: by what was below the oldest
//! transaction at the time, and within that by their number. What is hashed and how is the caller's matter.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use crate::Error;
use crate::pool::take_time;
use crate::tables::audit_tree;
use crate::transaction::try_alone;

/// How far the tree is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_tree)]
pub struct State {
    /// How many leaves it has.
    pub size: i64,
    /// The roots of the full trees that it is made of, 32 octets each, from the left.
    pub peaks: Vec<u8>,
    /// Every entry of a transaction below this one is in it.
    pub xid_until: i64,
    /// Every entry up to this one is in it, whatever its transaction.
    pub after_seq: i64,
    /// When it grew last.
    pub grown_at: DateTime<Utc>,
}

/// An entry, as it is hashed.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Entry {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// When it happened.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// What happened.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Who did it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub actor_id: Option<Uuid>,
    /// The kind's own fields, as the database writes them.
    #[diesel(sql_type = Text)]
    pub entry: String,
}

/// The question for entries as they are hashed, from wherever the rest of it says.
macro_rules! entries {
    ($rest:literal) => {
        concat!("select seq, at, kind, actor_id, entry::text as entry ", $rest)
    };
}

/// A tile that is new or has grown.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Tile {
    /// Its height.
    #[diesel(sql_type = SmallInt)]
    pub height: i16,
    /// How many of its height are to its left.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// Its hashes, 32 octets each.
    #[diesel(sql_type = Binary)]
    pub hashes: Vec<u8>,
    /// The entries whose hashes these are; of height 0 alone.
    #[diesel(sql_type = Nullable<Array<BigInt>>)]
    pub seqs: Option<Vec<i64>>,
}

/// What may be put into the tree next.
#[derive(Debug)]
pub struct Due {
    /// How far the tree is.
    pub state: State,
    /// Its tiles that are not whole.
    pub open: Vec<Tile>,
    /// The entries, in the order of the leaves.
    pub entries: Vec<Entry>,
    xid_until: i64,
    after_seq: i64,
    /// Whether more is due right after this.
    pub has_more: bool,
}

#[derive(QueryableByName)]
struct Horizon {
    #[diesel(sql_type = BigInt)]
    oldest: i64,
}

/// Puts what is due into the tree: `hash` makes tiles and the new peaks of it. Nothing where another node is at it, or nothing
/// is due; [`Error::NoTree`] where it can make none of what is there. About `limit` entries at a time: those of one transaction come together.
pub async fn grow(
    connection: &mut AsyncPgConnection,
    limit: i64,
    at: DateTime<Utc>,
    hash: impl Fn(&Due) -> Option<(Vec<Tile>, Vec<u8>)> + Send + Sync,
) -> Result<Option<Grown>, Error> {
    let hash = &hash;
    connection
        .transaction(async |connection| {
            take_time(connection).await?;
            let Some(state) = lock(connection).await? else { return Ok(None) };
            let due = due(connection, state, limit).await?;
            if due.entries.is_empty() && due.xid_until >= due.state.xid_until {
                return Ok(None);
            }
            let added = i64::try_from(due.entries.len()).unwrap_or(i64::MAX);
            let (tiles, peaks) = hash(&due).ok_or(Error::NoTree)?;
            save(connection, &due, &tiles, &peaks, at).await?;
            Ok(Some(Grown { size: due.state.size.saturating_add(added), added, has_more: due.has_more }))
        })
        .await
}

/// By how much the tree has grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grown {
    /// How many leaves it has now.
    pub size: i64,
    /// How many of them are new.
    pub added: i64,
    /// Whether more is due.
    pub has_more: bool,
}

/// How far the tree is.
pub async fn state(connection: &mut AsyncPgConnection) -> Result<State, Error> {
    Ok(audit_tree::table.select(State::as_select()).first(connection).await?)
}

/// The same, and nobody else lets it grow until the transaction ends; nothing where somebody does. Nothing is written by this: it
/// is asked every second, and seldom is something due.
async fn lock(connection: &mut AsyncPgConnection) -> Result<Option<State>, Error> {
    if try_alone(connection, "audit_tree").await? { state(connection).await.map(Some) } else { Ok(None) }
}

async fn due(connection: &mut AsyncPgConnection, state: State, limit: i64) -> Result<Due, Error> {
    // Everything below the oldest transaction under way is there, and whole: that is so in each statement after this one.
    let horizon: Horizon =
        diesel::sql_query("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest")
            .get_result(connection)
            .await?;
    if horizon.oldest < state.xid_until {
        return restored(connection, state).await;
    }
    let (first, after) = (state.xid_until, state.after_seq);
    let mut found = written_by(connection, (first, horizon.oldest), after, limit.saturating_add(1)).await?;
    let has_more = i64::try_from(found.len()).unwrap_or(i64::MAX) > limit;
    let mut until = horizon.oldest;
    if has_more && let [begun, .., last] = found.as_slice() {
        // At least one transaction, however much it wrote.
        let is_one = begun.xid == last.xid;
        until = if is_one { last.xid.saturating_add(1) } else { last.xid };
        if is_one {
            found = written_by(connection, (first, until), after, i64::MAX).await?;
        }
        found.retain(|written| written.xid < until);
    }
    let mut entries: Vec<Entry> = found.into_iter().map(|written| written.entry).collect();
    entries.sort_unstable_by_key(|entry| entry.seq);
    let open = open_tiles(connection, state.size).await?;
    let (xid_until, after_seq) = (until, state.after_seq);
    Ok(Due { state, open, entries, xid_until, after_seq, has_more })
}

/// An entry, and which transaction wrote it.
#[derive(QueryableByName)]
struct Written {
    #[diesel(embed)]
    entry: Entry,
    #[diesel(sql_type = BigInt)]
    xid: i64,
}

/// Up to `limit` entries above `after` of the transactions from `first` on and below `until`, in the order of the transactions.
async fn written_by(
    connection: &mut AsyncPgConnection,
    (first, until): (i64, i64),
    after: i64,
    limit: i64,
) -> Result<Vec<Written>, Error> {
    Ok(diesel::sql_query(
        "select seq, at, kind, actor_id, entry::text as entry, xid from audit_log
         where xid >= $1 and xid < $2 and seq > $3 order by xid limit $4",
    )
    .bind::<BigInt, _>(first)
    .bind::<BigInt, _>(until)
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// Transactions are counted anew: the database was restored elsewhere. What came with it is whole, and what comes from now on has
/// higher numbers.
async fn restored(connection: &mut AsyncPgConnection, state: State) -> Result<Due, Error> {
    let entries: Vec<Entry> = diesel::sql_query(entries!(
        "from audit_log
         where xid >= $1 and seq > $2 order by seq"
    ))
    .bind::<BigInt, _>(state.xid_until)
    .bind::<BigInt, _>(state.after_seq)
    .load(connection)
    .await?;
    let sealed: Highest =
        diesel::sql_query("select max(highest_seq) as highest from audit_tiles where height = 0")
            .get_result(connection)
            .await?;
    let highest = entries.last().map(|entry| entry.seq).max(sealed.highest).unwrap_or_default();
    let open = open_tiles(connection, state.size).await?;
    Ok(Due { after_seq: highest.max(state.after_seq), xid_until: 0, state, open, entries, has_more: true })
}

#[derive(QueryableByName)]
struct Highest {
    #[diesel(sql_type = Nullable<BigInt>)]
    highest: Option<i64>,
}

/// The tiles of a tree of this size that are not whole, the lowest first.
async fn open_tiles(connection: &mut AsyncPgConnection, size: i64) -> Result<Vec<Tile>, Error> {
    let (mut heights, mut numbers) = (Vec::new(), Vec::new());
    let mut left = size;
    for height in 0..=7_i16 {
        heights.push(height);
        left /= 256;
        numbers.push(left);
    }
    tiles(connection, &heights, &numbers).await
}

/// The tiles at these places, as far as they are there, by height and number.
pub async fn tiles(
    connection: &mut AsyncPgConnection,
    heights: &[i16],
    numbers: &[i64],
) -> Result<Vec<Tile>, Error> {
    Ok(diesel::sql_query(
        "select height, number, hashes, seqs from audit_tiles
         join unnest($1, $2) as wanted (height, number) using (height, number) order by height, number",
    )
    .bind::<Array<SmallInt>, _>(heights)
    .bind::<Array<BigInt>, _>(numbers)
    .load(connection)
    .await?)
}

async fn save(
    connection: &mut AsyncPgConnection,
    due: &Due,
    tiles: &[Tile],
    peaks: &[u8],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    for tile in tiles {
        let (lowest, highest) = tile
            .seqs
            .as_ref()
            .map(|seqs| (seqs.iter().min().copied(), seqs.iter().max().copied()))
            .unwrap_or_default();
        diesel::sql_query(
            "insert into audit_tiles (height, number, hashes, seqs, lowest_seq, highest_seq)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (height, number) do update
             set hashes = excluded.hashes, seqs = excluded.seqs, lowest_seq = excluded.lowest_seq,
                 highest_seq = excluded.highest_seq",
        )
        .bind::<SmallInt, _>(tile.height)
        .bind::<BigInt, _>(tile.number)
        .bind::<Binary, _>(&tile.hashes)
        .bind::<Nullable<Array<BigInt>>, _>(&tile.seqs)
        .bind::<Nullable<BigInt>, _>(lowest)
        .bind::<Nullable<BigInt>, _>(highest)
        .execute(connection)
        .await?;
    }
    let added = i64::try_from(due.entries.len()).unwrap_or(i64::MAX);
    diesel::update(audit_tree::table)
        .set((
            audit_tree::size.eq(due.state.size.saturating_add(added)),
            audit_tree::peaks.eq(peaks),
            audit_tree::xid_until.eq(due.xid_until),
            audit_tree::after_seq.eq(due.after_seq),
            audit_tree::grown_at.eq(at),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The number of the leaf of an entry, if it is in the tree.
pub async fn leaf_of(connection: &mut AsyncPgConnection, seq: i64) -> Result<Option<i64>, Error> {
    let found: Option<Leaf> = diesel::sql_query(
        "select number * 256 + array_position(seqs, $1) - 1 as leaf from audit_tiles
         where height = 0 and highest_seq >= $1 and lowest_seq <= $1 and $1 = any (seqs)",
    )
    .bind::<BigInt, _>(seq)
    .get_result(connection)
    .await
    .optional()?;
    Ok(found.map(|found| found.leaf))
}

#[derive(QueryableByName)]
struct Leaf {
    #[diesel(sql_type = BigInt)]
    leaf: i64,
}

/// The numbers of the leaves of entries, as far as they are in the tree: each entry with its leaf.
pub async fn leaves_of(connection: &mut AsyncPgConnection, seqs: &[i64]) -> Result<Vec<LeafOf>, Error> {
    Ok(diesel::sql_query(
        "select wanted.seq, tile.number * 256 + array_position(tile.seqs, wanted.seq) - 1 as leaf
         from unnest($1) wanted (seq) cross join lateral (
            select number, seqs from audit_tiles
            where height = 0 and highest_seq >= wanted.seq and lowest_seq <= wanted.seq and wanted.seq = any (seqs)
            order by highest_seq limit 1) tile",
    )
    .bind::<Array<BigInt>, _>(seqs)
    .load(connection)
    .await?)
}

/// The leaf that an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct LeafOf {
    /// The entry.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// Its leaf.
    #[diesel(sql_type = BigInt)]
    pub leaf: i64,
}

/// An entry by its number.
pub async fn entry(connection: &mut AsyncPgConnection, seq: i64) -> Result<Option<Entry>, Error> {
    Ok(diesel::sql_query(entries!("from audit_log where seq = $1"))
        .bind::<BigInt, _>(seq)
        .get_result(connection)
        .await
        .optional()?)
}

/// The entries with these numbers, as far as they are there, in the order in which they are named.
pub async fn entries(connection: &mut AsyncPgConnection, seqs: &[i64]) -> Result<Vec<Entry>, Error> {
    Ok(diesel::sql_query(entries!(
        "from unnest($1) with ordinality as wanted (seq, place) join audit_log using (seq) order by place"
    ))
    .bind::<Array<BigInt>, _>(seqs)
    .load(connection)
    .await?)
}

/// Up to `limit` leaves from the one numbered `leaf` on, in their order.
pub async fn leaves_from(
    connection: &mut AsyncPgConnection,
    leaf: i64,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    Ok(diesel::sql_query(entries!(
        "from (select tile.number * 256 + placed.place - 1 as leaf, placed.seq
               from audit_tiles tile cross join unnest(tile.seqs) with ordinality as placed (seq, place)
               where tile.height = 0 and tile.number between $1 / 256 and ($1 + $2) / 256) leaves
         join audit_log using (seq) where leaf >= $1 order by leaf limit $2"
    ))
    .bind::<BigInt, _>(leaf)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// All entries of a kind, by their numbers.
pub async fn entries_of_kind(connection: &mut AsyncPgConnection, kind: &str) -> Result<Vec<Entry>, Error> {
    Ok(diesel::sql_query(entries!(
        "from audit_log
         where kind = $1 and kind not in ('message.sent', 'rows.changed') order by seq"
    ))
    .bind::<Text, _>(kind)
    .load(connection)
    .await?)
}

/// Up to `limit` entries above `seq`, in the order of their numbers, each with whether its transaction is one whose entries are
/// in the tree.
pub async fn entries_after(
    connection: &mut AsyncPgConnection,
    seq: i64,
    limit: i64,
) -> Result<Vec<Placed>, Error> {
    Ok(diesel::sql_query(
        "select seq, at, kind, actor_id, entry::text as entry, xid < audit_tree.xid_until or seq <= audit_tree.after_seq as is_due
         from audit_log, audit_tree where seq > $1 order by seq limit $2",
    )
    .bind::<BigInt, _>(seq)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// An entry, and whether it belongs into the tree by now.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Placed {
    /// The entry.
    #[diesel(embed)]
    pub entry: Entry,
    /// Whether it belongs into the tree by now.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_due: bool,
}

/// Up to `limit` tiles of `height` from `number` on.
pub async fn tiles_from(
    connection: &mut AsyncPgConnection,
    height: i16,
    number: i64,
    limit: i32,
) -> Result<Vec<Tile>, Error> {
    Ok(diesel::sql_query(
        "select height, number, hashes, seqs from audit_tiles
         where height = $1 and number >= $2 order by number limit $3",
    )
    .bind::<SmallInt, _>(height)
    .bind::<BigInt, _>(number)
    .bind::<Integer, _>(limit)
    .load(connection)
    .await?)
}

/// Has the database write rows as the texts that are hashed, until the transaction ends.
pub async fn say_as_hashed(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    let settings =
        "set local timezone = 'UTC'; set local datestyle = 'ISO, MDY'; set local bytea_output = 'hex'";
    Ok(connection.batch_execute(settings).await?)
}
