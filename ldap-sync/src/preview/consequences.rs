//! What a change of the mirror means for the people it touches: channels and conversations gained and lost, contacts
//! that become forbidden or allowed. Decided by the policy that is in force, before and after.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use policies::explain::{Language, Subject, explain};
use policies::facts::{Action, Asker, Contact, Facts, Missing, Moment, in_room, toward_person};
use policies::gate::{Snapshot, Verdict};
use policies::label::Label;
use policies::org::{Hat, Org, PersonIx};
use schema::conversations::{ChannelKind, Conversation};
use schema::ids::{ConversationId, PersonId};
use schema::members::Role;
use schema::org_snapshot::{self, OrgSnapshot};
use schema::transaction::Link;
use schema::{Error, members, unit_channels};
use serde::Serialize;

/// As many pairs of people as are asked about; of more, so many are drawn.
const PAIRS: usize = 1_000_000;
/// As many examples of each sort as people read.
const EXAMPLES: usize = 50;
/// Without categories and level: what an ordinary message carries.
const OPEN: Label = Label { level: 0, categories: 0 };

/// The mirror at one moment, with the conversations of the people who are touched.
pub struct Picture {
    at: DateTime<Utc>,
    rows: OrgSnapshot,
    channels: BTreeMap<ConversationId, String>,
    seats: HashMap<(PersonId, ConversationId), Role>,
    rooms: HashMap<ConversationId, Conversation>,
}

impl Picture {
    /// Reads it, inside whatever transaction `connection` is in: a change that is not committed is in the picture.
    pub async fn take(connection: &mut Link, touched: &[PersonId]) -> Result<Self, Error> {
        let at = schema::sync_runs::now(connection).await?;
        let rows = org_snapshot::read(connection, at).await?;
        let channels = unit_channels::in_use(connection).await?;
        let mut picture = Self {
            at,
            rows,
            channels: channels.into_iter().map(|(id, name)| (id, name.unwrap_or_default())).collect(),
            seats: HashMap::new(),
            rooms: HashMap::new(),
        };
        let seats = members::seats_of(connection, touched).await?.into_iter();
        for (member, conversation) in seats.filter(|(_, conversation)| conversation.archived_at.is_none()) {
            picture.seats.insert((member.person_id, conversation.id), member.role);
            // Whoever talks with somebody touched may lose the conversation as well.
            if let Some(partner) = partner(&conversation, member.person_id) {
                picture.seats.insert((partner, conversation.id), member.role);
            }
            picture.rooms.insert(conversation.id, conversation);
        }
        Ok(picture)
    }
}

/// What a change means.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Consequences {
    /// The channels of units.
    pub channels: Channels,
    /// The conversations of the people touched.
    pub conversations: Conversations,
    /// Whom they may begin to write to, and who to them.
    pub contacts: Contacts,
}

/// The channels of units that come and go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Channels {
    /// How many come.
    pub made: usize,
    /// How many are archived.
    pub archived: usize,
    /// Some of them.
    pub names: Vec<Named>,
}

/// One channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What it is called.
    pub name: String,
    /// What becomes of it.
    pub effect: Effect,
}

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Effect {
    Made,
    Archived,
    Lost,
    Gained,
    Forbidden,
    Allowed,
}

/// The conversations that people can read no more, or can read from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Conversations {
    /// How many are lost, each person counted.
    pub lost: usize,
    /// How many are gained.
    pub gained: usize,
    /// Some of them.
    pub examples: Vec<Seat>,
}

/// A person and a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seat {
    /// Who.
    pub person: PersonName,
    /// What it is called, where it is the channel of a unit. With whom people talk otherwise, and in which groups, is
    /// nothing that the directory says.
    pub conversation: Option<String>,
    /// What becomes of it.
    pub effect: Effect,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonName {
    /// The name shown.
    pub name: String,
    /// The name of the entry.
    pub dn: String,
}

/// Who may begin to write to whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Contacts {
    /// How many pairs may no longer; where drawn, how many that makes of all.
    pub now_forbidden: usize,
    /// How many may from now on.
    pub now_allowed: usize,
    /// Whether only some pairs were asked about.
    pub sampled: bool,
    /// Some of them.
    pub examples: Vec<Pair>,
}

/// One person toward another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Who would write.
    pub from: PersonName,
    /// To whom.
    pub to: PersonName,
    /// What becomes of it.
    pub effect: Effect,
    /// By which rule.
    pub rule: String,
    /// What the rule says, in English.
    pub message_en: String,
    /// The same in Russian.
    pub message_ru: String,
}

/// Compares two pictures of the same `touched` people.
pub fn compare(before: &Picture, after: &Picture, touched: &[PersonId], policy: &Snapshot) -> Consequences {
    let worlds = [World::of(before, policy), World::of(after, policy)];
    let [before_world, after_world] = &worlds;
    Consequences {
        channels: channels(before, after),
        conversations: conversations(before_world, after_world),
        contacts: contacts(before_world, after_world, touched),
    }
}

/// A picture, built to be asked.
struct World<'a> {
    picture: &'a Picture,
    policy: &'a Snapshot,
    org: Org,
    moment: Moment,
    names: HashMap<PersonId, PersonName>,
}

impl<'a> World<'a> {
    fn of(picture: &'a Picture, policy: &'a Snapshot) -> Self {
        let org = Org::build(org_input::org(&picture.rows, policy.labels()), policy.walls());
        let names = picture
            .rows
            .people
            .iter()
            .map(|row| (row.id, PersonName { name: row.display_name.clone(), dn: row.dn.clone() }));
        // An ordinary working day: what holds in a crisis or at night is not what a reorganisation is judged by.
        let now = picture.at.timestamp_micros();
        let moment = Moment { now, crisis: false, office_hours: true };
        Self { names: names.collect(), picture, policy, org, moment }
    }

    fn name(&self, id: PersonId) -> PersonName {
        let unknown = || PersonName { name: id.to_string(), dn: String::new() };
        self.names.get(&id).cloned().unwrap_or_else(unknown)
    }

    /// Every hat that the person has: what one may do in any of them, one may do.
    fn askers(&self, person: PersonIx) -> impl Iterator<Item = Asker> {
        self.org.hats(person, self.moment.now).into_iter().map(move |hat| Asker { person, hat })
    }

    /// Whether `from` may begin to write to `to`, and the facts in their own hat.
    fn contact(&self, from: PersonId, to: PersonId) -> (Verdict, Result<Facts, Missing>) {
        let place = |id: PersonId, missing| self.org.person(id.0).ok_or(missing);
        let facts = |asker: Asker, to: PersonIx| {
            let (org, at) = (&self.org, &self.moment);
            toward_person(org, at, Action::DmStart, asker, to, Contact::None, OPEN, org_input::HIGHEST)
        };
        let (from, to) = match (place(from, Missing::Asker), place(to, Missing::Target)) {
            (Ok(from), Ok(to)) => (from, to),
            (Err(missing), _) | (_, Err(missing)) => return (self.policy.decide(Err(missing)), Err(missing)),
        };
        let own = facts(Asker { person: from, hat: Hat::Own }, to);
        let verdict = self.policy.decide(own);
        if verdict.allow {
            return (verdict, own);
        }
        let other =
            self.askers(from).map(|asker| facts(asker, to)).find(|facts| self.policy.decide(*facts).allow);
        other.map_or((verdict, own), |facts| (self.policy.decide(facts), facts))
    }

    fn reads(&self, person: PersonId, conversation: ConversationId) -> bool {
        let Some(row) = self.picture.rooms.get(&conversation) else { return false };
        let Some(place) = self.org.person(person.0) else { return false };
        let seat = self.picture.seats.get(&(person, conversation)).copied();
        let Some(role) = seat else { return false };
        let label = org_input::label(row.label_level, &row.label_categories, self.policy.labels());
        let Ok(room) = org_input::room(row, &self.org, label) else { return false };
        let partner = partner(row, person);
        // Somebody who has left stands nowhere, and no wall with them.
        let partner = partner.and_then(|partner| self.org.person(partner.0));
        self.askers(place).any(|asker| {
            let membership = org_input::membership(Some(role));
            let label = label.unwrap_or(OPEN);
            let action = Action::ChRead;
            let facts = in_room(&self.org, &self.moment, action, asker, &room, membership, label, partner);
            self.policy.decide(facts).allow
        })
    }

    fn title(&self, conversation: ConversationId) -> Option<String> {
        let row = self.picture.rooms.get(&conversation)?;
        row.name.clone().filter(|_| row.channel_kind == Some(ChannelKind::Unit))
    }

    fn knows(&self, id: PersonId) -> bool {
        self.org.person(id.0).is_some()
    }
}

fn partner(row: &Conversation, person: PersonId) -> Option<PersonId> {
    match (row.direct_low?, row.direct_high?) {
        (low, high) if low == person => Some(high),
        (low, high) if high == person => Some(low),
        _ => None,
    }
}

fn channels(before: &Picture, after: &Picture) -> Channels {
    let mut found = Channels::default();
    for (id, name) in &after.channels {
        if !before.channels.contains_key(id) {
            found.made += 1;
            found.names.push(Named { name: name.clone(), effect: Effect::Made });
        }
    }
    for (id, name) in &before.channels {
        if !after.channels.contains_key(id) {
            found.archived += 1;
            found.names.push(Named { name: name.clone(), effect: Effect::Archived });
        }
    }
    found.names.truncate(EXAMPLES);
    found
}

fn conversations(before: &World<'_>, after: &World<'_>) -> Conversations {
    let seats: BTreeSet<_> = before.picture.seats.keys().chain(after.picture.seats.keys()).copied().collect();
    let mut found = Conversations::default();
    for (person, conversation) in seats {
        let effect = match (before.reads(person, conversation), after.reads(person, conversation)) {
            (true, false) => Effect::Lost,
            (false, true) => Effect::Gained,
            _ => continue,
        };
        *if effect == Effect::Lost { &mut found.lost } else { &mut found.gained } += 1;
        if found.examples.len() < EXAMPLES {
            let world = if after.names.contains_key(&person) { after } else { before };
            let conversation = after.title(conversation).or_else(|| before.title(conversation));
            found.examples.push(Seat { person: world.name(person), conversation, effect });
        }
    }
    found
}

/// Contacts between people who are there before and after: that somebody who comes or goes may be written to, or no
/// longer, says nothing new and would drown the rest.
fn contacts(before: &World<'_>, after: &World<'_>, touched: &[PersonId]) -> Contacts {
    let stays = |id: &PersonId| before.knows(*id) && after.knows(*id);
    let ids: BTreeSet<PersonId> =
        after.org.people().map(|person| PersonId(after.org.person_id(person))).collect();
    let everybody: Vec<PersonId> = ids.into_iter().filter(stays).collect();
    let is_touched: BTreeSet<PersonId> = touched.iter().copied().filter(stays).collect();
    let pairs = is_touched.len().saturating_mul(everybody.len());
    let stride = pairs.div_ceil(PAIRS).max(1);
    let mut found = Contacts { sampled: stride > 1, ..Contacts::default() };
    let mut ask = |from: PersonId, to: PersonId| {
        let ((then, _), (now, facts)) = (before.contact(from, to), after.contact(from, to));
        let effect = match (then.allow, now.allow) {
            (true, false) => Effect::Forbidden,
            (false, true) => Effect::Allowed,
            _ => return,
        };
        *if effect == Effect::Forbidden { &mut found.now_forbidden } else { &mut found.now_allowed } += 1;
        if found.examples.iter().filter(|pair| pair.effect == effect).count() < EXAMPLES / 2 {
            found.examples.push(pair(before, after, (from, to), effect, (now, facts)));
        }
    };
    for (place, &one) in is_touched.iter().enumerate() {
        for other in drawn(&everybody, place, stride) {
            if one != other && !(is_touched.contains(&other) && other < one) {
                ask(one, other);
                ask(other, one);
            }
        }
    }
    found.now_forbidden *= stride;
    found.now_allowed *= stride;
    found
}

/// Every `stride`-th of `everybody`, for each `place` beginning with another one: each of those touched is asked about
/// as many others, and all others are asked about alike. The same whenever it is asked.
fn drawn(everybody: &[PersonId], place: usize, stride: usize) -> impl Iterator<Item = PersonId> {
    everybody.iter().copied().skip(place % stride).step_by(stride)
}

fn pair(
    before: &World<'_>,
    after: &World<'_>,
    (from, to): (PersonId, PersonId),
    effect: Effect,
    (verdict, facts): (Verdict, Result<Facts, Missing>),
) -> Pair {
    let known = |id: PersonId| if after.names.contains_key(&id) { after.name(id) } else { before.name(id) };
    let sentence = |language| {
        let asker = after.org.person(from.0).map(|person| Asker { person, hat: Hat::Own });
        let Some(asker) = asker else { return String::new() };
        let target = after.org.person(to.0);
        let subject = Subject { asker, target, room: None, label: OPEN, facts: facts.ok() };
        explain(after.policy, &after.org, verdict, &subject, language).sentence
    };
    Pair {
        from: known(from),
        to: known(to),
        effect,
        rule: after.policy.rule_code(verdict.rule).to_owned(),
        message_en: sentence(Language::En),
        message_ru: sentence(Language::Ru),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_about_as_many_others_and_all_others_alike() {
        let everybody: Vec<PersonId> = (0..1000).map(|_| PersonId::new()).collect();
        for stride in [1, 7, 50, 500, 1000] {
            let mut asked: HashMap<PersonId, usize> = HashMap::new();
            for place in 0..1000 {
                let drawn: Vec<_> = drawn(&everybody, place, stride).collect();
                assert!(drawn.len().abs_diff(1000 / stride) <= 1, "{} at {place} of {stride}", drawn.len());
                for one in drawn {
                    *asked.entry(one).or_default() += 1;
                }
            }
            let (least, most) = (asked.values().min().copied(), asked.values().max().copied());
            assert_eq!(asked.len(), 1000, "with stride {stride} nobody is left out");
            assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{least:?} {most:?}");
        }
    }
}
