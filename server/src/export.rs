//! What is taken out of a case: an archive (ZIP) of its messages, for people who have nothing of ours. It is made in steps that any node
//! goes on with, and memory does not grow with it; each message has the proof that it is what the audit log tells of, and a
//! signed manifest says what belongs to the archive.

mod files;
mod mail;
mod marking;
mod record;
mod seal;
mod table;
pub mod take;
pub mod verify;
mod work;
mod write;
mod zip;

pub use work::{begin, keep, look_after, remove};
