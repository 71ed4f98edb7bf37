//! What an entry of the log tells of a message, for whoever compares it with one: in the database, or in an archive.

use schema::ids::{ConversationId, MessageId};
use schema::messages::Attachments;
use serde::Deserialize;
use uuid::Uuid;

use crate::text::salted_hash;

/// The entry's own fields. Who wrote it and when are those of every entry.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    pub message_id: MessageId,
    pub conversation_id: ConversationId,
    pub seq: i64,
    body_sha256: String,
    files_sha256: Option<String>,
    pub label: ToldLabel,
    pub rule: String,
    pub policy_version: i64,
    pub hat: String,
    pub principal_id: Option<Uuid>,
}

/// The label that the message had.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldLabel {
    pub policy: Option<String>,
    pub level: i16,
    pub categories: Vec<String>,
}

impl Told {
    /// Whether an entry of this kind tells of a message.
    pub(crate) fn is_told_by(kind: &str) -> bool {
        matches!(kind, "message.sent" | "message.adopted")
    }

    /// Whether the hash is that of the body: with its salt, or without one, as it was before bodies were salted.
    pub(crate) fn says(&self, body: &str, salt: Option<&[u8]>) -> bool {
        let is_it = |salt: &[u8]| salted_hash(salt, body) == self.body_sha256;
        salt.is_some_and(is_it) || is_it(&[])
    }

    /// Whether the hash is that of what the message brought, with the salt of its body.
    pub(crate) fn brings(&self, files: Option<&Attachments>, salt: Option<&[u8]>) -> bool {
        let hash = files.map(|files| salted_hash(salt.unwrap_or_default(), &files.as_text()));
        hash == self.files_sha256
    }
}
