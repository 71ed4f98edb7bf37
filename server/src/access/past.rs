//! Who could read and write at a moment: the same questions to the same gate, in the scene of that moment. Only a
//! compliance officer may ask them.

pub mod decision;
pub mod difference;
pub mod scenes;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use policies::gate::Verdict;
use schema::conversations::Kind;
use schema::ids::PersonId;
use schema::past::{self, Subject, When};
use uuid::Uuid;

use self::scenes::{Conditions, Ground};
use super::Scene;
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::rooms::Room;
use crate::views::Reader;

/// The duty that lets somebody look back.
const ROLE: &str = "compliance";

/// Somebody who may look back. Only this module makes one.
#[derive(Debug, Clone, Copy)]
pub struct Officer {
    person: PersonId,
}

impl Officer {
    /// Who it is.
    pub fn person(&self) -> PersonId {
        self.person
    }
}

/// The reader as compliance officer, if the directory says that they are one.
pub fn officer(reader: &Reader) -> Result<Officer, Error> {
    let (scene, person) = (&reader.scene, reader.actor.person);
    if !scene.mirror.record(reader.person).is_some_and(|record| record.has_role(ROLE)) {
        return Err(Error::Forbidden(codes::ROLE_REQUIRED));
    }
    // The mirror may have missed that the duty was taken away.
    if scene.is_stale() { Err(Error::Unavailable(codes::ORG_STALE)) } else { Ok(Officer { person }) }
}

/// How things stood at a moment, as far as a question needs them.
pub struct Then {
    /// What the question is about.
    pub subject: Subject,
    /// The moment, and what was known.
    pub when: When,
    /// Mirror and policy of that moment.
    pub scene: Scene,
    /// The version of the mirror, where it is known.
    pub org_version: Option<i64>,
    /// What of the configuration decided.
    pub conditions: Conditions,
    ground: Arc<Ground>,
    rooms: Vec<Room>,
}

/// Which moment is asked about; now, where nothing is said.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// The moment.
    pub at: Option<DateTime<Utc>>,
    /// What was known when; that moment itself, where nothing is said.
    pub known_at: Option<DateTime<Utc>>,
}

impl Asked {
    /// The same, for the page after one that was `begun`: all pages are of one moment, and another one may not be named.
    pub fn going_on(self, begun: Option<When>) -> Result<Self, Error> {
        let Some(begun) = begun else { return Ok(self) };
        let differs = |named: Option<DateTime<Utc>>, begun| named.is_some_and(|named| named != begun);
        if differs(self.at, begun.at) || differs(self.known_at, begun.known_at) {
            return Err(Error::invalid(codes::INVALID_CURSOR, "cursor"));
        }
        Ok(Self { at: Some(begun.at), known_at: Some(begun.known_at) })
    }
}

/// What one person could do in one conversation.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The place in the order of the list.
    pub key: Key,
    /// Who.
    pub person: PersonId,
    /// Where: a place among the rooms of [`Then`].
    room: usize,
    /// Whether they could look into it.
    pub read: Verdict,
    /// Whether they could write there, if nobody had put it into the archive.
    pub write: Verdict,
}

/// By name where people are listed, then by id.
pub type Key = (String, Uuid);

/// How things stood then, or stand now. Who or what was not there then is not found.
pub async fn then(app: &App, _: &Officer, subject: Subject, asked: Asked) -> Result<Then, Error> {
    let latest = past::latest(&mut *app.pool.get().await?, app.clock.now()).await?;
    for (named, field) in [(asked.at, "at"), (asked.known_at, "known_at")] {
        if named.is_some_and(|named| named > latest) {
            return Err(Error::invalid(codes::INVALID_VALUE, field));
        }
    }
    let at = asked.at.unwrap_or(latest);
    let when = When { at, known_at: asked.known_at.unwrap_or(at) };
    let is_now = asked.at.is_none() && asked.known_at.is_none();
    let (ground, conversations) = scenes::find(app, subject, when, is_now).await?;
    let scene = ground.scene();
    let people = match subject {
        Subject::Organisation | Subject::Conversation(_) => [None, None],
        Subject::Person(person) => [Some(person), None],
        Subject::Pair(one, other) => [Some(one), Some(other)],
    };
    if people.into_iter().flatten().any(|person| scene.mirror.person(person).is_none()) {
        return Err(Error::NotFound);
    }
    let rooms = conversations.into_iter().map(|past| Room::new(past.conversation, past.seats, &past.wrote));
    Ok(Then {
        subject,
        when,
        scene,
        org_version: ground.org_version,
        conditions: ground.conditions,
        ground,
        rooms: rooms.collect(),
    })
}

impl Then {
    /// The conversation that the question is about, if it is about one.
    pub fn conversation(&self) -> Option<&Room> {
        match self.subject {
            Subject::Conversation(_) | Subject::Pair(..) => self.rooms.first(),
            Subject::Organisation | Subject::Person(_) => None,
        }
    }

    /// Where an entry is about.
    pub fn room(&self, entry: &Entry) -> Option<&Room> {
        self.rooms.get(entry.room)
    }

    /// Up to `wanted` entries after `after`: everybody who could read or write, and every member, also those whom the
    /// policy kept from both. It asks the gate about as many people as it takes, so it does not belong on a thread that
    /// serves requests.
    pub fn entries(&self, after: Option<&Key>, wanted: usize) -> Vec<Entry> {
        let is_after = |key: &Key| after.is_none_or(|after| key > after);
        if let Subject::Person(person) = self.subject {
            // In the order of their ids, as they were read.
            let keyed = (0..).zip(&self.rooms).map(|(place, room)| ((String::new(), room.id().0), place));
            let entries = keyed
                .filter(|(key, _)| is_after(key))
                .filter_map(|(key, place)| self.entry(key, person, place));
            return entries.take(wanted).collect();
        }
        let Some(room) = self.rooms.first() else { return Vec::new() };
        let mirror = &self.scene.mirror;
        // What is not direct rules may open to the whole organisation: superiors, duty officers, readers of announcements.
        let everybody = if room.conversation.kind == Kind::Direct { &[] } else { self.ground.everybody() };
        let everybody = everybody.get(everybody.partition_point(|(key, _)| !is_after(key))..).unwrap_or(&[]);
        // A member who was disabled is not of the organisation, but is a member.
        let is_apart = |seat: &PersonId| room.conversation.kind == Kind::Direct || !mirror.is_active(*seat);
        let mut apart: Vec<(Key, PersonId)> = room
            .seats
            .keys()
            .copied()
            .filter(is_apart)
            .map(|person| {
                let name = mirror.person(person).map(|record| record.display_name.to_lowercase());
                ((name.unwrap_or_default(), person.0), person)
            })
            .filter(|(key, _)| is_after(key))
            .collect();
        apart.sort_unstable();
        let (mut everybody, mut apart) = (everybody.iter().peekable(), apart.iter().peekable());
        let merged = std::iter::from_fn(|| match (everybody.peek(), apart.peek()) {
            (Some(one), Some(other)) if one < other => everybody.next(),
            (_, Some(_)) => apart.next(),
            (_, None) => everybody.next(),
        });
        merged.filter_map(|(key, person)| self.entry(key.clone(), *person, 0)).take(wanted).collect()
    }

    /// What `person` could do in a room, if they could do anything or were in it.
    fn entry(&self, key: Key, person: PersonId, place: usize) -> Option<Entry> {
        let room = self.rooms.get(place)?;
        let (read, write) = (self.scene.sees(person, room), self.scene.writes(person, room));
        let shown = read.allow || write.allow || room.seats.contains_key(&person);
        shown.then_some(Entry { key, person, room: place, read, write })
    }
}
