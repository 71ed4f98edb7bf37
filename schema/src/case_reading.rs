//! What is in the scope of a case: messages, the conversations that they are in, and denials. Nothing here asks whether the case is
//! in force, nor for what the officer is cleared: it is called after both were decided, and what is labelled is filtered here where
//! a count or a hit would tell of it.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::BoxedSqlQuery;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::conversations::Conversation;
use crate::ids::{ConversationId, DecisionId, ExportId, MessageId, PersonId, ScopeId, UnitId};
use crate::messages::Message;

/// What somebody who reads is cleared for, as rows keep labels.
#[derive(Debug, Clone)]
pub struct Cleared {
    /// The policy whose labels these are.
    pub policy: String,
    /// The level.
    pub level: i16,
    /// The categories.
    pub categories: Vec<String>,
}

/// Which messages of a scope.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Words that they contain, as one types them into a search.
    pub query: Option<String>,
    /// Who wrote them, or in whose name.
    pub person: Option<PersonId>,
    /// Who wrote them had a post there, or below.
    pub unit: Option<UnitId>,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// The level of their label.
    pub level: Option<i16>,
    /// The rule that allowed them.
    pub rule: Option<String>,
    /// From when on.
    pub from: Option<DateTime<Utc>>,
    /// Before when.
    pub until: Option<DateTime<Utc>>,
    /// Only those that brought files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_files: bool,
}

/// The parameters that every statement here has; `$1` to `$8`.
fn bound(
    statement: String,
    scope: ScopeId,
    filter: &Filter,
) -> BoxedSqlQuery<'_, Pg, diesel::query_builder::SqlQuery> {
    sql_query(statement)
        .into_boxed()
        .bind::<SqlUuid, _>(scope)
        .bind::<Nullable<Timestamptz>, _>(filter.from)
        .bind::<Nullable<Timestamptz>, _>(filter.until)
        .bind::<Nullable<SqlUuid>, _>(filter.conversation)
        .bind::<Nullable<SqlUuid>, _>(filter.person)
        .bind::<Nullable<SqlUuid>, _>(filter.unit)
        .bind::<Nullable<Text>, _>(filter.rule.as_deref())
        .bind::<Nullable<SmallInt>, _>(filter.level)
}

/// The scope, with the moments between which something was said.
const SCOPE: &str = "scope as materialized (
        select greatest(lower(period), $2::timestamptz, '-infinity') as from_at,
            least(upper(period), $3::timestamptz, 'infinity') as until_at from scopes where id = $1
    ), people as materialized (select * from scope_people($1)),
    places as materialized (select * from scope_places($1))";

/// Where what was said in the scope is kept, out of `source`, a table that has the key and the time of each message.
fn keys(source: &str) -> String {
    let timely =
        "said.created_at >= (select from_at from scope) and said.created_at < (select until_at from scope)
        and ($4::uuid is null or said.conversation_id = $4)";
    let whose = |column: &str| {
        let messages = if source == "messages" {
            format!("people p join messages said on said.{column} = p.person_id")
        } else {
            format!(
                "{source} said join messages m on (m.conversation_id, m.seq, m.created_at)
                    = (said.conversation_id, said.seq, said.created_at)
                 join people p on p.person_id = m.{column}"
            )
        };
        format!(
            "select said.conversation_id, said.seq, said.created_at from {messages}
             where p.during @> said.created_at and {timely}"
        )
    };
    format!(
        "keys as materialized (
            select said.conversation_id, said.seq, said.created_at from places p
                join {source} said on said.conversation_id = p.conversation_id
                where p.during @> said.created_at and {timely}
            union {}
            union {}
        )",
        whose("author_id"),
        whose("principal_id")
    )
}

/// Whether somebody may read the row `row` by its label, who is cleared as the parameters from `$first` on say: the policy, the
/// level, and the categories.
pub(crate) fn readable(row: &str, first: usize) -> String {
    let (policy, level, categories) = (first, first + 1, first + 2);
    format!(
        "({row}.label_level = 0 or ({row}.label_policy = ${policy} and {row}.label_level <= ${level}
            and {row}.label_categories <@ ${categories}))"
    )
}

/// The beginning and the end of a statement about the messages of a scope, `m`, that fit the filter and that somebody with the
/// clearance may read; `$1` to `$12`.
fn fitting(filter: &Filter) -> (String, String) {
    // By their words first where there are any: few messages have them.
    let (hits, source) = match filter.query {
        Some(_) => (
            "hits as materialized (select w.conversation_id, w.seq, w.created_at from message_words w
                where w.words @@ websearch_to_tsquery('russian', $9)
                    and w.created_at >= (select from_at from scope) and w.created_at < (select until_at from scope)
                    and ($4::uuid is null or w.conversation_id = $4)),",
            "hits",
        ),
        None => ("", "messages"),
    };
    let keys = keys(source);
    let fit = "from keys
         join messages m on (m.conversation_id, m.seq, m.created_at) = (keys.conversation_id, keys.seq, keys.created_at)
         join conversations c on c.id = m.conversation_id
         where ($9::text is null or m.erased_at is null)
            and ($5::uuid is null or $5 in (m.author_id, m.principal_id))
            and ($6::uuid is null or exists (select from people_below(array[$6]) b
                where b.person_id in (m.author_id, m.principal_id) and b.during @> m.created_at))
            and ($7::text is null or m.rule = $7)
            and ($8::smallint is null or m.label_level = $8)
";
    let files = if filter.with_files { "and m.files is not null" } else { "" };
    let (message, place) = (readable("m", 10), readable("c", 10));
    (format!("with {SCOPE}, {hits} {keys}"), format!("{fit} {files} and {message} and {place}"))
}

fn bound_fitting<'a>(
    statement: String,
    scope: ScopeId,
    filter: &'a Filter,
    cleared: &'a Cleared,
) -> BoxedSqlQuery<'a, Pg, diesel::query_builder::SqlQuery> {
    bound(statement, scope, filter)
        .bind::<Nullable<Text>, _>(filter.query.as_deref())
        .bind::<Text, _>(&cleared.policy)
        .bind::<SmallInt, _>(cleared.level)
        .bind::<Array<Text>, _>(&cleared.categories)
}

/// Up to `limit` messages of the scope that fit, the newest first, before the key of another one. What has a label that somebody
/// is not cleared for, or is in a conversation that has one, is not among them.
pub async fn search(
    connection: &mut AsyncPgConnection,
    scope: ScopeId,
    filter: &Filter,
    cleared: &Cleared,
    before: Option<(DateTime<Utc>, MessageId)>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let (before_at, before_id) = before.unzip();
    let (with, fit) = fitting(filter);
    let statement = format!(
        "{with} select m.* {fit} and ($13::timestamptz is null or (m.created_at, m.id) < ($13, $14))
         order by m.created_at desc, m.id desc limit $15"
    );
    Ok(bound_fitting(statement, scope, filter, cleared)
        .bind::<Nullable<Timestamptz>, _>(before_at)
        .bind::<Nullable<SqlUuid>, _>(before_id)
        .bind::<BigInt, _>(limit)
        .load(connection)
        .await?)
}

/// Notes for an export which messages it has: what a search without an end would find, by conversation and number. Returns how many.
pub(crate) async fn choose(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    scope: ScopeId,
    filter: &Filter,
    cleared: &Cleared,
) -> Result<i64, Error> {
    let (with, fit) = fitting(filter);
    let statement = format!(
        "{with}, numbered as (
            insert into case_export_messages (export_id, place, conversation_id, seq, created_at, message_id)
            select $13, row_number() over (order by m.conversation_id, m.seq), m.conversation_id, m.seq, m.created_at, m.id {fit}
            returning 1
         )
         select count(*) as count from numbered"
    );
    let chosen: Count = bound_fitting(statement, scope, filter, cleared)
        .bind::<SqlUuid, _>(export)
        .get_result(connection)
        .await?;
    Ok(chosen.count)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A conversation of which something is in a scope.
#[derive(Debug, Clone, QueryableByName)]
pub struct Found {
    /// Its row.
    #[diesel(embed)]
    pub conversation: Conversation,
    /// How many messages of it are.
    #[diesel(sql_type = BigInt)]
    pub messages: i64,
    /// When the first of them was sent.
    #[diesel(sql_type = Timestamptz)]
    pub first_at: DateTime<Utc>,
    /// When the last one was.
    #[diesel(sql_type = Timestamptz)]
    pub last_at: DateTime<Utc>,
}

/// Up to `limit` conversations of the scope, in the order of their ids, after `after`.
pub async fn conversations(
    connection: &mut AsyncPgConnection,
    scope: ScopeId,
    filter: &Filter,
    after: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<Found>, Error> {
    let keys = keys("messages");
    let statement = format!(
        "with {SCOPE}, {keys}
         select c.*, said.messages, said.first_at, said.last_at from (
            select conversation_id, count(*) as messages, min(created_at) as first_at, max(created_at) as last_at from keys
                where ($9::uuid is null or conversation_id > $9) group by conversation_id order by conversation_id limit $10
         ) said join conversations c on c.id = said.conversation_id
         order by c.id"
    );
    Ok(bound(statement, scope, filter)
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit)
        .load(connection)
        .await?)
}

/// Which way to go through a conversation.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// To smaller numbers than this one.
    Before(i64),
    /// To larger ones.
    After(i64),
}

/// Up to `limit` messages of the scope in `filter.conversation`, the nearest, ascending by number.
pub async fn messages(
    connection: &mut AsyncPgConnection,
    scope: ScopeId,
    filter: &Filter,
    way: Way,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let keys = keys("messages");
    let (condition, order, seq) = match way {
        Way::Before(seq) => ("<", "desc", seq),
        Way::After(seq) => (">", "asc", seq),
    };
    let statement = format!(
        "with {SCOPE}, {keys}
         select m.* from (select * from keys where seq {condition} $9 order by seq {order} limit $10) near
         join messages m on (m.conversation_id, m.seq, m.created_at) = (near.conversation_id, near.seq, near.created_at)
         order by m.seq"
    );
    Ok(bound(statement, scope, filter)
        .bind::<BigInt, _>(seq)
        .bind::<BigInt, _>(limit)
        .load(connection)
        .await?)
}

/// A denial.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Denial {
    #[diesel(sql_type = SqlUuid)]
    pub id: DecisionId,
    #[diesel(sql_type = Timestamptz)]
    pub decided_at: DateTime<Utc>,
    #[diesel(sql_type = SqlUuid)]
    pub person_id: PersonId,
    #[diesel(sql_type = Text)]
    pub hat: String,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub target_id: Option<PersonId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub conversation_id: Option<ConversationId>,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = BigInt)]
    pub policy_version: i64,
    #[diesel(sql_type = BigInt)]
    pub org_version: i64,
}

/// Up to `limit` denials of the scope, the newest first, before the key of another one: of what its people asked for, of what others
/// wanted of them, and in its conversations.
pub async fn denials(
    connection: &mut AsyncPgConnection,
    scope: ScopeId,
    filter: &Filter,
    before: Option<(DateTime<Utc>, DecisionId)>,
    limit: i64,
) -> Result<Vec<Denial>, Error> {
    let (before_at, before_id) = before.unzip();
    let statement = format!(
        "with {SCOPE}
         select d.* from decisions d
         where not d.allow and d.decided_at >= (select from_at from scope) and d.decided_at < (select until_at from scope)
            and (exists (select from people p where p.person_id in (d.person_id, d.target_id) and p.during @> d.decided_at)
                or exists (select from places p where p.conversation_id = d.conversation_id and p.during @> d.decided_at))
            and ($4::uuid is null or d.conversation_id = $4)
            and ($5::uuid is null or $5 in (d.person_id, d.target_id))
            and ($6::uuid is null or exists (select from people_below(array[$6]) b
                where b.person_id = d.person_id and b.during @> d.decided_at))
            and ($7::text is null or d.rule = $7)
            and ($9::timestamptz is null or (d.decided_at, d.id) < ($9, $10))
         order by d.decided_at desc, d.id desc limit $11"
    );
    Ok(bound(statement, scope, filter)
        .bind::<Nullable<Timestamptz>, _>(before_at)
        .bind::<Nullable<SqlUuid>, _>(before_id)
        .bind::<BigInt, _>(limit)
        .load(connection)
        .await?)
}
