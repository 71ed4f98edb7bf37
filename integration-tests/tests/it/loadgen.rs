//! The program that puts load on a server says what came of it, and ends badly where something was lost.

use std::fs;
use std::process::{Command, Output};

use integration_tests::process::ServerProcess;
use integration_tests::services::{self, program, said};
use local_services::Scratch;
use serde_json::Value;

/// An officer writes to a peer.
const TWO: &str = "officer\npeer\n";

/// Runs `loadgen` on the server, with people of these logins.
fn load(server: &ServerProcess, logins: &str, load: &[&str]) -> Output {
    let scratch = Scratch::new().unwrap();
    let people = scratch.path().join("people");
    fs::write(&people, logins).unwrap();
    Command::new(program("loadgen"))
        .args(["--base", server.base(), "--password", sample_ministry::PASSWORD, "--people"])
        .arg(&people)
        .args(["--server-pid", &server.id().to_string()])
        .args(["--postgres-pid", &services::shared().postgres_id().to_string()])
        .args(load)
        .output()
        .unwrap()
}

/// The figures below the line for people.
fn figures(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, json) = text.split_once('\n').unwrap();
    serde_json::from_str(json).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_load_it_counts_what_came_of_it() {
    let server = ServerProcess::start().await;
    for pairs in [&["pairs", "--window", "4", "--seconds", "1"][..], &["pairs", "--http", "--seconds", "1"]] {
        let counts = figures(&load(&server, TWO, pairs))["counts"].clone();
        assert!(counts["acknowledged"].as_u64().unwrap() > 0, "{counts:#}");
        assert_eq!(counts["acknowledged"], counts["stored"], "{counts:#}");
        assert_eq!(counts["acknowledged"], counts["delivered"], "{counts:#}");
    }
    let rate = figures(&load(&server, TWO, &["rate", "--per-second", "20", "--seconds", "1"]));
    assert_eq!(rate["received"]["count"], rate["counts"]["sent"], "{rate:#}");
    let idle = figures(&load(&server, TWO, &["idle", "--sockets", "10"]));
    assert_eq!(idle["storm"]["welcomed"]["count"], 10, "{idle:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_sign_in_and_who_is_refused_are_told() {
    let server = ServerProcess::start().await;
    let output = load(&server, "officer\nnobody\n", &["pairs"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("nobody cannot sign in"), "{}", said(&output));
    let output = load(&server, "officer\nminister\n", &["pairs", "--seconds", "1"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("policy_denied"), "{}", said(&output));
}
