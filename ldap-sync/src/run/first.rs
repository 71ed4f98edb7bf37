//! The first read of a directory: into a mirror that holds nothing, a part at a time, in one transaction. However large the
//! directory is, little of it is in memory.
//!
//! Units come first, then people after their superiors. What pointed to somebody who had not come yet is looked at once
//! more in the end. What is too odd for that is read in the other way, all at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use schema::ids::SyncRunId;
use schema::{Transaction, directory_entries, directory_findings, sources, statistics, sync_runs};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::note::{outcome, standing};
use super::{RunError, Runner};
use crate::apply::{conclude, record, write};
use crate::directory::{Server, Sink as _, read_tree};
use crate::entry::{Collector, Extent, Field, Reading};
use crate::finding::{Code, Finding};
use crate::plan::{Change, Counts, plan};
use crate::report::{Report, State};
use crate::spool::{Mark, Place, Spool, What};
use crate::state::Rest;
use crate::{documents, groups, guard, mirror};

/// After so many people Postgres is told how many there are, for the first time and then each time there are ten times as many.
const TOLD: usize = 2_000;

/// What has been taken so far.
struct Taken {
    counts: Counts,
    sum: Sha256,
    changes: Vec<Value>,
    /// By the entry's id, or by its name where it shows none.
    findings: BTreeMap<String, Vec<Finding>>,
    digests: Vec<(Uuid, directory_entries::Digest)>,
    has_agency: bool,
    awaits_another_source: bool,
    ladder_changed: bool,
    people: usize,
}

impl Runner {
    /// Takes a whole directory into an empty mirror. None where that cannot be done in parts, or the guard would not have
    /// it: then nothing was written.
    pub(super) async fn take_first(&self, run: SyncRunId) -> Result<Option<Report>, RunError> {
        let source = &self.source;
        let server = Server::open(&source.server())?;
        let marker = super::read::marker(source, &server).await?;
        let search = super::search(source);
        let (mut spool, summary) =
            read_tree(&server, &source.bind_dn, &source.password()?, search, Spool::new(source)).await?;
        tracing::debug!(source = source.name, ?summary, "the directory was read");
        if let Some(reason) = &spool.unfit {
            tracing::info!(source = source.name, reason, "the directory is not taken a part at a time");
            return Ok(None);
        }
        let has_people = spool.places.iter().any(|place| place.what == What::Person);
        if spool.misses_an_anchor() || !has_people || spool.places.len() < self.pieces.least {
            return Ok(None);
        }
        spool.finish();
        let mut transaction = self.begin().await?;
        let row = sources::find(&mut transaction, &source.name).await?;
        if row.is_none_or(|row| row.held_at.is_some()) {
            return Ok(None);
        }
        let Some(taken) = self.take_spool(&mut transaction, run, &mut spool).await? else { return Ok(None) };
        self.conclude_first(transaction, run, taken, marker, spool.places.len()).await
    }

    async fn take_spool(
        &self,
        transaction: &mut Transaction,
        run: SyncRunId,
        spool: &mut Spool,
    ) -> Result<Option<Taken>, RunError> {
        let Order { units, people, late } = Order::of(&spool.places);
        let mut taken = Taken {
            counts: Counts::default(),
            sum: Sha256::new(),
            changes: Vec::new(),
            findings: BTreeMap::new(),
            digests: Vec::new(),
            has_agency: false,
            awaits_another_source: false,
            ladder_changed: false,
            people: 0,
        };
        let groups: Vec<Place> = of(&spool.places, What::Group);
        let reading = self.reading(spool, &groups)?;
        groups::write(transaction, &self.source, self.id, &reading).await?;
        taken.digests.extend(reading.digests);

        let mut told = TOLD;
        let mut again: Vec<Place> = late;
        let size = self.pieces.part;
        for (part, pass) in parts(&units, size, Pass::Units).chain(parts(&people, size, Pass::People)) {
            let Some(unsettled) = self.take_part(transaction, run, spool, part, pass, &mut taken).await?
            else {
                return Ok(None);
            };
            again.extend(unsettled);
            if taken.people >= told {
                statistics::gather_of_mirror(transaction).await?;
                told *= 10;
            }
        }
        for (part, pass) in parts(&units, size, Pass::Again).chain(parts(&again, size, Pass::Again)) {
            if self.take_part(transaction, run, spool, part, pass, &mut taken).await?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(taken))
    }

    fn reading(&self, spool: &mut Spool, places: &[Place]) -> Result<Reading, RunError> {
        let mut collector = Collector::new(self.source.clone(), HashSet::new());
        for place in places {
            collector.take(spool.read(place).map_err(RunError::Spool)?);
        }
        Ok(Reading { extent: Extent::Part { gone: BTreeSet::new() }, ..collector.reading })
    }

    /// Takes a part. Those of it that have to be looked at again; none where something is too odd.
    async fn take_part(
        &self,
        transaction: &mut Transaction,
        run: SyncRunId,
        spool: &mut Spool,
        places: &[Place],
        pass: Pass,
        taken: &mut Taken,
    ) -> Result<Option<Vec<Place>>, RunError> {
        let (source, id) = (&self.source, self.id);
        let mut reading = self.reading(spool, places)?;
        if pass == Pass::Units {
            // There is nobody yet who could lead them.
            reading.units.iter_mut().for_each(|unit| unit.head = None);
        }
        let digests = std::mem::take(&mut reading.digests);
        let mut held = mirror::load_part(transaction, id, &reading).await?;
        groups::grant(transaction, source, id, &reading, &mut held).await?;
        held.mirror.last_entries = None;
        let mut twice = Rest::default();
        for entry in &reading.people {
            if let Field::Good(login) = &entry.login
                && spool.is_claimed_twice(&login.to_lowercase())
            {
                held.mirror.logins_elsewhere.insert(login.to_lowercase());
            }
            if let Field::Good(mail) = &entry.mail
                && spool.is_claimed_twice(&mail.to_lowercase())
            {
                twice.mails_claimed.insert(mail.to_lowercase());
            }
        }
        if let Some(rest) = &mut held.mirror.rest {
            rest.mails_claimed = twice.mails_claimed;
        }
        let entries: Vec<(Option<Uuid>, String, bool)> = reading
            .people
            .iter()
            .map(|entry| (entry.place.id, entry.place.dn.clone(), entry.superior.is_none()))
            .collect();
        let units: Vec<(Option<Uuid>, String)> =
            reading.units.iter().map(|unit| (unit.place.id, unit.place.dn.clone())).collect();
        let now = transaction.began_at().await?;
        let plan = plan(source, reading, &held.mirror, now);
        if !plan.unread.is_empty() {
            tracing::info!(source = source.name, "a circle of superiors reaches beyond a part");
            return Ok(None);
        }
        taken.has_agency |= plan.has_agency;
        taken.awaits_another_source |= plan.awaits_another_source;
        taken.ladder_changed |= plan.ladder_changed;
        for (id, dn) in
            entries.iter().map(|(id, dn, _)| (id, dn)).chain(units.iter().map(|(id, dn)| (id, dn)))
        {
            taken.findings.remove(&key_of(*id, dn));
        }
        for finding in &plan.findings {
            let dn = finding.dn.as_deref().unwrap_or_default();
            let here = taken.findings.entry(key_of(finding.directory_id, dn)).or_default();
            if !here.contains(finding) {
                here.push(finding.clone());
            }
        }
        if pass != Pass::Again || places.iter().any(|place| place.what == What::Person) {
            taken.digests.extend(digests);
        }
        let before = taken.changes.len();
        let added =
            |change: &&Change| matches!(change, Change::PersonAdded { .. } | Change::UnitAdded { .. });
        for change in plan.changes.iter().filter(added) {
            taken.sum.update(serde_json::to_vec(change).unwrap_or_default());
            taken.counts.add(change);
        }
        if before < documents::CHANGES {
            taken.changes.extend(documents::changes_where(&plan, added, documents::CHANGES - before));
        }
        taken.people = taken.counts.people_added;
        let again = if pass == Pass::People { self.unsettled(places, &entries, &plan) } else { Vec::new() };
        let added: HashSet<Uuid> = plan
            .changes
            .iter()
            .filter(added)
            .map(|change| match change {
                Change::PersonAdded { id, .. } | Change::UnitAdded { id, .. } => *id,
                _ => Uuid::nil(),
            })
            .collect();
        let (rows, _) = write(transaction, source, id, &plan, held.rows).await?;
        record(transaction, &source.name, run, &plan, &rows, Some(&added), now).await?;
        Ok(Some(again))
    }

    /// Those who pointed to somebody who is not there yet, and those whose superior is the head of a unit: heads come later.
    fn unsettled(
        &self,
        places: &[Place],
        entries: &[(Option<Uuid>, String, bool)],
        plan: &crate::plan::Plan,
    ) -> Vec<Place> {
        let waits = |finding: &&Finding| {
            matches!(
                finding.code,
                Code::DanglingSuperior
                    | Code::DanglingAssistant
                    | Code::DanglingActingFor
                    | Code::CycleInChain
            )
        };
        let waiting: HashSet<&str> =
            plan.findings.iter().filter(waits).filter_map(|finding| finding.dn.as_deref()).collect();
        let marks: HashSet<Mark> = entries
            .iter()
            .filter(|(_, dn, no_superior)| {
                waiting.contains(dn.as_str()) || (*no_superior && self.source.superior_from_head)
            })
            .filter_map(|(_, dn, _)| Some(crate::spool::mark(&crate::dn::Dn::parse(dn).ok()?.key())))
            .collect();
        places.iter().filter(|place| marks.contains(&place.name)).copied().collect()
    }

    async fn conclude_first(
        &self,
        mut transaction: Transaction,
        run: SyncRunId,
        taken: Taken,
        marker: Option<String>,
        entries: usize,
    ) -> Result<Option<Report>, RunError> {
        let (source, id) = (&self.source, self.id);
        let now = transaction.began_at().await?;
        let mut findings: Vec<Finding> = taken.findings.into_values().flatten().collect();
        findings.sort_by(|one, other| {
            (&one.dn, one.code, &one.value).cmp(&(&other.dn, other.code, &other.value))
        });
        let quarantined: HashSet<&Option<String>> = findings
            .iter()
            .filter(|finding| finding.is_about_whole_entry())
            .map(|finding| &finding.dn)
            .collect();
        let mut counts = taken.counts;
        (counts.entries, counts.quarantined, counts.findings) = (entries, quarantined.len(), findings.len());
        (counts.people, counts.units) = (counts.people_added, counts.units_added);
        if !taken.has_agency
            || counts.people == 0
            || !guard::may_quarantine(&source.guard, counts.quarantined, counts.entries)
        {
            return Ok(None);
        }
        let sha256: [u8; 32] = taken.sum.finalize().into();
        let mut report = Report {
            plan_sha256: Some(crate::entry::hex(&sha256)),
            counts,
            findings,
            awaits_another_source: taken.awaits_another_source,
            ..Report::empty(&source.name, State::Applied)
        };
        if let Some(marker) = &marker {
            sources::set_marker(&mut transaction, id, marker).await?;
        }
        let faulty: HashSet<Uuid> =
            report.findings.iter().filter_map(|finding| finding.directory_id).collect();
        let known: HashMap<Uuid, directory_entries::Digest> = taken.digests.into_iter().collect();
        let good: Vec<_> = known.into_iter().filter(|(id, _)| !faulty.contains(id)).collect();
        directory_entries::remember(&mut transaction, id, &good).await?;
        statistics::gather_of_mirror(&mut transaction).await?;
        let version = conclude(&mut transaction, source, (id, run), (&report.counts, &sha256), now).await?;
        report.org_version = Some(version);
        sync_runs::tell_changes(&mut transaction, run, &Value::Array(taken.changes)).await?;
        directory_findings::settle(&mut transaction, id, run, &standing(&report.findings), None).await?;
        let written = outcome(&report, sha256, now);
        sync_runs::finish(&mut transaction, run, &written).await?;
        transaction.commit().await?;
        Ok(Some(report))
    }
}

/// Why a part is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Units,
    People,
    Again,
}

fn parts(places: &[Place], size: usize, pass: Pass) -> impl Iterator<Item = (&[Place], Pass)> {
    places.chunks(size).map(move |part| (part, pass))
}

fn key_of(id: Option<Uuid>, dn: &str) -> String {
    id.map_or_else(|| dn.to_owned(), |id| id.to_string())
}

fn of(places: &[Place], what: What) -> Vec<Place> {
    places.iter().filter(|place| place.what == what).copied().collect()
}

/// In which order entries are taken.
struct Order {
    units: Vec<Place>,
    /// Superiors before those who answer to them.
    people: Vec<Place>,
    /// People on a circle of superiors: all of them together, in the end.
    late: Vec<Place>,
}

impl Order {
    fn of(places: &[Place]) -> Self {
        let mut units = of(places, What::Unit);
        units.sort_by_key(|place| place.depth);
        let all = of(places, What::Person);
        let by_name: HashMap<Mark, usize> =
            all.iter().enumerate().map(|(at, place)| (place.name, at)).collect();
        let above: Vec<Option<usize>> =
            all.iter().map(|place| place.superior.and_then(|name| by_name.get(&name)).copied()).collect();
        let levels = levels(&above);
        let mut people: Vec<(usize, Place)> = Vec::with_capacity(all.len());
        let mut late = Vec::new();
        for (place, level) in all.into_iter().zip(levels) {
            match level {
                Some(level) => people.push((level, place)),
                None => late.push(place),
            }
        }
        people.sort_by_key(|(level, _)| *level);
        Self { units, people: people.into_iter().map(|(_, place)| place).collect(), late }
    }
}

/// How many steps below the top each is; none for those on a circle. Who is below a circle is as if it were the top.
fn levels(above: &[Option<usize>]) -> Vec<Option<usize>> {
    const UNKNOWN: usize = usize::MAX;
    let mut found: Vec<Option<usize>> = vec![Some(UNKNOWN); above.len()];
    for start in 0..above.len() {
        let (mut path, mut on_path) = (Vec::new(), HashSet::new());
        let mut at = Some(start);
        let mut level = 0;
        while let Some(here) = at {
            match found.get(here).copied().flatten() {
                Some(UNKNOWN) if on_path.insert(here) => path.push(here),
                Some(UNKNOWN) => {
                    // Back where the path has been: from there on it is a circle.
                    let begins = path.iter().position(|step| *step == here).unwrap_or_default();
                    for step in path.split_off(begins) {
                        if let Some(on_circle) = found.get_mut(step) {
                            *on_circle = None;
                        }
                    }
                    break;
                }
                Some(known) => {
                    level = known + 1;
                    break;
                }
                None => break,
            }
            at = above.get(here).copied().flatten();
        }
        for step in path.into_iter().rev() {
            if let Some(known) = found.get_mut(step) {
                *known = Some(level);
                level += 1;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn superiors_come_first_and_circles_have_no_place() {
        // 0 <- 1 <- 2; 3 <-> 4 <- 5; 6 -> 6.
        let above = [None, Some(0), Some(1), Some(4), Some(3), Some(4), Some(6)];
        assert_eq!(levels(&above), [Some(0), Some(1), Some(2), None, None, Some(0), None]);
        assert_eq!(levels(&[Some(1), Some(2), None]), [Some(2), Some(1), Some(0)]);
    }
}
