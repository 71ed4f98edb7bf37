//! Seats in unit channels that posts give and take by time alone, between two runs of the sync.

use chrono::{DateTime, Utc};
use diesel::sql_query;
use diesel::sql_types::{Array, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::PersonId;

/// Brings the seats of `people` in unit channels up to the posts that they hold at `at`: posts begin and end without a
/// sync. Says whether anything changed. To be called under [`crate::sync_runs::APPLY`].
pub async fn settle(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    const WANTED: &str = "
        with settling (source_id, person_id) as (select source_id, id from people where id = any($1)),
        belongs (unit_id, person_id, moderates) as (
            select posts.unit_id, posts.person_id, posts.kind = 'acting'
                from settling join posts using (source_id, person_id) where posts.valid @> $2
            union all
            select units.id, units.head_id, true
                from settling join units on (units.source_id, units.head_id) = (settling.source_id, settling.person_id)
        ), wanted (conversation_id, person_id, role) as (
            select conversations.id, belongs.person_id, case when bool_or(moderates) then 'moderator' else 'member' end
                from belongs
                join units on units.id = belongs.unit_id and units.status = 'active'
                join people on people.id = belongs.person_id and people.status = 'active'
                join conversations on conversations.unit_id = units.id and conversations.channel_kind = 'unit'
                group by conversations.id, belongs.person_id
        )";
    let statements = [
        "delete from members using conversations
            where members.conversation_id = conversations.id and conversations.channel_kind = 'unit'
            and members.person_id = any($1) and members.origin = 'tree'
            and not exists (select from wanted where wanted.conversation_id = members.conversation_id
                and wanted.person_id = members.person_id)",
        "insert into members (conversation_id, person_id, role, origin, reads_from_seq, joined_at)
            select conversation_id, person_id, role, 'tree', 1, now() from wanted
            on conflict (conversation_id, person_id) do update set role = excluded.role, origin = 'tree'
            where (members.role, members.origin) is distinct from (excluded.role, 'tree')",
    ];
    let mut changed = 0;
    for statement in statements {
        changed += sql_query(format!("{WANTED} {statement}"))
            .bind::<Array<SqlUuid>, _>(people)
            .bind::<Timestamptz, _>(at)
            .execute(connection)
            .await?;
    }
    Ok(changed > 0)
}
