//! Who may look at the policies and act upon them: administrators and the security office act, compliance officers look.
//! Nobody else makes an [`Officer`], and every handler of the pages takes one.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use schema::ids::PersonId;

use crate::error::{Error, codes};
use crate::views::Reader;

/// A duty that has to do with policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Looks.
    Compliance,
    /// Writes, approves and puts in force what is not for the security office alone.
    Admin,
    /// The same, and what binds everyone.
    Security,
}

impl Duty {
    /// What the directory and the database call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliance => "compliance",
            Self::Admin => "admin",
            Self::Security => "security",
        }
    }
}

/// Somebody with such a duty: the highest that they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Officer {
    /// Who.
    pub person: PersonId,
    /// The duty.
    pub duty: Duty,
}

impl Officer {
    /// The officer that the roles of the directory make of somebody.
    pub fn of(person: PersonId, roles: &[String]) -> Option<Self> {
        let has = |duty: &Duty| roles.iter().any(|role| role == duty.as_str());
        let duty = [Duty::Security, Duty::Admin, Duty::Compliance].into_iter().find(has)?;
        Some(Self { person, duty })
    }

    /// The officer, if they may act and not only look.
    pub fn acting(self) -> Result<Self, Error> {
        if self.duty == Duty::Compliance { Err(Error::Forbidden(codes::ROLE_REQUIRED)) } else { Ok(self) }
    }
}

/// An officer who looks at the pages.
pub struct PolicyReader {
    /// Who.
    pub officer: Officer,
    /// For whom people are named.
    pub reader: Reader,
}

impl PolicyReader {
    fn of(reader: Reader) -> Result<Self, Error> {
        let record = reader.scene.mirror.record(reader.person);
        let record = record.ok_or(Error::Unauthorized(codes::ACCOUNT_DISABLED))?;
        let officer = Officer::of(record.id, &record.roles).ok_or(Error::Forbidden(codes::ROLE_REQUIRED))?;
        // The mirror may have missed that the duty was taken away. That the policy is not known here is no reason: it may be
        // mended on these pages.
        if reader.scene.is_org_stale() {
            return Err(Error::Unavailable(codes::ORG_STALE));
        }
        Ok(Self { officer, reader })
    }
}

impl FromRequest for PolicyReader {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::from_request(request, payload).into_inner();
        std::future::ready(reader.and_then(Self::of))
    }
}
