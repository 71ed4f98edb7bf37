//! The directories, as operators see them: the state of each, and why somebody is in the system or is not.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use schema::directory_console::findings::DirectoryFinding;
use schema::directory_console::in_force::Passage;
use schema::directory_console::people::{DirectoryPerson, DirectoryPersonVersion};
use schema::directory_console::requests::DirectoryRequest;
use schema::directory_console::runs::DirectoryRun;
use schema::directory_console::sources::DirectorySource;
use schema::ids::PersonId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// All of a source that a first look needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct DirectorySourceCard {
    #[serde(flatten)]
    source: DirectorySource,
    /// The last few runs, the newest first.
    runs: Vec<DirectoryRun>,
    /// What was asked of the sync lately, the newest first, without results.
    requests: Vec<DirectoryRequest>,
    in_force: InForceWindows,
}

/// How long changes took until they decided, lately.
#[derive(Debug, Serialize, ToSchema)]
pub struct InForceWindows {
    /// Over the last 24 hours.
    day: InForce,
    /// Over the last 7 days.
    week: InForce,
}

/// How long changes took: from when the directory told them to when they were stored, and to when every node decided by
/// them.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InForce {
    /// How many runs brought changes.
    runs: usize,
    /// For how many of them the nodes told since when they decide by them.
    measured: usize,
    /// Until stored.
    stored: Option<Spread>,
    /// Until in force on every node.
    enforced: Option<Spread>,
    /// How many were in force how soon; the bounds rise, the last one has none.
    buckets: Vec<Bucket>,
}

/// Milliseconds that so many of a hundred did not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "a number without its unit is a riddle")]
pub struct Spread {
    p50_ms: i64,
    p95_ms: i64,
    p99_ms: i64,
    max_ms: i64,
}

/// One bar of the distribution.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bucket {
    /// The bound that its runs did not exceed.
    up_to_ms: Option<i64>,
    /// How many.
    count: usize,
}

/// The bounds of the bars: a second is what is promised, so most of them lie below.
const BOUNDS: [i64; 8] = [50, 100, 250, 500, 1000, 2500, 10_000, 60_000];

impl Spread {
    /// Of durations in milliseconds; none of none. By the nearest rank, so that each figure is one that was measured.
    fn of(mut durations: Vec<i64>) -> Option<Self> {
        durations.sort_unstable();
        let at = |share: usize| {
            let rank = (durations.len() * share).div_ceil(100);
            durations.get(rank.saturating_sub(1)).copied()
        };
        Some(Self { p50_ms: at(50)?, p95_ms: at(95)?, p99_ms: at(99)?, max_ms: at(100)? })
    }
}

impl InForce {
    fn of<'a>(passages: impl Iterator<Item = &'a Passage>) -> Self {
        let (mut runs, mut stored, mut enforced) = (0, Vec::new(), Vec::new());
        for passage in passages {
            runs += 1;
            stored.push(milliseconds(passage.detected_at, passage.stored_at));
            enforced.extend(passage.enforced_at.map(|at| milliseconds(passage.detected_at, at)));
        }
        let bounds = BOUNDS.iter().map(|bound| Some(*bound)).chain([None]);
        let mut below = 0;
        let buckets = bounds
            .map(|up_to_ms| {
                let within = |took: &&i64| up_to_ms.is_none_or(|bound| **took <= bound);
                let all = enforced.iter().filter(within).count();
                Bucket { up_to_ms, count: all - std::mem::replace(&mut below, all) }
            })
            .collect();
        Self {
            runs,
            measured: enforced.len(),
            stored: Spread::of(stored),
            enforced: Spread::of(enforced),
            buckets,
        }
    }
}

/// Two machines' clocks may disagree by a little: what took less than nothing took nothing.
fn milliseconds(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to - from).num_milliseconds().max(0)
}

/// The first moment of the longer window.
pub fn measured_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(7)
}

impl DirectorySourceCard {
    /// Puts together what was read for all sources.
    pub fn of(
        sources: Vec<DirectorySource>,
        runs: &[DirectoryRun],
        requests: &[DirectoryRequest],
        passages: &[Passage],
        now: DateTime<Utc>,
    ) -> Vec<Self> {
        let day = now - TimeDelta::days(1);
        let card = |source: DirectorySource| {
            let name = source.name.as_str();
            let own = || passages.iter().filter(|passage| passage.source == name);
            Self {
                runs: runs.iter().filter(|run| run.source == name).cloned().collect(),
                requests: requests.iter().filter(|request| request.source == name).cloned().collect(),
                in_force: InForceWindows {
                    day: InForce::of(own().filter(|passage| passage.detected_at >= day)),
                    week: InForce::of(own()),
                },
                source,
            }
        };
        sources.into_iter().map(card).collect()
    }
}

/// Somebody in the system: who, since when, what changed, and what of their entry could not be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct DirectoryPersonCard {
    #[serde(flatten)]
    person: DirectoryPerson,
    /// What they were, the newest first, as far as twenty versions go back.
    versions: Vec<DirectoryPersonVersion>,
    /// What could not be used, what is so still first.
    findings: Vec<DirectoryFinding>,
}

/// An entry of a directory of which no person in the answer was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct DirectoryEntryCard {
    source: String,
    dn: String,
    directory_id: Option<Uuid>,
    /// What could not be used, what is so still first.
    findings: Vec<DirectoryFinding>,
}

/// Sorts what was found by whom it is about.
pub fn sort_history(
    people: Vec<DirectoryPerson>,
    versions: Vec<DirectoryPersonVersion>,
    findings: Vec<DirectoryFinding>,
) -> (Vec<DirectoryPersonCard>, Vec<DirectoryEntryCard>) {
    let mut versions_of: HashMap<PersonId, Vec<_>> = HashMap::new();
    for version in versions {
        versions_of.entry(version.person_id).or_default().push(version);
    }
    let mut findings_of: HashMap<PersonId, Vec<_>> = HashMap::new();
    let mut entries: BTreeMap<(String, String), DirectoryEntryCard> = BTreeMap::new();
    for finding in findings {
        let owner = people.iter().find(|person| {
            finding.person_id == Some(person.id)
                || (finding.directory_id == Some(person.directory_id) && finding.source == person.source)
        });
        if let Some(owner) = owner {
            findings_of.entry(owner.id).or_default().push(finding);
            continue;
        }
        let id = finding.directory_id.map_or_else(|| finding.dn.to_lowercase(), |id| id.to_string());
        let card = entries.entry((finding.source.clone(), id)).or_insert_with(|| DirectoryEntryCard {
            source: finding.source.clone(),
            dn: finding.dn.clone(),
            directory_id: finding.directory_id,
            findings: Vec::new(),
        });
        card.findings.push(finding);
    }
    let card = |person: DirectoryPerson| DirectoryPersonCard {
        versions: versions_of.remove(&person.id).unwrap_or_default(),
        findings: findings_of.remove(&person.id).unwrap_or_default(),
        person,
    };
    (people.into_iter().map(card).collect(), entries.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(stored: i64, enforced: Option<i64>) -> Passage {
        let detected_at = DateTime::UNIX_EPOCH;
        let after = |milliseconds| detected_at + TimeDelta::milliseconds(milliseconds);
        Passage {
            source: "lands".into(),
            detected_at,
            stored_at: after(stored),
            enforced_at: enforced.map(after),
        }
    }

    #[test]
    fn figures_are_those_that_were_measured() {
        let hundred: Vec<Passage> = (1..=100).map(|n| passage(n, Some(n * 10))).collect();
        let told = InForce::of(hundred.iter());
        assert_eq!(told.enforced, Some(Spread { p50_ms: 500, p95_ms: 950, p99_ms: 990, max_ms: 1000 }));
        assert_eq!(told.stored, Some(Spread { p50_ms: 50, p95_ms: 95, p99_ms: 99, max_ms: 100 }));
        let counts: Vec<usize> = told.buckets.iter().map(|bucket| bucket.count).collect();
        assert_eq!(counts, [5, 5, 15, 25, 50, 0, 0, 0, 0]);
    }

    #[test]
    fn what_no_node_has_told_is_not_made_up() {
        let told = InForce::of([passage(40, None), passage(60, None)].iter());
        assert_eq!((told.runs, told.measured, told.enforced), (2, 0, None));
        assert_eq!(told.stored.map(|stored| stored.max_ms), Some(60));
        assert_eq!(InForce::of(std::iter::empty()).stored, None);
    }

    #[test]
    fn clocks_that_disagree_make_no_time_run_backwards() {
        assert_eq!(InForce::of([passage(-3, Some(-1))].iter()).enforced.map(|spread| spread.max_ms), Some(0));
    }
}
