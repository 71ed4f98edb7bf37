//! The directories, for personnel and administrators: how they are, what waits for a decision, and why somebody is in
//! the system or is not. Nothing here tells of messages.

mod decide;
mod findings;
mod requests;
mod runs;
mod sources;

use actix_web::web;
use chrono::{DateTime, Utc};
use schema::directory_console;
use schema::ids::SourceId;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::directory::Operator;
use crate::error::{Error, codes};
use crate::routes::said;

/// Everything under `/directory`.
pub fn map(map: &mut ServiceConfig) {
    map.service(sources::list_directory_sources)
        .service(sources::hold_directory_source)
        .service(sources::release_directory_source)
        .service(runs::list_directory_runs)
        .service(runs::get_directory_run)
        .service(decide::list_directory_plans)
        .service(decide::get_directory_plan)
        .service(decide::approve_directory_plan)
        .service(decide::reject_directory_plan)
        .service(requests::ask_directory)
        .service(requests::get_directory_request)
        // Before what has an id in the same place.
        .service(findings::get_directory_history)
        .service(findings::list_directory_findings);
}

/// The key of a page: when, and which.
type Key = (DateTime<Utc>, Uuid);

const LONGEST_REASON: usize = 2000;
const LONGEST_QUERY: usize = 200;

/// The reason that an operator gives, which must say something.
fn reason(text: &str) -> Result<String, Error> {
    said::lines("reason", text, LONGEST_REASON)
}

/// What to search for; nothing where nothing is asked. Postgres keeps no zero bytes.
fn query(text: Option<&str>, field: &str) -> Result<Option<String>, Error> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match text {
        Some(text) if text.chars().count() > LONGEST_QUERY => Err(Error::invalid(codes::TOO_LONG, field)),
        Some(text) if text.contains('\0') => Err(Error::invalid(codes::INVALID_VALUE, field)),
        text => Ok(text.map(str::to_owned)),
    }
}

/// The source of that name, if the operator may look at it.
async fn source(
    connection: &mut schema::Connection,
    operator: Operator,
    name: Option<&str>,
) -> Result<Option<SourceId>, Error> {
    let Some(name) = query(name, "source")? else { return Ok(None) };
    Ok(Some(directory_console::source(connection, operator.whose(), &name).await?))
}

/// How many rows to read for a page of `limit`: one more tells whether there is another page.
fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Which page of a list of one source or of all.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SourcePageQuery {
    /// The name of a source.
    #[param(max_length = 200)]
    source: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

type Asked = web::Query<SourcePageQuery>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        assert_eq!(
            reason("  Реорганизация по приказу 14.\nСогласовано. ").unwrap(),
            "Реорганизация по приказу 14.\nСогласовано."
        );
        for bad in ["", "  \n", "\u{200b}", "a\0b", "\u{202e}abc"] {
            assert!(reason(bad).is_err(), "{bad:?}");
        }
        assert!(reason(&"я".repeat(2000)).is_ok() && reason(&"я".repeat(2001)).is_err());
    }

    #[test]
    fn nothing_asked_is_no_search() {
        assert_eq!(query(Some("  "), "query").unwrap(), None);
        assert_eq!(query(Some(" Орлова "), "query").unwrap().as_deref(), Some("Орлова"));
        assert!(query(Some("a\0"), "query").is_err() && query(Some(&"x".repeat(201)), "query").is_err());
    }
}
