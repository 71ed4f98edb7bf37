//! Holds: from the transaction that places one until it is released, nothing erases what it is about. Releasing takes two people and
//! a delay; the database refuses anything else.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{CaseId, HoldId, PersonId, ScopeId};
use crate::scopes::{self, NewScope};
use crate::tables::holds;

/// A hold.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = holds)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Hold {
    pub id: HoldId,
    pub case_id: Option<CaseId>,
    pub number: Option<String>,
    pub scope_id: ScopeId,
    pub reason: String,
    pub placed_by: PersonId,
    pub placed_at: DateTime<Utc>,
    pub release_asked_by: Option<PersonId>,
    pub release_asked_at: Option<DateTime<Utc>>,
    pub release_reason: Option<String>,
    pub release_not_before: Option<DateTime<Utc>>,
    pub release_approved_by: Option<PersonId>,
    pub release_approved_at: Option<DateTime<Utc>>,
    pub released_at: Option<DateTime<Utc>>,
}

impl Hold {
    /// Whether it holds at `at`.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.released_at.is_none_or(|released| released > at)
    }
}

/// The rule that a number which is taken runs into.
pub const ONE_OF_A_NUMBER: &str = "holds_number_key";

/// Places the hold, with its own scope where it has one, and its entry in the audit log. Whatever is being erased is waited for.
pub async fn place(
    connection: &mut AsyncPgConnection,
    hold: &Hold,
    scope: Option<&NewScope>,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            if let Some(scope) = scope {
                scopes::create(connection, scope, Some(scope.made_at)).await?;
            }
            diesel::insert_into(holds::table).values(hold).execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// The hold `id`.
pub async fn find(connection: &mut AsyncPgConnection, id: HoldId) -> Result<Option<Hold>, Error> {
    Ok(holds::table.find(id).select(Hold::as_select()).first(connection).await.optional()?)
}

/// Up to `limit` holds, the newest first, before the key of another one. Who may know of them is the caller's question.
pub async fn list(
    connection: &mut AsyncPgConnection,
    before: Option<(DateTime<Utc>, HoldId)>,
    limit: i64,
) -> Result<Vec<Hold>, Error> {
    let mut query = holds::table
        .order((holds::placed_at.desc(), holds::id.desc()))
        .select(Hold::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(holds::placed_at.lt(at).or(holds::placed_at.eq(at).and(holds::id.lt(id))));
    }
    Ok(query.load(connection).await?)
}

/// What somebody does about the release of a hold.
#[derive(Debug, Clone)]
pub enum Release {
    /// Asks for it; it is not before the moment that is named.
    Ask {
        /// Why.
        reason: String,
        /// Not before.
        not_before: DateTime<Utc>,
    },
    /// Approves what another one asked for.
    Approve,
    /// Takes it back, or stops it, as long as it holds.
    Cancel,
}

/// Does that, with its entry in the audit log. False: the hold does not stand so that it could be done.
pub async fn release(
    connection: &mut AsyncPgConnection,
    id: HoldId,
    (by, at): (PersonId, DateTime<Utc>),
    release: &Release,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let hold: Hold =
                holds::table.find(id).for_update().select(Hold::as_select()).first(connection).await?;
            let asked = hold.release_asked_by.zip(hold.release_not_before);
            let is_open = hold.holds(at);
            let row = holds::table.find(id);
            match (release, asked) {
                (Release::Ask { reason, not_before }, None) if is_open => {
                    diesel::update(row)
                        .set((
                            holds::release_asked_by.eq(Some(by)),
                            holds::release_asked_at.eq(Some(at)),
                            holds::release_reason.eq(Some(reason)),
                            holds::release_not_before.eq(Some(*not_before)),
                        ))
                        .execute(connection)
                        .await?;
                }
                (Release::Approve, Some((_, not_before))) if hold.release_approved_by.is_none() => {
                    diesel::update(row)
                        .set((
                            holds::release_approved_by.eq(Some(by)),
                            holds::release_approved_at.eq(Some(at)),
                            holds::released_at.eq(Some(not_before.max(at))),
                        ))
                        .execute(connection)
                        .await?;
                }
                (Release::Cancel, Some(_)) if is_open => {
                    diesel::update(row)
                        .set((
                            holds::release_asked_by.eq(None::<PersonId>),
                            holds::release_asked_at.eq(None::<DateTime<Utc>>),
                            holds::release_reason.eq(None::<String>),
                            holds::release_not_before.eq(None::<DateTime<Utc>>),
                            holds::release_approved_by.eq(None::<PersonId>),
                            holds::release_approved_at.eq(None::<DateTime<Utc>>),
                            holds::released_at.eq(None::<DateTime<Utc>>),
                        ))
                        .execute(connection)
                        .await?;
                }
                _ => return Ok(false),
            }
            audit::append(connection, entry).await?;
            Ok(true)
        })
        .await
}
