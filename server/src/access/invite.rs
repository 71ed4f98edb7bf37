//! Who may be brought together: before a conversation is made, and when somebody is added to one.

use std::collections::BTreeSet;

use org_input::HIGHEST;
use policies::facts::{Action, Contact, Membership, RoomKind, Wall};
use policies::gate::Verdict;
use policies::label::{Label, dominates};
use schema::conversations::{ChannelKind, Kind};
use schema::ids::{PersonId, UnitId};

use super::scene::Scene;
use super::{Granted, HatName, Place, Question, denial};
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::rooms::Room;
use crate::views::Reader;

/// How many people one request may bring in.
pub const PEOPLE_MAX: usize = 200;

/// A conversation that may be made.
#[derive(Debug, Clone)]
pub struct Founding {
    /// What sort.
    pub kind: Kind,
    /// The purpose of a channel.
    pub channel_kind: Option<ChannelKind>,
    /// Whose it will be.
    pub agency: UnitId,
    /// The unit it will belong to.
    pub unit: Option<UnitId>,
    /// The highest label it may hold.
    pub label: Label,
    /// Who comes in beside the founder.
    pub people: Vec<PersonId>,
}

/// Whether the reader may start a direct conversation with `target` that holds at most `label`, if it is labelled. A refusal is recorded.
pub async fn direct(
    app: &App,
    reader: &Reader,
    hat: HatName,
    target: PersonId,
    label: Label,
) -> Result<Granted<Founding>, Error> {
    let verdict = start(app, reader, hat, target, label).await?;
    let founding = Founding {
        kind: Kind::Direct,
        channel_kind: None,
        agency: own_agency(reader),
        unit: None,
        label,
        people: vec![target],
    };
    Ok(Granted { thing: founding, verdict })
}

/// Whether the reader may start a conversation with `target` under `label`.
async fn start(
    app: &App,
    reader: &Reader,
    hat: HatName,
    target: PersonId,
    label: Label,
) -> Result<Verdict, Error> {
    let scene = &reader.scene;
    if scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    if !reader.sees(target) {
        return Err(Error::NotFound);
    }
    let asker = scene.asker(reader.actor.person, hat);
    let verdict = scene.toward(Action::DmStart, asker, target, Contact::None, label, HIGHEST);
    if verdict.allow {
        return Ok(verdict);
    }
    let question = Question { hat, action: Action::DmStart, target: Some(target), room: None, label };
    Err(denial::refuse(app, reader, &question, verdict).await)
}

/// Whether the reader may bring `people` together in a group.
pub async fn group(
    app: &App,
    reader: &Reader,
    people: &[PersonId],
    label: Label,
) -> Result<Granted<Founding>, Error> {
    let people = invited(reader, people)?;
    let Some(first) = people.first().copied() else {
        return Err(Error::invalid(codes::MISSING_FIELD, "person_ids"));
    };
    let founding = Founding {
        kind: Kind::Group,
        channel_kind: None,
        agency: own_agency(reader),
        unit: None,
        label,
        people,
    };
    for person in &founding.people {
        start(app, reader, HatName::Own, *person, label).await?;
    }
    bring_together(app, reader, &founding, RoomKind::Group).await?;
    // What let the first in let the founder make the group.
    let scene = &reader.scene;
    let asker = scene.asker(reader.actor.person, HatName::Own);
    let verdict = scene.toward(Action::DmStart, asker, first, Contact::None, label, HIGHEST);
    Ok(Granted { thing: founding, verdict })
}

/// Whether the reader may open a channel, and bring `people` into it.
pub async fn channel(
    app: &App,
    reader: &Reader,
    channel_kind: ChannelKind,
    unit: Option<UnitId>,
    people: &[PersonId],
    label: Label,
) -> Result<Granted<Founding>, Error> {
    let kind = match channel_kind {
        ChannelKind::Unit => return Err(Error::invalid(codes::UNIT_CHANNELS_BY_TREE, "channel_kind")),
        ChannelKind::Project => RoomKind::Project,
        ChannelKind::Announcement => RoomKind::Announcement,
        ChannelKind::Shared => RoomKind::Shared,
        ChannelKind::Crisis => RoomKind::Crisis,
    };
    let scene = &reader.scene;
    if scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    let org = &scene.mirror.org;
    let unit_place = unit
        .map(|unit| org.unit(unit.0).ok_or(Error::invalid(codes::UNKNOWN_UNIT, "unit_id")))
        .transpose()?;
    let agency = org.agency_of(reader.person);
    // A channel stands in its founder's own agency; a shared one invites others into it.
    if unit_place.is_some_and(|unit| org.unit_path(unit).first() != Some(&agency)) {
        return Err(Error::invalid(codes::UNKNOWN_UNIT, "unit_id"));
    }
    let room = policies::facts::Room { kind, agency, unit: unit_place, label, parted: false };
    let asker = scene.asker(reader.actor.person, HatName::Own);
    let verdict = scene.in_future_room(Action::ChCreate, asker, &room, Membership::None, None);
    if !verdict.allow {
        let question =
            Question { hat: HatName::Own, action: Action::ChCreate, target: None, room: None, label };
        return Err(denial::refuse(app, reader, &question, verdict).await);
    }
    let people = invited(reader, people)?;
    let agency = own_agency(reader);
    let founding =
        Founding { kind: Kind::Channel, channel_kind: Some(channel_kind), agency, unit, label, people };
    bring_together(app, reader, &founding, kind).await?;
    Ok(Granted { thing: founding, verdict })
}

/// Everybody in the new conversation may be there with everybody else.
async fn bring_together(
    app: &App,
    reader: &Reader,
    founding: &Founding,
    kind: RoomKind,
) -> Result<(), Error> {
    let org = &reader.scene.mirror.org;
    let agency = org.unit(founding.agency.0).ok_or(Error::Unavailable(codes::ORG_STALE))?;
    let unit = founding.unit.and_then(|unit| org.unit(unit.0));
    // That no two of them are parted is seen to below, pair by pair.
    let room = policies::facts::Room { kind, agency, unit, label: founding.label, parted: false };
    let asker = reader.scene.asker(reader.actor.person, HatName::Own);
    for person in &founding.people {
        let verdict =
            reader.scene.in_future_room(Action::ChMemberAdd, asker, &room, Membership::Owner, Some(*person));
        accept(app, reader, *person, verdict, None, founding.label).await?;
    }
    apart(app, reader, &founding.people, &[reader.actor.person], None, founding.label).await
}

/// Whether the reader may add `people` to the conversation. Those who are in it already are left out.
pub async fn addition(
    app: &App,
    reader: &Reader,
    place: &Granted<Place>,
    people: &[PersonId],
) -> Result<Granted<Vec<PersonId>>, Error> {
    let room = &place.room;
    if room.conversation.kind == Kind::Direct {
        return Err(Error::Conflict(codes::DIRECT_STAYS_TWO));
    }
    if room.conversation.archived_at.is_some() {
        return Err(Error::Conflict(codes::CONVERSATION_ARCHIVED));
    }
    if room.conversation.channel_kind == Some(ChannelKind::Unit) {
        return Err(Error::Conflict(codes::KEPT_BY_TREE));
    }
    let mut people = invited(reader, people)?;
    let scene = &reader.scene;
    let label = scene.label_of(room).ok_or(Error::NotFound)?;
    let asker = scene.asker(reader.actor.person, HatName::Own);
    for person in &people {
        // A group is no way round the rules of direct contact, when it is made or later.
        if room.conversation.kind == Kind::Group && !room.seats.contains_key(person) {
            start(app, reader, HatName::Own, *person, label).await?;
        }
        let verdict = scene.inside(Action::ChMemberAdd, asker, room, Some(label), Some(*person));
        accept(app, reader, *person, verdict, Some(place), label).await?;
    }
    people.retain(|person| !room.seats.contains_key(person));
    let present: Vec<PersonId> = room.seats.keys().copied().collect();
    apart(app, reader, &people, &present, Some(place), label).await?;
    Ok(Granted { thing: people, verdict: place.verdict() })
}

/// The people of a request, once each and without the reader; all of them known to the reader.
fn invited(reader: &Reader, people: &[PersonId]) -> Result<Vec<PersonId>, Error> {
    let distinct: BTreeSet<PersonId> =
        people.iter().copied().filter(|person| *person != reader.actor.person).collect();
    if distinct.len() > PEOPLE_MAX {
        return Err(Error::invalid(codes::TOO_LONG, "person_ids"));
    }
    if distinct.iter().all(|person| reader.sees(*person)) {
        Ok(distinct.into_iter().collect())
    } else {
        Err(Error::NotFound)
    }
}

/// `verdict` on bringing `person` in, who must also be cleared for the conversation.
async fn accept(
    app: &App,
    reader: &Reader,
    person: PersonId,
    verdict: Verdict,
    place: Option<&Granted<Place>>,
    label: Label,
) -> Result<(), Error> {
    if !verdict.allow {
        let room = place.map(|place| &*place.room);
        let question =
            Question { hat: HatName::Own, action: Action::ChMemberAdd, target: Some(person), room, label };
        return Err(denial::refuse(app, reader, &question, verdict).await);
    }
    // Whose clearance is missing is not said: that would tell clearances.
    if dominates(reader.scene.clearance(person), label) {
        Ok(())
    } else {
        Err(Error::Forbidden(codes::NOT_CLEARED))
    }
}

/// No closed wall may stand between any two who come together.
async fn apart(
    app: &App,
    reader: &Reader,
    coming: &[PersonId],
    present: &[PersonId],
    place: Option<&Granted<Place>>,
    label: Label,
) -> Result<(), Error> {
    for (at, person) in coming.iter().enumerate() {
        let others = present.iter().chain(coming.iter().skip(at + 1));
        for other in others {
            if let Some(verdict) = walled_off(&reader.scene, *person, *other) {
                accept(app, reader, *person, verdict, place, label).await?;
            }
        }
    }
    Ok(())
}

/// What the gate says of a closed wall between the two, if there is one.
fn walled_off(scene: &Scene, one: PersonId, other: PersonId) -> Option<Verdict> {
    let asker = scene.asker(one, HatName::Own);
    let facts = scene.facts_toward(Action::DmStart, asker, other, Contact::None, Label::default(), HIGHEST);
    let is_closed = facts.is_ok_and(|facts| facts.wall == Wall::Closed);
    is_closed.then(|| scene.toward(Action::DmStart, asker, other, Contact::None, Label::default(), HIGHEST))
}

/// Whether a closed wall stands between `person` and anybody in the conversation.
pub fn is_parted(scene: &Scene, person: PersonId, room: &Room) -> bool {
    room.seats.keys().any(|other| *other != person && walled_off(scene, person, *other).is_some())
}

fn own_agency(reader: &Reader) -> UnitId {
    let org = &reader.scene.mirror.org;
    UnitId(org.unit_id(org.agency_of(reader.person)))
}
