//! Decisions with their facts, from an organisation of so many people: what a send costs before it is stored.

use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use policies::facts::{Action, Asker, Membership, Room, RoomKind, in_room};
use policies::gate::{Gate, InForce, Snapshot, Verdict};
use policies::label::Label;
use policies::org::{Hat, Org, PersonIx};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;

use crate::pairs::{self, NOON, Send};
use crate::{clock, ministry, say};

/// So many decisions are one batch: long enough that looking at the clock does not matter.
const BATCH: usize = 4096;
/// So many pairs are asked again and again where they are hot.
const HOT: usize = 1024;

/// What was measured of one size.
#[derive(Debug, Serialize)]
pub(crate) struct Mirror {
    pub(crate) people: usize,
    pub(crate) units: usize,
    pub(crate) build_seconds: f64,
    /// What the process grew by until it was built.
    pub(crate) bytes_per_person: Option<f64>,
    /// Nanoseconds to fetch two lines of the cache from an array of one for each person: what no decision goes below.
    pub(crate) floor: Option<f64>,
    /// Nanoseconds for one decision with its facts: messages of the conversations that are under way.
    pub(crate) under_way: Option<f64>,
    /// Pairs by the mix, over everybody, none of whom was met since long.
    pub(crate) by_mix: Option<f64>,
    /// The same, where each decision begins when the one before is done.
    pub(crate) one_by_one: Option<f64>,
    /// Pairs of anybody with anybody.
    pub(crate) uniform: Option<f64>,
    /// A few pairs, again and again.
    pub(crate) hot: Option<f64>,
    /// Taking what is in force: once for all decisions of a request.
    pub(crate) in_force: Option<f64>,
    /// The facts alone, by the mix.
    pub(crate) facts_only: Option<f64>,
    /// Posting in the channel of one's own unit, or of the one above.
    pub(crate) in_room: Option<f64>,
    /// One person toward everybody under two policies, in milliseconds of processor time.
    pub(crate) what_if_one_ms: f64,
    /// As many drawn pairs as were measured, under two policies, in milliseconds.
    pub(crate) what_if_pairs_ms: f64,
    pub(crate) what_if_pairs: usize,
    /// How many of these pairs the other policy decides otherwise.
    pub(crate) what_if_changed: usize,
}

/// What is in force at one moment, as the server takes it for each request and all that is decided for it.
struct Scene<'a> {
    org: &'a Org,
    policies: Arc<InForce>,
}

impl Scene<'_> {
    /// The policy of the agency of whoever asks decides.
    fn decide(&self, send: &Send) -> Verdict {
        self.policies.of_asker(self.org, send.from).decide(send.facts(self.org))
    }

    /// Whether somebody may post in a room.
    fn post(&self, person: PersonIx, room: &Room) -> Verdict {
        let (org, label) = (self.org, Label::default());
        let asker = Asker { person, hat: Hat::Own };
        let facts = in_room(org, &NOON, Action::ChPost, asker, room, Membership::Member, label, None);
        self.policies.of_asker(org, person).decide(facts)
    }
}

/// Builds an organisation and measures decisions in it; `other` is what a what-if compares with.
pub(crate) fn measure(
    people: usize,
    decisions: usize,
    seed: u64,
    policy: &Arc<Snapshot>,
    other: &Snapshot,
) -> anyhow::Result<Mirror> {
    say(&format!("== {people} people"));
    // Before the rows are drawn: most of them become the mirror, and what is left of them is given back.
    let before = clock::resident_mib();
    let input = ministry::draw(people, seed);
    let began = clock::thread_ns();
    let org = Org::build(input, policy.walls());
    let build_seconds = (clock::thread_ns() - began) / 1e9;
    let grown = clock::resident_mib().zip(before).map(|(after, before)| after - before);
    if !org.findings().is_empty() {
        bail!("the drawn organisation is odd: {:?}", org.findings().first());
    }
    let gate = Gate::new(InForce::only(Arc::clone(policy)));
    let scene = Scene { org: &org, policies: gate.in_force() };
    let mixed = pairs::by_mix(&org, decisions, seed);
    let under_way = pairs::under_way(&org, decisions, seed);
    let uniform = pairs::uniform(&org, decisions, seed);
    let hot = mixed.get(..HOT.min(mixed.len())).unwrap_or_default();
    let rooms = rooms(&org, &mixed);
    let whom: Vec<PersonIx> = org.people().collect();
    let first = *mixed.first().context("there are no pairs")?;
    let mut to_everybody = whom.iter().map(|to| first.to(*to));
    let (what_if_one_ms, _) = what_if(&org, &mut to_everybody, policy, other);
    let (what_if_pairs_ms, what_if_changed) = what_if(&org, &mut mixed.iter().copied(), policy, other);
    Ok(Mirror {
        people,
        units: org.units().count(),
        build_seconds,
        bytes_per_person: grown.map(|mib| mib * 1024.0 * 1024.0 / clock::figure(people)),
        floor: floor(people, decisions, seed),
        under_way: batches(&under_way, |send| scene.decide(send)),
        by_mix: batches(&mixed, |send| scene.decide(send)),
        one_by_one: one_by_one(&mixed, |send| scene.decide(send)),
        uniform: batches(&uniform, |send| scene.decide(send)),
        hot: again_and_again(hot, |send| scene.decide(send)),
        in_force: again_and_again(hot, |_| gate.in_force()),
        facts_only: batches(&mixed, |send| send.facts(&org)),
        in_room: batches(&rooms, |(asker, room)| scene.post(*asker, room)),
        what_if_one_ms,
        what_if_pairs_ms,
        what_if_pairs: mixed.len(),
        what_if_changed,
    })
}

/// The median over batches, each of people who were not met since long.
fn batches<T, R>(things: &[T], one: impl Fn(&T) -> R) -> Option<f64> {
    let batch = |things: &[T]| {
        let began = clock::thread_ns();
        for thing in things {
            black_box(one(black_box(thing)));
        }
        (clock::thread_ns() - began) / clock::figure(things.len().max(1))
    };
    // Once without counting: every page of the mirror has been touched then.
    things.chunks(BATCH).for_each(|things| {
        black_box(batch(things));
    });
    clock::median(things.chunks(BATCH).map(batch).collect())
}

/// The same, but which pair is next is not known before the verdict is there. So nothing overlaps.
fn one_by_one(sends: &[Send], decide: impl Fn(&Send) -> Verdict) -> Option<f64> {
    let nothing = black_box(0_usize);
    let batch = |sends: &[Send]| {
        let began = clock::thread_ns();
        let (mut next, mut done) = (0, 0);
        while let Some(send) = sends.get(next) {
            done += 1;
            next = done + (usize::from(decide(send).allow) & nothing);
        }
        (clock::thread_ns() - began) / clock::figure(done.max(1))
    };
    clock::median(sends.chunks(BATCH).map(batch).collect())
}

fn again_and_again<T, R>(things: &[T], one: impl Fn(&T) -> R) -> Option<f64> {
    let pass = || {
        for thing in things {
            black_box(one(black_box(thing)));
        }
        Ok(())
    };
    clock::per_thing(things.len(), pass).ok().flatten()
}

/// A line of the processor's cache.
#[derive(Clone)]
#[repr(align(64))]
struct Line(usize);

/// Two lines for each of so many decisions; which are next is not known before they are there.
fn floor(people: usize, decisions: usize, seed: u64) -> Option<f64> {
    let mut random = StdRng::seed_from_u64(seed);
    let lines = vec![Line(black_box(0)); people];
    let pairs: Vec<[usize; 2]> =
        (0..decisions).map(|_| [(); 2].map(|()| random.random_range(0..people))).collect();
    let batch = |pairs: &[[usize; 2]]| {
        let began = clock::thread_ns();
        let (mut next, mut done) = (0, 0);
        while let Some(pair) = pairs.get(next) {
            done += 1;
            next = done + pair.iter().filter_map(|place| lines.get(*place)).map(|line| line.0).sum::<usize>();
        }
        (clock::thread_ns() - began) / clock::figure(done.max(1))
    };
    clock::median(pairs.chunks(BATCH).map(batch).collect())
}

/// Whoever writes, in the channel of their unit or of the one above it.
fn rooms(org: &Org, sends: &[Send]) -> Vec<(PersonIx, Room)> {
    let room = |(number, send): (usize, &Send)| {
        let own = org.unit_of(send.from);
        let unit = if number % 4 == 0 { org.parent(own).unwrap_or(own) } else { own };
        let (kind, agency, label) = (RoomKind::Unit, org.agency_of(send.from), Label::default());
        (send.from, Room { kind, agency, unit: Some(unit), label, parted: false })
    };
    sends.iter().enumerate().map(room).collect()
}

/// Milliseconds to decide all under two policies, and how many come out otherwise.
fn what_if(
    org: &Org,
    sends: &mut dyn Iterator<Item = Send>,
    policy: &Snapshot,
    other: &Snapshot,
) -> (f64, usize) {
    let began = clock::thread_ns();
    let changed = sends.filter(|send| {
        let facts = send.facts(org);
        policy.decide(facts).allow != other.decide(facts).allow
    });
    let changed = changed.count();
    ((clock::thread_ns() - began) / 1e6, changed)
}
