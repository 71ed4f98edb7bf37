//! What the pages for personnel and administrators show of the directories, and what they may do there.
//!
//! The sync writes what is read here. The acts of operators are rows too, and the sync is told of them.

pub mod documents;
pub mod findings;
pub mod in_force;
pub mod people;
pub mod plans;
pub mod requests;
pub mod runs;
pub mod sources;

use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{PersonId, SourceId};

/// Whose directories somebody may look at and act upon: one agency's, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// That source alone.
    Source(SourceId),
    /// Every source.
    All,
}

impl Whose {
    /// That source; none: every one.
    pub fn source(self) -> Option<SourceId> {
        match self {
            Self::Source(id) => Some(id),
            Self::All => None,
        }
    }
}

/// Who acts, and why: what the row of the act and its entry in the audit log say.
#[derive(Debug, Clone)]
pub struct Act {
    /// The person.
    pub by: PersonId,
    /// Their reason, where one is needed.
    pub reason: Option<String>,
    /// When, by the node's clock: for the audit log alone.
    pub at: chrono::DateTime<chrono::Utc>,
}

impl Act {
    fn entry(&self, kind: &'static str, mut entry: serde_json::Value) -> crate::audit::NewEntry {
        if let Some(fields) = entry.as_object_mut() {
            fields.insert("reason".to_owned(), serde_json::json!(self.reason));
        }
        crate::audit::NewEntry { at: self.at, kind, actor_id: Some(self.by), entry }
    }
}

/// The source called `name`, if it is one of theirs.
pub async fn source(connection: &mut AsyncPgConnection, whose: Whose, name: &str) -> Result<SourceId, Error> {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        id: SourceId,
    }
    let found: Found =
        diesel::sql_query("select id from sources where name = $1 and ($2::uuid is null or id = $2)")
            .bind::<Text, _>(name)
            .bind::<diesel::sql_types::Nullable<SqlUuid>, _>(whose.source())
            .get_result(connection)
            .await?;
    Ok(found.id)
}

/// Wakes whoever leads the sync of the source, as soon as the transaction commits.
async fn tell_the_sync(connection: &mut AsyncPgConnection, source: SourceId) -> Result<(), Error> {
    diesel::sql_query("select pg_notify('directory_requested', $1)")
        .bind::<Text, _>(source.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// The pattern that finds `text` anywhere, with nothing in it meaning anything else.
fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_search_means_what_it_says() {
        assert_eq!(super::anywhere(r"50%_a\b"), r"%50\%\_a\\b%");
    }
}
