//! Who could read and write at a moment: the same questions to the same gate, in the scene of that moment. Only a
//! compliance officer may ask them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use policies::gate::Verdict;
use schema::conversations::Kind;
use schema::ids::PersonId;
use schema::past::{self, Subject};
use uuid::Uuid;

use super::Scene;
use crate::app::App;
use crate::error::{Error, codes};
use crate::org;
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
    /// The moment.
    pub at: DateTime<Utc>,
    /// Mirror and policy of that moment.
    pub scene: Scene,
    /// The version of the mirror, where it is known.
    pub org_version: Option<i64>,
    rooms: Vec<Room>,
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

/// How things stood at `at`, or stand now. Who or what was not there then is not found.
pub async fn then(
    app: &App,
    _: &Officer,
    subject: Subject,
    at: Option<DateTime<Utc>>,
) -> Result<Then, Error> {
    let mut connection = app.pool.get().await?;
    let latest = past::latest(&mut connection, app.clock.now()).await?;
    if at.is_some_and(|at| at > latest) {
        return Err(Error::invalid(codes::INVALID_VALUE, "at"));
    }
    let moment = at.unwrap_or(latest);
    let found = past::load(&mut connection, subject, moment).await?;
    drop(connection);
    let policies = if at.is_none() {
        // What is in force now, this node knows best.
        app.gate.in_force()
    } else {
        let decided = app.policies.shelf.of(&found.policies).await.map_err(Error::internal)?;
        // Before the first policy nothing could be decided.
        Arc::new(decided.ok_or(Error::invalid(codes::INVALID_VALUE, "at"))?)
    };
    let mirror = org::of_rows(found.org, policies.everywhere()).await?;
    if let Subject::Person(person) = subject
        && mirror.person(person).is_none()
    {
        return Err(Error::NotFound);
    }
    let rooms =
        found.conversations.into_iter().map(|past| Room::new(past.conversation, past.seats, &past.wrote));
    Ok(Then {
        subject,
        at: moment,
        scene: Scene::at(Arc::new(mirror), policies, app.moment_at(moment)),
        org_version: found.org_version,
        rooms: rooms.collect(),
    })
}

impl Then {
    /// The conversation that the question is about, if it is about one.
    pub fn conversation(&self) -> Option<&Room> {
        match self.subject {
            Subject::Conversation(_) => self.rooms.first(),
            Subject::Person(_) => None,
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
        let mut candidates: Vec<(Key, PersonId, usize)> = match self.subject {
            Subject::Person(person) => (0..)
                .zip(&self.rooms)
                .map(|(place, room)| ((String::new(), room.id().0), person, place))
                .collect(),
            Subject::Conversation(_) => {
                self.people().into_iter().map(|(key, person)| (key, person, 0)).collect()
            }
        };
        candidates.retain(|(key, ..)| after.is_none_or(|after| key > after));
        candidates.sort_unstable();
        let entries = candidates.into_iter().filter_map(|(key, person, place)| {
            let room = self.rooms.get(place)?;
            let (read, write) = (self.scene.sees(person, room), self.scene.writes(person, room));
            let shown = read.allow || write.allow || room.seats.contains_key(&person);
            shown.then_some(Entry { key, person, room: place, read, write })
        });
        entries.take(wanted).collect()
    }

    /// Whoever could come into question: the members, and in what is not direct the whole organisation, because rules
    /// let superiors, duty officers and readers of announcements in.
    fn people(&self) -> Vec<(Key, PersonId)> {
        let Some(room) = self.rooms.first() else { return Vec::new() };
        let mirror = &self.scene.mirror;
        let is_direct = room.conversation.kind == Kind::Direct;
        let everybody = mirror.org.people().map(|person| PersonId(mirror.org.person_id(person)));
        // A member who was disabled is not of the organisation, but is a member.
        let members = room.seats.keys().copied().filter(|seat| is_direct || !mirror.is_active(*seat));
        let key = |person: PersonId| {
            let name = mirror.person(person).map(|record| record.display_name.to_lowercase());
            (name.unwrap_or_default(), person.0)
        };
        everybody.filter(|_| !is_direct).chain(members).map(|person| (key(person), person)).collect()
    }
}
