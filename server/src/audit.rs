//! The log that shows tampering, on this node: lets its tree grow, signs checkpoints, proves that an entry is in it, and looks
//! for what somebody changed behind its back. What a leaf, a tree and a checkpoint are is `audit_log`'s.

pub mod check;
pub mod checkpoint;
pub mod command;
pub mod export;
pub mod grow;
pub mod keep;
pub mod offline;
pub mod prove;
pub mod ship;
pub(crate) mod told;
pub mod verify;
