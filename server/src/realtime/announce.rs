//! Tells those who listen on this node that a conversation, or who is in it, changed. Every reader is asked of the gate
//! and gets their own view.

use schema::ids::{ConversationId, PersonId};
use schema::{messages, read_pointers};

use super::event::Event;
use crate::app::App;
use crate::error::{Error, describe};
use crate::realtime::bus::Note;
use crate::send::deliver::listeners;
use crate::views::Reader;
use crate::views::conversations::ConversationView;

/// After a commit on this node: forgets what was remembered, and tells everybody.
pub async fn changed_here(app: &App, id: ConversationId, added: Vec<PersonId>, removed: Vec<PersonId>) {
    app.chat.rooms.forget(id);
    app.bus.tell(Note::ConversationChanged {
        conversation_id: id,
        added: added.clone(),
        removed: removed.clone(),
    });
    changed(app, id, &added, &removed).await;
}

/// Tells those who listen here.
pub async fn changed(app: &App, id: ConversationId, added: &[PersonId], removed: &[PersonId]) {
    let gone = Event::ConversationRemoved {}.frame(Some(id));
    for person in removed {
        app.hub.send(*person, &gone);
    }
    if let Err(error) = views(app, id, added).await {
        // The change itself is done: clients learn of it when they next ask.
        tracing::warn!(error = %describe::chain(&error), "a change could not be announced");
    }
}

async fn views(app: &App, id: ConversationId, added: &[PersonId]) -> Result<(), Error> {
    let Some((_, room)) = app.chat.rooms.find(id, !app.bus.is_whole()).await? else { return Ok(()) };
    let people: Vec<PersonId> = listeners(app, &room).collect();
    if people.is_empty() {
        return Ok(());
    }
    let mut connection = app.pool.get().await?;
    let read = read_pointers::of_people(&mut connection, id, &people).await?;
    let newest = messages::find_by_seq(&mut connection, id, room.last_seq()).await?;
    drop(connection);
    for person in people {
        let Ok(reader) = Reader::listening(app, person) else { continue };
        if !reader.scene.sees(person, &room).allow {
            continue;
        }
        let read_seq = read.get(&person).copied().unwrap_or(0);
        let view = Box::new(ConversationView::of(&reader, &room, read_seq, newest.as_ref()));
        let is_new = added.contains(&person);
        let event = if is_new { Event::ConversationCreated(view) } else { Event::ConversationUpdated(view) };
        app.hub.send(person, &event.frame(Some(id)));
    }
    Ok(())
}
