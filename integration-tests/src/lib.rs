//! The harness: private Postgres, Redis and slapd per run, one database per test, the server in process or as the
//! real program, and clients that speak the API.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a harness fails loudly"
)]
#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "every function of a harness may panic"
)]

pub mod app;
pub mod client;
pub mod directory;
pub mod faults;
pub mod figures;
pub mod load;
pub mod measure;
pub mod process;
pub mod s3;
pub mod services;
pub mod socket;
pub mod tokens;
pub mod wire;
