//! Who writes to whom: pairs of people, drawn over the whole organisation.

use policies::facts::{Action, Asker, Contact, Facts, Missing, Moment, toward_person};
use policies::label::Label;
use policies::org::{Hat, Org, PersonIx, UnitIx, UnitKind};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;

/// Of a hundred pairs: how near the other one is.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Mix {
    same_unit: u32,
    up: u32,
    down: u32,
    same_department: u32,
    same_agency: u32,
    anybody: u32,
}

pub(crate) const MIX: Mix =
    Mix { same_unit: 35, up: 15, down: 10, same_department: 15, same_agency: 15, anybody: 10 };

/// The label up to which everything may be said.
const HIGHEST: Label = Label { level: 3, categories: 15 };
/// A plain working day.
pub(crate) const NOON: Moment = Moment { now: 1_000_000, crisis: false, office_hours: true };

/// A question whose facts have to be made first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Send {
    pub(crate) from: PersonIx,
    to: PersonIx,
    hat: Hat,
    action: Action,
    contact: Contact,
    label: Label,
}

impl Send {
    /// The same, to somebody else.
    pub(crate) fn to(self, to: PersonIx) -> Self {
        Self { to, ..self }
    }

    /// Its facts, as the server makes them.
    pub(crate) fn facts(&self, org: &Org) -> Result<Facts, Missing> {
        let asker = Asker { person: self.from, hat: self.hat };
        toward_person(org, &NOON, self.action, asker, self.to, self.contact, self.label, HIGHEST)
    }
}

/// So many by [`MIX`]: whoever writes is anybody.
pub(crate) fn by_mix(org: &Org, count: usize, seed: u64) -> Vec<Send> {
    draw(org, count, seed, near)
}

/// So many, where also the other one is anybody.
pub(crate) fn uniform(org: &Org, count: usize, seed: u64) -> Vec<Send> {
    draw(org, count, seed, |_, _, _| None)
}

/// So many conversations are under way at any time, and so many messages long: at ten thousand sends a second by a million
/// people, each of them lasts ten seconds.
pub(crate) const UNDER_WAY: usize = 10_000;
const MESSAGES: u32 = 10;

/// So many as they come: of the conversations under way any one goes on, and where one ends another begins.
pub(crate) fn under_way(org: &Org, count: usize, seed: u64) -> Vec<Send> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut all = by_mix(org, UNDER_WAY + count, seed).into_iter();
    let mut going: Vec<Send> = all.by_ref().take(UNDER_WAY).collect();
    let mut sends = Vec::with_capacity(count);
    while sends.len() < count {
        let place = random.random_range(0..going.len().max(1));
        let Some(one) = going.get_mut(place) else { break };
        sends.push(*one);
        if random.random_range(0..MESSAGES) == 0
            && let Some(another) = all.next()
        {
            *one = another;
        }
    }
    sends
}

fn draw(
    org: &Org,
    count: usize,
    seed: u64,
    partner: impl Fn(&mut StdRng, &Org, PersonIx) -> Option<PersonIx>,
) -> Vec<Send> {
    let mut random = StdRng::seed_from_u64(seed);
    let people: Vec<PersonIx> = org.people().collect();
    let mut sends = Vec::with_capacity(count);
    while sends.len() < count
        && let Some(from) = people.choose(&mut random).copied()
    {
        let anybody = people.choose(&mut random).copied().unwrap_or(from);
        let to = partner(&mut random, org, from).unwrap_or(anybody);
        sends.push(send(&mut random, org, from, to));
    }
    sends
}

fn send(random: &mut StdRng, org: &Org, from: PersonIx, to: PersonIx) -> Send {
    let hats = org.hats(from, NOON.now);
    let action = match random.random_range(0..10) {
        0 => Action::DmStart,
        1 => Action::DmFile,
        _ => Action::DmSend,
    };
    let is_open = random.random_range(0..10) < 6;
    let labelled = random.random_range(0..100) < 15;
    Send {
        from,
        to,
        hat: hats.choose(random).copied().unwrap_or(Hat::Own),
        action,
        contact: if is_open { Contact::Open } else { Contact::None },
        label: Label { level: u8::from(labelled), categories: 0 },
    }
}

fn near(random: &mut StdRng, org: &Org, from: PersonIx) -> Option<PersonIx> {
    let own = org.unit_of(from);
    let mut share = random.random_range(0..100_u32);
    let mut is = |percent: u32| {
        let yes = share < percent;
        share = share.wrapping_sub(percent);
        yes
    };
    if is(MIX.same_unit) {
        return org.people_of(own).choose(random).copied();
    }
    if is(MIX.up) {
        let steps = random.random_range(0..2);
        return org.superiors(from).nth(steps).or_else(|| org.superior(from));
    }
    if is(MIX.down) {
        let below = org.reports(from).choose(random).copied();
        // Few lead anybody: of the others their superior writes instead, to a unit below them or to a colleague.
        return below.or_else(|| org.people_of(own).choose(random).copied());
    }
    if is(MIX.same_department) {
        let path = org.unit_path(own);
        let department = path.iter().copied().find(|unit| org.unit_kind(*unit) == UnitKind::Department);
        return within(random, org, department.unwrap_or(own));
    }
    if is(MIX.same_agency) {
        return within(random, org, org.agency_of(from));
    }
    None
}

/// Somebody of a unit somewhere below.
fn within(random: &mut StdRng, org: &Org, unit: UnitIx) -> Option<PersonIx> {
    let mut at = unit;
    while let Some(below) = org.children(at).choose(random) {
        at = *below;
    }
    org.people_of(at).choose(random).copied()
}
