//! The whole server on real parts: one module per resource, and what holds across all of them.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails loudly")]

mod appointments;
mod as_of;
mod audit;
mod bad_input;
mod batches;
mod bench;
mod browser;
mod cases;
mod changed;
mod compliance;
mod conversations;
mod coverage;
mod crash;
mod database_limits;
mod demo;
mod dice;
mod directory;
mod directory_console;
mod exceptions;
mod files;
mod follow_active_directory;
mod follow_openldap;
mod foretold;
mod hot_path;
mod labels;
mod limits;
mod loadgen;
mod messages;
mod openapi;
mod parity;
mod people;
mod policy;
mod realtime;
mod redis_bus;
mod refused_starts;
mod replica;
mod search;
mod sessions;
mod sign_ins;
