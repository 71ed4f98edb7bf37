//! Which policies decide: where they come from, who signs them, how every node comes to the same ones, and how they are
//! tried before they bind anybody.

pub mod command;
pub mod keeper;
pub mod life;
pub mod shadow;
pub mod shelf;
pub mod statement;
pub mod whatif;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use policies::Finding;
use policies::gate::{InForce, PolicyFiles, Snapshot};
use policies::lint;
use schema::ids::UnitId;
use schema::policy_activations::{self, Activation, Mode};
use schema::{Pool, policy_versions};
use tokio::sync::Notify;
use uuid::Uuid;

use self::shadow::Shadow;
use self::shelf::{BuildError, Shelf};
use crate::clock::Clock;
use crate::config::PolicySettings;
use crate::freshness::{self, Freshness};

/// A policy that cannot be used, with everything that is wrong in it: file, line, key.
#[derive(Debug)]
pub struct Rejected(pub Vec<Finding>);

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy cannot be used")?;
        self.0.iter().try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}

impl std::error::Error for Rejected {}

/// Why there is no policy to start with.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The files cannot be used.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// What is in force in the database cannot be used by this program.
    #[error(
        "policy version {number}, which is in force, cannot be used by this program; write one for it, have it signed \
         (`chancery policy sign`) and put it in force (`chancery policy publish`): {cause}"
    )]
    InForce {
        /// Its number.
        number: i64,
        /// Why.
        cause: BuildError,
    },
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] schema::Error),
    /// Loading was interrupted.
    #[error(transparent)]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The files in `directory`, or those that the program carries.
pub fn files(directory: Option<&Path>) -> std::io::Result<PolicyFiles> {
    directory.map_or_else(|| Ok(PolicyFiles::embedded()), PolicyFiles::read)
}

/// Loads the policy if nothing speaks against it: what breaks an invariant or fails a golden case does not come into force.
pub fn load(files: &PolicyFiles, number: i64) -> Result<Snapshot, Rejected> {
    lint::examine(files, number).map_err(Rejected)
}

/// What of the policies this node has, and how sure it is that they are the right ones.
pub struct Policies {
    /// What was built here.
    pub shelf: Shelf,
    /// Where another policy would have decided otherwise.
    pub shadow: Arc<Shadow>,
    /// When what is in force here was last what is in force.
    freshness: Freshness,
    /// Rung when something may have changed.
    bell: Notify,
    /// Policies to be put in force here, by whoever keeps the mirror.
    next: Mutex<Option<InForce>>,
    ready: Notify,
    /// One comparison of policies over all people at a time: it takes a processor for a while.
    pub weighing: tokio::sync::Mutex<()>,
}

impl Policies {
    fn new(shelf: Shelf) -> Self {
        shelf.give_way();
        Self {
            shelf,
            shadow: Arc::default(),
            freshness: Freshness::now(freshness::OF_DATABASE),
            bell: Notify::new(),
            next: Mutex::default(),
            ready: Notify::new(),
            weighing: tokio::sync::Mutex::default(),
        }
    }

    /// Says that something may have changed.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Whether it is not known for too long which policies are in force.
    pub fn is_stale(&self) -> bool {
        self.freshness.is_stale()
    }

    fn confirm(&self) {
        self.freshness.confirm();
    }

    fn hand_over(&self, policies: InForce) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(policies);
        self.ready.notify_one();
    }

    /// Waits until there are policies to be put in force.
    pub async fn ready(&self) {
        self.ready.notified().await;
    }

    /// The policies to be put in force now, if there are any.
    pub fn take_next(&self) -> Option<InForce> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Which policies are to be in force, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Everywhere; none before the first.
    pub everywhere: Option<i64>,
    /// In agencies that have one of their own.
    pub agencies: Vec<(Uuid, i64)>,
    /// In the shadow.
    pub shadow: Option<i64>,
}

impl Numbers {
    /// As these activations say.
    pub fn of(activations: &[Activation]) -> Self {
        let mut numbers = Self::default();
        for activation in activations {
            match (activation.mode, activation.agency_id) {
                (Mode::Shadow, _) => numbers.shadow = Some(activation.number),
                (Mode::Active, None) => numbers.everywhere = Some(activation.number),
                (Mode::Active, Some(UnitId(agency))) => numbers.agencies.push((agency, activation.number)),
            }
        }
        numbers.agencies.sort_unstable();
        numbers
    }

    /// Those of `policies`.
    pub fn in_force(policies: &InForce) -> Self {
        let mut agencies: Vec<_> =
            policies.agencies().map(|(agency, policy)| (agency, policy.version())).collect();
        agencies.sort_unstable();
        let everywhere = Some(policies.everywhere().version());
        Self { everywhere, agencies, shadow: policies.shadow().map(|policy| policy.version()) }
    }

    /// Those that decide, once each.
    pub fn deciding(&self) -> BTreeSet<i64> {
        self.everywhere.into_iter().chain(self.agencies.iter().map(|(_, number)| *number)).collect()
    }

    /// All of them, once each.
    pub fn all(&self) -> BTreeSet<i64> {
        self.deciding().into_iter().chain(self.shadow).collect()
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(everywhere) = self.everywhere {
            write!(f, "{everywhere}")?;
        }
        self.agencies.iter().try_for_each(|(agency, number)| write!(f, " {agency}:{number}"))?;
        self.shadow.map_or(Ok(()), |number| write!(f, " ~{number}"))
    }
}

/// What is in force, and what is needed to follow it. Where nothing ever was, the files that the configuration names, or
/// that the program carries, are put in force first; see [`PolicySettings`].
pub async fn open(
    pool: &Pool,
    settings: &PolicySettings,
    files: PolicyFiles,
    clock: &Clock,
) -> Result<(Policies, InForce), PublishError> {
    let shelf = Shelf::new(pool.clone());
    let mut connection = pool.get().await?;
    let files = Arc::new(files);
    loop {
        let numbers = Numbers::of(&policy_activations::current(&mut connection).await?);
        if let Some(number) = numbers.everywhere
            && !gives_way(&mut connection, settings, number, &files).await?
        {
            let built = shelf.in_force(&numbers).await;
            let built = built.map_err(|cause| PublishError::InForce { number, cause })?;
            if let Some(in_force) = built {
                return Ok((Policies::new(shelf), in_force));
            }
        }
        let number = policy_versions::next_number(&mut connection).await?;
        let loading = Arc::clone(&files);
        let snapshot = tokio::task::spawn_blocking(move || load(&loading, number)).await??;
        // Another node may have been faster: then this one looks again.
        let (sha256, now) = (files.sha256(), clock.now());
        if policy_versions::found(&mut connection, number, &sha256, files.map(), now).await? {
            tracing::info!(version = number, "the policy is founded");
            shelf.put_examined(number, snapshot, Arc::clone(&files));
        }
    }
}

/// Whether the policy in force is to be replaced by `files`: only where the configuration says so, and never one that
/// officers signed.
async fn gives_way(
    connection: &mut schema::Connection,
    settings: &PolicySettings,
    number: i64,
    files: &PolicyFiles,
) -> Result<bool, PublishError> {
    let version = policy_versions::find(connection, number).await?;
    let differs = version.sha256 != files.sha256();
    if differs && !settings.trust_files {
        tracing::info!(version = number, "the files of the program are another policy than the one in force");
    }
    Ok(differs && settings.trust_files && version.author_id.is_none())
}
