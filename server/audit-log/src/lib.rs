//! A log that shows tampering: how an entry becomes a leaf, the tree over the leaves, what is signed of it, and what proves
//! that an entry is in it. Pure: no database, no files, no clock.
//!
//! The tree is that of RFC 9162 with SHA-256; what is signed is a checkpoint of C2SP (`tlog-checkpoint`) in a signed note
//! (`signed-note`) with Ed25519, so that anybody's tools can check it.
#![warn(missing_docs)]

pub mod checkpoint;
pub mod leaf;
pub mod note;
pub mod proof;
pub mod tile;
pub mod tree;
