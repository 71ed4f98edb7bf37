//! Chancery's directory sync: reads an agency's directory and brings the mirror in the database up to it.
//!
//! The only crate that speaks LDAP. The server uses `directory` alone, for the bind of a sign-in.

pub mod apply;
pub mod check;
pub mod config;
pub mod directory;
pub mod dn;
pub mod duration;
pub mod entry;
pub mod finding;
pub mod guard;
pub mod mail;
pub mod mirror;
pub mod plan;
pub mod preview;
pub mod report;
pub mod run;
pub mod state;
