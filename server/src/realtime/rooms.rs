//! What a decision needs to know of a conversation, in memory: loaded once, then kept by events. A send, its decision
//! and its delivery ask no table.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use dashmap::DashMap;
use policies::facts::{Contact, Membership, Missing};
use policies::label::Label;
use policies::org::Org;
use schema::conversations::Conversation;
use schema::ids::{ConversationId, PersonId, UnitId};
use schema::members::Member;
use schema::{Pool, conversations, members, messages};
use tokio::sync::Mutex;

/// How many conversations are remembered at most.
const CAPACITY: usize = 200_000;

/// A conversation in memory. What moves with every message is atomic; any other change replaces the room.
#[derive(Debug)]
pub struct Room {
    /// The row, as it was read.
    pub conversation: Conversation,
    /// Who is in it.
    pub seats: HashMap<PersonId, Member>,
    /// How often its place had been forgotten when this was read.
    as_of: u64,
    last_seq: AtomicI64,
    low_wrote: AtomicBool,
    high_wrote: AtomicBool,
}

impl Room {
    /// The room of a conversation with these members, where of a direct pair those have written who `wrote`.
    pub fn new(conversation: Conversation, seats: Vec<Member>, wrote: &[PersonId]) -> Self {
        let has_written = |person: Option<PersonId>| person.is_some_and(|person| wrote.contains(&person));
        Self {
            last_seq: AtomicI64::new(conversation.last_seq),
            low_wrote: AtomicBool::new(has_written(conversation.direct_low)),
            high_wrote: AtomicBool::new(has_written(conversation.direct_high)),
            seats: seats.into_iter().map(|seat| (seat.person_id, seat)).collect(),
            as_of: 0,
            conversation,
        }
    }

    /// Its identifier.
    pub fn id(&self) -> ConversationId {
        self.conversation.id
    }

    /// The number of the newest message.
    pub fn last_seq(&self) -> i64 {
        self.last_seq.load(Ordering::SeqCst)
    }

    /// How the policy counts `person` here.
    pub fn membership(&self, person: PersonId) -> Membership {
        org_input::membership(self.seats.get(&person).map(|seat| seat.role))
    }

    /// The other one of a direct conversation, seen from `person`.
    pub fn partner_of(&self, person: PersonId) -> Option<PersonId> {
        match (self.conversation.direct_low?, self.conversation.direct_high?) {
            (low, high) if low == person => Some(high),
            (low, high) if high == person => Some(low),
            _ => None,
        }
    }

    /// Whether the other one of a direct conversation has written to `person` here.
    pub fn contact_of(&self, person: PersonId) -> Contact {
        let other_wrote = match self.partner_of(person) {
            Some(other) if Some(other) == self.conversation.direct_low => &self.low_wrote,
            Some(_) => &self.high_wrote,
            None => return Contact::None,
        };
        if other_wrote.load(Ordering::SeqCst) { Contact::Open } else { Contact::None }
    }

    /// The first message that `person` may read; someone who is no member starts where the conversation does.
    pub fn reads_from(&self, person: PersonId) -> i64 {
        self.seats.get(&person).map_or(1, |seat| seat.reads_from_seq)
    }

    /// The highest label that a message here may have, where the conversation has `label`: what two people may tell
    /// each other in a direct one without a label is limited by the two of them alone.
    pub fn ceiling(&self, label: Label) -> Label {
        org_input::ceiling(self.conversation.kind, label)
    }

    /// The room as the policy sees it. A label that the policy does not know is missing, never unlabelled.
    pub fn facts(&self, org: &Org, label: Option<Label>) -> Result<policies::facts::Room, Missing> {
        org_input::room(&self.conversation, org, label)
    }

    /// Whether a closed wall stands between two of the people in the group that this is.
    pub fn is_parted(&self, org: &Org) -> bool {
        org_input::parted(self.conversation.kind, org, self.seats.keys().copied())
    }

    /// Notes that a message of `author` was committed.
    pub fn wrote(&self, author: PersonId, seq: i64) {
        self.last_seq.fetch_max(seq, Ordering::SeqCst);
        if self.conversation.direct_low == Some(author) {
            self.low_wrote.store(true, Ordering::SeqCst);
        } else if self.conversation.direct_high == Some(author) {
            self.high_wrote.store(true, Ordering::SeqCst);
        }
    }
}

/// The place of one conversation in memory; it outlives the versions of its room.
#[derive(Debug, Default)]
pub struct Slot {
    room: ArcSwapOption<Room>,
    /// How often what is remembered was forgotten, because it changed.
    forgotten: AtomicU64,
    /// Moves on whenever a message came while the conversation was read.
    overtaken: AtomicU64,
    loading: Mutex<()>,
    /// The number of the last message that was delivered here, once one was.
    pub delivered: Mutex<Option<i64>>,
}

impl Slot {
    /// Whether `room` is what is known of the conversation, but for its newest messages.
    pub fn still_has(&self, room: &Room) -> bool {
        self.forgotten.load(Ordering::SeqCst) == room.as_of
    }

    fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.room.store(None);
    }
}

/// All remembered conversations.
#[derive(Debug)]
pub struct Rooms {
    pool: Pool,
    slots: DashMap<ConversationId, Arc<Slot>>,
    /// The conversations of each unit that were ever read here.
    of_units: DashMap<UnitId, HashSet<ConversationId>>,
}

impl Rooms {
    /// An empty memory over the database.
    pub fn new(pool: Pool) -> Self {
        Self { pool, slots: DashMap::new(), of_units: DashMap::new() }
    }

    /// The conversation `id` and its place. With `fresh`, memory is not trusted.
    pub async fn find(
        &self,
        id: ConversationId,
        fresh: bool,
    ) -> Result<Option<(Arc<Slot>, Arc<Room>)>, schema::Error> {
        let known = self.slots.get(&id).map(|slot| slot.clone());
        let slot = if let Some(slot) = known {
            slot
        } else {
            // The place comes before what is read into it, so that no change in between goes unnoticed; but nobody makes
            // places by guessing identifiers.
            let mut connection = self.pool.get().await?;
            if conversations::find(&mut connection, id).await?.is_none() {
                return Ok(None);
            }
            self.make_way();
            self.slots.entry(id).or_default().clone()
        };
        if !fresh && let Some(room) = slot.room.load_full() {
            return Ok(Some((slot, room)));
        }
        let room = self.load(&slot, id, fresh).await?;
        Ok(room.map(|room| (slot, room)))
    }

    async fn load(
        &self,
        slot: &Slot,
        id: ConversationId,
        fresh: bool,
    ) -> Result<Option<Arc<Room>>, schema::Error> {
        let _one_at_a_time = slot.loading.lock().await;
        if !fresh && let Some(room) = slot.room.load_full() {
            return Ok(Some(room));
        }
        loop {
            let as_of = slot.forgotten.load(Ordering::SeqCst);
            let overtaken = slot.overtaken.load(Ordering::SeqCst);
            let Some(room) = self.read(id).await? else { return Ok(None) };
            let room = Arc::new(Room { as_of, ..room });
            slot.room.store(Some(room.clone()));
            if slot.still_has(&room) && slot.overtaken.load(Ordering::SeqCst) == overtaken {
                return Ok(Some(room));
            }
            // Something changed while it was read: what was read may be from before the change.
            slot.room.store(None);
        }
    }

    async fn read(&self, id: ConversationId) -> Result<Option<Room>, schema::Error> {
        let mut connection = self.pool.get().await?;
        let Some(conversation) = conversations::find(&mut connection, id).await? else { return Ok(None) };
        if let Some(unit) = conversation.unit_id {
            self.of_units.entry(unit).or_default().insert(id);
        }
        let seats = members::list(&mut connection, id).await?;
        let pair: Vec<_> = conversation.direct_low.into_iter().chain(conversation.direct_high).collect();
        let wrote = messages::writers_among(&mut connection, id, &pair).await?;
        Ok(Some(Room::new(conversation, seats, &wrote)))
    }

    /// The room if it is in memory, for what is not worth a query.
    pub fn remembered(&self, id: ConversationId) -> Option<Arc<Room>> {
        self.slots.get(&id)?.room.load_full()
    }

    /// Notes a committed message, whichever version of the room is in memory by now.
    pub fn wrote(&self, id: ConversationId, author: PersonId, seq: i64) {
        let Some(slot) = self.slots.get(&id).map(|slot| slot.clone()) else { return };
        if let Some(room) = slot.room.load_full() {
            room.wrote(author, seq);
        }
        if slot.loading.try_lock().is_err() {
            // The version that is being read now may not have seen it.
            slot.overtaken.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Notes that messages up to `seq` need not be delivered here any more.
    pub async fn pass(&self, id: ConversationId, seq: i64) {
        let Some(slot) = self.slots.get(&id).map(|slot| slot.clone()) else { return };
        if let Some(last) = slot.delivered.lock().await.as_mut() {
            *last = seq.max(*last);
        }
    }

    /// The number of the last message of `id` that was delivered here, if one was.
    pub async fn delivered(&self, id: ConversationId) -> Option<i64> {
        let slot = self.slots.get(&id).map(|slot| slot.clone())?;
        *slot.delivered.lock().await
    }

    /// Forgets what is remembered of `id`: the next question reads it again.
    pub fn forget(&self, id: ConversationId) {
        if let Some(slot) = self.slots.get(&id) {
            slot.forget();
        }
    }

    /// Forgets the conversations of these units.
    pub fn forget_units<'a>(&self, units: impl Iterator<Item = &'a UnitId>) {
        for unit in units {
            let known = self.of_units.get(unit).map(|known| known.clone()).unwrap_or_default();
            for id in known {
                self.forget(id);
            }
        }
    }

    /// Forgets everything that `concerns` picks.
    pub fn forget_where(&self, concerns: impl Fn(&Room) -> bool) {
        for slot in &self.slots {
            let keep = slot.room.load_full().is_some_and(|room| !concerns(&room));
            if !keep {
                slot.forget();
            }
        }
    }

    /// How many conversations are in memory.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Keeps memory bounded: when it is full, half of what nobody uses at the moment goes.
    fn make_way(&self) {
        if self.slots.len() < CAPACITY {
            return;
        }
        let mut spare = CAPACITY / 2;
        self.slots.retain(|_, slot| {
            let goes = spare > 0 && Arc::strong_count(slot) == 1;
            spare = spare.saturating_sub(usize::from(goes));
            !goes
        });
    }
}
