//! The sync against a real slapd and a real Postgres: one Postgres for all tests, one database for each, and a
//! directory of its own wherever a test changes or breaks it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: what is not there fails the test, also in the functions that tests share"
)]

mod fake;
mod first;
mod groups;
mod harness;
mod lead;
mod moves;
mod names;
mod program;
mod quarantine;
mod reports;
mod sample;
mod traps;
mod undo;
mod walk;
