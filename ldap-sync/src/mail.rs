//! Tells HR by mail what they must know without looking: what could not be used of the directory and why, what the
//! guard refused, when a source cannot be read; and once a day how things stand.
//!
//! A mail is written into the database in the transaction that marks its content as told, and sent from there: what is
//! told is told once, and a mail server that is down delays it only.

mod compose;
mod outbox;
mod reporter;
mod settings;

pub use compose::{Letter, digest, report};
pub use outbox::{Post, PostError};
pub use reporter::{Recipients, report_for_ever, report_once};
pub use settings::{Language, MailSettings, Security, mailbox};
