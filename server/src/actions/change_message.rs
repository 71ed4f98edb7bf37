//! Has a message say something else, or nothing any more. What it said before is kept for as long as the message is, for whoever reads
//! it and for cases.

use schema::audit::NewEntry;
use schema::message_versions::{self, Change};
use schema::messages::Message;
use serde_json::{Value, json};

use crate::access::{Granted, Place};
use crate::app::App;
use crate::error::{Error, codes};
use crate::send::deliver;
use crate::send::pipeline;
use crate::text::salted_hash;
use crate::views::Reader;

/// Has the reader's message say `body`. That it says so already changes nothing.
pub async fn edit(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    message: &Message,
    body: String,
) -> Result<Message, Error> {
    pipeline::check_body(&body, message.files.is_some())?;
    if body == message.body {
        return Ok(message.clone());
    }
    app.limits.message(reader.actor.person)?;
    let salt: [u8; 16] = rand::random();
    let mut told = told(reader, place, message);
    if let Some(told) = told.as_object_mut() {
        told.insert("body_sha256".to_owned(), salted_hash(&salt, &body).into());
    }
    let change = Change::Edit { body, salt };
    done(app, reader, place, message, &change, ("message.edited", told)).await
}

/// Takes the message back.
pub async fn delete(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    message: &Message,
) -> Result<Message, Error> {
    let told = told(reader, place, message);
    let change = Change::Delete { by: reader.actor.person };
    done(app, reader, place, message, &change, ("message.deleted", told)).await
}

fn told(reader: &Reader, place: &Granted<Place>, message: &Message) -> Value {
    let verdict = place.verdict();
    json!({
        "message_id": message.id, "conversation_id": message.conversation_id, "seq": message.seq,
        "version": message.version + 1,
        "rule": reader.scene.rule_code(verdict), "policy_version": verdict.policy_version,
        "org_version": reader.scene.mirror.version(),
    })
}

async fn done(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    message: &Message,
    change: &Change,
    (kind, entry): (&'static str, Value),
) -> Result<Message, Error> {
    let by = Some(reader.actor.person);
    let entry = NewEntry { at: app.clock.now(), kind, actor_id: by, entry };
    let label_version = place.room.conversation.label_version;
    let mut connection = app.pool.get().await?;
    let changed = message_versions::change(&mut connection, message, label_version, change, &entry).await?;
    drop(connection);
    let changed = changed.ok_or(Error::Conflict(codes::MESSAGE_CHANGED))?;
    deliver::changed_here(app, place, &changed);
    Ok(changed)
}
