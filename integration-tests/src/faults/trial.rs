//! One fault under load: the load begins, something breaks and is healed, all becomes quiet, and everything is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use uuid::Uuid;

use super::breaking::Third;
use super::cast::{Cast, Member, sign_in};
use super::checker::{self, Counted, Finding, World};
use super::device;
use super::ground::Ground;
use super::kinds::Fault;
use super::load::{Load, Part};
use super::officers::Officers;
use crate::client::Client;
use crate::measure;

/// How many sends must be acknowledged before something breaks, and again after it is healed.
const GOING: usize = 60;
/// How long that may take.
const GETTING_GOING: Duration = Duration::from_secs(30);
/// How long a node may take to be ready again by itself.
const READY: Duration = Duration::from_secs(40);
/// How long it may take until everything is answered.
const ANSWERED: Duration = Duration::from_mins(1);
/// How long it may take until everybody has everything.
const DELIVERED: Duration = Duration::from_secs(20);
/// The most that a node may hold in the end, in MiB.
const MEMORY: f64 = 700.0;

/// What all trials share.
pub struct Company {
    pub ground: Ground,
    pub cast: Cast,
    pub officers: Officers,
    pub clients: BTreeMap<Uuid, Client>,
}

/// One that is under way.
pub struct Trial<'a> {
    pub(super) ground: &'a mut Ground,
    pub(super) cast: &'a Cast,
    pub(super) officers: &'a Officers,
    pub(super) clients: &'a BTreeMap<Uuid, Client>,
    pub(super) load: Load,
    pub(super) length: Duration,
    pub(super) kills: usize,
    pub(super) barred: BTreeSet<Uuid>,
    said: Vec<String>,
}

/// What came of it.
pub struct Report {
    pub fault: Fault,
    pub counted: Counted,
    pub kills: usize,
    /// Errors that senders were told, and connections that ended.
    pub felt: usize,
    /// From the end of the fault until both nodes were ready.
    pub ready_after: Duration,
    pub took: Duration,
    pub memory: Vec<f64>,
    pub said: Vec<String>,
    pub findings: Vec<Finding>,
}

impl Company {
    pub async fn gather() -> Self {
        let ground = Ground::prepare().await;
        let cast = Cast::gather(&ground).await;
        let officers = Officers::agree(&ground.nodes[0].base).await;
        Self { ground, cast, officers, clients: BTreeMap::new() }
    }

    /// Everybody signs in anew: access tokens do not last for ever.
    pub async fn sign_in(&mut self) {
        let base = &self.ground.nodes[0].base;
        self.officers.sign_in(base).await;
        let Cast { people, superior, stranger, .. } = &self.cast;
        for member in people.iter().chain([superior, stranger]) {
            self.clients.insert(member.id, sign_in(base, &member.login).await);
        }
    }

    /// Tries one fault, which lasts for about `length`.
    pub async fn try_fault(&mut self, fault: Fault, length: Duration) -> Report {
        let began = Instant::now();
        if fault == Fault::PolicySwitched {
            self.officers.built().await;
        }
        let third = if fault.sets_the_clock() { Some(Third::start(&self.ground).await) } else { None };
        let Self { ground, cast, officers, clients } = self;
        let mut trial = Trial {
            ground,
            cast,
            officers,
            clients,
            load: Load::new(),
            length,
            kills: 0,
            barred: BTreeSet::new(),
            said: Vec::new(),
        };
        let before = trial.begin(third.as_ref()).await;
        fault.happen(&mut trial, third.as_ref()).await;
        let ready_after = trial.ready().await;
        trial.quiet().await;
        let (findings, counted) = trial.check(before).await;
        let felt = trial.load.felt();
        fault.tidy(&mut trial).await;
        let Trial { load, kills, said, .. } = trial;
        load.end().await;
        if let Some(third) = third {
            third.stop().await;
        }
        if fault == Fault::PersonDisabled {
            self.sign_in().await;
        }
        let memory =
            self.ground.nodes.iter().filter_map(|node| measure::resident_mib_of(node.id())).collect();
        Report { fault, counted, kills, felt, ready_after, took: began.elapsed(), memory, said, findings }
    }
}

impl Trial<'_> {
    pub(super) fn say(&mut self, what: String) {
        self.said.push(what);
    }

    /// Who leaves, where somebody does: the second one of the third pair.
    pub(super) fn leaver(&self) -> Member {
        self.cast.people[5].clone()
    }

    /// Waits until both nodes are ready by themselves.
    pub(super) async fn ready(&self) -> Duration {
        let mut longest = Duration::ZERO;
        for node in &self.ground.nodes {
            longest += node.ready_within(READY).await;
        }
        longest
    }

    /// Everybody takes part. Returns what each conversation held before.
    async fn begin(&mut self, third: Option<&Third>) -> BTreeMap<Uuid, i64> {
        let mut before = BTreeMap::new();
        for conversation in self.cast.readers.keys() {
            before.insert(*conversation, self.ground.last_seq(*conversation).await);
        }
        let mut bases = self.ground.bases();
        if let Some(third) = third {
            bases[1] = third.base();
        }
        let Cast { people, superior, stranger, pairs, group, upwards, .. } = self.cast;
        let everybody = people.iter().chain([superior, stranger]);
        for (number, member) in everybody.enumerate() {
            let writes: Vec<Uuid> = pairs.get(number / 2).copied().into_iter().chain([*group]).collect();
            let writes = match number {
                0 => writes.into_iter().chain([*upwards]).collect(),
                _ if number < people.len() => writes,
                _ => Vec::new(),
            };
            let mine = self.cast.conversations_of(member.id);
            let has = mine.into_iter().map(|conversation| (conversation, before[&conversation])).collect();
            let client = self.clients[&member.id].clone();
            self.load.join(&bases, Part { person: member.id, client, writes, has });
        }
        self.load.send(true);
        self.going(0).await;
        before
    }

    /// Waits until so many sends more are acknowledged.
    async fn going(&self, before: usize) {
        let began = Instant::now();
        while self.load.acknowledged() < before + GOING {
            let figures = self.load.figures();
            assert!(began.elapsed() < GETTING_GOING, "nothing is acknowledged: {figures:#?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets the load go on for a while, and end.
    async fn quiet(&mut self) {
        self.going(self.load.acknowledged()).await;
        self.load.send(false);
        self.answered(0).await;
        // The next message brings whatever did not come at once.
        self.load.say_once();
        self.answered(1).await;
        for node in &self.ground.nodes {
            let began = Instant::now();
            while node.figure("chancery_sends_waiting").await != Some(0.0) {
                assert!(began.elapsed() < ANSWERED, "sends wait on {}", node.base);
                sleep(Duration::from_millis(50)).await;
            }
        }
    }

    async fn answered(&self, rounds: u64) {
        let is_answered = |person: Uuid, figures: &device::Figures| {
            self.barred.contains(&person) || (figures.unanswered == 0 && figures.rounds == rounds)
        };
        if let Err(left) = self.load.until(ANSWERED, is_answered).await {
            panic!("not everything is answered: {left:#?}\n{}", self.logs());
        }
    }

    pub(super) fn logs(&self) -> String {
        let logs = self.ground.nodes.iter().map(|node| format!("== {}\n{}", node.base, node.log()));
        logs.collect::<Vec<_>>().join("\n")
    }

    async fn check(&self, before: BTreeMap<Uuid, i64>) -> (Vec<Finding>, Counted) {
        let mut world = World { readers: self.cast.readers.clone(), before, ..World::default() };
        let mut last = BTreeMap::new();
        for (conversation, after) in &world.before {
            let stored = self.ground.stored(*conversation, *after).await;
            last.insert(*conversation, stored.last().map_or(*after, |message| message.seq));
            world.stored.extend(stored);
        }
        // Where it takes too long, the checker says what is missing.
        let has_all = |person: Uuid, figures: &device::Figures| {
            self.barred.contains(&person) || figures.has.iter().all(|(id, has)| last.get(id) <= Some(has))
        };
        drop(self.load.until(DELIVERED, has_all).await);
        let read_by = self.clients.iter().filter(|(person, _)| !self.barred.contains(person));
        for (number, (person, client)) in read_by.enumerate() {
            let client = client.at(&self.ground.nodes[number % 2].base);
            for conversation in self.cast.conversations_of(*person) {
                let read = device::page_on(&client, conversation, world.before[&conversation]).await;
                let read =
                    read.unwrap_or_else(|why| panic!("{} is ready: {why}\n{}", client.base(), self.logs()));
                world.read.insert((*person, conversation), read);
            }
        }
        checker::check(&self.load.history.entries(), &world)
    }
}

impl Report {
    /// What is wrong, if anything is.
    pub fn objection(&self) -> Option<String> {
        if let Some(memory) = self.memory.iter().find(|memory| **memory > MEMORY) {
            return Some(format!("{}: a node holds {memory:.0} MiB", self.fault.name()));
        }
        let found: Vec<String> = self.findings.iter().take(20).map(Finding::to_string).collect();
        (!found.is_empty())
            .then(|| format!("{}: {} findings\n{}", self.fault.name(), self.findings.len(), found.join("\n")))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counted { sent, tries, acknowledged, denied, stored, heard, fetched, lines, resyncs } =
            self.counted;
        write!(
            f,
            "{:<40} {:>5.1} s | sent {sent} ({tries} tries), acknowledged {acknowledged}, denied {denied}, stored {stored} | \
             heard {heard}, fetched {fetched} ({resyncs} resyncs), {lines} connections | kills {}, felt {}, ready after {:.1} s, \
             memory {:.0?} MiB",
            self.fault.name(),
            self.took.as_secs_f64(),
            self.kills,
            self.felt,
            self.ready_after.as_secs_f64(),
            self.memory,
        )?;
        self.said.iter().try_for_each(|said| write!(f, "\n    {said}"))
    }
}
