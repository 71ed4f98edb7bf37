//! The only door to a conversation and what is in it. It gathers the facts, asks the policy, and hands back
//! [`Granted`]; actions ask for one. What may not be known of is not found; what may be seen but not done is denied,
//! with the rule, and the denial is on record.

pub mod audit;
pub mod cases;
pub mod denial;
pub mod directory;
pub mod exceptions;
pub mod files;
pub mod hat;
pub mod invite;
pub mod labels;
pub mod messages;
pub mod past;
pub mod personnel;
pub mod policy;
mod recheck;
pub mod scene;

use std::ops::Deref;
use std::sync::Arc;

use policies::facts::Action;
use policies::gate::Verdict;
use policies::label::Label;
use policies::org::PersonIx;
use schema::conversations::{ChannelKind, Kind, find_direct};
use schema::ids::{ConversationId, PersonId};
use schema::members::{Origin, Role};
use schema::messages::Message;

pub use denial::Question;
pub use hat::HatName;
pub use scene::{Ground, Scene};

use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::rooms::{Room, Slot};
use crate::views::Reader;

/// Something that the gate let through. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Granted<T> {
    thing: T,
    verdict: Verdict,
}

impl<T> Granted<T> {
    /// What let it through.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

impl<T> Deref for Granted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.thing
    }
}

/// A conversation in memory: its place, and the version of it that was decided on.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where it is kept.
    pub slot: Arc<Slot>,
    /// What it was.
    pub room: Arc<Room>,
}

async fn find(app: &App, id: ConversationId) -> Result<Place, Error> {
    let found = app.chat.rooms.find(id, !app.bus.is_whole()).await?;
    found.map(|(slot, room)| Place { slot, room }).ok_or(Error::NotFound)
}

/// The conversation `id`, if the reader may know of it.
pub async fn conversation(app: &App, reader: &Reader, id: ConversationId) -> Result<Granted<Place>, Error> {
    if reader.scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    let place = find(app, id).await?;
    let verdict = reader.scene.sees(reader.actor.person, &place.room);
    if verdict.allow { Ok(Granted { thing: place, verdict }) } else { Err(Error::NotFound) }
}

/// Somebody whom the reader may know of: by their place in the tree, or because they have written to the reader.
pub async fn person(app: &App, reader: &Reader, id: PersonId) -> Result<PersonIx, Error> {
    let person = reader.scene.place(id).ok_or(Error::NotFound)?;
    if reader.sees(id) {
        return Ok(person);
    }
    let found = find_direct(&mut *app.pool.get().await?, reader.actor.person, id).await?;
    let place = conversation(app, reader, found.ok_or(Error::NotFound)?).await?;
    let contact = place.room.contact_of(reader.actor.person);
    if reader.verdict(Action::PersonSee, id, contact).allow { Ok(person) } else { Err(Error::NotFound) }
}

/// Whether the reader may send a message with `label` here, in `hat`. A refusal is recorded.
pub async fn send(
    app: &App,
    reader: &Reader,
    place: &Place,
    hat: HatName,
    label: Label,
) -> Result<Granted<Place>, Error> {
    say(app, reader, place, sending(&place.room), hat, label).await
}

/// Whether the reader may do `action` here, which is to send something.
async fn say(
    app: &App,
    reader: &Reader,
    place: &Place,
    action: Action,
    hat: HatName,
    label: Label,
) -> Result<Granted<Place>, Error> {
    let (scene, person) = (&reader.scene, reader.actor.person);
    let verdict = scene.says(action, scene.asker(person, hat), &place.room, label);
    if verdict.allow {
        return Ok(Granted { thing: place.clone(), verdict });
    }
    let target = place.room.partner_of(person);
    let question = Question { hat, action, target, room: Some(&place.room), label };
    let verdict = denial::reason(scene, person, &question, verdict);
    Err(denial::refuse(app, reader, &question, verdict).await)
}

/// The action that sending is in this room.
pub fn sending(room: &Room) -> Action {
    if room.conversation.kind == Kind::Direct { Action::DmSend } else { Action::ChPost }
}

/// Those of `messages` that `person` may read here.
pub fn readable(scene: &Scene, person: PersonId, room: &Room, mut messages: Vec<Message>) -> Vec<Message> {
    messages.retain(|message| may_read(scene, person, room, message));
    messages
}

/// Whether `person` may read `message`.
pub fn may_read(scene: &Scene, person: PersonId, room: &Room, message: &Message) -> bool {
    message.seq >= room.reads_from(person)
        && scene.reads(person, room, scene.label_of_message(message), message.author_id)
}

/// Whether the reader may join the channel. A refusal is recorded.
pub async fn join(app: &App, reader: &Reader, id: ConversationId) -> Result<Granted<Place>, Error> {
    let place = find(app, id).await?;
    let (scene, person) = (&reader.scene, reader.actor.person);
    let is_known = scene.sees(person, &place.room).allow;
    if place.room.conversation.channel_kind.is_none() {
        // A group is entered by invitation alone, and to anybody else there is no such group.
        return Err(if is_known { Error::Conflict(codes::BY_INVITATION) } else { Error::NotFound });
    }
    // Whoever joined would meet somebody beyond a closed wall. To say so would tell who is in there.
    if !place.room.seats.contains_key(&person) && invite::is_parted(scene, person, &place.room) {
        return Err(if is_known { Error::Conflict(codes::BY_INVITATION) } else { Error::NotFound });
    }
    let asker = scene.asker(person, HatName::Own);
    let verdict = scene.inside(Action::ChJoin, asker, &place.room, scene.label_of(&place.room), None);
    if verdict.allow {
        if place.room.conversation.channel_kind == Some(ChannelKind::Unit) {
            return Err(Error::Conflict(codes::KEPT_BY_TREE));
        }
        return Ok(Granted { thing: place, verdict });
    }
    if !is_known {
        return Err(Error::NotFound);
    }
    let label = scene.label_of(&place.room).unwrap_or_default();
    let question =
        Question { hat: HatName::Own, action: Action::ChJoin, target: None, room: Some(&place.room), label };
    Err(denial::refuse(app, reader, &question, verdict).await)
}

/// Whether `person` could join the channel: for lists, where nothing is recorded.
pub fn could_join(scene: &Scene, person: PersonId, room: &Room) -> bool {
    let asker = scene.asker(person, HatName::Own);
    room.conversation.channel_kind.is_some_and(|kind| kind != ChannelKind::Unit)
        && room.conversation.archived_at.is_none()
        && !room.seats.contains_key(&person)
        && scene.inside(Action::ChJoin, asker, room, scene.label_of(room), None).allow
        && !invite::is_parted(scene, person, room)
}

/// The conversation `id`, if the reader may look into it or could join it.
pub async fn open_or_known(app: &App, reader: &Reader, id: ConversationId) -> Result<Granted<Place>, Error> {
    let place = find(app, id).await?;
    let verdict = reader.scene.sees(reader.actor.person, &place.room);
    let is_known = verdict.allow || could_join(&reader.scene, reader.actor.person, &place.room);
    if is_known { Ok(Granted { thing: place, verdict }) } else { Err(Error::NotFound) }
}

/// The channel `id` for a list of channels: only if `person` may look into it or join it.
pub async fn channel_for_list(
    app: &App,
    scene: &Scene,
    person: PersonId,
    id: ConversationId,
) -> Result<Option<Arc<Room>>, Error> {
    let room = match find(app, id).await {
        Ok(place) => place.room,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let shown = could_join(scene, person, &room) || scene.sees(person, &room).allow;
    Ok(shown.then_some(room))
}

/// Whether the reader may give the conversation another name. A refusal is recorded.
pub async fn rename(app: &App, reader: &Reader, place: &Granted<Place>) -> Result<Granted<Place>, Error> {
    let row = &place.room.conversation;
    if row.kind == Kind::Direct || row.channel_kind == Some(ChannelKind::Unit) {
        return Err(Error::Conflict(codes::NAME_NOT_YOURS));
    }
    keeping(app, reader, place, Action::ChManage).await
}

/// Whether the reader may take `member` out: themselves always, others by the policy and if these do not stand as high there;
/// nobody whom the tree put there. A refusal is recorded.
pub async fn removal(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    member: PersonId,
) -> Result<Granted<Place>, Error> {
    let (room, person) = (&place.room, reader.actor.person);
    if room.conversation.kind == Kind::Direct {
        return Err(Error::Conflict(codes::DIRECT_STAYS_TWO));
    }
    let seat = room.seats.get(&member).ok_or(Error::NotFound)?;
    if member != person {
        keeping(app, reader, place, Action::ChMemberRemove).await?;
        let rank = |role: Role| match role {
            Role::Member => 0,
            Role::Moderator => 1,
            Role::Owner => 2,
        };
        if room.seats.get(&person).is_some_and(|own| rank(own.role) <= rank(seat.role)) {
            return Err(Error::Forbidden(codes::NOT_MODERATOR));
        }
    }
    if seat.origin == Origin::Tree {
        return Err(Error::Conflict(codes::KEPT_BY_TREE));
    }
    Ok(place.clone())
}

/// Whether the reader may do `action`, which keeps the conversation in order.
async fn keeping(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    action: Action,
) -> Result<Granted<Place>, Error> {
    let verdict = reader.scene.keeps(reader.actor.person, &place.room, action);
    if verdict.allow {
        return Ok(place.clone());
    }
    let label = reader.scene.label_of(&place.room).unwrap_or_default();
    let question = Question { hat: HatName::Own, action, target: None, room: Some(&place.room), label };
    Err(denial::refuse(app, reader, &question, verdict).await)
}
