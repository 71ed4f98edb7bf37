//! Cases of compliance officers: opened by one, approved by another, read until their end. Who may do what is the caller's
//! question; that nobody approves their own is the database's, too.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{CaseId, PersonId};
use crate::scopes::{self, NewScope, Outcome, Settlement};
use crate::tables::cases;
use crate::text_enum::text_enum;

text_enum! {
    /// Where a case stands. That its end date has passed is another matter.
    #[schema(as = CaseState)]
    State {
        /// Being written; known to whoever opened it.
        Draft = "draft",
        /// Waits for a second officer.
        Requested = "requested",
        /// In force until its end date.
        Approved = "approved",
        /// Not granted.
        Rejected = "rejected",
        /// Over.
        Closed = "closed",
    }
}

text_enum! {
    /// What the second officer decided.
    #[schema(as = CaseDecision)]
    Decision {
        /// It is in force.
        Approved = "approved",
        /// It is not.
        Rejected = "rejected",
    }
}

/// A case, as the database has it.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Case {
    #[diesel(sql_type = SqlUuid)]
    pub id: CaseId,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Text)]
    pub legal_basis: String,
    #[diesel(sql_type = SqlUuid)]
    pub opened_by: PersonId,
    #[diesel(sql_type = Timestamptz)]
    pub opened_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub requested_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision: Option<Decision>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub decided_by: Option<PersonId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub decision_reason: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub closed_by: Option<PersonId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub close_reason: Option<String>,
    #[diesel(sql_type = Text)]
    pub state: State,
}

/// A case as it stands to one person.
#[derive(Debug, Clone, QueryableByName)]
pub struct Standing {
    /// The case.
    #[diesel(embed)]
    pub case: Case,
    /// Whether one of its scopes, granted or not, is about the person.
    #[diesel(sql_type = Bool)]
    pub is_concerned: bool,
    /// Whether another scope waits for a decision.
    #[diesel(sql_type = Bool)]
    pub is_change_waiting: bool,
    /// Whether the person decided on one of its scopes.
    #[diesel(sql_type = Bool)]
    pub has_decided: bool,
}

/// `$1` is the person.
const STANDING: &str = "c.*,
    coalesce((select bool_or(scope_concerns(s.id, $1)) from scopes s where s.case_id = c.id), false) as is_concerned,
    c.state = 'approved' and exists (select from scopes s where s.case_id = c.id and s.sealed_at is not null
        and s.outcome is null) as is_change_waiting,
    exists (select from scopes s where s.case_id = c.id and s.decided_by = $1) as has_decided";

/// The case `id` as it stands to `person`.
pub async fn find(
    connection: &mut AsyncPgConnection,
    id: CaseId,
    person: PersonId,
) -> Result<Option<Standing>, Error> {
    Ok(sql_query(format!("select {STANDING} from cases c where c.id = $2"))
        .bind::<SqlUuid, _>(person)
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await
        .optional()?)
}

/// Up to `limit` cases, the newest first, before the key of another one: all where `all`, otherwise those of `person` and those
/// that wait for somebody else. None that is about them.
pub async fn list(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    all: bool,
    state: Option<State>,
    before: Option<(DateTime<Utc>, CaseId)>,
    limit: i64,
) -> Result<Vec<Standing>, Error> {
    let (before_at, before_id) = before.unzip();
    Ok(sql_query(format!(
        "select * from (select {STANDING} from cases c
            where ($3::text is null or c.state = $3)
                and ($4::timestamptz is null or (c.opened_at, c.id) < ($4, $5))
                and ($2 or c.opened_by = $1 or c.decided_by = $1 or c.state = 'requested'
                    or exists (select from scopes s where s.case_id = c.id and s.sealed_at is not null
                        and (s.decided_by = $1 or (s.outcome is null and c.state = 'approved'))))
         ) found where not is_concerned order by opened_at desc, id desc limit $6"
    ))
    .bind::<SqlUuid, _>(person)
    .bind::<Bool, _>(all)
    .bind::<Nullable<Text>, _>(state)
    .bind::<Nullable<Timestamptz>, _>(before_at)
    .bind::<Nullable<SqlUuid>, _>(before_id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// What an officer says of a case.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its number in the register.
    pub number: String,
    /// Why.
    pub reason: String,
    /// By what right.
    pub legal_basis: String,
}

/// The rule that a number which is taken runs into.
pub const ONE_OF_A_NUMBER: &str = "cases_number_key";

/// Opens a case as a draft, with its scope and its entry in the audit log.
pub async fn open(
    connection: &mut AsyncPgConnection,
    id: CaseId,
    told: &Told,
    scope: &NewScope,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::insert_into(cases::table)
                .values((
                    cases::id.eq(id),
                    cases::number.eq(&told.number),
                    cases::reason.eq(&told.reason),
                    cases::legal_basis.eq(&told.legal_basis),
                    cases::opened_by.eq(scope.made_by),
                    cases::opened_at.eq(scope.made_at),
                ))
                .execute(connection)
                .await?;
            scopes::create(connection, scope, None).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// Writes a draft anew, with its entry in the audit log. False: it is none any more.
pub async fn rewrite(
    connection: &mut AsyncPgConnection,
    id: CaseId,
    told: &Told,
    scope: &NewScope,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let changed = diesel::update(cases::table.find(id).filter(cases::state.eq(State::Draft)))
                .set((
                    cases::number.eq(&told.number),
                    cases::reason.eq(&told.reason),
                    cases::legal_basis.eq(&told.legal_basis),
                ))
                .execute(connection)
                .await?;
            if changed == 0 {
                return Ok(false);
            }
            scopes::redraw(connection, scope).await?;
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Asks for a decision, with its entry in the audit log: from then on its scope stays. False: it is no draft any more.
pub async fn request(
    connection: &mut AsyncPgConnection,
    id: CaseId,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let changed = diesel::update(cases::table.find(id).filter(cases::state.eq(State::Draft)))
                .set(cases::requested_at.eq(at))
                .execute(connection)
                .await?;
            if changed == 0 {
                return Ok(false);
            }
            sql_query("update scopes set sealed_at = $2 where case_id = $1 and sealed_at is null")
                .bind::<SqlUuid, _>(id)
                .bind::<Timestamptz, _>(at)
                .execute(connection)
                .await?;
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Decides on a case, with its entry in the audit log. False: nobody may any more.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    id: CaseId,
    settlement: &Settlement,
    entry: &NewEntry,
) -> Result<bool, Error> {
    let decision = match settlement.outcome {
        Outcome::Approved => Decision::Approved,
        Outcome::Rejected | Outcome::Withdrawn => Decision::Rejected,
    };
    connection
        .transaction(async |connection| {
            let changed = diesel::update(cases::table.find(id).filter(cases::state.eq(State::Requested)))
                .set((
                    cases::decision.eq(Some(decision)),
                    cases::decided_by.eq(settlement.decided_by),
                    cases::decided_at.eq(settlement.decided_at),
                    cases::decision_reason.eq(&settlement.reason),
                ))
                .execute(connection)
                .await?;
            if changed == 0 {
                return Ok(false);
            }
            scopes::settle(connection, settlement).await?;
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}

/// Closes a case, with its entry in the audit log. False: it is over already.
pub async fn close(
    connection: &mut AsyncPgConnection,
    id: CaseId,
    (by, at, reason): (PersonId, DateTime<Utc>, &str),
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let open = [State::Draft, State::Requested, State::Approved];
            let changed = diesel::update(cases::table.find(id).filter(cases::state.eq_any(open)))
                .set((cases::closed_by.eq(by), cases::closed_at.eq(at), cases::close_reason.eq(reason)))
                .execute(connection)
                .await?;
            if changed == 0 {
                return Ok(false);
            }
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}
