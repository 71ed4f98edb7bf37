//! What a case or a hold is about: people, units with those below them, conversations, and a period. A scope that is sealed stays
//! as it is; the database refuses anything else.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{CaseId, ConversationId, PersonId, ScopeId, UnitId};
use crate::tables::scope_entries;
use crate::text_enum::text_enum;

text_enum! {
    /// What became of a scope that was asked for.
    #[schema(as = ScopeOutcome)]
    Outcome {
        /// It is the scope of the case from then on.
        Approved = "approved",
        /// It is not.
        Rejected = "rejected",
        /// Whoever asked took it back.
        Withdrawn = "withdrawn",
    }
}

/// Whom and what a scope names.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Entries {
    /// People: what they wrote, and the direct conversations and groups that they were in.
    pub people: Vec<PersonId>,
    /// Units with those below them: their channels, and the people who had a post there.
    pub units: Vec<UnitId>,
    /// Conversations.
    pub conversations: Vec<ConversationId>,
}

impl Entries {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len() + self.units.len() + self.conversations.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A scope to be kept.
#[derive(Debug, Clone)]
pub struct NewScope {
    /// Its identifier.
    pub id: ScopeId,
    /// The case; none for a hold that stands alone.
    pub case_id: Option<CaseId>,
    /// The first moment of what was said; none: from the beginning.
    pub from_at: Option<DateTime<Utc>>,
    /// The first moment after it; none: also what will be said.
    pub until_at: Option<DateTime<Utc>>,
    /// Until when a case is read.
    pub ends_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub made_by: PersonId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Why it is to be another one than before.
    pub reason: Option<String>,
    /// Whom and what it names.
    pub entries: Entries,
}

/// A scope as it is kept.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Scope {
    #[diesel(sql_type = SqlUuid)]
    pub id: ScopeId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub case_id: Option<CaseId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub from_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub until_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = SqlUuid)]
    pub made_by: PersonId,
    #[diesel(sql_type = Timestamptz)]
    pub made_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub sealed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub outcome: Option<Outcome>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub decided_by: Option<PersonId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision_reason: Option<String>,
}

impl Scope {
    /// Whether somebody is to decide on it.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.case_id.is_some() && self.sealed_at.is_some() && self.outcome.is_none()
    }
}

const COLUMNS: &str =
    "id, case_id, lower(period) as from_at, upper(period) as until_at, ends_at, made_by, made_at, reason,
    sealed_at, outcome, decided_by, decided_at, decision_reason";

/// The scopes of these cases, the oldest first.
pub async fn of_cases(connection: &mut AsyncPgConnection, cases: &[CaseId]) -> Result<Vec<Scope>, Error> {
    Ok(sql_query(format!("select {COLUMNS} from scopes where case_id = any($1) order by made_at, id"))
        .bind::<Array<SqlUuid>, _>(cases)
        .load(connection)
        .await?)
}

/// Those of `ids` that there are.
pub async fn find_all(connection: &mut AsyncPgConnection, ids: &[ScopeId]) -> Result<Vec<Scope>, Error> {
    Ok(sql_query(format!("select {COLUMNS} from scopes where id = any($1)"))
        .bind::<Array<SqlUuid>, _>(ids)
        .load(connection)
        .await?)
}

/// Whom and what these scopes name.
pub async fn entries_of(
    connection: &mut AsyncPgConnection,
    ids: &[ScopeId],
) -> Result<HashMap<ScopeId, Entries>, Error> {
    type Row = (ScopeId, Option<PersonId>, Option<UnitId>, Option<ConversationId>);
    let rows: Vec<Row> = scope_entries::table
        .filter(scope_entries::scope_id.eq_any(ids))
        .order(scope_entries::subject_id)
        .select((
            scope_entries::scope_id,
            scope_entries::person_id,
            scope_entries::unit_id,
            scope_entries::conversation_id,
        ))
        .load(connection)
        .await?;
    let mut found: HashMap<ScopeId, Entries> = HashMap::new();
    for (id, person, unit, conversation) in rows {
        let entries = found.entry(id).or_default();
        entries.people.extend(person);
        entries.units.extend(unit);
        entries.conversations.extend(conversation);
    }
    Ok(found)
}

/// Keeps the scope in the transaction of whoever asks, sealed from `sealed_at` on.
pub(crate) async fn create(
    connection: &mut AsyncPgConnection,
    new: &NewScope,
    sealed_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    sql_query(
        "insert into scopes (id, case_id, period, ends_at, made_by, made_at, reason)
         values ($1, $2, tstzrange($3, $4), $5, $6, $7, $8)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<Nullable<SqlUuid>, _>(new.case_id)
    .bind::<Nullable<Timestamptz>, _>(new.from_at)
    .bind::<Nullable<Timestamptz>, _>(new.until_at)
    .bind::<Nullable<Timestamptz>, _>(new.ends_at)
    .bind::<SqlUuid, _>(new.made_by)
    .bind::<Timestamptz, _>(new.made_at)
    .bind::<Nullable<Text>, _>(&new.reason)
    .execute(connection)
    .await?;
    name(connection, new).await?;
    if let Some(at) = sealed_at {
        sql_query("update scopes set sealed_at = $2 where id = $1")
            .bind::<SqlUuid, _>(new.id)
            .bind::<Timestamptz, _>(at)
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Makes another scope of one that is not sealed.
pub(crate) async fn redraw(connection: &mut AsyncPgConnection, new: &NewScope) -> Result<(), Error> {
    diesel::delete(scope_entries::table.filter(scope_entries::scope_id.eq(new.id)))
        .execute(connection)
        .await?;
    sql_query("update scopes set period = tstzrange($2, $3), ends_at = $4, made_at = $5 where id = $1")
        .bind::<SqlUuid, _>(new.id)
        .bind::<Nullable<Timestamptz>, _>(new.from_at)
        .bind::<Nullable<Timestamptz>, _>(new.until_at)
        .bind::<Nullable<Timestamptz>, _>(new.ends_at)
        .bind::<Timestamptz, _>(new.made_at)
        .execute(connection)
        .await?;
    name(connection, new).await
}

/// The rule that a scope about whoever makes it is refused by.
pub const OF_ITS_MAKER: &str = "scopes_of_their_maker";

async fn name(connection: &mut AsyncPgConnection, new: &NewScope) -> Result<(), Error> {
    let (id, entries) = (new.id, &new.entries);
    sql_query(
        "insert into scope_entries (scope_id, person_id, unit_id, conversation_id)
         select $1, person, null::uuid, null::uuid from unnest($2) person
         union all select $1, null, unit, null from unnest($3) unit
         union all select $1, null, null, conversation from unnest($4) conversation",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(&entries.people)
    .bind::<Array<SqlUuid>, _>(&entries.units)
    .bind::<Array<SqlUuid>, _>(&entries.conversations)
    .execute(connection)
    .await?;
    if concerns(connection, id, new.made_by).await? {
        let source = diesel::result::Error::RollbackTransaction;
        return Err(Error::Refused { rule: OF_ITS_MAKER.to_owned(), source });
    }
    Ok(())
}

/// What somebody decided about a scope.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Settlement {
    pub id: ScopeId,
    pub outcome: Outcome,
    pub decided_by: PersonId,
    pub decided_at: DateTime<Utc>,
    pub reason: Option<String>,
}

/// Settles a scope that waits. False: nobody may decide on it any more.
pub(crate) async fn settle(
    connection: &mut AsyncPgConnection,
    settlement: &Settlement,
) -> Result<bool, Error> {
    let settled = sql_query(
        "update scopes set outcome = $2, decided_by = $3, decided_at = $4, decision_reason = $5
         where id = $1 and outcome is null and sealed_at is not null",
    )
    .bind::<SqlUuid, _>(settlement.id)
    .bind::<Text, _>(settlement.outcome)
    .bind::<SqlUuid, _>(settlement.decided_by)
    .bind::<Timestamptz, _>(settlement.decided_at)
    .bind::<Nullable<Text>, _>(&settlement.reason)
    .execute(connection)
    .await?;
    Ok(settled == 1)
}

/// Asks that the case has another scope, with its entry in the audit log. False: it is not in force. One at a time:
/// [`ONE_AT_A_TIME`].
pub async fn ask(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    new: &NewScope,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            if !is_in_force(connection, case).await? {
                return Ok(false);
            }
            create(connection, new, Some(new.made_at)).await?;
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Decides on another scope of a case, with its entry in the audit log. False: nobody may any more.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    settlement: &Settlement,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            if !is_in_force(connection, case).await? || !settle(connection, settlement).await? {
                return Ok(false);
            }
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// The index that a second wish for another scope runs into.
pub const ONE_AT_A_TIME: &str = "scopes_one_waiting";

#[derive(QueryableByName)]
pub(crate) struct Answer {
    #[diesel(sql_type = Bool)]
    pub(crate) yes: bool,
}

/// Whether the case is approved and not closed; nobody closes it until the transaction ends.
async fn is_in_force(connection: &mut AsyncPgConnection, case: CaseId) -> Result<bool, Error> {
    let found: Option<Answer> =
        sql_query("select state = 'approved' as yes from cases where id = $1 for share")
            .bind::<SqlUuid, _>(case)
            .get_result(connection)
            .await
            .optional()?;
    Ok(found.is_some_and(|answer| answer.yes))
}

/// Whether the scope is about `person`.
pub async fn concerns(
    connection: &mut AsyncPgConnection,
    scope: ScopeId,
    person: PersonId,
) -> Result<bool, Error> {
    let answer: Answer = sql_query("select scope_concerns($1, $2) as yes")
        .bind::<SqlUuid, _>(scope)
        .bind::<SqlUuid, _>(person)
        .get_result(connection)
        .await?;
    Ok(answer.yes)
}

/// `$1` is a case: whom it was about, by its scopes that were approved; of a conversation, those who wrote there.
const SUBJECTS: &str = "select p.person_id as id from scopes s cross join lateral scope_people(s.id) p
        where s.case_id = $1 and s.outcome = 'approved' and p.during && s.period
    union select m.author_id from scopes s join scope_entries e on e.scope_id = s.id
        join messages m on m.conversation_id = e.conversation_id and s.period @> m.created_at
        where s.case_id = $1 and s.outcome = 'approved'";

/// Whom a case was about, in the order of their ids, after `after`.
pub async fn subjects(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<PersonId>, Error> {
    let rows: Vec<Found> = sql_query(format!(
        "select id from ({SUBJECTS}) subjects where ($2::uuid is null or id > $2) order by id limit $3"
    ))
    .bind::<SqlUuid, _>(case)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| PersonId(row.id)).collect())
}

/// Whether a case was about `person`.
pub async fn is_subject(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    person: PersonId,
) -> Result<bool, Error> {
    let answer: Answer =
        sql_query(format!("select exists (select from ({SUBJECTS}) subjects where id = $2) as yes"))
            .bind::<SqlUuid, _>(case)
            .bind::<SqlUuid, _>(person)
            .get_result(connection)
            .await?;
    Ok(answer.yes)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Those of what `entries` name that there is, as it was asked for.
pub async fn known(connection: &mut AsyncPgConnection, entries: &Entries) -> Result<Entries, Error> {
    let rows: Vec<Found> = sql_query(
        "select id from people where id = any($1) union all select id from units where id = any($2)
         union all select id from conversations where id = any($3)",
    )
    .bind::<Array<SqlUuid>, _>(&entries.people)
    .bind::<Array<SqlUuid>, _>(&entries.units)
    .bind::<Array<SqlUuid>, _>(&entries.conversations)
    .load(connection)
    .await?;
    let known: std::collections::HashSet<Uuid> = rows.into_iter().map(|row| row.id).collect();
    let mut found = entries.clone();
    found.people.retain(|id| known.contains(&id.0));
    found.units.retain(|id| known.contains(&id.0));
    found.conversations.retain(|id| known.contains(&id.0));
    Ok(found)
}
