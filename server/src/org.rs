//! The copy of the organisation in memory: what decides and what is shown, of one version, swapped as a whole.
//!
//! A request takes the current copy once and keeps it to its end, so that it never sees two organisations.

mod agenda;
mod build;
pub mod follow;
pub mod in_force;
mod patch;
pub mod people;
pub mod search;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use policies::facts::Missing;
use policies::gate::Snapshot;
use schema::Pool;
use schema::org_part::OrgPart;
use schema::org_snapshot::OrgSnapshot;

pub use patch::Touched;
pub use people::{Duty, DutyRecord, Mirror, PersonRecord, PostRecord, RankRecord, Status};

use self::agenda::Agenda;
use self::in_force::InForce;
use crate::clock::Clock;
use crate::error::Error;
use crate::freshness::{self, Freshness};

/// The current mirror, and when it was last known to be the database's. Cloning shares it.
#[derive(Clone)]
pub struct OrgMirror {
    current: Arc<ArcSwap<Mirror>>,
    freshness: Freshness,
    /// What begins or ends by time alone.
    agenda: Arc<Mutex<Agenda>>,
    /// Since when what is decided by.
    pub in_force: Arc<InForce>,
}

impl OrgMirror {
    /// Reads the mirror for the first time.
    pub async fn load(pool: &Pool, policy: &Snapshot, clock: &Clock) -> Result<Self, Error> {
        let (mirror, agenda) = read(pool, policy, clock).await?;
        Ok(Self {
            current: Arc::new(ArcSwap::from_pointee(mirror)),
            freshness: Freshness::now(freshness::OF_DATABASE),
            agenda: Arc::new(Mutex::new(agenda)),
            in_force: Arc::default(),
        })
    }

    /// The mirror to show things from.
    pub fn current(&self) -> Arc<Mirror> {
        self.current.load_full()
    }

    /// The mirror to decide with, unless it may be out of date.
    pub fn fresh(&self) -> Result<Arc<Mirror>, Missing> {
        if self.is_stale() { Err(Missing::StaleOrg) } else { Ok(self.current()) }
    }

    /// Whether the database has been silent for too long.
    pub fn is_stale(&self) -> bool {
        self.freshness.is_stale()
    }

    /// Notes that the database still has the version that we have.
    fn confirm(&self) {
        self.freshness.confirm();
    }

    /// Puts `next` in the place of the current mirror, which it returns.
    fn swap(&self, next: Arc<Mirror>) -> Arc<Mirror> {
        let version = next.version();
        let old = self.current.swap(next);
        self.in_force.begins(old.version(), version);
        old
    }

    /// What begins or ends by time alone.
    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(pool: &Pool, policy: &Snapshot, clock: &Clock) -> Result<(Mirror, Agenda), Error> {
    let mut connection = pool.get().await?;
    let mut rows = schema::org_snapshot::load(&mut connection, clock.now()).await?;
    drop(connection);
    let agenda = Agenda::new(std::mem::take(&mut rows.moments));
    Ok((of_rows(rows, policy).await?, agenda))
}

/// The mirror with `part` taken in, and whom that concerns; nothing if everything has to be read.
async fn patched(
    old: Arc<Mirror>,
    part: OrgPart,
    policy: &Snapshot,
) -> Result<Option<(Mirror, Touched)>, Error> {
    let labels = policy.labels().clone();
    tokio::task::spawn_blocking(move || old.patched(part, &labels)).await.map_err(Error::internal)
}

/// The mirror that `rows` make, with the walls and labels of `policy`.
pub async fn of_rows(rows: OrgSnapshot, policy: &Snapshot) -> Result<Mirror, Error> {
    let (walls, labels) = (policy.walls().clone(), policy.labels().clone());
    tokio::task::spawn_blocking(move || build::mirror(rows, &walls, &labels)).await.map_err(Error::internal)
}

/// The mirror that `rows` make of a moment in the past, in which nobody signs in or is searched for.
pub async fn of_past(rows: OrgSnapshot, policy: &Snapshot) -> Result<Mirror, Error> {
    let (walls, labels) = (policy.walls().clone(), policy.labels().clone());
    tokio::task::spawn_blocking(move || build::past(rows, &walls, &labels)).await.map_err(Error::internal)
}
