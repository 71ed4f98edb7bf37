//! The files of an archive, and their order in it.

/// What whoever was asked for is in.
pub(super) const MESSAGES: File = File { number: 0, name: "messages.jsonl" };
/// What proves of each message that the log tells of it.
pub(super) const PROOFS: File = File { number: 1, name: "proofs.jsonl" };
/// The messages as a table.
pub(super) const TABLE: File = File { number: 2, name: "messages.csv" };
/// The messages as mails; a directory.
pub(super) const MAILS: File = File { number: 3, name: "mails" };
/// What the messages brought; a directory.
pub(super) const FILES: File = File { number: 4, name: "files" };
/// The conversations.
pub(super) const CONVERSATIONS: File = File { number: 5, name: "conversations.jsonl" };
/// Who was in them, from when to when.
pub(super) const PARTICIPANTS: File = File { number: 6, name: "participants.jsonl" };
/// How to read it all.
pub(super) const README: File = File { number: 7, name: "README.txt" };
/// The hashes of all those files, as `sha256sum -c` takes them.
pub(super) const SUMS: File = File { number: 8, name: "SHA256SUMS" };
/// What the archive is, and who signed that.
pub(super) const LAST: File = File { number: 9, name: "" };
/// The directory of the archive.
pub(super) const DIRECTORY: File = File { number: 10, name: "" };

/// What the archive is.
pub(super) const MANIFEST: &str = "manifest.json";
/// That we say so.
pub(super) const SIGNATURE: &str = "manifest.note";

/// The number of the last part of a file that was packed in blocks.
pub(super) const LAST_PART: i32 = i32::MAX;

/// A file, or some that stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct File {
    /// Its place among them.
    pub number: i16,
    /// What it is called.
    pub name: &'static str,
}
