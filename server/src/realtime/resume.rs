//! What a client missed while it was away: fetched where it is little, named where it is much, never guessed.

use schema::ids::ConversationId;
use schema::messages;

use super::event::Event;
use super::hub::Frame;
use crate::access;
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

/// The frames that bring a client from `seq` to now in one conversation. `left` counts down what may still be brought.
pub async fn missed(
    app: &App,
    actor: Actor,
    language: Language,
    conversation: ConversationId,
    seq: i64,
    left: &mut i64,
) -> Vec<Frame> {
    match fetch(app, actor, language, conversation, seq.max(0), left).await {
        Ok(Some(frames)) => frames,
        Err(Error::NotFound) => vec![Event::ConversationRemoved {}.frame(Some(conversation))],
        Ok(None) | Err(_) => vec![Event::resync(conversation)],
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
) -> Result<Option<Vec<Frame>>, Error> {
    let reader = Reader::new(app, actor, language)?;
    let place = access::conversation(app, &reader, conversation).await?;
    let missing = place.room.last_seq() - seq;
    if missing <= 0 {
        return Ok(Some(Vec::new()));
    }
    if missing > PER_CONVERSATION.min(*left) {
        return Ok(None);
    }
    let mut connection = app.pool.get().await?;
    let found = messages::after(&mut connection, conversation, seq, PER_CONVERSATION).await?;
    drop(connection);
    *left -= missing;
    let readable = access::readable(&reader.scene, actor.person, &place.room, found);
    let frame = |message| {
        Event::MessageCreated(Box::new(MessageView::of(&reader.scene, message))).frame(Some(conversation))
    };
    Ok(Some(readable.iter().map(frame).collect()))
}
