//! The door to a message that somebody wants to change or take back.

use chrono::TimeDelta;
use policies::facts::Action;
use schema::conversations::Kind;
use schema::ids::MessageId;
use schema::messages::{self, Message};

use super::{Granted, HatName, Place, keeping, may_read, send};
use crate::app::App;
use crate::error::{Error, codes};
use crate::views::Reader;

/// Whether a message says nothing any more.
pub fn is_gone(message: &Message) -> bool {
    message.erased_at.is_some() || message.deleted_at.is_some()
}

/// The message `id`, if the reader may read it here.
pub async fn find(
    app: &App,
    reader: &Reader,
    place: &Place,
    id: MessageId,
) -> Result<Option<Message>, Error> {
    let found = messages::find(&mut *app.pool.get().await?, place.room.id(), id).await?;
    Ok(found.filter(|message| may_read(&reader.scene, reader.actor.person, &place.room, message)))
}

/// Whether the reader may have their message say something else: as if they sent it now, in the same hat and under the same label. A
/// refusal is recorded.
pub async fn edit(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    message: &Message,
) -> Result<Granted<Place>, Error> {
    changeable(place, message)?;
    // What was said again under a lower label is what somebody approved.
    if message.notice.is_some() || message.downgraded_from.is_some() {
        return Err(Error::Conflict(codes::MESSAGE_FIXED));
    }
    if message.author_id != reader.actor.person {
        return Err(Error::Forbidden(codes::NOT_AUTHOR));
    }
    is_timely(app, message, app.config.messages.edit_minutes)?;
    let hat = HatName::of_message(message).ok_or(Error::NotFound)?;
    let label = reader.scene.label_of_message(message).ok_or(Error::NotFound)?;
    send(app, reader, place, hat, label).await
}

/// Whether the reader may take the message back: their own for a while, anybody's where they keep the conversation in order. A refusal is
/// recorded.
pub async fn delete(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    message: &Message,
) -> Result<Granted<Place>, Error> {
    changeable(place, message)?;
    if message.notice.is_some() {
        return Err(Error::Conflict(codes::MESSAGE_FIXED));
    }
    let (is_direct, person) = (place.room.conversation.kind == Kind::Direct, reader.actor.person);
    if message.author_id == person {
        let timely = is_timely(app, message, app.config.messages.delete_minutes);
        let keeps = !is_direct && reader.scene.keeps(person, &place.room, Action::ChManage).allow;
        return if keeps { Ok(place.clone()) } else { timely.map(|()| place.clone()) };
    }
    if is_direct {
        return Err(Error::Forbidden(codes::NOT_AUTHOR));
    }
    keeping(app, reader, place, Action::ChManage).await
}

fn changeable(place: &Place, message: &Message) -> Result<(), Error> {
    if place.room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    if is_gone(message) { Err(Error::Conflict(codes::MESSAGE_GONE)) } else { Ok(()) }
}

fn is_timely(app: &App, message: &Message, minutes: u32) -> Result<(), Error> {
    let until = message.created_at + TimeDelta::minutes(minutes.into());
    if app.clock.now() < until { Ok(()) } else { Err(Error::Conflict(codes::CHANGE_TOO_LATE)) }
}
