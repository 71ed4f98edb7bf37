//! Standbys: how far the primary has written, and whether a standby has come as far. Whoever asks this first and reads then, on
//! the same connection, sees everything that was committed before the primary was asked.

use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;

/// How far a primary has written. Nobody can have seen anything of it that lies beyond.
#[derive(Debug, Clone, QueryableByName)]
pub struct Mark {
    #[diesel(sql_type = BigInt)]
    cluster: i64,
    #[diesel(sql_type = Text)]
    timeline: String,
    #[diesel(sql_type = Text)]
    place: String,
}

/// How a server stands to a mark of the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has everything up to there, and whoever reads now sees it.
    CaughtUp,
    /// So many bytes of the log are not there yet.
    Behind(i64),
    /// It is no standby (any more): it writes for itself, or is the primary.
    NotAStandby,
    /// It follows another primary, or this one's past: the same place in its log is something else.
    AnotherHistory,
}

/// How far the primary has written.
pub async fn mark(primary: &mut AsyncPgConnection) -> Result<Mark, Error> {
    // What is committed is seen when it is flushed, unless commits do not wait for that: then all that is written counts,
    // and standbys get it a little later.
    Ok(sql_query(
        "with written as (
             select case current_setting('synchronous_commit')
                 when 'off' then pg_current_wal_insert_lsn() else pg_current_wal_flush_lsn() end as place
         )
         select system_identifier as cluster, left(pg_walfile_name(place), 8) as timeline, place::text
         from written, pg_control_system()",
    )
    .get_result(primary)
    .await?)
}

/// How the server stands to `mark`.
///
/// Which timeline it is on is known as of its last restart point. So a standby that goes over to a new primary is of another
/// history for some minutes more, and one that has been left behind on the old timeline is never taken for one that follows.
pub async fn standing(server: &mut AsyncPgConnection, mark: &Mark) -> Result<Standing, Error> {
    let answer: Answer = sql_query(
        "select pg_is_in_recovery() as is_standby,
             system_identifier = $1 and lpad(to_hex(timeline_id), 8, '0') = lower($2) as is_same_history,
             pg_wal_lsn_diff($3::pg_lsn, pg_last_wal_replay_lsn())::bigint as behind
         from pg_control_system(), pg_control_checkpoint()",
    )
    .bind::<BigInt, _>(mark.cluster)
    .bind::<Text, _>(&mark.timeline)
    .bind::<Text, _>(&mark.place)
    .get_result(server)
    .await?;
    Ok(match answer {
        Answer { is_standby: true, is_same_history: true, behind: Some(behind) } if behind > 0 => {
            Standing::Behind(behind)
        }
        Answer { is_standby: true, is_same_history: true, behind: Some(_) } => Standing::CaughtUp,
        Answer { is_standby: true, is_same_history: false, .. } => Standing::AnotherHistory,
        Answer { .. } => Standing::NotAStandby,
    })
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_standby: bool,
    #[diesel(sql_type = Bool)]
    is_same_history: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    behind: Option<i64>,
}
