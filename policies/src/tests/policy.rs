//! The policy that the program carries: golden cases, invariants, and that the linter finds what is planted.

use crate::files::PolicyFiles;
use crate::gate::Snapshot;
use crate::lint::{Report, lint_snapshot, run_cases_on};
use crate::testing::gate;

#[test]
fn golden_cases_come_out_and_name_every_rule() {
    let report = run_cases_on(&gate().snapshot(), &PolicyFiles::embedded());
    assert!(report.is_clean(), "{report}");
    assert!(report.passed > 100, "{report}");
    assert_eq!(report.untested, Vec::<String>::new());
}

#[test]
fn the_policy_is_clean_and_every_rule_decides_somewhere() {
    let report = lint_snapshot(&gate().snapshot(), &PolicyFiles::embedded());
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.warnings, [], "{report}");
    assert!(report.invariants >= 10, "{report}");
    assert!(report.cells < 70_000, "{report}");
    assert!(report.overlaps.iter().any(|overlap| overlap.denial == "D01" && overlap.permission == "A01"));
}

#[test]
fn a_wrong_golden_case_is_told_with_its_line() {
    let files =
        PolicyFiles::embedded().with("tests/direct.toml", |text| text.replacen("\"D05\"", "\"A01\"", 1));
    let report = run_cases_on(&gate().snapshot(), &files);
    let [failure] = report.failures.as_slice() else { panic!("{report}") };
    assert_eq!(failure.file, "tests/direct.toml");
    assert!(failure.line.is_some());
    assert!(failure.message.contains("it is deny by D05"), "{failure}");
}

#[test]
fn a_golden_case_that_leaves_a_fact_open_or_names_a_wrong_one_is_told() {
    for (from, to, said) in [
        ("hours = \"in\"\n", "", "says nothing of `hours`"),
        ("rel = \"up3\"", "rel = \"up9\"", "`up9` is not one of"),
        ("rel = \"up3\"", "rol = \"up3\"", "there is no such column"),
        ("rule = \"D05\"", "rule = \"D99\"", "there is no rule `D99`"),
    ] {
        let files = PolicyFiles::embedded().with("tests/direct.toml", |text| text.replacen(from, to, 1));
        let report = run_cases_on(&gate().snapshot(), &files);
        assert!(report.to_string().contains(said), "{from}: {report}");
    }
}

fn planted(file: &str, from: &str, to: &str) -> Report {
    let files = PolicyFiles::embedded().with(file, |text| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    lint_snapshot(&Snapshot::load(&files, 1).unwrap(), &files)
}

#[test]
fn a_broken_invariant_is_told_in_words() {
    // Until it was amended, this rule kept superiors of lower rank from their subordinates.
    let report = planted("rules.toml", "rel = [\"up2\", \"up3\",", "rel = [\"down\", \"up2\", \"up3\",");
    let [error] = report.errors.as_slice() else { panic!("{report}") };
    assert_eq!(
        (error.file.as_str(), error.key.as_deref()),
        ("invariants.toml", Some("superiors-reach-subordinates"))
    );
    assert!(error.line.is_some());
    for said in ["act = dm.start", "rel = down (Below in the chain", "semp = contractor", "D06 forbids it"] {
        assert!(error.message.contains(said), "{said}: {error}");
    }
}

#[test]
fn a_hard_rule_may_refuse_a_superior_but_no_soft_one() {
    let report = planted(
        "rules.toml",
        "disclose = \"generic\"\nhard = true\n[rule.when]\nact = [\"dm.start\"",
        "disclose = \"generic\"\nhard = false\n[rule.when]\nact = [\"dm.start\"",
    );
    assert!(report.to_string().contains("D04 forbids it"), "{report}");
}

#[test]
fn a_rule_that_never_decides_is_told() {
    let report = planted(
        "rules.toml",
        "act = [\"dm.start\"]\nmem = [\"moderator\"]",
        "act = [\"dm.start\"]\nwall = [\"closed\"]\nmem = [\"moderator\"]",
    );
    let [warning] = report.warnings.as_slice() else { panic!("{report}") };
    assert_eq!(warning.key.as_deref(), Some("A14"));
    assert!(warning.line.is_some() && warning.message.contains("never decides"), "{warning}");
}
