//! Gives a conversation another name.

use schema::audit::NewEntry;
use schema::conversations;
use schema::ids::PersonId;
use serde_json::json;

use crate::access::{Granted, Place};
use crate::app::App;
use crate::error::Error;
use crate::realtime::announce;

/// Renames the conversation.
pub async fn rename(app: &App, actor: PersonId, place: &Granted<Place>, name: &str) -> Result<(), Error> {
    let id = place.room.id();
    let entry = NewEntry {
        at: app.clock.now(),
        kind: "conversation.renamed",
        actor_id: Some(actor),
        entry: json!({ "conversation_id": id, "from": place.room.conversation.name, "to": name }),
    };
    let mut connection = app.pool.get().await?;
    conversations::rename(&mut connection, id, name, &entry).await?;
    drop(connection);
    announce::changed_here(app, id, Vec::new(), Vec::new()).await;
    Ok(())
}
