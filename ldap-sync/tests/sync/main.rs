//! The sync against a real slapd and a real Postgres: one Postgres for all tests, one database for each, and a
//! directory of its own wherever a test changes or breaks it.

mod fake;
mod harness;
mod moves;
mod program;
mod quarantine;
mod sample;
mod traps;
