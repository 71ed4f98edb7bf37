//! The benchmark still runs, however small. What it measures is nothing to assert here.

use std::fs;
use std::process::{Command, Output};

use integration_tests::services::{program, said};
use local_services::Scratch;
use serde_json::Value;

/// What the benchmark says of so many people and changes, and what it writes. It goes without Active Directory.
fn bench(people: &str, changes: &str) -> (Output, Value) {
    let scratch = Scratch::new().unwrap();
    let json = scratch.path().join("directory.json");
    let output = Command::new(program("bench"))
        .args([
            "directory",
            "--people",
            people,
            "--changes",
            changes,
            "--repeat",
            "1",
            "--domain-changes",
            "0",
        ])
        .arg("--json")
        .arg(&json)
        .output()
        .unwrap();
    let written = fs::read_to_string(&json).unwrap_or_else(|_| panic!("{}", said(&output)));
    (output, serde_json::from_str(&written).unwrap())
}

#[test]
fn a_small_benchmark_of_the_directory_measures_everything() {
    let (output, written) = bench("200", "6");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let [round] = written["rounds"].as_array().unwrap().as_slice() else { panic!("{written:#}") };
    assert_eq!(round["people"], 200);
    for part in ["filling", "reads", "live", "reorganisation", "running_peak_mib"] {
        assert!(!round[part].is_null(), "{part} is missing: {round:#}");
    }
    assert_eq!(round["live"]["enforced"]["count"], 6);
    let kinds: Vec<_> = round["live"]["by_kind"].as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["disabled", "enabled", "lowered", "moved", "raised"]);
}

#[test]
fn a_benchmark_with_a_round_that_failed_fails_and_names_it() {
    // So few people cannot make so many changes.
    let (output, written) = bench("40", "600");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("these rounds failed: 40 people"), "{}", said(&output));
    let round = &written["rounds"][0];
    assert!(round["failed"].as_str().unwrap().contains("fewer --changes"), "{round:#}");
    assert!(!round["filling"].is_null(), "what was measured is told: {round:#}");
}

#[test]
fn a_small_benchmark_of_sending_measures_everything_and_loses_nothing() {
    let scratch = Scratch::new().unwrap();
    let json = scratch.path().join("send.json");
    let output = Command::new(program("bench"))
        .args(["send", "--people", "24", "--pairs", "4", "--few", "2", "--seconds", "1", "--rate", "20"])
        .args(["--messages", "2", "--sockets", "30", "--json"])
        .arg(&json)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let written: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let figures = &written["figures"];
    let clients: Vec<_> =
        figures["floor"].as_array().unwrap().iter().map(|floor| &floor["clients"]).collect();
    assert_eq!(clients, [1, 2, 4]);
    for found in figures["saturation"].as_array().unwrap() {
        assert_eq!(found["counts"]["stored"], found["counts"]["acknowledged"], "{found:#}");
        assert!(found["cpu_per_thousand"]["server"].as_f64().unwrap() > 0.0, "{found:#}");
    }
    assert_eq!(figures["fan_out"]["delivered"], 48);
    assert_eq!(figures["rate"]["counts"]["failed"], 0);
    assert_eq!(figures["idle"]["sockets"], 30);
}
