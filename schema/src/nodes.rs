//! The processes that decide, and what each came to when it built a set of rules.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::Error;

/// A node that was not seen for so many seconds is not counted.
pub const SILENCE_SECONDS: i64 = 15;

/// A node that is there, and how far it is with a set of rules.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct NodeProof {
    /// The node.
    #[diesel(sql_type = SqlUuid)]
    pub node_id: Uuid,
    /// Its program's version.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The set.
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    /// The hash of the table that it proved; none: it did not, or not yet.
    #[diesel(sql_type = Nullable<diesel::sql_types::Binary>)]
    pub table_sha256: Option<Vec<u8>>,
    /// Why it could not.
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
    /// Since when it decides by it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub in_force_at: Option<DateTime<Utc>>,
}

/// Says that the node is there. By the database's clock: nodes are compared with each other.
pub async fn beat(connection: &mut AsyncPgConnection, node: Uuid, program: &str) -> Result<(), Error> {
    sql_query(
        "insert into nodes (id, program, started_at, seen_at) values ($1, $2, clock_timestamp(), clock_timestamp())
         on conflict (id) do update set seen_at = excluded.seen_at",
    )
    .bind::<SqlUuid, _>(node)
    .bind::<Text, _>(program)
    .execute(connection)
    .await?;
    sql_query("delete from nodes where seen_at < clock_timestamp() - interval '1 day'")
        .execute(connection)
        .await?;
    Ok(())
}

/// The node goes.
pub async fn leave(connection: &mut AsyncPgConnection, node: Uuid) -> Result<(), Error> {
    sql_query("delete from nodes where id = $1").bind::<SqlUuid, _>(node).execute(connection).await?;
    Ok(())
}

/// Notes what the node came to: the hash of its proved table, or why there is none.
pub async fn prove(
    connection: &mut AsyncPgConnection,
    node: Uuid,
    number: i64,
    built: &Result<[u8; 32], String>,
) -> Result<(), Error> {
    sql_query(
        "insert into policy_proofs (node_id, number, table_sha256, error, built_at)
         values ($1, $2, $3, left($4, 4000), clock_timestamp())
         on conflict (node_id, number) do update
         set table_sha256 = excluded.table_sha256, error = excluded.error, built_at = excluded.built_at",
    )
    .bind::<SqlUuid, _>(node)
    .bind::<BigInt, _>(number)
    .bind::<Nullable<diesel::sql_types::Binary>, _>(built.as_ref().ok().map(|hash| &hash[..]))
    .bind::<Nullable<Text>, _>(built.as_ref().err())
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes by what the node decides: the sets of rules, and the same with where, as a text that all nodes write alike.
pub async fn decides_by(
    connection: &mut AsyncPgConnection,
    node: Uuid,
    numbers: &[i64],
    in_force: &str,
) -> Result<(), Error> {
    sql_query(
        "update policy_proofs
         set in_force_at = case when number = any($2) then coalesce(in_force_at, clock_timestamp()) end
         where node_id = $1 and (number = any($2)) <> (in_force_at is not null)",
    )
    .bind::<SqlUuid, _>(node)
    .bind::<Array<BigInt>, _>(numbers)
    .execute(connection)
    .await?;
    sql_query("update nodes set in_force = $2 where id = $1")
        .bind::<SqlUuid, _>(node)
        .bind::<Text, _>(in_force)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many nodes that are there decide by something else than this.
pub async fn others(connection: &mut AsyncPgConnection, in_force: &str) -> Result<i64, Error> {
    let found: Count = sql_query(
        "select count(*) from nodes
         where in_force <> $1 and seen_at > clock_timestamp() - $2 * interval '1 second'",
    )
    .bind::<Text, _>(in_force)
    .bind::<BigInt, _>(SILENCE_SECONDS)
    .get_result(connection)
    .await?;
    Ok(found.count)
}

/// Every node that is there, with each of these sets.
pub async fn proofs(connection: &mut AsyncPgConnection, numbers: &[i64]) -> Result<Vec<NodeProof>, Error> {
    Ok(sql_query(
        "select nodes.id as node_id, program, wanted.number, table_sha256, error, in_force_at
         from nodes cross join unnest($1) as wanted (number)
         left join policy_proofs on policy_proofs.node_id = nodes.id and policy_proofs.number = wanted.number
         where seen_at > clock_timestamp() - $2 * interval '1 second'
         order by wanted.number, nodes.started_at, nodes.id",
    )
    .bind::<Array<BigInt>, _>(numbers)
    .bind::<BigInt, _>(SILENCE_SECONDS)
    .load(connection)
    .await?)
}
