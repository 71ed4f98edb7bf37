//! Golden cases: questions with the verdict and the rule that their authors expect, in files that anybody can read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use crate::facts::{Dimension, Facts};
use crate::files::{PolicyFiles, TESTS};
use crate::finding::{Finding, read};
use crate::gate::{Snapshot, Verdict};
use crate::reader::Reader;

/// How the golden cases came out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseReport {
    /// How many came out as expected.
    pub passed: usize,
    /// The others, each with file and line; also what is wrong with the files themselves.
    pub failures: Vec<Finding>,
    /// Rules that no case expects.
    pub untested: Vec<String>,
}

impl CaseReport {
    /// Whether all came out as expected.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "error: {failure}")?;
        }
        if !self.untested.is_empty() {
            writeln!(f, "warning: no case expects {}", self.untested.join(", "))?;
        }
        write!(f, "{} cases passed, {} failed", self.passed, self.failures.len())
    }
}

type Given = BTreeMap<Spanned<String>, Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    /// What holds in every case that does not say otherwise.
    given: Given,
    case: Vec<RawCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    says: Spanned<String>,
    verdict: Spanned<String>,
    rule: Spanned<String>,
    when: Given,
}

/// Loads the policy and runs its golden cases.
pub fn run_cases(files: &PolicyFiles) -> CaseReport {
    match Snapshot::load(files, 0) {
        Ok(snapshot) => run_cases_on(&snapshot, files),
        Err(failures) => CaseReport { failures, ..CaseReport::default() },
    }
}

/// Runs the golden cases on a policy that is loaded already.
pub fn run_cases_on(snapshot: &Snapshot, files: &PolicyFiles) -> CaseReport {
    let mut report = CaseReport::default();
    let mut expected = BTreeSet::new();
    let mut any = false;
    for (file, text) in files.cases() {
        any = true;
        match read::<RawFile>(file, text) {
            Ok(raw) => run_file(snapshot, &raw, Reader::new(file, text), &mut expected, &mut report),
            Err(finding) => report.failures.push(finding),
        }
    }
    if !any {
        report.failures.push(Finding::new(TESTS, None, None, "there are no golden cases"));
    }
    let untested = snapshot.rules().iter().filter(|rule| !expected.contains(&rule.id));
    report.untested = untested.map(|rule| rule.id.clone()).collect();
    report
}

fn run_file(
    snapshot: &Snapshot,
    raw: &RawFile,
    mut reader: Reader<'_>,
    expected: &mut BTreeSet<String>,
    report: &mut CaseReport,
) {
    let mut base = [None; 15];
    set(&mut reader, "given", &raw.given, &mut base);
    for case in &raw.case {
        let key = reader.not_blank(&case.says, "says");
        let known: BTreeSet<&str> = snapshot.rules().iter().map(|rule| rule.id.as_str()).collect();
        let rule = case.rule.get_ref();
        if rule != "default" && !known.contains(rule.as_str()) {
            reader.fault(&case.rule, &key, format!("there is no rule `{rule}`"));
        }
        let allow = reader.one_of(&case.verdict, &key, &[("allow", true), ("deny", false)]);
        let Some(facts) = facts(&mut reader, case, &key, base) else { continue };
        let verdict = snapshot.decide(Ok(facts));
        let code = snapshot.rule_code(verdict.rule);
        if Some(verdict.allow) == allow && code == rule {
            report.passed += 1;
        } else {
            let said = if verdict.allow { "allow" } else { "deny" };
            let wanted = case.verdict.get_ref();
            reader.fault(
                &case.says,
                &key,
                format!("expected {wanted} by {rule}, but it is {said} by {code}"),
            );
        }
        expected.insert(rule.clone());
    }
    report.failures.extend(reader.findings);
}

/// The facts of a case, if it says all of them.
fn facts(reader: &mut Reader<'_>, case: &RawCase, key: &str, base: [Option<u8>; 15]) -> Option<Facts> {
    let mut places = base;
    set(reader, key, &case.when, &mut places);
    let missing = places.iter().zip(Dimension::ALL).find(|(place, _)| place.is_none());
    if let Some((_, dimension)) = missing {
        reader.fault(&case.says, key, format!("says nothing of `{}`", dimension.as_str()));
        return None;
    }
    Some(Facts::at(&places.map(Option::unwrap_or_default)))
}

/// What a policy says to a case.
pub(crate) struct Decided {
    /// The line on which the case says what it is about.
    pub(crate) line: usize,
    /// What is decided.
    pub(crate) verdict: Verdict,
}

/// What `snapshot` says to every case of a file, in their order.
pub(crate) fn decided(snapshot: &Snapshot, file: &str, text: &str) -> Result<Vec<Decided>, Vec<Finding>> {
    let raw: RawFile = read(file, text).map_err(|finding| vec![finding])?;
    let mut reader = Reader::new(file, text);
    let mut base = [None; 15];
    set(&mut reader, "given", &raw.given, &mut base);
    let mut decided = Vec::new();
    for case in &raw.case {
        if let Some(facts) = facts(&mut reader, case, case.says.get_ref(), base) {
            decided.push(Decided { line: reader.line(&case.says), verdict: snapshot.decide(Ok(facts)) });
        }
    }
    if reader.findings.is_empty() { Ok(decided) } else { Err(reader.findings) }
}

fn set(reader: &mut Reader<'_>, key: &str, given: &Given, places: &mut [Option<u8>; 15]) {
    for (column, value) in given {
        let key = format!("{key}.{}", column.get_ref());
        let Some(dimension) = reader.dimension(column, &key) else { continue };
        if let Some(place) = places.get_mut(dimension as usize) {
            *place = reader.place(dimension, value, &key);
        }
    }
}
