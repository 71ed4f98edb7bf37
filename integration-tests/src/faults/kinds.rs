//! Every fault by its name.

use std::time::Duration;

use super::breaking::{self, Third};
use super::proxy::Way;
use super::trial::Trial;
use super::{crowd, rules};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    NodeKilled,
    PostgresKilled,
    BackendKilled,
    RedisKilled,
    NodeFrozen,
    PostgresFrozen,
    RedisFrozen,
    RedisRefused,
    RedisSilent,
    PostgresRefused,
    PostgresSilent,
    DiskFull,
    ClockSteps,
    DirectoryGone,
    ReadsNothing,
    Floods,
    PolicySwitched,
    PersonDisabled,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::NodeKilled,
        Self::PostgresKilled,
        Self::BackendKilled,
        Self::RedisKilled,
        Self::NodeFrozen,
        Self::PostgresFrozen,
        Self::RedisFrozen,
        Self::RedisRefused,
        Self::RedisSilent,
        Self::PostgresRefused,
        Self::PostgresSilent,
        Self::DiskFull,
        Self::ClockSteps,
        Self::DirectoryGone,
        Self::ReadsNothing,
        Self::Floods,
        Self::PolicySwitched,
        Self::PersonDisabled,
    ];

    /// Those that there is time for whenever anything is tested.
    pub const SHORT: [Self; 11] = [
        Self::NodeKilled,
        Self::PostgresKilled,
        Self::RedisKilled,
        Self::NodeFrozen,
        Self::PostgresFrozen,
        Self::RedisFrozen,
        Self::RedisRefused,
        Self::PostgresRefused,
        Self::ReadsNothing,
        Self::Floods,
        Self::PolicySwitched,
    ];

    /// What happens, in a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::NodeKilled => "a node killed",
            Self::PostgresKilled => "Postgres killed",
            Self::BackendKilled => "a backend of Postgres killed",
            Self::RedisKilled => "Redis killed",
            Self::NodeFrozen => "a node frozen",
            Self::PostgresFrozen => "Postgres frozen",
            Self::RedisFrozen => "Redis frozen",
            Self::RedisRefused => "a node cut off from Redis, refused",
            Self::RedisSilent => "a node cut off from Redis, no answer",
            Self::PostgresRefused => "a node cut off from Postgres, refused",
            Self::PostgresSilent => "a node cut off from Postgres, no answer",
            Self::DiskFull => "the disk of Postgres full",
            Self::ClockSteps => "the clock of a node steps",
            Self::DirectoryGone => "the directory gone",
            Self::ReadsNothing => "a client that reads nothing",
            Self::Floods => "a client that floods",
            Self::PolicySwitched => "a policy comes into force",
            Self::PersonDisabled => "somebody leaves",
        }
    }

    /// How long it lasts at most, where `length` is asked for: longer than a node waits for an answer of Postgres, if long.
    fn length(self, length: Duration) -> Duration {
        match self {
            Self::PostgresSilent | Self::RedisSilent if length >= Duration::from_secs(5) => {
                Duration::from_secs(13)
            }
            _ => length,
        }
    }

    /// Whether the load also runs on a node whose clock can be set.
    pub(super) fn sets_the_clock(self) -> bool {
        self == Self::ClockSteps
    }

    /// Breaks it, and heals it.
    pub(super) async fn happen(self, trial: &mut Trial<'_>, third: Option<&Third>) {
        trial.length = self.length(trial.length);
        match self {
            Self::NodeKilled => breaking::node_killed(trial).await,
            Self::PostgresKilled => breaking::postgres_killed(trial).await,
            Self::BackendKilled => breaking::backend_killed(trial).await,
            Self::RedisKilled => breaking::redis_killed(trial).await,
            Self::NodeFrozen => breaking::frozen(trial, |ground| ground.nodes[1].id()).await,
            Self::PostgresFrozen => breaking::frozen(trial, |ground| ground.postgres.id()).await,
            Self::RedisFrozen => breaking::frozen(trial, |ground| ground.redis.id()).await,
            Self::RedisRefused => breaking::redis_cut(trial, Way::Refused).await,
            Self::RedisSilent => breaking::redis_cut(trial, Way::Silent).await,
            Self::PostgresRefused => breaking::postgres_cut(trial, Way::Refused).await,
            Self::PostgresSilent => breaking::postgres_cut(trial, Way::Silent).await,
            Self::DiskFull => breaking::disk_full(trial).await,
            Self::ClockSteps => third.expect("a third node").step(trial.length).await,
            Self::DirectoryGone => breaking::directory_gone(trial).await,
            Self::ReadsNothing => crowd::reads_nothing(trial).await,
            Self::Floods => crowd::floods(trial).await,
            Self::PolicySwitched => rules::policy_switched(trial).await,
            Self::PersonDisabled => rules::person_disabled(trial).await,
        }
    }

    /// Puts back what the next fault needs.
    pub(super) async fn tidy(self, trial: &mut Trial<'_>) {
        match self {
            Self::PolicySwitched => trial.officers.roll_back().await,
            Self::PersonDisabled => rules::person_enabled(trial).await,
            _ => {}
        }
    }
}
