//! Since when each node decides by which version of the mirror, by the database's clock.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::Error;

/// A run of the sync whose version is in force on a node.
#[derive(Debug, Clone, QueryableByName)]
pub struct InForce {
    /// The version.
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    /// The name of the source that changed.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// When the first of its changes was heard of, where that is known.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub detected_at: Option<DateTime<Utc>>,
    /// When the run ended that wrote it.
    #[diesel(sql_type = Timestamptz)]
    pub committed_at: DateTime<Utc>,
    /// Since when the node decides by it.
    #[diesel(sql_type = Timestamptz)]
    pub enforced_at: DateTime<Utc>,
}

/// Notes that `node` decides by these versions, each since so many microseconds ago.
pub async fn note(
    connection: &mut AsyncPgConnection,
    node: Uuid,
    versions: &[(i64, i64)],
) -> Result<(), Error> {
    let (versions, ages): (Vec<i64>, Vec<i64>) = versions.iter().copied().unzip();
    sql_query(
        "insert into org_enforcements (version, node_id, enforced_at)
         select version, $1, clock_timestamp() - age * interval '1 microsecond'
         from unnest($2, $3) as noted (version, age)
         on conflict do nothing",
    )
    .bind::<SqlUuid, _>(node)
    .bind::<Array<BigInt>, _>(versions)
    .bind::<Array<BigInt>, _>(ages)
    .execute(connection)
    .await?;
    Ok(())
}

/// The runs that made these versions, and since when they are in force on `node`.
pub async fn runs_of(
    connection: &mut AsyncPgConnection,
    node: Uuid,
    versions: &[i64],
) -> Result<Vec<InForce>, Error> {
    Ok(sql_query(
        "select noted.version, sources.name as source, runs.detected_at, runs.finished_at as committed_at,
                noted.enforced_at
         from sync_runs runs
         join sources on sources.id = runs.source_id
         join org_enforcements noted on noted.version = runs.org_version and noted.node_id = $1
         where runs.org_version = any($2) and runs.state = 'applied'",
    )
    .bind::<SqlUuid, _>(node)
    .bind::<Array<BigInt>, _>(versions)
    .load(connection)
    .await?)
}

/// Forgets what is older than a week.
pub async fn forget_old(connection: &mut AsyncPgConnection) -> Result<usize, Error> {
    Ok(sql_query("delete from org_enforcements where enforced_at < now() - interval '7 days'")
        .execute(connection)
        .await?)
}
