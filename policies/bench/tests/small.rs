//! The benchmark still runs, however small. What it measures is nothing to assert here.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

/// What it says, and what it writes.
fn bench(people: &str, rules: &str) -> (Output, Value) {
    let scratch = tempfile::tempdir().unwrap();
    let json = scratch.path().join("policy.json");
    let output = Command::new(env!("CARGO_BIN_EXE_policy-bench"))
        .args(["--people", people, "--rules", rules, "--built", "10"])
        .args(["--questions", "64", "--decisions", "3000", "--calm", "50"])
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let written = fs::read_to_string(&json).unwrap_or_else(|_| panic!("{said}"));
    (output, serde_json::from_str(&written).unwrap())
}

#[test]
fn a_small_benchmark_measures_everything() {
    let (output, written) = bench("300", "5,10");
    assert_eq!(output.status.code(), Some(0), "{written:#}");
    let figures = &written["figures"];
    for engines in figures["engines"].as_array().unwrap() {
        for engine in ["Casbin", "Chancery"] {
            assert!(engines["nanoseconds"][engine].is_f64(), "{engines:#}");
        }
        assert!(engines["deciding"].as_u64() > Some(1), "{engines:#}");
    }
    let [mirror] = figures["mirrors"].as_array().unwrap().as_slice() else { panic!("{written:#}") };
    for figure in
        ["under_way", "by_mix", "one_by_one", "uniform", "hot", "facts_only", "in_room", "bytes_per_person"]
    {
        assert!(mirror[figure].is_f64(), "{figure} is missing: {mirror:#}");
    }
    for part in ["building", "diff", "peak_mib"] {
        assert!(!figures[part].is_null(), "{part} is missing: {figures:#}");
    }
    // A figure that misses its goal is no failure, and one that was not measured meets none.
    let goals = written["goals"].as_array().unwrap();
    assert!(goals.iter().all(|goal| goal["judged"] == "not measured"), "{goals:#?}");
}

#[test]
fn a_benchmark_with_a_round_that_failed_fails_and_names_it() {
    let (output, written) = bench("300", "9999");
    assert_eq!(output.status.code(), Some(1), "{written:#}");
    let failed = written["figures"]["failed"].as_array().unwrap();
    assert!(failed.len() == 1 && failed[0].as_str().unwrap().starts_with("9999 rules: "), "{failed:?}");
    assert!(!written["figures"]["mirrors"][0].is_null(), "what was measured is told: {written:#}");
}
