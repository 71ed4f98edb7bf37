//! How long a change takes from the directory to where it decides.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::Whose;
use crate::Error;

/// One run's times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The source's name.
    pub source: String,
    /// When the change was heard of.
    pub detected_at: DateTime<Utc>,
    /// When it was stored.
    pub stored_at: DateTime<Utc>,
    /// When the last node that was there decided by it; none where no node has told.
    pub enforced_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Run {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Timestamptz)]
    detected_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    stored_at: DateTime<Utc>,
}

#[derive(Debug, Clone, QueryableByName)]
struct Told {
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = SqlUuid)]
    node_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    enforced_at: DateTime<Utc>,
}

/// As many runs as are measured: the newest of each source.
const MOST: i64 = 5000;

/// The passages of the changes that were heard of since `since` by themselves: what an operator approved or took back
/// waited for the operator.
pub async fn passages(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    since: DateTime<Utc>,
) -> Result<Vec<Passage>, Error> {
    let runs: Vec<Run> = sql_query(
        "select s.name as source, r.org_version as version, r.detected_at, r.finished_at as stored_at
         from sources s cross join lateral (select org_version, detected_at, finished_at from sync_runs
             where source_id = s.id and started_at >= $2 and state = 'applied' and cause not in ('operator', 'undo')
               and detected_at >= $2 and org_version is not null
             order by started_at desc limit $3) r
         where $1::uuid is null or s.id = $1",
    )
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Timestamptz, _>(since)
    .bind::<BigInt, _>(MOST)
    .load(connection)
    .await?;
    let Some(first) = runs.iter().map(|run| run.version).min() else { return Ok(Vec::new()) };
    let enforced: Vec<Told> = sql_query(
        "select version, node_id, enforced_at from org_enforcements where version >= $1
         union all
         select max(version), node_id, max(enforced_at) from org_enforcements where version < $1 group by node_id
         order by version",
    )
    .bind::<BigInt, _>(first)
    .load(connection)
    .await?;
    let nodes = by_node(enforced);
    Ok(runs
        .into_iter()
        .map(|run| Passage {
            enforced_at: enforced_at(&nodes, run.version),
            source: run.source,
            detected_at: run.detected_at,
            stored_at: run.stored_at,
        })
        .collect())
}

/// What each node told, in the order of versions.
fn by_node(enforced: Vec<Told>) -> HashMap<Uuid, Vec<(i64, DateTime<Utc>)>> {
    let mut nodes: HashMap<Uuid, Vec<(i64, DateTime<Utc>)>> = HashMap::new();
    for one in enforced {
        nodes.entry(one.node_id).or_default().push((one.version, one.enforced_at));
    }
    nodes
}

/// When the last of the nodes decided by `version` or a later one. A node that was started after the version had been
/// made says nothing about how long it took: only those count that had told of an earlier one.
fn enforced_at(nodes: &HashMap<Uuid, Vec<(i64, DateTime<Utc>)>>, version: i64) -> Option<DateTime<Utc>> {
    nodes
        .values()
        .filter_map(|told| {
            let place = told.partition_point(|(known, _)| *known < version);
            (place > 0).then(|| told.get(place).map(|(_, at)| *at))?
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rows: &[(u128, i64, i64)]) -> HashMap<Uuid, Vec<(i64, DateTime<Utc>)>> {
        by_node(
            rows.iter()
                .map(|(node, version, second)| Told {
                    version: *version,
                    node_id: Uuid::from_u128(*node),
                    enforced_at: DateTime::from_timestamp(*second, 0).unwrap_or_default(),
                })
                .collect(),
        )
    }

    fn second(at: Option<DateTime<Utc>>) -> Option<i64> {
        at.map(|at| at.timestamp())
    }

    #[test]
    fn the_slowest_node_that_was_there_counts() {
        let nodes = told(&[(1, 4, 10), (1, 5, 20), (2, 4, 11), (2, 5, 23)]);
        assert_eq!(second(enforced_at(&nodes, 5)), Some(23));
    }

    #[test]
    fn a_node_may_pass_over_versions_in_between() {
        let nodes = told(&[(1, 4, 10), (1, 7, 30)]);
        assert_eq!(second(enforced_at(&nodes, 5)), Some(30));
    }

    #[test]
    fn a_node_that_came_later_or_left_before_says_nothing() {
        let nodes = told(&[(1, 4, 10), (1, 5, 20), (2, 5, 9000), (3, 4, 10)]);
        assert_eq!(second(enforced_at(&nodes, 5)), Some(20));
        assert_eq!(second(enforced_at(&nodes, 4)), None);
    }
}
