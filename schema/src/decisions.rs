//! Denials, with what was asked. What was allowed is on the messages themselves.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{ConversationId, DecisionId, PersonId};
use crate::tables::decisions;

/// A decision as it was made: the question and the answer, never the content.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = decisions)]
pub struct NewDecision {
    /// Its identifier.
    pub id: DecisionId,
    /// When it was made.
    pub decided_at: DateTime<Utc>,
    /// Who asked.
    pub person_id: PersonId,
    /// In which hat.
    pub hat: String,
    /// To do what.
    pub action: String,
    /// To whom.
    pub target_id: Option<PersonId>,
    /// Where.
    pub conversation_id: Option<ConversationId>,
    /// The answer.
    pub allow: bool,
    /// The rule that made it.
    pub rule: String,
    /// The policy version it was made under.
    pub policy_version: i64,
    /// The state of the org mirror it was made on.
    pub org_version: i64,
}

/// Records a decision together with its entry in the audit log.
pub async fn record(
    connection: &mut AsyncPgConnection,
    decision: &NewDecision,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::insert_into(decisions::table).values(decision).execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}
