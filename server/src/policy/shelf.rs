//! The policies that this node has built. Building one proves its whole table, which takes a second or two: it is done
//! once, off the threads that serve and giving way to them, and one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use policies::gate::{InForce, PolicyFiles, Snapshot};
use policies::{Finding, aside, lint};
use schema::policy_activations::Activation;
use schema::{Pool, policy_versions, signing_keys};
use tokio::sync::OnceCell;

use super::statement::{self, Statement};
use super::{Numbers, Rejected};

/// Why a policy is not there.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It cannot be used.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Its files are not those that were signed, or a signature is not that of the officer.
    #[error("{0}")]
    Signature(&'static str),
    /// It has other labels or walls than the one that is in force everywhere, so it cannot stand beside it.
    #[error("policy version {0} has other labels or walls than the one in force everywhere")]
    OtherGround(i64),
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] schema::Error),
    /// Building was interrupted.
    #[error(transparent)]
    Interrupted(#[from] tokio::task::JoinError),
}

impl BuildError {
    /// Whether trying again could help.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Interrupted(_))
    }
}

/// A policy as it was built here.
pub struct Built {
    /// Its number.
    pub number: i64,
    /// As it decides.
    pub snapshot: Arc<Snapshot>,
    /// As it is written.
    pub files: Arc<PolicyFiles>,
    /// What a machine has to say against it, once that was asked.
    objections: OnceCell<Vec<Finding>>,
}

/// What was built.
pub struct Shelf {
    pool: Pool,
    built: Mutex<BTreeMap<i64, Arc<Built>>>,
    building: tokio::sync::Mutex<()>,
    /// Whether somebody is served meanwhile. At the start of a node everybody waits for the policy.
    gives_way: AtomicBool,
}

impl Shelf {
    /// A shelf with nothing on it.
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            built: Mutex::default(),
            building: tokio::sync::Mutex::default(),
            gives_way: AtomicBool::new(false),
        }
    }

    /// From now on, building gives way to those who are served.
    pub(super) fn give_way(&self) {
        self.gives_way.store(true, Ordering::Relaxed);
    }

    /// The policy with this number, if it was built.
    pub fn ready(&self, number: i64) -> Option<Arc<Built>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    /// The policy with this number. Its hash, and the signatures of its officers, are checked before.
    pub async fn get(&self, number: i64) -> Result<Arc<Built>, BuildError> {
        if let Some(built) = self.ready(number) {
            return Ok(built);
        }
        let _one_at_a_time = self.building.lock().await;
        if let Some(built) = self.ready(number) {
            return Ok(built);
        }
        let files = Arc::new(self.signed_files(number).await?);
        let written = Arc::clone(&files);
        let loading = move || Snapshot::load(&written, number).map_err(Rejected);
        let snapshot = Arc::new(self.work(loading).await??);
        Ok(self.put(Built { number, snapshot, files, objections: OnceCell::new() }))
    }

    /// What a machine has to say against it: broken invariants, failing golden cases.
    async fn objections<'a>(&self, built: &'a Built) -> Result<&'a [Finding], BuildError> {
        let looking = || {
            let (snapshot, files) = (Arc::clone(&built.snapshot), Arc::clone(&built.files));
            self.work(move || lint::objections(&snapshot, &files))
        };
        Ok(built.objections.get_or_try_init(looking).await?)
    }

    /// Does long work off the threads that serve, giving way to them once there are any.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, tokio::task::JoinError> {
        let gives_way = self.gives_way.load(Ordering::Relaxed);
        tokio::task::spawn_blocking(move || if gives_way { aside(work) } else { work() }).await
    }

    /// Takes a policy that was built and examined before it had a number in the database.
    pub(super) fn put_examined(&self, number: i64, snapshot: Snapshot, files: Arc<PolicyFiles>) {
        let objections = OnceCell::new_with(Some(Vec::new()));
        self.put(Built { number, snapshot: Arc::new(snapshot), files, objections });
    }

    fn put(&self, built: Built) -> Arc<Built> {
        let built = Arc::new(built);
        self.built.lock().unwrap_or_else(PoisonError::into_inner).insert(built.number, Arc::clone(&built));
        built
    }

    /// The files of the policy, if they are those that were signed.
    async fn signed_files(&self, number: i64) -> Result<PolicyFiles, BuildError> {
        let mut connection = self.pool.get().await?;
        let version = policy_versions::find(&mut connection, number).await?;
        let files = PolicyFiles::from_map(policy_versions::files(&mut connection, number).await?);
        if files.sha256()[..] != version.sha256[..] {
            return Err(BuildError::Signature("its files are not those of its hash"));
        }
        for signature in policy_versions::signatures(&mut connection, &[number]).await? {
            let key = signing_keys::find(&mut connection, signature.key_id).await?;
            let said = Statement::of(&version, signature.role);
            if key.person_id != signature.person_id
                || !statement::is_signed(&said, &key.public_key, &signature.signature)
            {
                return Err(BuildError::Signature("a signature is not that of its officer"));
            }
        }
        Ok(files)
    }

    /// The policies that decided by these activations, of any time.
    pub async fn of(&self, activations: &[Activation]) -> Result<Option<InForce>, BuildError> {
        self.together(&Numbers::of(activations)).await
    }

    /// The policies with these numbers, to decide by from now on. What a machine objects to does not come into force here,
    /// whoever wrote it into the database. Nothing: none is in force everywhere.
    pub async fn in_force(&self, numbers: &Numbers) -> Result<Option<InForce>, BuildError> {
        for number in numbers.all() {
            let built = self.get(number).await?;
            let objections = self.objections(&built).await?;
            if !objections.is_empty() {
                return Err(Rejected(objections.to_vec()).into());
            }
        }
        self.together(numbers).await
    }

    async fn together(&self, numbers: &Numbers) -> Result<Option<InForce>, BuildError> {
        let Some(everywhere) = numbers.everywhere else { return Ok(None) };
        let everywhere = self.snapshot(everywhere).await?;
        let mut agencies = Vec::new();
        for (agency, number) in &numbers.agencies {
            agencies.push((*agency, self.snapshot(*number).await?));
        }
        let shadow = match numbers.shadow {
            Some(number) => Some(self.snapshot(number).await?),
            None => None,
        };
        InForce::new(everywhere, agencies, shadow).map(Some).map_err(BuildError::OtherGround)
    }

    /// The policy with this number, as it decides.
    pub async fn snapshot(&self, number: i64) -> Result<Arc<Snapshot>, BuildError> {
        Ok(Arc::clone(&self.get(number).await?.snapshot))
    }

    /// Forgets all but these, and the newest of the others: whoever looks back asks for one again and again.
    pub(super) fn keep(&self, wanted: &BTreeSet<i64>) {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let others: Vec<i64> = built.keys().copied().filter(|number| !wanted.contains(number)).collect();
        for number in others.iter().rev().skip(2) {
            built.remove(number);
        }
    }
}
