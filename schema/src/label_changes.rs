//! Gives a conversation another label: the label, who has to go, the line that says so and the audit entries are one
//! transaction, and whoever sends or brings somebody in at the same time comes before it or after it.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::ids::{ConversationId, PersonId};
use crate::members::{self, Member, Origin};
use crate::messages::{self, Message, Sealed};
use crate::tables::{conversations, members as seats};

/// A label as rows keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelColumns {
    /// The policy that it is of; none where there is no label.
    pub policy: Option<String>,
    /// Its level.
    pub level: i16,
    /// Its categories.
    pub categories: Vec<String>,
}

/// A change that was decided.
#[derive(Debug, Clone)]
pub struct LabelChange {
    /// The conversation.
    pub conversation: ConversationId,
    /// The version of the label that it was decided on.
    pub label_version: i64,
    /// The label from now on.
    pub label: LabelColumns,
    /// The line that says so.
    pub line: Message,
    /// What the audit log keeps of that line.
    pub line_sealed: Sealed,
}

/// What a change came to.
#[derive(Debug, Clone)]
pub struct LabelChanged {
    /// Everybody who was in the conversation.
    pub seats: Vec<Member>,
    /// Who was taken out.
    pub removed: Vec<PersonId>,
    /// The number of the line.
    pub seq: i64,
}

/// Makes the change. Those `uncleared` go, unless the tree keeps their seats; `entries` are made of who went. Nothing
/// where the conversation has another label by now, or is archived.
pub async fn change(
    connection: &mut AsyncPgConnection,
    change: &LabelChange,
    uncleared: impl Fn(PersonId) -> bool + Send + Sync,
    entries: impl Fn(&[PersonId]) -> Vec<NewEntry> + Send + Sync,
) -> Result<Option<LabelChanged>, Error> {
    let (uncleared, entries) = (&uncleared, &entries);
    connection
        .transaction(async |connection| {
            let id = change.conversation;
            let set = diesel::update(
                conversations::table
                    .find(id)
                    .filter(conversations::label_version.eq(change.label_version))
                    .filter(conversations::archived_at.is_null()),
            )
            .set((
                conversations::label_policy.eq(&change.label.policy),
                conversations::label_level.eq(change.label.level),
                conversations::label_categories.eq(&change.label.categories),
                conversations::label_version.eq(change.label_version + 1),
            ))
            .execute(connection)
            .await?;
            if set == 0 {
                return Ok(None);
            }
            let seated = members::list(connection, id).await?;
            let goes = |seat: &&Member| seat.origin == Origin::Chosen && uncleared(seat.person_id);
            let removed: Vec<PersonId> = seated.iter().filter(goes).map(|seat| seat.person_id).collect();
            diesel::delete(
                seats::table.filter(seats::conversation_id.eq(id)).filter(seats::person_id.eq_any(&removed)),
            )
            .execute(connection)
            .await?;
            let seq =
                messages::store(connection, &change.line, change.label_version + 1, &change.line_sealed)
                    .await?;
            audit::append_all(connection, &entries(&removed)).await?;
            Ok(Some(LabelChanged { seats: seated, removed, seq }))
        })
        .await
}
