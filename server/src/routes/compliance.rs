//! Looking back: who could read and write at a moment, and by which rule. For compliance officers, and every look is on record.

mod access;
mod activity;
mod changes;
mod decision;
mod places;
mod units;

use chrono::{DateTime, Utc};
use schema::ids::{ConversationId, PersonId};
use schema::past::{self, Subject};
use utoipa_actix_web::service_config::ServiceConfig;

use super::said;
use crate::app::App;
use crate::error::{Error, codes};

/// Everything under `/compliance` that looks back.
pub fn map(map: &mut ServiceConfig) {
    map.service(access::list_access)
        .service(decision::get_past_decision)
        .service(activity::list_activity)
        .service(changes::list_past_changes)
        .service(places::list_compliance_conversations)
        .service(units::get_past_unit);
}

/// The moment that `field` of the query names, if it names one.
fn moment(text: Option<&str>, field: &str) -> Result<Option<DateTime<Utc>>, Error> {
    text.map(|text| said::moment(field, text)).transpose()
}

/// What the question is about: one of the two.
fn subject(conversation: Option<ConversationId>, person: Option<PersonId>) -> Result<Subject, Error> {
    match (conversation, person) {
        (Some(conversation), None) => Ok(Subject::Conversation(conversation)),
        (None, Some(person)) => Ok(Subject::Person(person)),
        (None, None) => Err(Error::invalid(codes::MISSING_FIELD, "conversation_id")),
        (Some(_), Some(_)) => Err(Error::invalid(codes::INVALID_VALUE, "person_id")),
    }
}

/// From when until when: an end that is not in the future, after the beginning.
async fn period(app: &App, from: &str, until: Option<&str>) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let from = said::moment("from", from)?;
    let latest = past::latest(&mut *app.pool.get().await?, app.clock.now()).await?;
    let until = moment(until, "until")?.unwrap_or(latest);
    if until > latest || until <= from {
        return Err(Error::invalid(codes::INVALID_VALUE, if until <= from { "from" } else { "until" }));
    }
    Ok((from, until))
}
