//! Who keeps the dated list of appointments: personnel for the people of their own agency, administrators for all.
//! Whoever keeps it reads the names in it, also of people whom they would not meet otherwise: that is their duty.
//! Nobody else makes a [`Keeper`], and every handler of the list takes one.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use schema::ids::SourceId;

use super::directory::whose;
use crate::error::Error;
use crate::org::PersonRecord;
use crate::views::Reader;

/// Somebody who keeps the list.
pub struct Keeper {
    /// Who it is.
    pub reader: Reader,
    /// Whose people; none: everybody's.
    source: Option<SourceId>,
}

impl Keeper {
    /// The source whose people the keeper may appoint; none: all of them.
    pub fn source(&self) -> Option<SourceId> {
        self.source
    }

    /// Whether the keeper keeps the list of this source.
    pub fn keeps(&self, source: SourceId) -> bool {
        self.source.is_none_or(|own| own == source)
    }

    /// Somebody whom the keeper may appoint, or look up.
    pub fn person(&self, id: schema::ids::PersonId) -> Option<&PersonRecord> {
        self.reader.scene.mirror.person(id).filter(|record| self.keeps(record.source))
    }

    fn of(reader: Reader) -> Result<Self, Error> {
        let source = whose(&reader)?.source();
        Ok(Self { reader, source })
    }
}

impl FromRequest for Keeper {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::from_request(request, payload).into_inner();
        std::future::ready(reader.and_then(Self::of))
    }
}
