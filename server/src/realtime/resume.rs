//! What a client missed while it was away: fetched where it is little, named where it is much, never guessed.

use schema::ids::ConversationId;
use schema::messages;

use super::event::Event;
use super::hub::Frame;
use crate::access::{self, Place};
use crate::app::App;
use crate::auth::Actor;
use crate::error::Error;
use crate::language::Language;
use crate::views::Reader;
use crate::views::messages::MessageView;

/// How many messages one resumption brings, over all conversations.
pub const MESSAGES_MAX: i64 = 1000;
/// How many of one conversation; of more the client fetches the pages it shows.
const PER_CONVERSATION: i64 = 200;

/// What brings a client to now in one conversation.
pub struct Brought {
    /// What to send it.
    pub frames: Vec<Frame>,
    /// Up to where it needs nothing any more: what it has, and what the frames bring.
    pub up_to: i64,
}

/// What brings a client from `seq` to now in one conversation. `left` counts down what may still be brought.
pub async fn missed(
    app: &App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
    seq: i64,
    left: &mut i64,
) -> Brought {
    let instead = |frame| Brought { frames: vec![frame], up_to: 0 };
    match fetch(app, actor, language, conversation, seq.max(0), left).await {
        Ok(Some(brought)) => brought,
        Err(Error::NotFound) => instead(Event::ConversationRemoved {}.frame(Some(conversation))),
        Ok(None) | Err(_) => instead(Event::resync(conversation)),
    }
}

/// The messages after `seq`, unless they are too many.
async fn fetch(
    app: &App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
    seq: i64,
    left: &mut i64,
) -> Result<Option<Brought>, Error> {
    let reader = Reader::new(app, actor, language)?;
    let place = access::conversation(app, &reader, conversation).await?;
    let missing = place.room.last_seq() - seq;
    if missing <= 0 {
        return Ok(Some(Brought { frames: Vec::new(), up_to: known(app, &place, seq).await? }));
    }
    if missing > PER_CONVERSATION.min(*left) {
        return Ok(None);
    }
    let mut connection = app.pool.get().await?;
    let found = messages::after(&mut connection, conversation, seq, PER_CONVERSATION).await?;
    drop(connection);
    *left -= missing;
    let up_to = found.last().map_or(seq, |message| message.seq);
    let readable = access::readable(&reader.scene, actor.person, &place.room, found);
    let frame = |message| {
        Event::MessageCreated(Box::new(MessageView::of(&reader.scene, message))).frame(Some(conversation))
    };
    Ok(Some(Brought { frames: readable.iter().map(frame).collect(), up_to }))
}

/// What of the messages up to `seq` there is. A client may know of newer ones than this node: then the database is asked,
/// because nobody has more than there is.
async fn known(app: &App, place: &Place, seq: i64) -> Result<i64, Error> {
    if seq <= place.room.last_seq() {
        return Ok(seq);
    }
    let found = app.chat.rooms.find(place.room.id(), true).await?;
    Ok(found.map_or(0, |(_, room)| seq.min(room.last_seq())))
}
