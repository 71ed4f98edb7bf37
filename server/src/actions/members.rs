//! Who comes into a conversation, and who goes.

use schema::audit::NewEntry;
use schema::conversations::Kind;
use schema::ids::PersonId;
use schema::members::{self, Member, Origin, Role};
use serde_json::json;

use crate::access::{Granted, Place};
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::announce;

/// Adds the granted people, and says how many were not there yet.
pub async fn add(
    app: &App,
    actor: PersonId,
    place: &Granted<Place>,
    people: &Granted<Vec<PersonId>>,
) -> Result<usize, Error> {
    seat(app, actor, place, people).await
}

/// Lets `actor` into the channel that they may join.
pub async fn join(app: &App, actor: PersonId, place: &Granted<Place>) -> Result<usize, Error> {
    seat(app, actor, place, &[actor]).await
}

async fn seat(
    app: &App,
    actor: PersonId,
    place: &Granted<Place>,
    people: &[PersonId],
) -> Result<usize, Error> {
    let room = &place.room;
    if people.is_empty() {
        return Ok(0);
    }
    if room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    // What a group said before somebody came was not said to them; a channel's history is part of the channel.
    let reads_from_seq = if room.conversation.kind == Kind::Group { room.last_seq() + 1 } else { 1 };
    let joined_at = app.clock.now();
    let seats: Vec<Member> = people
        .iter()
        .map(|person_id| Member {
            conversation_id: room.id(),
            person_id: *person_id,
            role: Role::Member,
            origin: Origin::Chosen,
            reads_from_seq,
            joined_at,
        })
        .collect();
    let mut connection = app.pool.get().await?;
    let entry_of = |member: &Member| added(actor, member);
    let label_version = room.conversation.label_version;
    let added = members::add(&mut connection, room.id(), label_version, &seats, entry_of).await?;
    drop(connection);
    let Some(added) = added else {
        app.chat.rooms.forget(room.id());
        return Err(Error::Conflict(codes::LABEL_CHANGED));
    };
    let count = added.len();
    announce::changed_here(app, room.id(), added, Vec::new()).await;
    Ok(count)
}

/// Takes `member` out of the conversation.
pub async fn remove(
    app: &App,
    actor: PersonId,
    place: &Granted<Place>,
    member: PersonId,
) -> Result<(), Error> {
    let id = place.room.id();
    let entry = NewEntry {
        at: app.clock.now(),
        kind: "member.removed",
        actor_id: Some(actor),
        entry: json!({ "conversation_id": id, "person_id": member }),
    };
    let mut connection = app.pool.get().await?;
    let removed = members::remove(&mut connection, id, member, &entry).await?;
    drop(connection);
    if !removed {
        return Err(Error::NotFound);
    }
    announce::changed_here(app, id, Vec::new(), vec![member]).await;
    Ok(())
}

/// The audit entry of somebody who comes in.
pub(super) fn added(actor: PersonId, member: &Member) -> NewEntry {
    NewEntry {
        at: member.joined_at,
        kind: "member.added",
        actor_id: Some(actor),
        entry: json!({
            "conversation_id": member.conversation_id,
            "person_id": member.person_id,
            "role": member.role,
            "reads_from_seq": member.reads_from_seq,
        }),
    }
}
