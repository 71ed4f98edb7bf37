//! What changed between two moments that decides: rows that came, went or became others, and dates that were reached although no
//! row changed. Of each only the columns that decide.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::ids::{ConversationId, PersonId};
use crate::pool::take_time;

/// Something that changed.
#[derive(Debug, Clone, QueryableByName)]
pub struct Cause {
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Of which table.
    #[diesel(sql_type = Text)]
    pub of: String,
    /// The person whose row it is, where it is a person's.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person_id: Option<PersonId>,
    /// The other person whom it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub other_id: Option<PersonId>,
    /// What decided before; nothing: it was not there, or did not hold yet.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub before: Option<Value>,
    /// What decides after; nothing: it is gone, or does not hold any more.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub after: Option<Value>,
    /// The version of the mirror that it made.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub org_version: Option<i64>,
    /// The entry of the audit log that tells of it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub audit_seq: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    #[expect(missing_docs, reason = "beside the entry")]
    pub audit_kind: Option<String>,
}

/// A history, and how its rows are looked at.
struct Told {
    of: &'static str,
    /// The columns that tell a row from others.
    key: &'static [&'static str],
    /// The person whose row it is, and the other one.
    person: &'static str,
    other: &'static str,
    /// What decides.
    columns: &'static [&'static str],
    /// Its dates, where it has some.
    valid: Option<&'static str>,
}

/// What is a person's.
const OF_PEOPLE: [Told; 7] = [
    Told {
        of: "people",
        key: &["id"],
        person: "id",
        other: "null",
        columns: &["display_name", "status", "employment", "segments", "roles"],
        valid: None,
    },
    Told {
        of: "posts",
        key: &["id"],
        person: "person_id",
        other: "superior_id",
        columns: &["id", "appointment_id", "kind", "unit_id", "rank_id", "title", "superior_id", "valid"],
        valid: Some("valid"),
    },
    Told {
        of: "delegations",
        key: &["id"],
        person: "person_id",
        other: "principal_id",
        columns: &["id", "appointment_id", "hat", "principal_id", "valid"],
        valid: Some("valid"),
    },
    Told {
        of: "exceptions",
        key: &["id"],
        person: "from_id",
        other: "to_id",
        columns: &["id", "kind", "from_id", "to_id", "in_force"],
        valid: Some("in_force"),
    },
    Told {
        of: "clearances",
        key: &["person_id"],
        person: "person_id",
        other: "null",
        columns: &["level", "categories"],
        valid: None,
    },
    Told {
        of: "liaisons",
        key: &["person_id", "agency_id"],
        person: "person_id",
        other: "null",
        columns: &["agency_id"],
        valid: None,
    },
    Told {
        of: "members",
        key: &["conversation_id", "person_id"],
        person: "person_id",
        other: "null",
        columns: &["conversation_id", "role", "origin", "reads_from_seq"],
        valid: None,
    },
];

/// What is everybody's.
const OF_ALL: [Told; 5] = [
    Told {
        of: "conversations",
        key: &["id"],
        person: "null",
        other: "null",
        columns: &[
            "id",
            "name",
            "agency_id",
            "unit_id",
            "label_policy",
            "label_level",
            "label_categories",
            "archived_at",
        ],
        valid: None,
    },
    Told {
        of: "units",
        key: &["id"],
        person: "null",
        other: "head_id",
        columns: &["id", "name", "kind", "parent_id", "head_id", "status"],
        valid: None,
    },
    Told {
        of: "ranks",
        key: &["id"],
        person: "null",
        other: "null",
        columns: &["id", "code", "name_ru", "name_en", "step", "band"],
        valid: None,
    },
    Told {
        of: "policy_activations",
        key: &["id"],
        person: "null",
        other: "null",
        columns: &["id", "number", "mode", "agency_id", "begun_by", "reason", "valid"],
        valid: None,
    },
    Told {
        of: "gate_settings",
        key: &["only_row"],
        person: "null",
        other: "null",
        columns: &["crisis", "utc_offset_minutes", "opens", "closes"],
        valid: None,
    },
];

impl Told {
    /// What of it changed after `$2` up to `$3`; `which` picks the rows.
    fn sql(&self, which: &str) -> String {
        let Self { of, key, person, other, columns, valid } = self;
        let same = |one: &str, two: &str| {
            let pairs = key.iter().map(|column| format!("{one}.{column} = {two}.{column}"));
            pairs.collect::<Vec<_>>().join(" and ")
        };
        let said = |row: &str| {
            let pairs = columns.iter().map(|column| format!("'{column}', {row}.{column}"));
            format!("jsonb_build_object({})", pairs.collect::<Vec<_>>().join(", "))
        };
        let named = |column: &str, row: &str| match column {
            "null" => "null::uuid".to_owned(),
            column => format!("{row}.{column}"),
        };
        let head = |row: &str| format!("'{of}', {}, {}", named(person, row), named(other, row));
        let rows = format!("(select * from {of}_history r where {which})");
        let mut parts = vec![
            format!(
                "select lower(n.held) as at, {}, case when p.held is null then null else {} end, {}
                    from {rows} n left join {of}_history p on {} and upper(p.held) = lower(n.held)
                    where lower(n.held) > $2 and lower(n.held) <= $3 and (p.held is null or {} <> {})",
                head("n"),
                said("p"),
                said("n"),
                same("p", "n"),
                said("p"),
                said("n"),
            ),
            format!(
                "select upper(p.held), {}, {}, null from {rows} p where upper(p.held) > $2 and upper(p.held) <= $3
                    and not exists (select from {of}_history n where {} and lower(n.held) = upper(p.held))",
                head("p"),
                said("p"),
                same("n", "p"),
            ),
        ];
        if let Some(valid) = valid {
            // A date that was reached, by the row that stood then; where the row itself changed in that moment, that is told.
            parts.push(format!(
                "select lower(v.{valid}), {}, null, {} from {rows} v where lower(v.{valid}) > $2 and lower(v.{valid}) <= $3
                    and v.held @> lower(v.{valid}) and lower(v.held) < lower(v.{valid})",
                head("v"),
                said("v"),
            ));
            parts.push(format!(
                "select upper(v.{valid}), {}, {}, null from {rows} v where upper(v.{valid}) > $2 and upper(v.{valid}) <= $3
                    and v.held @> upper(v.{valid}) and lower(v.held) < upper(v.{valid})",
                head("v"),
                said("v"),
            ));
        }
        parts.join(" union all ")
    }
}

/// The entry of the log that tells of a change: of nearly the same time, and it names the row or the person.
const NOTED: &str = "
    select changed.at, of, person_id, other_id, before, after,
        (select min(version) from org_state_history where changed_at = changed.at) as org_version,
        noted.seq as audit_seq, noted.kind as audit_kind
    from (select * from changes order by at, of limit $4) changed left join lateral (
        select log.seq, log.kind from audit_log log
        where log.at between changed.at - interval '5 s' and changed.at + interval '5 s'
            and log.kind not like 'compliance.%' and log.kind not like 'rows.%'
            and log.entry::text ~ nullif(concat_ws('|', coalesce(after, before) ->> 'id', coalesce(after, before) ->> 'appointment_id',
                case when of in ('people', 'posts', 'delegations', 'clearances', 'liaisons', 'members') then person_id::text end,
                case when of = 'policy_activations' then format('\"number\": %s,', coalesce(after, before) ->> 'number') end), '')
        order by greatest(log.at - changed.at, changed.at - log.at), log.seq limit 1
    ) noted on true
    order by changed.at, of";

/// What changed about these people after `from` up to `until`, the first `limit` of it; of memberships only those in
/// `conversation`, where it is given.
pub async fn of_people(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    conversation: Option<ConversationId>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Cause>, Error> {
    let parts = OF_PEOPLE.iter().map(|told| {
        let mut which = format!("r.{} = any($1)", told.person);
        if told.other != "null" && told.of != "posts" {
            which = format!("({which} or r.{} = any($1))", told.other);
        }
        if told.of == "members" {
            which.push_str(" and ($5::uuid is null or r.conversation_id = $5)");
        }
        told.sql(&which)
    });
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    load(connection, &parts.collect::<Vec<_>>(), &ids, conversation, (from, until), limit).await
}

/// What changed for everybody after `from` up to `until`, and of the conversation itself; the first `limit` of it.
pub async fn of_all(
    connection: &mut AsyncPgConnection,
    conversation: Option<ConversationId>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Cause>, Error> {
    let parts = OF_ALL
        .iter()
        .map(|told| told.sql(if told.of == "conversations" { "r.id = $5" } else { "cardinality($1) = 0" }));
    load(connection, &parts.collect::<Vec<_>>(), &[], conversation, (from, until), limit).await
}

async fn load(
    connection: &mut AsyncPgConnection,
    parts: &[String],
    ids: &[Uuid],
    conversation: Option<ConversationId>,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<Cause>, Error> {
    let statement = format!(
        "with changes (at, of, person_id, other_id, before, after) as ({}) {NOTED}",
        parts.join(" union all ")
    );
    let mut transaction = connection.build_transaction().repeatable_read().read_only();
    let listing = async |connection: &mut AsyncPgConnection| {
        take_time(connection).await?;
        let found = sql_query(&statement)
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Timestamptz, _>(from)
            .bind::<Timestamptz, _>(until)
            .bind::<BigInt, _>(limit)
            .bind::<Nullable<SqlUuid>, _>(conversation)
            .load(connection)
            .await?;
        Ok(found)
    };
    transaction.run(listing).await
}
