//! Shows that somebody is typing: only where they may write, and only to those who may read them.

use schema::ids::{ConversationId, PersonId};

use crate::access::{self, HatName, Scene};
use crate::app::App;
use crate::error::Error;
use crate::realtime::bus::Note;
use crate::realtime::event::Event;
use crate::realtime::rooms::Room;
use crate::send::deliver::listeners;
use crate::views::Reader;

/// Tells the others that the reader is typing. Where they may not write nothing is told, and nothing recorded.
pub async fn typing(app: &App, reader: &Reader, conversation: ConversationId) -> Result<(), Error> {
    let place = access::conversation(app, reader, conversation).await?;
    let (scene, person) = (&reader.scene, reader.actor.person);
    let Some(label) = scene.label_of(&place.room) else { return Ok(()) };
    if !scene.send(scene.asker(person, HatName::Own), &place.room, label).allow {
        return Ok(());
    }
    app.bus.tell(Note::Typing { conversation_id: conversation, person_id: person });
    show(app, &place.room, person);
    Ok(())
}

/// Shows it to those who listen here.
pub fn show(app: &App, room: &Room, person: PersonId) {
    let scene = Scene::now(app);
    let frame = Event::Typing { person_id: person }.frame(Some(room.id()));
    for reader in listeners(app, room).filter(|reader| *reader != person) {
        if scene.sees_presence(reader, room, person)
            && scene.reads(reader, room, scene.label_of(room), person)
        {
            app.hub.send(reader, &frame);
        }
    }
}
