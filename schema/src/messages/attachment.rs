//! What is sent with a message, as the message says it: so much of a file that whoever reads the message knows what it is.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Jsonb;
use serde::{Deserialize, Serialize};

use crate::ids::FileId;
use crate::jsonb::jsonb;

/// A file that was sent with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its identifier.
    pub id: FileId,
    /// As whoever sent it called it.
    pub name: String,
    /// What it is by its first octets, whatever its name says.
    pub media_type: String,
    /// Its octets.
    #[schema(minimum = 0)]
    pub size: i64,
    /// The SHA-256 of them, in hexadecimal digits.
    pub sha256: String,
    /// The width of an image of which there is a small one as well, in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    /// The height of such an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
}

/// The files that were sent with a message, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = Jsonb)]
pub struct Attachments(pub Vec<Attachment>);

impl Attachments {
    /// The text of which the audit log keeps a hash: always the same for the same files.
    pub fn as_text(&self) -> String {
        // Texts and numbers alone: there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

jsonb!(Attachments);
