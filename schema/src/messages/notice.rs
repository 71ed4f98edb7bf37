//! What the system tells in a conversation: a message of whoever did it, whose body is their reason.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Jsonb;
use serde::{Deserialize, Serialize};

use crate::jsonb::jsonb;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The label of the conversation was raised.
    LabelRaised,
    /// The label of the conversation was lowered.
    LabelLowered,
}

/// What the system tells: from then on the conversation has this label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The policy of the label; none where there is no label from then on.
    pub label_policy: Option<String>,
    /// The level of the label.
    pub label_level: i16,
    /// The categories of the label.
    pub label_categories: Vec<String>,
}

jsonb!(Notice);
