//! What was asked for: an exception to a refusal, of which office, why, and what came of it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::exceptions::{self, Approver, NewException};
use crate::ids::{ExceptionId, ExceptionRequestId, PersonId};
use crate::notifications::{self, ExceptionNote};
use crate::text_enum::text_enum;

text_enum! {
    /// What came of a request.
    #[schema(as = ExceptionRequestState)]
    State {
        /// Nobody has decided yet.
        Open = "open",
        /// There is an exception.
        Granted = "granted",
        /// There is none.
        Refused = "refused",
        /// The asker took it back.
        Withdrawn = "withdrawn",
    }
}

/// A request.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Request {
    #[diesel(sql_type = SqlUuid)]
    pub id: ExceptionRequestId,
    #[diesel(sql_type = SqlUuid)]
    pub from_id: PersonId,
    #[diesel(sql_type = SqlUuid)]
    pub to_id: PersonId,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = BigInt)]
    pub policy_version: i64,
    #[diesel(sql_type = Text)]
    pub approver: Approver,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Timestamptz)]
    pub asked_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub wanted_until: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub state: State,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub decided_by: Option<PersonId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub answer: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub exception_id: Option<ExceptionId>,
}

const COLUMNS: &str =
    "id, from_id, to_id, action, rule, policy_version, approver, reason, asked_at, wanted_until,
    state, decided_by, decided_at, answer, exception_id";

/// A request to be made.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct NewRequest {
    pub id: ExceptionRequestId,
    pub from_id: PersonId,
    pub to_id: PersonId,
    pub action: String,
    pub rule: String,
    pub policy_version: i64,
    pub approver: Approver,
    pub reason: String,
    pub asked_at: DateTime<Utc>,
    pub wanted_until: DateTime<Utc>,
}

/// Makes the request and its audit entry, and tells every node. The rule `exception_requests_one_open` refuses a second
/// one between the same two.
pub async fn create(
    connection: &mut AsyncPgConnection,
    new: &NewRequest,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            sql_query(
                "insert into exception_requests (id, from_id, to_id, action, rule, policy_version, approver, reason,
                    asked_at, wanted_until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind::<SqlUuid, _>(new.id)
            .bind::<SqlUuid, _>(new.from_id)
            .bind::<SqlUuid, _>(new.to_id)
            .bind::<Text, _>(&new.action)
            .bind::<Text, _>(&new.rule)
            .bind::<BigInt, _>(new.policy_version)
            .bind::<Text, _>(new.approver)
            .bind::<Text, _>(&new.reason)
            .bind::<Timestamptz, _>(new.asked_at)
            .bind::<Timestamptz, _>(new.wanted_until)
            .execute(connection)
            .await?;
            audit::append(connection, entry).await?;
            let note = ExceptionNote {
                request_id: Some(new.id),
                exception_id: None,
                from_id: new.from_id,
                to_id: new.to_id,
                approver: new.approver,
                approver_id: None,
                is_block: false,
            };
            notifications::notify_exception(connection, &note).await
        })
        .await
}

/// What somebody decided about a request.
#[derive(Debug, Clone)]
pub struct Deciding {
    /// Which one.
    pub id: ExceptionRequestId,
    /// Who decided.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// What they decided.
    pub decision: Decided,
}

/// A decision about a request.
#[derive(Debug, Clone)]
pub enum Decided {
    /// There is to be this exception.
    Granted(NewException),
    /// There is to be none, for this reason.
    Refused(String),
    /// The asker does not want it any more.
    Withdrawn,
}

/// Decides an open request, with the exception, the audit entry, and what tells every node; false where somebody else
/// was faster.
pub async fn decide(
    connection: &mut AsyncPgConnection,
    deciding: &Deciding,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let before: Request =
                sql_query(format!("select {COLUMNS} from exception_requests where id = $1 for update"))
                    .bind::<SqlUuid, _>(deciding.id)
                    .get_result(connection)
                    .await?;
            if before.state != State::Open {
                return Ok(false);
            }
            let (state, answer, exception) = match &deciding.decision {
                Decided::Granted(new) => (State::Granted, Some(new.reason.as_str()), Some(new)),
                Decided::Refused(reason) => (State::Refused, Some(reason.as_str()), None),
                Decided::Withdrawn => (State::Withdrawn, None, None),
            };
            // The mirror first: whoever is told finds the exception in force.
            if let Some(new) = exception {
                exceptions::create(connection, new).await?;
            }
            let exception_id = exception.map(|new| new.id);
            sql_query(
                "update exception_requests set state = $2, decided_by = $3, decided_at = $4, answer = $5,
                    exception_id = $6 where id = $1",
            )
            .bind::<SqlUuid, _>(deciding.id)
            .bind::<Text, _>(state)
            .bind::<SqlUuid, _>(deciding.by)
            .bind::<Timestamptz, _>(deciding.at)
            .bind::<Nullable<Text>, _>(answer)
            .bind::<Nullable<SqlUuid>, _>(exception_id)
            .execute(connection)
            .await?;
            audit::append(connection, entry).await?;
            let note = ExceptionNote {
                request_id: Some(before.id),
                exception_id,
                from_id: before.from_id,
                to_id: before.to_id,
                approver: before.approver,
                approver_id: None,
                is_block: false,
            };
            notifications::notify_exception(connection, &note).await?;
            Ok(true)
        })
        .await
}

/// The request `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: ExceptionRequestId) -> Result<Request, Error> {
    Ok(sql_query(format!("select {COLUMNS} from exception_requests where id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .await?)
}

/// Whether `from` waits for an answer about `to`.
pub async fn is_open(
    connection: &mut AsyncPgConnection,
    from: PersonId,
    to: PersonId,
) -> Result<bool, Error> {
    use crate::tables::exception_requests::dsl;
    let open = dsl::exception_requests
        .filter(dsl::from_id.eq(from))
        .filter(dsl::to_id.eq(to))
        .filter(dsl::state.eq(State::Open));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(connection).await?)
}

/// Up to `limit` requests that `from` made, the newest first, after the key of another one; with `to`, those about
/// that person.
pub async fn of_asker(
    connection: &mut AsyncPgConnection,
    from: PersonId,
    to: Option<PersonId>,
    after: Option<(DateTime<Utc>, ExceptionRequestId)>,
    limit: i64,
) -> Result<Vec<Request>, Error> {
    let (after_at, after_id) = after.unzip();
    Ok(sql_query(format!(
        "select {COLUMNS} from exception_requests where from_id = $1 and ($2::uuid is null or to_id = $2)
            and ($3::timestamptz is null or (asked_at, id) < ($3, $4))
         order by asked_at desc, id desc limit $5"
    ))
    .bind::<SqlUuid, _>(from)
    .bind::<Nullable<SqlUuid>, _>(to)
    .bind::<Nullable<Timestamptz>, _>(after_at)
    .bind::<Nullable<SqlUuid>, _>(after_id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}

/// Up to `limit` open requests that one of two offices may have to decide, the oldest first, after the key of another
/// one: the superior's, where the asker or the one asked about is one of `people`, and with `security` the security
/// office's.
pub async fn open(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
    security: bool,
    after: Option<(DateTime<Utc>, ExceptionRequestId)>,
    limit: i64,
) -> Result<Vec<Request>, Error> {
    let (after_at, after_id) = after.unzip();
    Ok(sql_query(format!(
        "select {COLUMNS} from exception_requests where state = 'open'
            and ((approver = 'superior' and (from_id = any($1) or to_id = any($1)))
                or (approver = 'security' and $2))
            and ($3::timestamptz is null or (asked_at, id) > ($3, $4))
         order by asked_at, id limit $5"
    ))
    .bind::<Array<SqlUuid>, _>(people)
    .bind::<Bool, _>(security)
    .bind::<Nullable<Timestamptz>, _>(after_at)
    .bind::<Nullable<SqlUuid>, _>(after_id)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?)
}
