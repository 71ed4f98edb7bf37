//! Writes one plan in one transaction: the mirror, the unit channels, the ended sessions, the audit entries, the
//! version that tells every node.

mod rows;

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use schema::audit::{self, NewEntry};
use schema::ids::{PersonId, RankId, SourceId, SyncRunId, UnitId};
use schema::transaction::Link;
use schema::unit_channels::{self, Reconciled};
use schema::{
    clearances, delegations, liaisons, org_changes, org_state, people, photos, posts, ranks, statistics,
    units,
};
use serde_json::json;
use uuid::Uuid;

use self::rows::Writes;
use crate::config::Source;
use crate::mirror::Rows;
use crate::plan::{Change, Counts, Plan};
use crate::report::changed_fields;
use crate::state::{Person, Status};

/// As many audit entries as travel in one statement.
const ENTRIES: usize = 1000;
/// After more changes than these, Postgres is told of them at once.
const MANY: usize = 1000;
/// As many people and units as a version of the mirror lists.
const LISTED: usize = 2000;

/// What was written.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The version of the mirror after it.
    pub org_version: i64,
    /// How many sessions ended because their people may no longer sign in.
    pub sessions_ended: usize,
    /// What became of the unit channels.
    pub channels: Reconciled,
    /// The rows of the people of whom anything changed.
    pub people: Vec<PersonId>,
}

/// Writes the plan. Nothing of it stands before the caller commits.
pub async fn apply(
    connection: &mut Link,
    source: &Source,
    (source_id, run): (SourceId, SyncRunId),
    plan: Plan,
    held: Rows,
    now: DateTime<Utc>,
) -> Result<Applied, schema::Error> {
    let mut around = if plan.is_part {
        unit_channels::units_around(connection, source_id, &touched(&plan, &held).0).await?
    } else {
        Vec::new()
    };
    let (held, shut_out) = write(connection, source, source_id, &plan, held).await?;
    let (people, units) = touched(&plan, &held);
    if plan.changes.len() > MANY {
        statistics::gather_of_mirror(connection).await?;
    }
    let sessions_ended = people::end_sessions(connection, &shut_out).await?;
    let channels = if plan.is_part {
        around.extend(unit_channels::units_around(connection, source_id, &people).await?);
        around.extend(&units);
        around.sort_unstable();
        around.dedup();
        unit_channels::reconcile_part(connection, source_id, &around, !units.is_empty(), now).await?
    } else {
        unit_channels::reconcile(connection, source_id).await?
    };
    record(connection, &source.name, run, &plan, &held, None, now).await?;
    audit::append(connection, &run_entry(&source.name, run, &plan.counts, &plan.sha256, now)).await?;
    let org_version = if plan.ladder_changed || people.len() + units.len() > LISTED {
        // Not listed: every node reads all of the mirror.
        org_state::bump(connection).await?
    } else {
        org_changes::bump(connection, &people, &units).await?
    };
    Ok(Applied { org_version, sessions_ended, channels, people })
}

/// Writes the rows of the plan, and gives back the rows that stand then, with those who may no longer sign in.
pub(crate) async fn write(
    connection: &mut Link,
    source: &Source,
    source_id: SourceId,
    plan: &Plan,
    mut held: Rows,
) -> Result<(Rows, Vec<PersonId>), schema::Error> {
    if plan.ladder_changed {
        replace_ladder(connection, source, source_id, &mut held).await?;
    }
    name_new_rows(plan, &mut held);
    let writes = Writes::of(plan, &held, source_id);

    // What is taken away goes first: nothing of the new may meet the keys of the old.
    people::set_gone(connection, &writes.people_gone).await?;
    units::set_gone(connection, &writes.units_gone).await?;
    clearances::remove(connection, &writes.clearances_removed).await?;
    clearances::write(connection, &writes.clearances_lowered).await?;
    posts::remove(connection, &writes.posts_removed).await?;
    delegations::remove(connection, &writes.delegations_removed).await?;
    liaisons::remove(connection, &writes.liaisons_removed).await?;
    photos::remove(connection, &writes.photos_removed).await?;
    people::release_keys(connection, &writes.people_renamed).await?;
    units::release_keys(connection, &writes.units_renamed).await?;

    units::write(connection, &writes.units).await?;
    people::write(connection, &writes.people).await?;
    posts::write(connection, &writes.posts).await?;
    delegations::write(connection, &writes.delegations).await?;
    liaisons::add(connection, &writes.liaisons).await?;
    clearances::write(connection, &writes.clearances_raised).await?;
    photos::write(connection, &writes.photos).await?;
    if plan.ladder_changed {
        ranks::drop_unused(connection, source_id).await?;
    }
    Ok((held, writes.shut_out))
}

/// Puts the changes on record; only those of `only`, where it is given.
pub(crate) async fn record(
    connection: &mut Link,
    source: &str,
    run: SyncRunId,
    plan: &Plan,
    held: &Rows,
    only: Option<&HashSet<Uuid>>,
    now: DateTime<Utc>,
) -> Result<(), schema::Error> {
    for entries in entries(plan, held, source, run, only, now).chunks(ENTRIES) {
        audit::append_all(connection, entries).await?;
    }
    Ok(())
}

/// What follows from rows that were written a part at a time: the channels, the record of the run, the version.
pub(crate) async fn conclude(
    connection: &mut Link,
    source: &Source,
    (source_id, run): (SourceId, SyncRunId),
    (counts, sha256): (&Counts, &[u8; 32]),
    now: DateTime<Utc>,
) -> Result<i64, schema::Error> {
    let channels = unit_channels::reconcile(connection, source_id).await?;
    tracing::info!(source = source.name, ?channels, "the mirror has its first version");
    audit::append(connection, &run_entry(&source.name, run, counts, sha256, now)).await?;
    org_state::bump(connection).await
}

/// The rows of the people and units in the plan.
pub(crate) fn touched(plan: &Plan, held: &Rows) -> (Vec<PersonId>, Vec<UnitId>) {
    let (mut people, mut units) = (Vec::new(), Vec::new());
    for change in &plan.changes {
        match change {
            Change::UnitAdded { id, .. } | Change::UnitChanged { id, .. } | Change::UnitGone { id, .. } => {
                units.extend(held.units.get(id));
            }
            Change::PersonAdded { id, .. }
            | Change::PersonChanged { id, .. }
            | Change::PersonGone { id, .. } => people.extend(held.people.get(id)),
        }
    }
    (people, units)
}

async fn replace_ladder(
    connection: &mut Link,
    source: &Source,
    source_id: SourceId,
    held: &mut Rows,
) -> Result<(), schema::Error> {
    let steps = source.ladder().into_iter().map(|step| ranks::Rank {
        id: *held.ranks.entry(step.code.clone()).or_insert_with(RankId::new),
        source_id,
        code: step.code,
        name_ru: step.name_ru,
        name_en: step.name_en,
        step: step.step,
        band: step.band.to_owned(),
    });
    ranks::replace(connection, source_id, &steps.collect::<Vec<_>>()).await
}

/// Gives rows to people and units that have none yet, so that links can be written in any order.
fn name_new_rows(plan: &Plan, held: &mut Rows) {
    for change in &plan.changes {
        match change {
            Change::UnitAdded { id, .. } => drop(held.units.entry(*id).or_insert_with(UnitId::new)),
            Change::PersonAdded { id, .. } => drop(held.people.entry(*id).or_insert_with(PersonId::new)),
            _ => {}
        }
    }
}

/// One entry for each person and unit, those who lose something first.
fn entries(
    plan: &Plan,
    held: &Rows,
    source: &str,
    run: SyncRunId,
    only: Option<&HashSet<Uuid>>,
    now: DateTime<Utc>,
) -> Vec<NewEntry> {
    let about = |kind: &'static str, id: &Uuid, dn: &str, fields: &BTreeSet<&'static str>| {
        if only.is_some_and(|only| !only.contains(id)) {
            return None;
        }
        let row = held.people.get(id).map(|id| id.0).or_else(|| held.units.get(id).map(|id| id.0));
        let entry = json!({"run_id": run, "source": source, "id": row, "directory_id": id, "dn": dn, "fields": fields});
        Some(NewEntry { at: now, kind, actor_id: None, entry })
    };
    let none = BTreeSet::new();
    let mut entries: Vec<_> = plan
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::UnitAdded { id, after } => about("directory.unit_added", id, &after.dn, &none),
            Change::UnitGone { id, before } => about("directory.unit_gone", id, &before.dn, &none),
            Change::UnitChanged { id, after, .. } => {
                about("directory.unit_changed", id, &after.dn, &changed_fields(change))
            }
            Change::PersonAdded { id, after } => about("directory.person_added", id, &after.dn, &none),
            Change::PersonGone { id, before } => about("directory.person_gone", id, &before.dn, &none),
            Change::PersonChanged { id, before, after } => {
                about(person_kind(before, after), id, &after.dn, &changed_fields(change))
            }
        })
        .collect();
    let takes_away = ["directory.person_gone", "directory.person_disabled", "directory.unit_gone"];
    entries.sort_by_key(|entry| !takes_away.contains(&entry.kind));
    entries
}

/// The entry of the run itself.
fn run_entry(
    source: &str,
    run: SyncRunId,
    counts: &Counts,
    sha256: &[u8; 32],
    now: DateTime<Utc>,
) -> NewEntry {
    let sha256 = crate::entry::hex(sha256);
    let entry = json!({"run_id": run, "source": source, "plan_sha256": sha256, "counts": counts});
    NewEntry { at: now, kind: "directory.run", actor_id: None, entry }
}

fn person_kind(before: &Person, after: &Person) -> &'static str {
    match (before.status, after.status) {
        (Status::Active, Status::Disabled) => "directory.person_disabled",
        (Status::Disabled, Status::Active) => "directory.person_enabled",
        _ => "directory.person_changed",
    }
}
