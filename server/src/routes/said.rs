//! Texts that people must give, and that must say something.

use chrono::{DateTime, Utc};

use crate::error::{Error, codes};
use crate::text;

/// A text in one line, such as a name.
pub(super) fn line(field: &str, given: &str, longest: usize) -> Result<String, Error> {
    said(field, given, longest, text::misleads)
}

/// A text that may have several lines, such as a reason.
pub(super) fn lines(field: &str, given: &str, longest: usize) -> Result<String, Error> {
    said(field, given, longest, |character| text::misleads(character) && !matches!(character, '\n' | '\t'))
}

fn said(field: &str, given: &str, longest: usize, misleads: impl Fn(char) -> bool) -> Result<String, Error> {
    let given = given.trim();
    if given.chars().count() > longest {
        return Err(Error::invalid(codes::TOO_LONG, field));
    }
    if given.chars().all(text::is_blank) || given.chars().any(misleads) {
        return Err(Error::invalid(codes::INVALID_VALUE, field));
    }
    Ok(given.to_owned())
}

/// A moment by RFC 3339, in the microseconds that Postgres keeps.
pub(super) fn moment(field: &str, given: &str) -> Result<DateTime<Utc>, Error> {
    DateTime::parse_from_rfc3339(given)
        .ok()
        .and_then(|at| DateTime::from_timestamp_micros(at.timestamp_micros()))
        .ok_or_else(|| Error::invalid(codes::INVALID_VALUE, field))
}
