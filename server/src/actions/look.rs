//! Puts on record what an auditor looked at.

use schema::audit::{self, NewEntry};
use schema::past::Subject;
use serde_json::{Value, json};

use crate::access::past::{Asked, Officer, Then};
use crate::app::App;
use crate::error::Error;

/// What a look came to.
#[derive(Clone, Copy)]
pub enum Found<'a> {
    /// So many entries of what was then.
    Entries(&'a Then, usize),
    /// That there was nothing of the kind then.
    Nothing,
}

/// Records that `officer` asked who had access, at the moment `asked` or at present. Nothing may be shown before this
/// has succeeded.
pub async fn record(
    app: &App,
    officer: &Officer,
    subject: Subject,
    asked: Asked,
    found: Found<'_>,
) -> Result<(), Error> {
    let (conversation, person) = match subject {
        Subject::Organisation => (None, None),
        Subject::Conversation(id) => (Some(id), None),
        Subject::Person(id) | Subject::Pair(id, _) => (None, Some(id)),
    };
    let (then, entries) = match found {
        Found::Entries(then, entries) => (Some(then), Some(entries)),
        Found::Nothing => (None, None),
    };
    let details = json!({
        "conversation_id": conversation,
        "person_id": person,
        "at": then.map(|then| then.when.at).or(asked.at),
        "known_at": then.map(|then| then.when.known_at).or(asked.known_at),
        "org_version": then.and_then(|then| then.org_version),
        "policy_version": then.map(|then| then.scene.policy.version()),
        "entries": entries,
    });
    note(app, officer, "compliance.access_viewed", details).await
}

/// Records what `officer` asked in another way, and what it came to. Nothing may be shown before this has succeeded.
pub async fn note(app: &App, officer: &Officer, kind: &'static str, details: Value) -> Result<(), Error> {
    let entry = NewEntry { at: app.clock.now(), kind, actor_id: Some(officer.person()), entry: details };
    audit::append(&mut *app.pool.get().await?, &entry).await?;
    Ok(())
}
