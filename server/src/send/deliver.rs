//! Hands a committed message to the sockets of this node: in order, without gaps, decided again for every reader. It
//! asks no table, unless another node's messages were missed.

use std::sync::Arc;

use schema::ids::{ConversationId, PersonId};
use schema::messages::{self, Message};
use tokio::sync::mpsc;

use crate::access::{Place, Scene};
use crate::app::App;
use crate::error::describe;
use crate::realtime::bus::Note;
use crate::realtime::event::Event;
use crate::realtime::hub::Frame;
use crate::realtime::rooms::{Room, Slot};
use crate::views::messages::MessageView;

/// How many missed messages are fetched; clients fetch more by themselves.
const MISSED_MAX: i64 = 200;

/// A message that this node has committed.
pub struct ToDeliver {
    /// The message.
    pub message: Arc<Message>,
    /// The version of the conversation's label that it was stored under.
    pub label_version: i64,
}

/// Tells everybody of a message that this node has committed.
pub async fn stored_here(app: &App, place: &Place, message: Message) {
    let label_version = place.room.conversation.label_version;
    let stored = ToDeliver { message: Arc::new(message), label_version };
    note(app, &stored);
    hand_over(app, &stored).await;
}

/// Notes what was committed, here and on the other nodes: before its author hears that it is stored.
pub fn note(app: &App, stored: &ToDeliver) {
    let message = &stored.message;
    app.chat.rooms.wrote(message.conversation_id, message.author_id, message.seq);
    if !app.bus.is_alone() {
        let label_version = stored.label_version;
        app.bus.tell(Note::MessageStored { message: Box::new(Message::clone(message)), label_version });
    }
}

/// Delivers what one writer stores, until it ends.
pub async fn follow(app: App, mut stored: mpsc::Receiver<Vec<ToDeliver>>) {
    while let Some(batch) = stored.recv().await {
        for one in &batch {
            hand_over(&app, one).await;
        }
    }
}

async fn hand_over(app: &App, stored: &ToDeliver) {
    let message = &stored.message;
    // Whoever was taken out while the message was stored does not get it.
    match room_since(app, message.conversation_id, stored.label_version).await {
        Ok(Some((slot, room))) => in_order(app, &slot, &room, message).await,
        Ok(None) => {}
        // It is stored: the next message, or the next resumption, brings it.
        Err(error) => tracing::warn!(error = %describe::chain(&error), "a message was not delivered at once"),
    }
}

/// The conversation, no older than `label_version`. A message may overtake the news that the label was raised, and must not
/// reach whoever was taken out for it.
pub async fn room_since(
    app: &App,
    id: ConversationId,
    label_version: i64,
) -> Result<Option<(Arc<Slot>, Arc<Room>)>, schema::Error> {
    let rooms = &app.chat.rooms;
    let found = rooms.find(id, !app.bus.is_whole()).await?;
    if found.as_ref().is_none_or(|(_, room)| room.conversation.label_version >= label_version) {
        return Ok(found);
    }
    rooms.forget(id);
    rooms.find(id, true).await
}

/// Delivers a message that any node has committed, after those before it.
pub async fn in_order(app: &App, slot: &Slot, room: &Room, message: &Message) {
    let scene = Scene::now(app);
    if scene.is_stale() {
        // Nothing is decided now; the first message after that brings what was missed.
        return;
    }
    let mut delivered = slot.delivered.lock().await;
    // Nothing was delivered from here yet: what came after the conversation was read is owed all the same.
    let last = delivered.unwrap_or_else(|| room.conversation.last_seq.min(message.seq - 1));
    if message.seq <= last {
        return;
    }
    if message.seq > last + 1 {
        missed(app, room, last, message.seq).await;
    }
    hand_out(app, &scene, room, message);
    *delivered = Some(message.seq);
}

/// Brings whoever listens here everything up to `seq`, as far as nothing of it was delivered yet.
pub async fn up_to(app: &App, id: ConversationId, seq: i64) -> Result<(), schema::Error> {
    if app.chat.rooms.delivered(id).await.is_some_and(|last| last >= seq) {
        return Ok(());
    }
    // Read after the messages were seen, so that the label is not older than theirs.
    let Some((slot, room)) = app.chat.rooms.find(id, true).await? else { return Ok(()) };
    if Scene::now(app).is_stale() {
        return Ok(());
    }
    let mut delivered = slot.delivered.lock().await;
    match *delivered {
        Some(last) if last >= seq => return Ok(()),
        Some(last) => missed(app, &room, last, seq + 1).await,
        // Whoever listens may have all of it, or nothing.
        None => resync(app, &room),
    }
    *delivered = Some(seq);
    Ok(())
}

/// Delivers what lies between `last` and `next`, or has the readers fetch it.
async fn missed(app: &App, room: &Room, last: i64, next: i64) {
    let between = next - last - 1;
    let fetched = async {
        let mut connection = app.pool.get().await?;
        messages::after(&mut connection, room.id(), last, between.min(MISSED_MAX)).await
    };
    match fetched.await {
        Ok(found) if between <= MISSED_MAX => {
            let scene = Scene::now(app);
            for message in &found {
                hand_out(app, &scene, room, message);
            }
        }
        Ok(_) => resync(app, room),
        Err(error) => {
            tracing::warn!(%error, "missed messages could not be fetched");
            resync(app, room);
        }
    }
}

/// Has every reader on this node fetch the conversation.
pub fn resync(app: &App, room: &Room) {
    let frame = Event::resync(room.id());
    for person in listeners(app, room) {
        app.hub.send(person, &frame);
    }
}

/// Tells everybody of a message that this node has changed, here and on the other nodes.
pub fn changed_here(app: &App, place: &Place, message: &Message) {
    if !app.bus.is_alone() {
        let label_version = place.room.conversation.label_version;
        app.bus.tell(Note::MessageChanged { message: Box::new(message.clone()), label_version });
    }
    tell_changed(app, &place.room, message);
}

/// Tells those who listen here of a message that any node has changed.
pub async fn changed(app: &App, message: &Message, label_version: i64) -> Result<(), schema::Error> {
    if let Some((_, room)) = room_since(app, message.conversation_id, label_version).await? {
        tell_changed(app, &room, message);
    }
    Ok(())
}

fn tell_changed(app: &App, room: &Room, message: &Message) {
    let scene = Scene::now(app);
    // Nothing is decided on what may be out of date: whoever asks next is shown the message as it is.
    if !scene.is_stale() {
        tell(app, &scene, room, message, Event::message_changed);
    }
}

fn hand_out(app: &App, scene: &Scene, room: &Room, message: &Message) {
    tell(app, scene, room, message, |view| Event::MessageCreated(Box::new(view)));
}

/// Tells whoever may read the message what happened to it.
fn tell(app: &App, scene: &Scene, room: &Room, message: &Message, what: impl Fn(MessageView) -> Event) {
    let label = scene.label_of_message(message);
    let mut encoded: Option<Frame> = None;
    for person in listeners(app, room) {
        if message.seq < room.reads_from(person) || !scene.reads(person, room, label, message.author_id) {
            continue;
        }
        let frame =
            encoded.get_or_insert_with(|| what(MessageView::of(scene, message)).frame(Some(room.id())));
        app.hub.send(person, frame);
    }
}

/// The members with an open socket on this node.
pub fn listeners<'a>(app: &'a App, room: &'a Room) -> impl Iterator<Item = PersonId> + 'a {
    room.seats.keys().copied().filter(|person| app.hub.hears(*person))
}
