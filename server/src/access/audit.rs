//! Who may read the record of what happened and have it checked: compliance and security officers. Nobody else makes an
//! [`AuditReader`]. The record says what happened, and holds no body of a message.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use schema::ids::PersonId;

use crate::error::{Error, codes};
use crate::views::Reader;

/// The duties.
const ROLES: [&str; 2] = ["compliance", "security"];

/// Somebody with such a duty.
pub struct AuditReader {
    /// Who.
    pub person: PersonId,
    /// For whom people are named.
    pub reader: Reader,
}

impl AuditReader {
    fn of(reader: Reader) -> Result<Self, Error> {
        let record = reader.scene.mirror.record(reader.person);
        let record = record.ok_or(Error::Unauthorized(codes::ACCOUNT_DISABLED))?;
        if !ROLES.iter().any(|role| record.has_role(role)) {
            return Err(Error::Forbidden(codes::ROLE_REQUIRED));
        }
        // The mirror may have missed that the duty was taken away.
        if reader.scene.is_org_stale() {
            return Err(Error::Unavailable(codes::ORG_STALE));
        }
        Ok(Self { person: record.id, reader })
    }
}

impl FromRequest for AuditReader {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::from_request(request, payload).into_inner();
        std::future::ready(reader.and_then(Self::of))
    }
}
