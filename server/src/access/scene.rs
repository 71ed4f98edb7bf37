//! The state of the world at one moment: org mirror, policy, time. Everything that is asked together is asked of one
//! scene. All questions to the gate about conversations are put here and nowhere else.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use policies::Gate;
use policies::facts::{Action, Asker, Contact, Facts, Membership, Missing, Moment};
use policies::gate::{Snapshot, Verdict};
use policies::label::{Clearance, Label};
use policies::org::{Hat, PersonIx};
use schema::conversations::Kind;
use schema::ids::PersonId;

use super::hat::HatName;
use super::recheck;
use crate::app::App;
use crate::org::Mirror;
use crate::realtime::rooms::Room;

/// One moment, as every decision of a request sees it.
pub struct Scene {
    /// The people and units.
    pub mirror: Arc<Mirror>,
    /// The policy.
    pub policy: Arc<Snapshot>,
    /// The time and what goes with it.
    pub moment: Moment,
    gate: Gate,
    /// The mirror may be out of date: then nothing is allowed.
    is_stale: bool,
}

impl Scene {
    /// The scene as it is now.
    pub fn now(app: &App) -> Self {
        Self {
            mirror: app.org.current(),
            policy: app.gate.snapshot(),
            moment: app.moment(),
            gate: app.gate.clone(),
            is_stale: app.org.is_stale(),
        }
    }

    /// The scene as `mirror` makes it, at the moment that this was read for, under the policy of today.
    pub fn of(app: &App, mirror: Arc<Mirror>) -> Self {
        let moment = Moment { now: mirror.at.timestamp_micros(), ..app.moment() };
        Self { mirror, policy: app.gate.snapshot(), moment, gate: app.gate.clone(), is_stale: false }
    }

    /// A scene of the past: the mirror and the policy of then, and the gate where that policy was found.
    pub fn then(mirror: Mirror, policy: Arc<Snapshot>, gate: Gate, moment: Moment) -> Self {
        Self { mirror: Arc::new(mirror), policy, moment, gate, is_stale: false }
    }

    /// The gate, for what only it can compute.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Whether the mirror may be out of date.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    fn decide(&self, facts: Result<Facts, Missing>) -> Verdict {
        let facts = if self.is_stale { Err(Missing::StaleOrg) } else { facts };
        // Not the gate: a policy that comes into force meanwhile decides the next scene, and names its own rules there.
        let verdict = self.policy.decide(facts);
        if let Ok(facts) = facts {
            recheck::sometimes(&self.policy, facts, verdict);
        }
        verdict
    }

    /// What the gate says to a question about nothing.
    pub(super) fn nothing(&self) -> Verdict {
        self.decide(Err(Missing::Target))
    }

    /// The time of the scene, for what is shown with dates.
    pub fn time(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.moment.now).unwrap_or_default()
    }

    /// Where `person` stands in the tree; nobody who is not active stands there.
    pub fn place(&self, person: PersonId) -> Option<PersonIx> {
        self.mirror.org.person(person.0)
    }

    /// Who asks, in the hat they name.
    pub fn asker(&self, person: PersonId, hat: HatName) -> Result<Asker, Missing> {
        let place = self.place(person).ok_or(Missing::Asker)?;
        Ok(Asker { person: place, hat: hat.of(&self.mirror.org, place, self.moment.now)? })
    }

    /// The label of a row; an unknown one is `None`, and nobody reads it.
    pub fn label(&self, level: i16, categories: &[String]) -> Option<Label> {
        org_input::label(level, categories, self.policy.labels())
    }

    /// The label of a conversation.
    pub fn label_of(&self, room: &Room) -> Option<Label> {
        self.label(room.conversation.label_level, &room.conversation.label_categories)
    }

    /// The clearance of `person`.
    pub fn clearance(&self, person: PersonId) -> Option<Clearance> {
        self.place(person).and_then(|place| self.mirror.org.clearance(place))
    }

    /// Whether `asker` may do `action` towards `target`, outside of a conversation or in a direct one.
    pub fn toward(
        &self,
        action: Action,
        asker: Result<Asker, Missing>,
        target: PersonId,
        contact: Contact,
        label: Label,
        ceiling: Label,
    ) -> Verdict {
        self.decide(self.facts_toward(action, asker, target, contact, label, ceiling))
    }

    /// The facts that [`Scene::toward`] decides on.
    pub fn facts_toward(
        &self,
        action: Action,
        asker: Result<Asker, Missing>,
        target: PersonId,
        contact: Contact,
        label: Label,
        ceiling: Label,
    ) -> Result<Facts, Missing> {
        let target = self.place(target).ok_or(Missing::Target)?;
        policies::facts::toward_person(
            &self.mirror.org,
            &self.moment,
            action,
            asker?,
            target,
            contact,
            label,
            ceiling,
        )
    }

    /// Whether `asker` may do `action` in `room`; `other` is the invited, the partner or the author.
    pub fn inside(
        &self,
        action: Action,
        asker: Result<Asker, Missing>,
        room: &Room,
        label: Option<Label>,
        other: Option<PersonId>,
    ) -> Verdict {
        let facts = asker.and_then(|asker| {
            let person = PersonId(self.mirror.org.person_id(asker.person));
            let facts_of_room = room.facts(&self.mirror.org, self.label_of(room))?;
            self.facts_inside(action, asker, &facts_of_room, room.membership(person), label, other)
        });
        self.decide(facts)
    }

    fn facts_inside(
        &self,
        action: Action,
        asker: Asker,
        room: &policies::facts::Room,
        membership: Membership,
        label: Option<Label>,
        other: Option<PersonId>,
    ) -> Result<Facts, Missing> {
        let label = label.ok_or(Missing::Room)?;
        let other = other.map(|other| self.place(other).ok_or(Missing::Target)).transpose()?;
        policies::facts::in_room(
            &self.mirror.org,
            &self.moment,
            action,
            asker,
            room,
            membership,
            label,
            other,
        )
    }

    /// Whether `asker` may make the conversation that `room` describes, or act in it before it is stored.
    pub fn in_future_room(
        &self,
        action: Action,
        asker: Result<Asker, Missing>,
        room: &policies::facts::Room,
        membership: Membership,
        other: Option<PersonId>,
    ) -> Verdict {
        self.decide(
            asker.and_then(|asker| {
                self.facts_inside(action, asker, room, membership, Some(room.label), other)
            }),
        )
    }

    /// Whether `asker` may send a message with `label` to `room`.
    pub fn send(&self, asker: Result<Asker, Missing>, room: &Room, label: Label) -> Verdict {
        if room.conversation.kind != Kind::Direct {
            return self.inside(Action::ChPost, asker, room, Some(label), None);
        }
        let person = asker.as_ref().ok().map(|asker| PersonId(self.mirror.org.person_id(asker.person)));
        let pair = person.and_then(|person| Some((person, room.partner_of(person)?)));
        match pair {
            Some((person, partner)) => self.in_direct(Action::DmSend, asker, room, (person, partner), label),
            None => self.decide(Err(asker.err().unwrap_or(Missing::Room))),
        }
    }

    /// Whether `asker` may do `action` towards the partner in a direct conversation.
    pub fn in_direct(
        &self,
        action: Action,
        asker: Result<Asker, Missing>,
        room: &Room,
        (person, partner): (PersonId, PersonId),
        label: Label,
    ) -> Verdict {
        let ceiling = self.label_of(room).map(|own| room.ceiling(own)).ok_or(Missing::Room);
        self.decide(ceiling.and_then(|ceiling| {
            self.facts_toward(action, asker, partner, room.contact_of(person), label, ceiling)
        }))
    }

    /// Whether `person` may read what `author` wrote under `label` in `room`.
    pub fn reads(&self, person: PersonId, room: &Room, label: Option<Label>, author: PersonId) -> bool {
        let other = if room.conversation.kind == Kind::Direct {
            room.partner_of(person)
        } else {
            Some(author).filter(|author| *author != person)
        };
        self.reading(person, room, label, other).allow
    }

    /// Whether `person` may know of `room` and look into it.
    pub fn sees(&self, person: PersonId, room: &Room) -> Verdict {
        self.reading(person, room, self.label_of(room), room.partner_of(person))
    }

    /// Reading needs no hat to be named: any that the person has will do. Somebody who has left stands nowhere, and no
    /// wall with them: what they wrote stays readable.
    fn reading(
        &self,
        person: PersonId,
        room: &Room,
        label: Option<Label>,
        other: Option<PersonId>,
    ) -> Verdict {
        if room.conversation.kind == Kind::Direct && room.partner_of(person).is_none() {
            return self.decide(Err(Missing::Room));
        }
        let other = other.filter(|other| self.place(*other).is_some());
        self.in_any_hat(person, |asker| self.inside(Action::ChRead, asker, room, label, other))
    }

    /// Whether `person` may send what has the label of `room`, in any hat that they have.
    pub fn writes(&self, person: PersonId, room: &Room) -> Verdict {
        match self.label_of(room) {
            Some(label) => self.in_any_hat(person, |asker| self.send(asker, room, label)),
            None => self.decide(Err(Missing::Room)),
        }
    }

    /// What the gate says to `person` in their own hat, or in the first of the others that it lets through.
    fn in_any_hat(&self, person: PersonId, ask: impl Fn(Result<Asker, Missing>) -> Verdict) -> Verdict {
        let own = ask(self.asker(person, HatName::Own));
        let Some(place) = self.place(person).filter(|_| !own.allow) else { return own };
        self.mirror
            .org
            .hats(place, self.moment.now)
            .into_iter()
            .filter(|hat| !matches!(hat, Hat::Own))
            .map(|hat| ask(Ok(Asker { person: place, hat })))
            .find(|verdict| verdict.allow)
            .unwrap_or(own)
    }
}
