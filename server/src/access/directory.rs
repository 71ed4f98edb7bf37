//! Who may look at the directories and act upon them: personnel for the directory of their own agency, administrators
//! for all. Nobody else makes an [`Operator`], and every handler of the pages takes one.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use policies::explain::Language;
use schema::directory_console::{Act, Whose};
use schema::ids::PersonId;

use crate::app::App;
use crate::error::{Error, codes};
use crate::views::Reader;

/// The duty that lets somebody work on the directory of their agency.
const PERSONNEL: &str = "hr";
/// The duty that lets somebody work on all directories.
const ADMINISTRATOR: &str = "admin";

/// Somebody who may look at directories and act upon them.
#[derive(Debug, Clone, Copy)]
pub struct Operator {
    person: PersonId,
    whose: Whose,
    language: Language,
}

impl Operator {
    /// Whose directories.
    pub fn whose(&self) -> Whose {
        self.whose
    }

    /// The operator's language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// An act of the operator, for this reason.
    pub fn act(&self, app: &App, reason: Option<String>) -> Act {
        Act { by: self.person, reason, at: app.clock.now() }
    }

    fn of(reader: &Reader) -> Result<Self, Error> {
        Ok(Self { person: reader.actor.person, whose: whose(reader)?, language: reader.language })
    }
}

/// Whose directories the reader's duties let them work on.
pub(super) fn whose(reader: &Reader) -> Result<Whose, Error> {
    let record = reader.scene.mirror.record(reader.person);
    let record = record.ok_or(Error::Unauthorized(codes::ACCOUNT_DISABLED))?;
    let whose = if record.has_role(ADMINISTRATOR) {
        Whose::All
    } else if record.has_role(PERSONNEL) {
        Whose::Source(record.source)
    } else {
        return Err(Error::Forbidden(codes::ROLE_REQUIRED));
    };
    // The mirror may have missed that the duty was taken away.
    if reader.scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    Ok(whose)
}

impl FromRequest for Operator {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::from_request(request, payload).into_inner();
        std::future::ready(reader.and_then(|reader| Self::of(&reader)))
    }
}
