//! Who may do what: pure decisions over facts, without I/O, database or HTTP.
//!
//! Read in this order: `facts` (what a decision depends on), `org` and `label` (where facts come from), `rules`
//! (the strict loader), `casbin` (the authority), `table` (its answers, proved), `gate` (the one call), `explain`.
#![warn(missing_docs)]

mod aside;
mod casbin;
mod cases;
pub mod diff;
pub mod edit;
pub mod exceptions;
pub mod explain;
pub mod facts;
mod files;
pub mod finding;
pub mod gate;
mod in_force;
pub mod label;
pub mod lint;
pub mod org;
mod proved;
mod reader;
pub mod rules;
pub mod shared;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod touches;
mod vocabulary;
pub mod walls;
mod words;

pub use aside::aside;
pub use casbin::Error;
pub use finding::Finding;
pub use gate::Gate;
