//! What a machine can find in a policy before people argue over it. Everything is finite, so nothing is sampled:
//! invariants hold in every cell or there is a counterexample, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

pub use crate::cases::{CaseReport, run_cases, run_cases_on};
use crate::facts::{Action, Dimension};
use crate::files::{INVARIANTS, PolicyFiles};
use crate::finding::{Finding, line_with, read};
use crate::gate::Snapshot;
use crate::reader::{Columns, Reader};
use crate::rules::{RULES, Rule};
use crate::words;

/// What was found in a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What keeps the policy from being used.
    pub errors: Vec<Finding>,
    /// What somebody should look at.
    pub warnings: Vec<Finding>,
    /// Denials that overrule permissions, the largest overlap first.
    pub overlaps: Vec<Overlap>,
    /// How many rules there are.
    pub rules: usize,
    /// How many cells their table has.
    pub cells: usize,
    /// How many invariants were proved.
    pub invariants: usize,
}

impl Report {
    /// Whether the policy may be used.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in &self.errors {
            writeln!(f, "error: {error}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for Overlap { denial, permission, classes } in &self.overlaps {
            writeln!(f, "{denial} overrules {permission} in {classes} classes of facts")?;
        }
        let Self { rules, cells, invariants, .. } = self;
        write!(f, "{rules} rules, {cells} cells, {invariants} invariants hold")
    }
}

/// A denial that overrules a permission, and in how many classes of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the sentence above")]
pub struct Overlap {
    pub denial: String,
    pub permission: String,
    pub classes: usize,
}

/// Loads the policy and looks at all of it.
pub fn lint(files: &PolicyFiles) -> Report {
    match Snapshot::load(files, 0) {
        Ok(snapshot) => lint_snapshot(&snapshot, files),
        Err(errors) => Report { errors, ..Report::default() },
    }
}

/// The same for a policy that is loaded already.
pub fn lint_snapshot(snapshot: &Snapshot, files: &PolicyFiles) -> Report {
    let mut report = Report { rules: snapshot.rules().len(), cells: snapshot.cells(), ..Report::default() };
    match files.text(INVARIANTS).and_then(load_invariants) {
        Ok(invariants) => {
            let failures: Vec<Finding> =
                invariants.iter().filter_map(|invariant| invariant.disproof(snapshot)).collect();
            report.invariants = invariants.len() - failures.len();
            report.errors.extend(failures);
        }
        Err(findings) => report.errors.extend(findings),
    }
    let rules = files.text(RULES).unwrap_or_default();
    report.errors.extend(snapshot.idle_exceptions(rules));
    survey(snapshot, rules, &mut report);
    report
}

/// Loads the policy if nothing at all speaks against it: it loads, every invariant holds, and every golden case comes out
/// as its author expects. The one way for a policy to come into force.
pub fn examine(files: &PolicyFiles, number: i64) -> Result<Snapshot, Vec<Finding>> {
    let snapshot = Snapshot::load(files, number)?;
    let findings = objections(&snapshot, files);
    if findings.is_empty() { Ok(snapshot) } else { Err(findings) }
}

/// What keeps a policy that does load from coming into force: broken invariants and failing golden cases among it.
pub fn objections(snapshot: &Snapshot, files: &PolicyFiles) -> Vec<Finding> {
    let mut findings = lint_snapshot(snapshot, files).errors;
    findings.extend(run_cases_on(snapshot, files).failures);
    findings
}

/// Who decides where: rules that never do, and denials that overrule permissions.
fn survey(snapshot: &Snapshot, text: &str, report: &mut Report) {
    let mut deciding = BTreeSet::new();
    let mut overlaps: BTreeMap<(u16, u16), usize> = BTreeMap::new();
    for action in Action::ALL {
        let Some(classes) = snapshot.table().examples(*action, &|_, _| true) else {
            report.errors.push(Finding::new(
                RULES,
                None,
                Some(action.as_str()),
                "too many classes to look at",
            ));
            return;
        };
        for places in classes {
            let (denial, permission) = snapshot.table().both(*action, &places);
            deciding.extend(denial.or(permission));
            if let (Some(denial), Some(permission)) = (denial, permission) {
                *overlaps.entry((denial, permission)).or_default() += 1;
            }
        }
    }
    for (place, rule) in (0..).zip(snapshot.rules()) {
        if !deciding.contains(&place) {
            let line = line_with(text, &format!("id = \"{}\"", rule.id));
            let message = "never decides: wherever it holds, a denial or an earlier rule does";
            report.warnings.push(Finding::new(RULES, line, Some(&rule.id), message));
        }
    }
    let code =
        |place: u16| snapshot.rules().get(usize::from(place)).map_or(String::new(), |rule| rule.id.clone());
    report.overlaps = overlaps
        .into_iter()
        .map(|((denial, permission), classes)| Overlap {
            denial: code(denial),
            permission: code(permission),
            classes,
        })
        .collect();
    report.overlaps.sort_by_key(|overlap| std::cmp::Reverse(overlap.classes));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    invariant: Vec<RawInvariant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInvariant {
    id: Spanned<String>,
    text: Spanned<String>,
    must: Spanned<String>,
    #[serde(default)]
    unless_hard: bool,
    #[serde(rename = "where")]
    columns: Columns,
}

/// What must hold in all cells of some facts.
struct Invariant {
    id: String,
    text: String,
    line: usize,
    allows: bool,
    /// A hard rule may deny all the same.
    unless_hard: bool,
    masks: [u32; 15],
}

fn load_invariants(text: &str) -> Result<Vec<Invariant>, Vec<Finding>> {
    let raw: RawFile = read(INVARIANTS, text).map_err(|finding| vec![finding])?;
    let mut reader = Reader::new(INVARIANTS, text);
    let mut invariants: Vec<Invariant> = Vec::new();
    for raw in &raw.invariant {
        let id = reader.not_blank(&raw.id, "id");
        if invariants.iter().any(|known| known.id == id) {
            reader.fault(&raw.id, &id, "the id is used twice");
        }
        let must = reader.one_of(&raw.must, &format!("{id}.must"), &[("allow", true), ("deny", false)]);
        if must == Some(false) && raw.unless_hard {
            reader.fault(
                &raw.must,
                &format!("{id}.unless_hard"),
                "only a permission can be refused by a hard rule",
            );
        }
        invariants.push(Invariant {
            text: reader.not_blank(&raw.text, &format!("{id}.text")),
            line: reader.line(&raw.id),
            allows: must.unwrap_or_default(),
            unless_hard: raw.unless_hard,
            masks: reader.masks(&format!("{id}.where"), &raw.columns),
            id,
        });
    }
    if invariants.is_empty() {
        reader.findings.push(Finding::new(INVARIANTS, None, Some("invariant"), "holds no invariant"));
    }
    if reader.findings.is_empty() { Ok(invariants) } else { Err(reader.findings) }
}

impl Invariant {
    fn concerns(&self, dimension: Dimension, place: u8) -> bool {
        self.masks.get(dimension as usize).is_some_and(|mask| mask & (1 << place) != 0)
    }

    /// The first class of facts in which it does not hold.
    fn disproof(&self, snapshot: &Snapshot) -> Option<Finding> {
        let fault = |message| Some(Finding::new(INVARIANTS, Some(self.line), Some(&self.id), message));
        for action in Action::ALL.iter().filter(|action| self.concerns(Dimension::Action, **action as u8)) {
            let wanted = |dimension, place| self.concerns(dimension, place);
            let Some(mut classes) = snapshot.table().examples(*action, &wanted) else {
                return fault(format!("{} has too many classes to look at", action.as_str()));
            };
            let broken = classes.find_map(|places| {
                let (denial, permission) = snapshot.table().both(*action, &places);
                let rule = denial.or(permission).and_then(|place| snapshot.rules().get(usize::from(place)));
                let excused = self.unless_hard && rule.is_some_and(|rule| rule.hard);
                (rule.is_some_and(|rule| rule.allows) != self.allows && !excused).then_some((places, rule))
            });
            if let Some((places, rule)) = broken {
                return fault(format!("{} But {}.", self.text, self.in_words(&places, rule)));
            }
        }
        None
    }

    /// The counterexample: the facts that the invariant or the deciding rule is about, and who decides.
    fn in_words(&self, places: &[u8; 15], rule: Option<&Rule>) -> String {
        let ruled = rule.map_or(crate::reader::everything(), |rule| rule.masks);
        let decided = match rule {
            Some(rule) if rule.allows => format!("{} permits it", rule.id),
            Some(rule) => format!("{} forbids it", rule.id),
            None => "no rule permits it".to_owned(),
        };
        format!("with {} {decided}", words::facts(places, &[self.masks, ruled]))
    }
}
