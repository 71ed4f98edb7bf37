//! What a run did or would do, for people and for programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use org_input::consequences::words;
use serde::Serialize;

use crate::entry::hex;
use crate::finding::{Effect, Finding};
use crate::plan::{Change, Counts, Plan};
use crate::state::{Person, Unit};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It wrote its plan.
    Applied,
    /// There was nothing to do.
    Unchanged,
    /// The guard said no: nothing was written.
    Refused,
    /// It could not be made: nothing was written.
    Failed,
    /// It was only asked what it would do.
    Planned,
}

/// What came of one source.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Its name.
    pub source: String,
    /// How it ended.
    pub state: State,
    /// The run's row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<schema::ids::SyncRunId>,
    /// The version of the mirror after it, where it wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_version: Option<i64>,
    /// Identifies exactly these changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_sha256: Option<String>,
    /// How much of what.
    pub counts: Counts,
    /// What was not as it should be.
    pub findings: Vec<Finding>,
    /// The changes, where it was asked for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the changes would mean for people, where it was asked what a run would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consequences: Option<serde_json::Value>,
    /// Entries that an LDIF names and that mean nothing here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_effect: Vec<String>,
    /// How long it took.
    pub milliseconds: u128,
    /// The plan itself, where the guard refused it.
    #[serde(skip)]
    pub plan: Option<Arc<Plan>>,
    /// Whether something points to an agency that another source may yet bring.
    #[serde(skip)]
    pub awaits_another_source: bool,
}

impl Report {
    /// What the plan says, as it ended in `state`.
    pub(crate) fn of(source: &str, state: State, plan: &Plan) -> Self {
        Self {
            plan_sha256: Some(hex(&plan.sha256)),
            counts: plan.counts.clone(),
            findings: plan.findings.clone(),
            awaits_another_source: plan.awaits_another_source,
            ..Self::empty(source, state)
        }
    }

    /// A run that could not be made.
    pub(crate) fn failed(source: &str, error: String) -> Self {
        Self { error: Some(error), ..Self::empty(source, State::Failed) }
    }

    /// A run of which nothing is known yet.
    pub(crate) fn empty(source: &str, state: State) -> Self {
        Self {
            source: source.to_owned(),
            state,
            run_id: None,
            org_version: None,
            plan_sha256: None,
            counts: Counts::default(),
            findings: Vec::new(),
            changes: Vec::new(),
            error: None,
            consequences: None,
            without_effect: Vec::new(),
            milliseconds: 0,
            plan: None,
            awaits_another_source: false,
        }
    }

    /// The code that the program ends with when this is all it did.
    pub fn exit_code(&self) -> u8 {
        match self.state {
            State::Failed => 1,
            State::Refused => 3,
            _ if self.findings.iter().any(|finding| finding.effect == Effect::Refused) => 3,
            _ if !self.findings.is_empty() => 4,
            _ => 0,
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _: Result<(), _> = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let state = match self.state {
            State::Applied => "applied",
            State::Unchanged => "nothing to do",
            State::Refused => "REFUSED, nothing was changed",
            State::Failed => "FAILED, nothing was changed",
            State::Planned => "planned, nothing was changed",
        };
        writeln!(text, "{}: {state} ({} ms)", self.source, self.milliseconds)?;
        if let Some(error) = &self.error {
            return writeln!(text, "  {error}");
        }
        let counts = &self.counts;
        writeln!(
            text,
            "  read     {} entries: {} people, {} units",
            counts.entries, counts.people, counts.units
        )?;
        writeln!(
            text,
            "  people   {} new, {} changed ({} moved, {} disabled, {} enabled), {} gone",
            counts.people_added,
            counts.people_changed,
            counts.people_moved,
            counts.people_disabled,
            counts.people_enabled,
            counts.people_gone,
        )?;
        writeln!(
            text,
            "  units    {} new, {} changed, {} gone",
            counts.units_added, counts.units_changed, counts.units_gone
        )?;
        if let Some(version) = self.org_version {
            writeln!(text, "  version  {version}")?;
        }
        for change in &self.changes {
            writeln!(text, "  {}", line(change))?;
        }
        if let Some(meaning) = &self.consequences {
            text.push_str("  what it means, by the policy in force:\n");
            text.push_str(&words::text(meaning));
        }
        for name in &self.without_effect {
            writeln!(
                text,
                "  without effect here: {name} (no person, no unit, no group that gives anything)"
            )?;
        }
        if !self.findings.is_empty() {
            writeln!(text, "  {} findings:", self.findings.len())?;
        }
        for finding in &self.findings {
            writeln!(text, "  - {}", finding_line(finding))?;
            writeln!(text, "    {}", finding.message_en)?;
        }
        Ok(())
    }
}

fn finding_line(finding: &Finding) -> String {
    let effect = match finding.effect {
        Effect::Refused => "refused",
        Effect::LeftOut => "left out",
        Effect::LastGoodKept => "last good state kept",
        Effect::NotUsed => "not used",
    };
    let mut line = format!("{} ({effect})", finding.code.as_text());
    if let Some(dn) = &finding.dn {
        line = format!("{line} {dn}");
    }
    match (&finding.field, &finding.value) {
        (Some(field), Some(value)) => format!("{line}: {field} = {value:?}"),
        (Some(field), None) => format!("{line}: {field}"),
        (None, Some(value)) => format!("{line}: {value}"),
        (None, None) => line,
    }
}

fn line(change: &Change) -> String {
    match change {
        Change::UnitAdded { after, .. } => format!("+ unit   {}", after.dn),
        Change::UnitChanged { after, .. } => format!("~ unit   {}: {}", after.dn, fields(change)),
        Change::UnitGone { before, .. } => format!("- unit   {}", before.dn),
        Change::PersonAdded { after, .. } => format!("+ person {}", after.dn),
        Change::PersonChanged { after, .. } => format!("~ person {}: {}", after.dn, fields(change)),
        Change::PersonGone { before, .. } => format!("- person {}", before.dn),
    }
}

fn fields(change: &Change) -> String {
    changed_fields(change).into_iter().collect::<Vec<_>>().join(", ")
}

/// Which fields of a unit or person are not what they were. The values are not told: they may be private.
pub fn changed_fields(change: &Change) -> BTreeSet<&'static str> {
    match change {
        Change::UnitChanged { before, after, .. } => unit_fields(before, after),
        Change::PersonChanged { before, after, .. } => person_fields(before, after),
        _ => BTreeSet::new(),
    }
}

fn unit_fields(before: &Unit, after: &Unit) -> BTreeSet<&'static str> {
    let fields = [
        ("dn", before.dn != after.dn || before.dn_key != after.dn_key),
        ("kind", before.kind != after.kind),
        ("parent", before.parent != after.parent),
        ("name", before.name != after.name),
        ("head", before.head != after.head),
    ];
    fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
}

fn person_fields(before: &Person, after: &Person) -> BTreeSet<&'static str> {
    let place = |person: &Person| person.primary().map(|post| post.unit);
    let rank = |person: &Person| person.primary().map(|post| post.rank.clone());
    let title = |person: &Person| person.primary().map(|post| post.title.clone());
    let others = |person: &Person| -> Vec<_> { person.posts.iter().skip(1).cloned().collect() };
    let fields = [
        ("dn", before.dn != after.dn || before.dn_key != after.dn_key),
        ("login", before.login != after.login),
        ("display_name", before.display_name != after.display_name),
        ("given_name", before.given_name != after.given_name),
        ("family_name", before.family_name != after.family_name),
        ("mail", before.mail != after.mail),
        ("phone", before.phone != after.phone),
        ("employment", before.employment != after.employment),
        ("status", before.status != after.status),
        ("segments", before.segments != after.segments),
        ("roles", before.roles != after.roles),
        ("clearance", before.clearance != after.clearance),
        ("unit", place(before) != place(after)),
        ("rank", rank(before) != rank(after)),
        ("title", title(before) != title(after)),
        ("superior", before.superior() != after.superior()),
        ("posts", others(before) != others(after)),
        ("delegations", before.delegations != after.delegations),
        ("liaisons", before.liaisons != after.liaisons),
        ("photo", before.photo != after.photo),
    ];
    fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
}
