//! The doors to labels: which may be used at a place, who may raise one, who may ask for a lower one, and who decides.
//!
//! A catalogue of a direct conversation tells what its partner is cleared for, as far as the reader is cleared for it
//! too. It is made of nothing but the verdicts that a send or `POST /decisions` gives one at a time, never says whether it
//! is the partner or the conversation that does not let a label through, and counts as a question. See docs/labels.md.

use org_input::HIGHEST;
use policies::facts::{Action, Contact};
use policies::gate::Verdict;
use policies::label::{Catalogue, Label};
use schema::ids::{ConversationId, LabelRequestId, MessageId, PersonId};
use schema::label_requests::{self, LabelRequest};
use schema::messages::{self, Message};

use super::messages::is_gone;
use super::scene::Change;
use super::{Granted, HatName, Place, Question, Scene, conversation, denial, find, may_read, person, send};
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::rooms::Room;
use crate::views::Reader;

/// The labels that the reader may give a message in the conversation now, in `hat`.
pub fn of_room(reader: &Reader, room: &Room, hat: HatName) -> Catalogue {
    let scene = &reader.scene;
    let asker = scene.asker(reader.actor.person, hat);
    let own = scene.label_of(room).unwrap_or_default();
    let is_open = room.conversation.archived_at.is_none();
    let legal = |label| is_open && scene.send(asker, room, label).allow;
    scene.policy.labels().catalogue(own, legal)
}

/// The labels that the reader may give the first message to somebody with whom there is no conversation yet.
pub async fn of_person(app: &App, reader: &Reader, id: PersonId, hat: HatName) -> Result<Catalogue, Error> {
    if reader.scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    person(app, reader, id).await?;
    let scene = &reader.scene;
    let asker = scene.asker(reader.actor.person, hat);
    let asks = |action, label| scene.toward(action, asker, id, Contact::None, label, HIGHEST).allow;
    let starts = id != reader.actor.person && asks(Action::DmStart, Label::default());
    Ok(scene.policy.labels().catalogue(Label::default(), |label| starts && asks(Action::DmSend, label)))
}

/// A conversation whose label is to be raised.
#[derive(Debug, Clone)]
pub struct Raise {
    /// The conversation.
    pub place: Place,
    /// Its label until then.
    pub from: Label,
    /// Its label from then on.
    pub to: Label,
}

/// Whether the reader may give the conversation the higher label `to`. A refusal is recorded.
pub async fn raise(
    app: &App,
    reader: &Reader,
    id: ConversationId,
    to: Label,
) -> Result<Granted<Raise>, Error> {
    let place = conversation(app, reader, id).await?;
    let (scene, room) = (&reader.scene, &place.room);
    let change = Change { label: Some(to), ..Change::default() };
    let verdict = scene.relabels(Action::LabelRaise, reader.actor.person, room, &change);
    if !verdict.allow {
        return Err(
            denial::refuse(app, reader, &Question::inside(Action::LabelRaise, room, to), verdict).await
        );
    }
    if room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    let from = scene.label_of(room).ok_or(Error::NotFound)?;
    if !to.is_above(from) {
        return Err(Error::invalid(codes::LABEL_NOT_HIGHER, "label"));
    }
    Ok(Granted { thing: Raise { place: (*place).clone(), from, to }, verdict })
}

/// Whose access a label would end: those who look into the conversation and would not any more.
pub fn shut_out(scene: &Scene, room: &Room, to: Label) -> Vec<PersonId> {
    let after = relabelled(scene, room, to);
    let loses = |person: &PersonId| scene.sees(*person, room).allow && !scene.sees(*person, &after).allow;
    room.seats.keys().copied().filter(loses).collect()
}

/// The conversation as it would be under another label.
pub fn relabelled(scene: &Scene, room: &Room, to: Label) -> Room {
    let columns = scene.columns(to);
    let mut row = room.conversation.clone();
    (row.label_policy, row.label_level, row.label_categories) =
        (columns.policy, columns.level, columns.categories);
    Room::new(row, room.seats.values().copied().collect(), &[])
}

/// What somebody wants to have a lower label.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The conversation that it is about, or in which the message is.
    pub place: Place,
    /// The message that is to be said again; none: the conversation's own label.
    pub message: Option<Message>,
    /// Where it is to be said again.
    pub target: Option<Place>,
    /// The label that it has.
    pub from: Label,
    /// The label that it is to have.
    pub to: Label,
}

/// Whether the reader may ask that the conversation, or the message in it, gets the lower label `to`; a message is said
/// again in `target`. A refusal is recorded.
pub async fn ask(
    app: &App,
    reader: &Reader,
    id: ConversationId,
    message: Option<MessageId>,
    target: Option<ConversationId>,
    to: Label,
) -> Result<Granted<Wish>, Error> {
    let place = conversation(app, reader, id).await?;
    let message = match message {
        Some(message) => Some(readable(app, reader, &place, message).await?),
        None => None,
    };
    let scene = &reader.scene;
    let from = match &message {
        Some(message) => scene.label_of_message(message),
        None => scene.label_of(&place.room),
    };
    let from = from.ok_or(Error::NotFound)?;
    let change = Change { label: Some(from), ..Change::default() };
    let verdict = scene.relabels(Action::LabelAsk, reader.actor.person, &place.room, &change);
    if !verdict.allow {
        let question = Question::inside(Action::LabelAsk, &place.room, from);
        return Err(denial::refuse(app, reader, &question, verdict).await);
    }
    if !from.is_above(to) {
        return Err(Error::invalid(codes::LABEL_NOT_LOWER, "label"));
    }
    let target = match (&message, target) {
        (None, Some(_)) => return Err(Error::invalid(codes::INVALID_VALUE, "target_id")),
        (None, None) => None,
        (Some(_), target) => {
            let target = conversation(app, reader, target.unwrap_or(id)).await?;
            send(app, reader, &target, HatName::Own, to).await?;
            Some((*target).clone())
        }
    };
    if target.as_ref().unwrap_or(&place).room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    Ok(Granted { thing: Wish { place: (*place).clone(), message, target, from, to }, verdict })
}

/// A message that the reader may read here, and that somebody said.
async fn readable(app: &App, reader: &Reader, place: &Place, id: MessageId) -> Result<Message, Error> {
    let found = super::messages::find(app, reader, place, id).await?;
    found
        .filter(|message| message.notice.is_none() && !is_gone(message))
        .ok_or_else(|| Error::invalid(codes::UNKNOWN_MESSAGE, "message_id"))
}

/// The wish as it was kept, with what it is about as it is now.
pub async fn wish(app: &App, scene: &Scene, request: &LabelRequest) -> Result<Wish, Error> {
    let place = find(app, request.conversation_id).await?;
    let target = match request.target_id {
        Some(target) => Some(find(app, target).await?),
        None => None,
    };
    let message = match request.message_seq {
        Some(seq) => {
            let mut connection = app.pool.get().await?;
            let found = messages::find_by_seq(&mut connection, request.conversation_id, seq).await?;
            // A wish about a message is never one about the whole conversation, and what was erased is not said again.
            Some(found.filter(|message| !is_gone(message)).ok_or(Error::NotFound)?)
        }
        None => None,
    };
    let policy = Some(request.label_policy.as_str());
    let from = scene.label(policy, request.from_level, &request.from_categories);
    let to = scene.label(policy.filter(|_| request.to_level > 0), request.to_level, &request.to_categories);
    let (from, to) = from.zip(to).ok_or(Error::NotFound)?;
    Ok(Wish { place, message, target, from, to })
}

/// What the gate says to `person` deciding on the wish. Whoever is not cleared for what it is about is refused.
pub fn decides(scene: &Scene, person: PersonId, request: &LabelRequest, wish: &Wish) -> Verdict {
    let room = &wish.place.room;
    let mut concerned = vec![request.requested_by];
    concerned.extend(wish.message.as_ref().map(|message| message.author_id));
    concerned.extend(room.conversation.direct_low.into_iter().chain(room.conversation.direct_high));
    let change =
        Change { label: Some(wish.from), requester: Some(request.requested_by), concerned: &concerned };
    scene.relabels(Action::LabelLower, person, room, &change)
}

/// Whether the reader may still read what they asked about.
pub fn reads_own(scene: &Scene, person: PersonId, wish: &Wish) -> bool {
    let room = &wish.place.room;
    match &wish.message {
        Some(message) => scene.sees(person, room).allow && may_read(scene, person, room, message),
        None => scene.sees(person, room).allow,
    }
}

/// The wish `id`, if the reader may decide on it. To whoever did not make it and may not decide on it there is none;
/// a refusal of who made it is recorded.
pub async fn decision(
    app: &App,
    reader: &Reader,
    id: LabelRequestId,
) -> Result<Granted<(LabelRequest, Wish)>, Error> {
    let scene = &reader.scene;
    if scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    let request = label_requests::find(&mut *app.pool.get().await?, id).await?;
    let wish = wish(app, scene, &request).await?;
    let verdict = decides(scene, reader.actor.person, &request, &wish);
    if verdict.allow {
        return Ok(Granted { thing: (request, wish), verdict });
    }
    if request.requested_by != reader.actor.person {
        return Err(Error::NotFound);
    }
    let room = &*wish.place.room;
    let question = Question {
        hat: HatName::Own,
        action: Action::LabelLower,
        target: Some(request.requested_by),
        room: Some(room),
        label: wish.from,
    };
    Err(denial::refuse(app, reader, &question, verdict).await)
}

/// Whether whoever asked may still ask, and may themselves say it there under the lower label now.
pub fn still_asks(scene: &Scene, requester: PersonId, wish: &Wish) -> bool {
    let change = Change { label: Some(wish.from), ..Change::default() };
    let asks = scene.relabels(Action::LabelAsk, requester, &wish.place.room, &change).allow;
    let says = wish.target.as_ref().is_none_or(|target| {
        scene.sees(requester, &target.room).allow
            && scene.send(scene.asker(requester, HatName::Own), &target.room, wish.to).allow
    });
    asks && says && reads_own(scene, requester, wish)
}
