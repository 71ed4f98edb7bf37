//! Who looked at what in a case. A look is written before anything is shown, with its entry in the audit log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{CaseId, LookId, PersonId};
use crate::tables::case_looks;
use crate::text_enum::text_enum;

text_enum! {
    /// What was looked at.
    #[schema(as = LookKind)]
    Kind {
        /// Messages were searched.
        Messages = "messages",
        /// Denials were listed.
        Denials = "denials",
        /// The conversations of the case were listed.
        Conversations = "conversations",
        /// A conversation was read.
        Conversation = "conversation",
        /// The looks themselves were reviewed.
        Looks = "looks",
        /// A file was opened.
        File = "file",
        /// Something was taken out of it.
        Export = "export",
    }
}

/// A look.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_looks)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Look {
    pub id: LookId,
    pub case_id: CaseId,
    pub person_id: PersonId,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub about: serde_json::Value,
    pub found: i32,
}

/// Keeps the look, with its entry in the audit log.
pub async fn record(connection: &mut AsyncPgConnection, look: &Look, entry: &NewEntry) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::insert_into(case_looks::table).values(look).execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// Up to `limit` looks into the case, the newest first, before the key of another one.
pub async fn list(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    before: Option<(DateTime<Utc>, LookId)>,
    limit: i64,
) -> Result<Vec<Look>, Error> {
    let mut query = case_looks::table
        .filter(case_looks::case_id.eq(case))
        .order((case_looks::at.desc(), case_looks::id.desc()))
        .select(Look::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = before {
        query = query.filter(case_looks::at.lt(at).or(case_looks::at.eq(at).and(case_looks::id.lt(id))));
    }
    Ok(query.load(connection).await?)
}
