//! Cases of compliance: opened by one officer, approved by another, read within their scope until their end.

mod exports;
mod life;
mod notices;
mod reading;
mod review;
mod scope;

use chrono::{DateTime, TimeDelta, Utc};
use schema::ids::{CaseId, ConversationId, PersonId, UnitId};
use schema::scopes::Entries;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::said;
use crate::access::cases::{self as access, CaseOfficer};
use crate::actions::cases::Wanted;
use crate::app::App;
use crate::error::{Error, codes};
use crate::views::Reader;
use crate::views::cases::CaseView;

/// The longest reason, in characters.
pub(super) const LONGEST_REASON: usize = 2000;
/// The longest number.
pub(super) const LONGEST_NUMBER: usize = 60;
/// How much one scope names at most.
const MOST_ENTRIES: usize = 200;
/// How long a case is read at most, before somebody approves more of it.
const LONGEST_DAYS: i64 = 366;

/// The addresses that have to do with cases.
pub fn map(map: &mut ServiceConfig) {
    map.service(life::open_case)
        .service(life::list_cases)
        .service(life::get_case)
        .service(life::change_case)
        .service(life::request_case)
        .service(life::approve_case)
        .service(life::reject_case)
        .service(life::close_case)
        .service(scope::ask_case_scope)
        .service(scope::approve_case_scope)
        .service(scope::reject_case_scope)
        .service(scope::withdraw_case_scope)
        .service(reading::search_case_messages)
        .service(reading::list_case_denials)
        .service(reading::list_case_conversations)
        .service(reading::read_case_conversation)
        .service(reading::get_case_file)
        .service(review::list_case_looks)
        .service(exports::create_case_export)
        .service(exports::list_case_exports)
        .service(exports::remove_case_export)
        .service(exports::prepare_case_export_file)
        .service(exports::get_case_export_file)
        .service(notices::list_case_notices)
        .service(notices::give_case_notice);
}

/// What a case or a hold is to be about: 1 to 200 people, units and conversations together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeBody {
    /// What they wrote, and the direct conversations and groups that they were in.
    #[serde(default)]
    person_ids: Vec<PersonId>,
    /// With those below them: their channels, and the people who had a post there.
    #[serde(default)]
    unit_ids: Vec<UnitId>,
    #[serde(default)]
    conversation_ids: Vec<ConversationId>,
    /// From when on what was said is in it; from the beginning without it.
    from: Option<DateTime<Utc>>,
    /// Before when; also what will be said without it.
    until: Option<DateTime<Utc>>,
}

/// Why somebody does so.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonBody {
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

impl ReasonBody {
    pub(super) fn said(&self) -> Result<String, Error> {
        said::lines("reason", &self.reason, LONGEST_REASON)
    }
}

impl ScopeBody {
    pub(super) fn wanted(self) -> Result<Wanted, Error> {
        fn each<T: Ord>(mut ids: Vec<T>) -> Vec<T> {
            ids.sort_unstable();
            ids.dedup();
            ids
        }
        let entries = Entries {
            people: each(self.person_ids),
            units: each(self.unit_ids),
            conversations: each(self.conversation_ids),
        };
        let is_span = self.from.zip(self.until).is_none_or(|(from, until)| from < until);
        if !(1..=MOST_ENTRIES).contains(&entries.len()) || !is_span {
            return Err(Error::invalid(codes::INVALID_VALUE, "scope"));
        }
        Ok(Wanted { entries, from_at: self.from, until_at: self.until })
    }
}

/// The end date of a case: in the future, and not far.
fn ends_at(app: &App, given: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let now = app.clock.now();
    if given <= now {
        return Err(Error::Past { field: "ends_at", given });
    }
    if given - now > TimeDelta::days(LONGEST_DAYS) {
        return Err(Error::invalid(codes::INVALID_VALUE, "ends_at"));
    }
    Ok(given)
}

#[derive(Serialize, ToSchema)]
pub(super) struct CaseAnswer {
    case: CaseView,
}

/// The case as it is now.
async fn answer(app: &App, reader: &Reader, officer: CaseOfficer, id: CaseId) -> Result<CaseAnswer, Error> {
    let known = access::case(app, officer, id).await?;
    let case = CaseView::of(&mut app.pool.get().await?, reader, &known).await?;
    Ok(CaseAnswer { case })
}
