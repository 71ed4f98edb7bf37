//! How far somebody has read. It is nobody else's business, so only their other devices are told.

use schema::ids::PersonId;
use schema::read_pointers;

use crate::access::{Granted, Place};
use crate::app::App;
use crate::error::Error;
use crate::realtime::bus::Note;
use crate::realtime::event::Event;

/// Moves the read pointer of `person` to `seq`, or to the newest message if there are fewer; never back.
pub async fn mark(app: &App, person: PersonId, place: &Granted<Place>, seq: i64) -> Result<i64, Error> {
    let conversation_id = place.room.id();
    let seq = seq.min(place.room.last_seq());
    let mut connection = app.pool.get().await?;
    if read_pointers::advance(&mut connection, conversation_id, person, seq, app.clock.now()).await? {
        app.bus.tell(Note::Read { conversation_id, person_id: person, seq });
        app.hub.send(person, &Event::ConversationRead { seq }.frame(Some(conversation_id)));
        return Ok(seq);
    }
    Ok(read_pointers::find(&mut connection, conversation_id, person).await?)
}
