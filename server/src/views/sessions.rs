//! Sessions, as their owner sees them.

use chrono::{DateTime, Utc};
use schema::ids::SessionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Person;

/// A sign-in that succeeded, or was renewed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// To be sent as `Authorization: Bearer`. The refresh token is in a cookie that scripts cannot read.
    pub access_token: String,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// Who signed in.
    pub person: Person,
}

/// One device on which the reader is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    id: SessionId,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    /// From where the sign-in came.
    address: String,
    /// With what.
    user_agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

impl Session {
    /// The session `row`, as `current` sees it.
    pub fn of(row: schema::sessions::Session, current: SessionId) -> Self {
        Self {
            current: row.id == current,
            id: row.id,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            address: row.address,
            user_agent: row.user_agent,
        }
    }
}
