//! Changes and reports as JSON that people are shown: by name and place, with what each field was and is.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::entry::hex;
use crate::finding::{Effect, Finding};
use crate::foretell::Foretold;
use crate::plan::{Change, Plan};
use crate::report::{Report, changed_fields};
use crate::state::{Person, Unit};

/// As many changes as people read; the counts tell of the rest.
pub const CHANGES: usize = 500;

/// As many findings.
pub const FINDINGS: usize = 1000;

/// The changes, those that take something away first.
pub fn changes(plan: &Plan) -> Value {
    changes_where(plan, |_| true, CHANGES).into()
}

/// At most `most` of the changes that `wanted` picks, those that take something away first.
pub(crate) fn changes_where(plan: &Plan, wanted: impl Fn(&&Change) -> bool, most: usize) -> Vec<Value> {
    let names = Names::of(plan);
    let takes_away = |change: &&Change| matches!(change, Change::PersonGone { .. } | Change::UnitGone { .. });
    let rest = plan.changes.iter().filter(|change| !takes_away(change));
    let all = plan.changes.iter().filter(takes_away).chain(rest);
    all.filter(wanted).take(most).map(|change| names.document(change)).collect()
}

/// What came of a run, as requests keep it and commands print it.
pub fn report(report: &Report) -> Value {
    let refused = |finding: &&Finding| finding.effect == Effect::Refused;
    let refusals: Vec<_> = report.findings.iter().filter(refused).collect();
    let findings: Vec<_> =
        report.findings.iter().filter(|finding| !refused(finding)).take(FINDINGS).collect();
    let mut document = json!({
        "source": report.source,
        "state": report.state,
        "run_id": report.run_id,
        "org_version": report.org_version,
        "plan_sha256": report.plan_sha256,
        "counts": report.counts,
        "refusals": refusals,
        "findings": findings,
        "milliseconds": u64::try_from(report.milliseconds).unwrap_or(u64::MAX),
        "exit_code": report.exit_code(),
    });
    if let (Some(fields), Some(plan)) = (document.as_object_mut(), &report.plan) {
        fields.insert("changes".to_owned(), changes(plan));
        fields.insert("changes_total".to_owned(), json!(plan.changes.len()));
    }
    document
}

/// What is foretold, without any run.
pub fn foretold(foretold: &Foretold) -> Value {
    let Foretold { plan, refusals, meaning, without_effect } = foretold;
    let exit_code = match (refusals.is_empty(), plan.findings.is_empty()) {
        (false, _) => 3,
        (true, false) => 4,
        (true, true) => 0,
    };
    json!({
        "plan_sha256": hex(&plan.sha256),
        "counts": plan.counts,
        "changes": changes(plan),
        "changes_total": plan.changes.len(),
        "refusals": refusals,
        "findings": plan.findings.iter().take(FINDINGS).collect::<Vec<_>>(),
        "consequences": meaning,
        "without_effect": without_effect.iter().take(FINDINGS).collect::<Vec<_>>(),
        "exit_code": exit_code,
    })
}

/// What ids are called, as far as the plan tells.
struct Names<'a> {
    units: HashMap<Uuid, &'a str>,
    people: HashMap<Uuid, &'a str>,
}

impl<'a> Names<'a> {
    fn of(plan: &'a Plan) -> Self {
        let units = plan.wanted.units.iter().map(|(id, unit)| (*id, unit.name.as_str()));
        let people = plan.wanted.people.iter().map(|(id, person)| (*id, person.display_name.as_str()));
        let mut names = Self { units: units.collect(), people: people.collect() };
        for change in &plan.changes {
            match change {
                Change::UnitGone { id, before } => drop(names.units.insert(*id, &before.name)),
                Change::PersonGone { id, before } => drop(names.people.insert(*id, &before.display_name)),
                _ => {}
            }
        }
        names
    }

    fn document(&self, change: &Change) -> Value {
        let (word, id, name, dn, unit) = match change {
            Change::UnitAdded { id, after } => ("unit_added", id, &after.name, &after.dn, None),
            Change::UnitChanged { id, after, .. } => ("unit_changed", id, &after.name, &after.dn, None),
            Change::UnitGone { id, before } => ("unit_gone", id, &before.name, &before.dn, None),
            Change::PersonAdded { id, after } => {
                ("person_added", id, &after.display_name, &after.dn, self.place(after))
            }
            Change::PersonChanged { id, after, .. } => {
                ("person_changed", id, &after.display_name, &after.dn, self.place(after))
            }
            Change::PersonGone { id, before } => {
                ("person_gone", id, &before.display_name, &before.dn, self.place(before))
            }
        };
        json!({
            "change": word, "id": id, "name": name, "dn": dn, "unit": unit, "fields": self.fields(change),
        })
    }

    fn place(&self, person: &Person) -> Option<&str> {
        person.primary().and_then(|post| self.units.get(&post.unit)).copied()
    }

    fn fields(&self, change: &Change) -> Vec<Value> {
        let (before, after) = match change {
            Change::UnitChanged { before, after, .. } => (self.unit(before), self.unit(after)),
            Change::PersonChanged { before, after, .. } => (self.person(before), self.person(after)),
            _ => return Vec::new(),
        };
        let told = |field: &&'static str| json!({ "field": field, "before": before.get(field), "after": after.get(field) });
        changed_fields(change).iter().map(told).collect()
    }

    fn unit(&self, unit: &Unit) -> BTreeMap<&'static str, Value> {
        [
            ("dn", json!(unit.dn)),
            ("kind", json!(unit.kind)),
            ("parent", json!(unit.parent.and_then(|parent| self.units.get(&parent)))),
            ("name", json!(unit.name)),
            ("head", json!(unit.head.and_then(|head| self.people.get(&head)))),
        ]
        .into()
    }

    /// Addresses and telephones are private: that they changed is told, and not what they are.
    fn person(&self, person: &Person) -> BTreeMap<&'static str, Value> {
        let primary = person.primary();
        let names = |ids: &mut dyn Iterator<Item = Uuid>| -> Vec<&str> {
            ids.filter_map(|id| self.people.get(&id)).copied().collect()
        };
        [
            ("dn", json!(person.dn)),
            ("login", json!(person.login)),
            ("display_name", json!(person.display_name)),
            ("given_name", json!(person.given_name)),
            ("family_name", json!(person.family_name)),
            ("employment", json!(person.employment)),
            ("status", json!(person.status)),
            ("segments", json!(person.segments)),
            ("roles", json!(person.roles)),
            ("clearance", json!(person.clearance)),
            ("unit", json!(self.place(person))),
            ("rank", json!(primary.map(|post| &post.rank))),
            ("title", json!(primary.map(|post| &post.title))),
            ("superior", json!(person.superior().and_then(|superior| self.people.get(&superior)))),
            (
                "posts",
                json!(person.posts.iter().filter_map(|post| self.units.get(&post.unit)).collect::<Vec<_>>()),
            ),
            ("delegations", json!(names(&mut person.delegations.iter().map(|given| given.principal)))),
        ]
        .into()
    }
}
