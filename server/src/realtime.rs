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

use dashmap::DashMap;
use schema::Pool;

pub use follow::{Change, on_org_changed, on_policy_changed, on_session_ended};

use self::admission::Admission;
use self::follow::{TreeSeats, Untold};
use self::rooms::Rooms;

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
}

impl Chat {
    /// Nothing yet, over the database and its so many connections.
    pub fn new(pool: Pool, connections: usize) -> Self {
        Self {
            rooms: Rooms::new(pool),
            tree_seats: TreeSeats(DashMap::new()),
            untold: Untold::default(),
            admission: Admission::new(connections / 2),
        }
    }
}
