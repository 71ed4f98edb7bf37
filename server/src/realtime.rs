//! What happens live: who listens, what nodes tell each other, what is remembered of conversations.

pub mod admission;
pub mod announce;
pub mod bus;
pub mod event;
pub mod exceptions;
pub mod follow;
pub mod hub;
pub mod relay;
mod reseat;
pub mod resume;
pub mod rooms;
pub mod socket;

use std::num::NonZeroU32;
use std::time::Duration;

use dashmap::DashMap;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use schema::Pool;
use schema::ids::PersonId;

pub use follow::{Change, on_org_changed, on_policy_changed, on_session_ended};

use self::admission::Admission;
use self::follow::{TreeSeats, Untold};
use self::rooms::Rooms;

/// How many questions somebody may put to the gate at once, and per second after that.
const QUESTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);
const QUESTIONS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// How many exceptions somebody may ask for at once, and how long it takes until one more may be asked for.
const REQUESTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
const REQUEST_EVERY: Duration = Duration::from_mins(3);

/// What a node keeps in memory for its conversations.
pub struct Chat {
    /// The conversations themselves.
    pub rooms: Rooms,
    /// Where the tree has put those who listen here.
    pub tree_seats: TreeSeats,
    /// What of the organisation's changes those who listen here have still to be told.
    pub untold: Untold,
    /// Who is being brought up to date: so many at once that those who are connected still get their answers.
    pub admission: Admission,
    /// How often each person may ask what they may do.
    pub questions: DefaultKeyedRateLimiter<PersonId>,
    /// How often each person may ask for an exception.
    pub requests: DefaultKeyedRateLimiter<PersonId>,
}

impl Chat {
    /// Nothing yet, over the database and its so many connections.
    pub fn new(pool: Pool, connections: usize) -> Self {
        let quota = Quota::per_second(QUESTIONS_PER_SECOND).allow_burst(QUESTIONS);
        let requests = Quota::with_period(REQUEST_EVERY).unwrap_or(Quota::per_minute(NonZeroU32::MIN));
        Self {
            rooms: Rooms::new(pool),
            tree_seats: TreeSeats(DashMap::new()),
            untold: Untold::default(),
            admission: Admission::new(connections / 2),
            questions: RateLimiter::keyed(quota),
            requests: RateLimiter::keyed(requests.allow_burst(REQUESTS)),
        }
    }
}
