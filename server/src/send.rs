//! The hot path: a message is decided, stored, and handed to those who may read it.

pub mod commit;
pub mod deliver;
pub mod pipeline;
mod writer;
