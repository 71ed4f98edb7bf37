//! Whatever breaks under load, the send path keeps its promises. In `./run test` each fault is tried once and shortly;
//! `./run test faults` tries all of them, as often as `FAULT_ROUNDS` says.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a test fails loudly, and says what it did")]

use std::time::{Duration, Instant};

use integration_tests::faults::kinds::Fault;
use integration_tests::faults::trial::Company;

/// How long a fault lasts where it does not end by itself.
const SHORT: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn what_was_promised_holds_whatever_breaks() {
    let rounds = std::env::var_os("FAULT_ROUNDS").map(|rounds| number(&rounds.to_string_lossy()));
    let only = std::env::var_os("FAULT_ONLY").map(|only| only.to_string_lossy().into_owned());
    let (faults, length) =
        if rounds.is_some() { (&Fault::ALL[..], LONG) } else { (&Fault::SHORT[..], SHORT) };
    let mut company = Company::gather().await;
    let mut objections = Vec::new();
    for round in 1..=rounds.unwrap_or(1) {
        let began = Instant::now();
        company.sign_in().await;
        for fault in faults.iter().filter(|fault| {
            only.as_ref().is_none_or(|only| only.split(',').any(|only| fault.name().contains(only)))
        }) {
            let report = company.try_fault(*fault, length).await;
            println!("round {round}: {report}");
            if let Some(objection) = report.objection() {
                println!("round {round}: WRONG: {objection}");
                objections.push(objection);
            }
        }
        println!("round {round} took {:.0} s", began.elapsed().as_secs_f64());
    }
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

fn number(text: &str) -> usize {
    text.parse().expect("FAULT_ROUNDS is a number")
}
