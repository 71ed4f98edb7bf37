//! Looking back: who could read and write at a moment, and by which rule. For compliance officers, and every look is on record.

mod access;
mod decision;

use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::error::{Error, codes};

/// Everything under `/compliance` that looks back.
pub fn map(map: &mut ServiceConfig) {
    map.service(access::list_access).service(decision::get_past_decision);
}

/// The moment that `field` of the query names, in the microseconds that Postgres keeps.
fn moment(text: Option<&str>, field: &str) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(text) = text else { return Ok(None) };
    DateTime::parse_from_rfc3339(text)
        .ok()
        .and_then(|at| DateTime::from_timestamp_micros(at.timestamp_micros()))
        .map(Some)
        .ok_or_else(|| Error::invalid(codes::INVALID_VALUE, field))
}
