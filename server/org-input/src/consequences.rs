//! What a change means for the people it touches: channels and conversations gained and lost, contacts that become forbidden
//! or allowed. The change is one of the mirror, of the policy, or of both; the real policy decides before and after.

pub mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use policies::explain::{Language, Subject, explain};
use policies::facts::{
    Action, Asker, Contact, Facts, Membership, Missing, Moment, Room, RoomKind, in_room, toward_person,
};
use policies::gate::{Snapshot, Verdict};
use policies::label::Label;
use policies::org::{Hat, Org, PersonIx};
use schema::conversations::{ChannelKind, Conversation, Kind};
use schema::ids::{ConversationId, PersonId};
use schema::members::Role;
use schema::org_snapshot::{self, OrgSnapshot};
use schema::transaction::Link;
use schema::{Error, members, messages, unit_channels};
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
    /// Everybody in the groups among them, where a wall between any two stops writing.
    members: HashMap<ConversationId, Vec<PersonId>>,
    /// Who has written in which direct conversation: their partner may answer.
    wrote: HashSet<(ConversationId, PersonId)>,
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
            members: HashMap::new(),
            wrote: HashSet::new(),
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
        let direct: Vec<ConversationId> =
            picture.rooms.values().filter(|row| row.kind == Kind::Direct).map(|row| row.id).collect();
        let groups: Vec<ConversationId> =
            picture.rooms.values().filter(|row| row.kind == Kind::Group).map(|row| row.id).collect();
        for (conversation, person) in members::people_in(connection, &groups).await? {
            picture.members.entry(conversation).or_default().push(person);
        }
        picture.wrote = messages::writers_in_direct(connection, &direct).await?.into_iter().collect();
        Ok(picture)
    }

    /// Everybody in the picture who may come in.
    pub fn people(&self) -> Vec<PersonId> {
        self.rows.people.iter().filter(|row| row.status == "active").map(|row| row.id).collect()
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
    WritingLost,
    WritingGained,
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
    /// In how many people can write no more what has the conversation's label, although they still read it.
    pub writing_lost: usize,
    /// In how many they can write from now on.
    pub writing_gained: usize,
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
    /// How far off the two numbers may be where only some were asked about: half the width of the interval in which the true
    /// number is in 95 of 100 such draws (normal approximation of the binomial distribution).
    pub forbidden_margin: usize,
    /// The same for those that are allowed.
    pub allowed_margin: usize,
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

/// Compares two pictures of the same `touched` people, each decided by its policy.
pub fn compare(
    (before, policy_before): (&Picture, &Snapshot),
    (after, policy_after): (&Picture, &Snapshot),
    touched: &[PersonId],
) -> Consequences {
    let worlds = [World::of(before, policy_before), World::of(after, policy_after)];
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
        let org = Org::build(crate::org(&picture.rows, policy.labels()), policy.walls());
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
            toward_person(org, at, Action::DmStart, asker, to, Contact::None, OPEN, crate::HIGHEST)
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

    /// Whether the person reads in the conversation, and whether they write there.
    fn rights(&self, person: PersonId, conversation: ConversationId) -> (bool, bool) {
        self.seated(person, conversation).map_or((false, false), |seat| {
            let reads =
                self.askers(seat.place).any(|asker| self.policy.decide(self.reading(&seat, asker)).allow);
            let writes =
                || self.askers(seat.place).any(|asker| self.policy.decide(self.writing(&seat, asker)).allow);
            (reads, reads && writes())
        })
    }

    fn seated(&self, person: PersonId, conversation: ConversationId) -> Option<Seated> {
        let row = self.picture.rooms.get(&conversation)?;
        let place = self.org.person(person.0)?;
        let role = self.picture.seats.get(&(person, conversation)).copied()?;
        let label = crate::label(
            row.label_policy.as_deref(),
            row.label_level,
            &row.label_categories,
            self.policy.labels(),
        );
        let mut room = crate::room(row, &self.org, label).ok()?;
        room.parted = crate::parted(row.kind, &self.org, self.members_of(conversation));
        let partner = partner(row, person);
        let is_open = partner.is_some_and(|partner| self.picture.wrote.contains(&(conversation, partner)));
        Some(Seated {
            place,
            room,
            membership: crate::membership(Some(role)),
            label: label.unwrap_or(OPEN),
            // Somebody who has left stands nowhere, and no wall with them.
            partner: partner.and_then(|partner| self.org.person(partner.0)),
            contact: if is_open { Contact::Open } else { Contact::None },
        })
    }

    fn members_of(&self, conversation: ConversationId) -> impl Iterator<Item = PersonId> {
        self.picture.members.get(&conversation).into_iter().flatten().copied()
    }

    fn reading(&self, seat: &Seated, asker: Asker) -> Result<Facts, Missing> {
        let Seated { room, membership, label, partner, .. } = seat;
        in_room(&self.org, &self.moment, Action::ChRead, asker, room, *membership, *label, *partner)
    }

    fn writing(&self, seat: &Seated, asker: Asker) -> Result<Facts, Missing> {
        let Seated { room, membership, label, partner, contact, .. } = seat;
        let (org, at) = (&self.org, &self.moment);
        if room.kind != RoomKind::Direct {
            return in_room(org, at, Action::ChPost, asker, room, *membership, *label, None);
        }
        let partner = partner.ok_or(Missing::Target)?;
        toward_person(org, at, Action::DmSend, asker, partner, *contact, *label, room.label)
    }

    fn title(&self, conversation: ConversationId) -> Option<String> {
        let row = self.picture.rooms.get(&conversation)?;
        row.name.clone().filter(|_| row.channel_kind == Some(ChannelKind::Unit))
    }

    fn knows(&self, id: PersonId) -> bool {
        self.org.person(id.0).is_some()
    }
}

/// Somebody in a conversation.
struct Seated {
    place: PersonIx,
    room: Room,
    membership: Membership,
    label: Label,
    partner: Option<PersonIx>,
    contact: Contact,
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
        let effect = match (before.rights(person, conversation), after.rights(person, conversation)) {
            ((true, _), (false, _)) => Effect::Lost,
            ((false, _), (true, _)) => Effect::Gained,
            ((_, true), (_, false)) => Effect::WritingLost,
            ((_, false), (_, true)) => Effect::WritingGained,
            _ => continue,
        };
        *match effect {
            Effect::Lost => &mut found.lost,
            Effect::Gained => &mut found.gained,
            Effect::WritingLost => &mut found.writing_lost,
            _ => &mut found.writing_gained,
        } += 1;
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
    found.forbidden_margin = margin(found.now_forbidden, stride);
    found.allowed_margin = margin(found.now_allowed, stride);
    found.now_forbidden *= stride;
    found.now_allowed *= stride;
    found
}

/// How far `found` times `stride` may be from the true number: 1.96 standard deviations of what a draw of one in `stride` makes of
/// it. Where nothing was found, three times the stride: what a draw misses in 5 of 100 cases (the rule of three).
fn margin(found: usize, stride: usize) -> usize {
    if stride == 1 {
        return 0;
    }
    if found == 0 {
        return stride.saturating_mul(3);
    }
    let float = |number: usize| u32::try_from(number).map_or(f64::from(u32::MAX), f64::from);
    let deviation = float(stride) * (float(found) * (1.0 - 1.0 / float(stride))).sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a width is a whole number of pairs"
    )]
    let width = (1.96 * deviation).ceil() as usize;
    width
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
        let subject = Subject { asker, target, room: None, label: OPEN, facts: facts.ok(), is_known: false };
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
    fn a_draw_tells_how_far_off_it_may_be() {
        assert_eq!((margin(40, 1), margin(0, 1)), (0, 0));
        assert_eq!(margin(0, 100), 300);
        // 100 found of one in 100: 10,000, give or take 1.96 · 100 · √(100 · 0.99).
        assert_eq!(margin(100, 100), 1951);
    }

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
