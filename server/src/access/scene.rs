//! The state of the world at one moment: org mirror, policy, time. Everything that is asked together is asked of one
//! scene. All questions to the gate about conversations are put here and nowhere else.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use policies::facts::{
    Action, Asker, Contact, Facts, Membership, Missing, Moment, Relabel, RoomKind, relabelling,
};
use policies::gate::{InForce, Snapshot, Verdict};
use policies::label::{Clearance, Label};
use policies::org::{Hat, PersonIx};
use schema::conversations::Kind;
use schema::ids::PersonId;
use schema::label_changes::LabelColumns;
use schema::messages::Message;

use super::hat::HatName;
use super::recheck;
use crate::app::App;
use crate::org::Mirror;
use crate::policy::shadow::Shadow;
use crate::realtime::rooms::Room;

/// The duty of the security office.
const SECURITY: &str = "security";

/// A change of a label, as it is asked about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change<'a> {
    /// The higher of the two labels; one that is unknown is missing.
    pub label: Option<Label>,
    /// Who asked for it.
    pub requester: Option<PersonId>,
    /// Whose words and company it is about.
    pub concerned: &'a [PersonId],
}

/// One moment, as every decision of a request sees it.
pub struct Scene {
    /// The people and units.
    pub mirror: Arc<Mirror>,
    /// The policy of those who have no other one: its labels and walls are everybody's.
    pub policy: Arc<Snapshot>,
    /// All policies, of which the asker's agency says which one decides.
    policies: Arc<InForce>,
    /// The time and what goes with it.
    pub moment: Moment,
    /// The mirror or the policy may be out of date: then nothing is allowed.
    stale: Option<Missing>,
    /// Where what another policy would have decided is counted.
    shadow: Option<Arc<Shadow>>,
}

/// The organisation and the policies that something was decided by.
#[derive(Clone)]
pub struct Ground {
    mirror: Arc<Mirror>,
    policies: Arc<InForce>,
}

impl Ground {
    /// Whether it would be decided by the same now.
    pub fn holds(&self, app: &App) -> bool {
        Arc::ptr_eq(&self.mirror, &app.org.current()) && Arc::ptr_eq(&self.policies, &app.gate.in_force())
    }
}

impl Scene {
    /// The scene as it is now.
    pub fn now(app: &App) -> Self {
        let stale = app.org.is_stale().then_some(Missing::StaleOrg);
        let stale = stale.or(app.policies.is_stale().then_some(Missing::StalePolicy));
        Self { stale, ..Self::at(app.org.current(), app.gate.in_force(), app.moment()).counted(app) }
    }

    /// The scene as `mirror` makes it, at the moment that this was read for, under the policy of today.
    pub fn of(app: &App, mirror: Arc<Mirror>) -> Self {
        let moment = Moment { now: mirror.at.timestamp_micros(), ..app.moment() };
        Self::at(mirror, app.gate.in_force(), moment)
    }

    /// The scene of another moment, now or in the past: its mirror and its policies.
    pub fn at(mirror: Arc<Mirror>, policies: Arc<InForce>, moment: Moment) -> Self {
        Self {
            mirror,
            policy: Arc::clone(policies.everywhere()),
            policies,
            moment,
            stale: None,
            shadow: None,
        }
    }

    fn counted(self, app: &App) -> Self {
        Self { shadow: self.policies.shadow().map(|_| Arc::clone(&app.policies.shadow)), ..self }
    }

    /// What its decisions were made of.
    pub fn ground(&self) -> Ground {
        Ground { mirror: Arc::clone(&self.mirror), policies: Arc::clone(&self.policies) }
    }

    /// Whether the mirror or the policy may be out of date.
    pub fn is_stale(&self) -> bool {
        self.stale.is_some()
    }

    /// Whether the mirror may be out of date.
    pub fn is_org_stale(&self) -> bool {
        self.stale == Some(Missing::StaleOrg)
    }

    /// The policy that decides when `asker` asks: that of their own agency.
    pub fn policy_of(&self, asker: PersonIx) -> &Arc<Snapshot> {
        self.policies.of_asker(&self.mirror.org, asker)
    }

    /// The policy that gave the verdict.
    pub fn policy_behind(&self, verdict: Verdict) -> &Arc<Snapshot> {
        self.policies.numbered(verdict.policy_version).unwrap_or(&self.policy)
    }

    /// What records call the rule that decided.
    pub fn rule_code(&self, verdict: Verdict) -> &str {
        self.policy_behind(verdict).rule_code(verdict.rule)
    }

    /// Decides what `asker` asks. Not by the gate: policies that come into force meanwhile decide the next scene, and name
    /// their own rules there.
    fn decide(&self, asker: Result<Asker, Missing>, facts: Result<Facts, Missing>) -> Verdict {
        let policy = asker.map_or(&self.policy, |asker| self.policy_of(asker.person));
        let facts = self.stale.map_or(facts, Err);
        let verdict = policy.decide(facts);
        if let Ok(facts) = facts {
            recheck::sometimes(policy, facts, verdict);
            if let (Some(log), Some(shadow)) = (&self.shadow, self.policies.shadow()) {
                log.compare((policy, verdict), shadow, &facts, self.moment.now);
            }
        }
        verdict
    }

    /// What the gate says to a question about nothing.
    pub(super) fn nothing(&self) -> Verdict {
        self.refuse(Missing::Target)
    }

    /// What the gate says where something is missing.
    fn refuse(&self, missing: Missing) -> Verdict {
        self.decide(Err(missing), Err(missing))
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

    /// The label of a row; an unknown one, or one of another policy, is `None`, and nobody reads it.
    pub fn label(&self, policy: Option<&str>, level: i16, categories: &[String]) -> Option<Label> {
        org_input::label(policy, level, categories, self.policy.labels())
    }

    /// The label of a message.
    pub fn label_of_message(&self, message: &Message) -> Option<Label> {
        self.label(message.label_policy.as_deref(), message.label_level, &message.label_categories)
    }

    /// The label as rows keep it.
    pub fn columns(&self, label: Label) -> LabelColumns {
        org_input::label_columns(label, self.policy.labels())
    }

    /// The label of a conversation.
    pub fn label_of(&self, room: &Room) -> Option<Label> {
        let row = &room.conversation;
        self.label(row.label_policy.as_deref(), row.label_level, &row.label_categories)
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
        self.decide(asker, self.facts_toward(action, asker, target, contact, label, ceiling))
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
            let org = &self.mirror.org;
            let mut of_room = room.facts(org, self.label_of(room))?;
            of_room.parted = action.minds_company() && room.is_parted(org);
            self.facts_inside(action, asker, &of_room, room.membership(person), label, other)
        });
        self.decide(asker, facts)
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

    /// Whether `person` may do `action`, one of `label.*`, to a label in `room`. Nobody lends a hat for that.
    pub fn relabels(&self, action: Action, person: PersonId, room: &Room, change: &Change<'_>) -> Verdict {
        let asker = self.asker(person, HatName::Own);
        let facts = asker.and_then(|asker| {
            let org = &self.mirror.org;
            let of_room = room.facts(org, self.label_of(room))?;
            let place = |person: PersonId| self.place(person);
            let concerned: Vec<PersonIx> = change.concerned.iter().copied().filter_map(place).collect();
            let relabel = Relabel {
                label: change.label.ok_or(Missing::Room)?,
                partner: room.partner_of(person).and_then(place).filter(|_| action == Action::LabelRaise),
                requester: change.requester.and_then(place),
                concerned: &concerned,
                is_security: self.is_security(asker.person),
            };
            let membership = room.membership(person);
            relabelling(org, &self.moment, action, asker, &of_room, membership, &relabel)
        });
        self.decide(asker, facts)
    }

    /// Whether `person` may decide on lower labels at all, in their own agency.
    pub fn decides_on_labels(&self, person: PersonId) -> bool {
        let asker = self.asker(person, HatName::Own);
        let facts = asker.and_then(|asker| {
            let org = &self.mirror.org;
            let (agency, label) = (org.agency_of(asker.person), Label::default());
            let room =
                policies::facts::Room { kind: RoomKind::Project, agency, unit: None, label, parted: false };
            let is_security = self.is_security(asker.person);
            let relabel = Relabel { label, partner: None, requester: None, concerned: &[], is_security };
            let action = Action::LabelLower;
            relabelling(org, &self.moment, action, asker, &room, Membership::None, &relabel)
        });
        self.decide(asker, facts).allow
    }

    /// Whether `person` is of the security office.
    pub fn is_security(&self, person: PersonIx) -> bool {
        self.mirror.record(person).is_some_and(|record| record.has_role(SECURITY))
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
        let label = Some(room.label);
        let facts = asker.and_then(|asker| self.facts_inside(action, asker, room, membership, label, other));
        self.decide(asker, facts)
    }

    /// Whether `asker` may send a message with `label` to `room`.
    pub fn send(&self, asker: Result<Asker, Missing>, room: &Room, label: Label) -> Verdict {
        self.says(super::sending(room), asker, room, label)
    }

    /// The same for anything that is said: by a message or with one.
    pub fn says(&self, action: Action, asker: Result<Asker, Missing>, room: &Room, label: Label) -> Verdict {
        if room.conversation.kind != Kind::Direct {
            return self.inside(action, asker, room, Some(label), None);
        }
        let person = asker.as_ref().ok().map(|asker| PersonId(self.mirror.org.person_id(asker.person)));
        let pair = person.and_then(|person| Some((person, room.partner_of(person)?)));
        match pair {
            Some((person, partner)) => self.in_direct(action, asker, room, (person, partner), label),
            None => self.refuse(asker.err().unwrap_or(Missing::Room)),
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
        let facts = ceiling.and_then(|ceiling| {
            self.facts_toward(action, asker, partner, room.contact_of(person), label, ceiling)
        });
        self.decide(asker, facts)
    }

    /// Whether `person` may read what `author` wrote under `label` in `room`.
    pub fn reads(&self, person: PersonId, room: &Room, label: Option<Label>, author: PersonId) -> bool {
        let other = if room.conversation.kind == Kind::Direct {
            room.partner_of(person)
        } else {
            Some(author).filter(|author| *author != person)
        };
        // A seat that the tree keeps is no clearance: what is said here is read by those who are cleared for the place too.
        let label = label.zip(self.label_of(room)).map(|(label, own)| label.join(own));
        self.reading(person, room, label, other).allow
    }

    /// Whether `person` may do `action` in `room`, which keeps it in order.
    pub fn keeps(&self, person: PersonId, room: &Room, action: Action) -> Verdict {
        self.inside(action, self.asker(person, HatName::Own), room, self.label_of(room), None)
    }

    /// Whether `person` may know of `target`, in any hat that they have. Everybody knows of themselves.
    pub fn knows_of(&self, person: PersonId, target: PersonId) -> bool {
        let (contact, open) = (Contact::None, Label::default());
        let sees = |asker| self.toward(Action::PersonSee, asker, target, contact, open, org_input::HIGHEST);
        target == person || self.in_any_hat(person, sees).allow
    }

    /// Whether `reader` is shown that `other` is in `room` and types there.
    pub fn sees_presence(&self, reader: PersonId, room: &Room, other: PersonId) -> bool {
        let (asker, open) = (self.asker(reader, HatName::Own), Label::default());
        // Whoever is in one conversation has met.
        let contact = if room.seats.contains_key(&reader) { Contact::Open } else { Contact::None };
        self.toward(Action::PersonPresence, asker, other, contact, open, org_input::HIGHEST).allow
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
            return self.refuse(Missing::Room);
        }
        let other = other.filter(|other| self.place(*other).is_some());
        self.in_any_hat(person, |asker| self.inside(Action::ChRead, asker, room, label, other))
    }

    /// Whether `person` may send what has the label of `room`, in any hat that they have.
    pub fn writes(&self, person: PersonId, room: &Room) -> Verdict {
        match self.label_of(room) {
            Some(label) => self.in_any_hat(person, |asker| self.send(asker, room, label)),
            None => self.refuse(Missing::Room),
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
