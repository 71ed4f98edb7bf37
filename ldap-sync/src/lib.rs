//! Chancery's directory sync: reads an agency's directory and brings the mirror in the database up to it.
//!
//! The only crate that speaks LDAP. The server uses `directory` alone, for the bind of a sign-in.

pub mod apply;
pub mod check;
pub mod config;
mod digest;
pub mod directory;
pub mod dn;
pub mod documents;
pub mod duration;
pub mod engine;
pub mod entry;
pub mod finding;
pub mod foretell;
mod groups;
pub mod guard;
pub mod lead;
pub mod mail;
pub mod mirror;
pub mod plan;
pub mod preview;
mod replacing;
pub mod report;
pub mod run;
mod sieve;
mod spool;
pub mod state;
pub mod undo;
pub mod waiting;
