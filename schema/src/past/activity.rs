//! What people did in a conversation, or one person anywhere: what was sent, refused and opened, who came and went. Never what
//! was said.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::ids::{ConversationId, PersonId};
use crate::pool::take_time;

/// Whose deeds, and when.
#[derive(Debug, Clone, Copy)]
pub struct Filter {
    /// Those in one conversation.
    pub conversation: Option<ConversationId>,
    /// Those of one person.
    pub person: Option<PersonId>,
    /// From then on.
    pub from: DateTime<Utc>,
    /// Before that.
    pub until: DateTime<Utc>,
}

/// The place of a deed in the list: when, what, and which one.
pub type Key = (DateTime<Utc>, String, String);

/// Something that somebody did.
#[derive(Debug, Clone, QueryableByName)]
pub struct Deed {
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// What: `message.sent`, `action.denied`, `history.opened`, `member.joined`, `member.changed`, `member.left`.
    #[diesel(sql_type = Text)]
    pub what: String,
    /// What tells it from others of the same time.
    #[diesel(sql_type = Text)]
    pub key: String,
    /// Who; of members: who came or went.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person_id: Option<PersonId>,
    /// Where.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation_id: Option<ConversationId>,
    /// To whom it was refused.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub target_id: Option<PersonId>,
    /// The number of the message.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub seq: Option<i64>,
    /// In which hat.
    #[diesel(sql_type = Nullable<Text>)]
    pub hat: Option<String>,
    /// For whom, when acting or assisting.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub principal_id: Option<PersonId>,
    /// What was refused.
    #[diesel(sql_type = Nullable<Text>)]
    pub action: Option<String>,
    /// The role and the origin of a member.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    #[expect(missing_docs, reason = "beside the role")]
    pub origin: Option<String>,
    /// The rule that allowed or refused it.
    #[diesel(sql_type = Nullable<Text>)]
    pub rule: Option<String>,
    /// The set of rules that it is of.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub policy_version: Option<i64>,
    /// The version of the mirror: as it was recorded, or as it stood then.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub org_version: Option<i64>,
    /// The entry of the audit log, and who made it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub audit_seq: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[expect(missing_docs, reason = "beside the entry")]
    pub actor_id: Option<Uuid>,
    /// What the entry says of opened history.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub entry: Option<Value>,
}

// Of each kind no more than a page is read further. Who came and who went is told by the histories; who did it by the log,
// whose entry is of nearly the same time.
const DEEDS: &str = "
    with deeds as (
        (select created_at as at, 'message.sent' as what, id::text as key, author_id as person_id, conversation_id,
                null::uuid as target_id, seq, hat, principal_id, null as action, null as role, null as origin, rule,
                policy_version, null::bigint as org_version, null::bigint as audit_seq, null::uuid as actor_id, null::jsonb as entry
            from messages
            where ($1::uuid is null or conversation_id = $1) and ($2::uuid is null or author_id = $2)
                and created_at >= $3 and created_at < $4 and (created_at, 'message.sent', id::text) > ($5, $6, $7)
            order by created_at, id::text limit $8)
        union all
        (select decided_at, 'action.denied', id::text, person_id, conversation_id, target_id, null, hat, null, action, null, null,
                rule, policy_version, org_version, null, null, null
            from decisions
            where ($1 is null or conversation_id = $1) and ($2 is null or person_id = $2) and not allow
                and decided_at >= $3 and decided_at < $4 and (decided_at, 'action.denied', id::text) > ($5, $6, $7)
            order by decided_at, id::text limit $8)
        union all
        (select at, 'history.opened', seq::text, actor_id, (entry ->> 'conversation_id')::uuid, null, null, entry ->> 'hat', null,
                null, null, null, entry ->> 'rule', (entry ->> 'policy_version')::bigint, (entry ->> 'org_version')::bigint,
                seq, actor_id, entry
            from audit_log
            where kind = 'history.opened'
                and ($1 is null or entry ->> 'conversation_id' = $1::text) and ($2 is null or actor_id = $2)
                and at >= $3 and at < $4 and (at, 'history.opened', seq::text) > ($5, $6, $7)
            order by at, seq::text limit $8)
        union all
        (select lower(held), case when exists (select from members_history before
                    where before.conversation_id = now.conversation_id and before.person_id = now.person_id
                    and upper(before.held) = lower(now.held)) then 'member.changed' else 'member.joined' end,
                conversation_id::text || person_id::text, person_id, conversation_id, null, null, null, null, null, role, origin,
                null, null, null, null, null, null
            from members_history now
            where ($1 is null or conversation_id = $1) and ($2 is null or person_id = $2)
                and lower(held) >= $3 and lower(held) < $4)
        union all
        (select upper(held), 'member.left', conversation_id::text || person_id::text, person_id, conversation_id, null, null, null,
                null, null, role, origin, null, null, null, null, null, null
            from members_history now
            where ($1 is null or conversation_id = $1) and ($2 is null or person_id = $2)
                and upper(held) >= $3 and upper(held) < $4
                and not exists (select from members_history after where after.conversation_id = now.conversation_id
                    and after.person_id = now.person_id and lower(after.held) = upper(now.held)))
    ), page as (
        select * from deeds where (at, what, key) > ($5, $6, $7) order by at, what, key limit $8
    )
    select page.at, what, page.key, person_id, conversation_id, target_id, page.seq, hat, principal_id, action, role, origin, rule,
        policy_version, coalesce(page.org_version, (select max(version) from org_state_history where bumped_at <= page.at)) as org_version,
        coalesce(page.audit_seq, noted.seq) as audit_seq, coalesce(page.actor_id, noted.actor_id) as actor_id, page.entry
    from page left join lateral (
        select log.seq, log.actor_id from audit_log log
        where what in ('member.joined', 'member.left')
            and log.at between page.at - interval '5 s' and page.at + interval '5 s'
            and log.kind = case what when 'member.left' then 'member.removed' else 'member.added' end
            and log.entry ->> 'conversation_id' = page.conversation_id::text
            and log.entry ->> 'person_id' = page.person_id::text
        order by greatest(log.at - page.at, page.at - log.at) limit 1
    ) noted on true
    order by at, what, key";

/// Up to `limit` deeds after the key of another one.
pub async fn list(
    connection: &mut AsyncPgConnection,
    filter: Filter,
    after: Option<&Key>,
    limit: i64,
) -> Result<Vec<Deed>, Error> {
    let Filter { conversation, person, from, until } = filter;
    // Before everything that is looked for.
    let first: Key = (from - chrono::TimeDelta::microseconds(1), String::new(), String::new());
    let (at, what, key) = after.cloned().unwrap_or(first);
    let mut transaction = connection.build_transaction().repeatable_read().read_only();
    let listing = async |connection: &mut AsyncPgConnection| {
        take_time(connection).await?;
        let found = sql_query(DEEDS)
            .bind::<Nullable<SqlUuid>, _>(conversation)
            .bind::<Nullable<SqlUuid>, _>(person)
            .bind::<Timestamptz, _>(from)
            .bind::<Timestamptz, _>(until)
            .bind::<Timestamptz, _>(at)
            .bind::<Text, _>(&what)
            .bind::<Text, _>(&key)
            .bind::<BigInt, _>(limit)
            .load(connection)
            .await?;
        Ok(found)
    };
    transaction.run(listing).await
}
