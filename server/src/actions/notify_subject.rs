//! Notes that somebody was told that a case had been about them.

use chrono::{DateTime, TimeDelta, Utc};
use schema::case_notices::{self, Notice};
use schema::ids::{CaseId, PersonId};
use schema::scopes;
use serde_json::json;

use super::cases::entry;
use crate::access::cases::{self as access, CaseOfficer, Known, Right};
use crate::app::App;
use crate::config::SubjectNotice;
use crate::error::{Error, codes};

/// Until when those whom the case was about are to be told; nothing where they are not, or not yet.
pub fn due_at(app: &App, known: &Known) -> Option<DateTime<Utc>> {
    let settings = &app.config.compliance;
    let is_due = settings.subject_notice == SubjectNotice::AfterClose;
    let days = TimeDelta::days(settings.subject_notice_days.into());
    known.over_at().filter(|_| is_due).map(|over_at| over_at + days)
}

/// Notes that `person` was told.
pub async fn give(
    app: &App,
    officer: CaseOfficer,
    id: CaseId,
    person: PersonId,
    note: String,
) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    known.may(Right::GiveNotice, codes::NOTICE_NOT_DUE)?;
    let mut connection = app.pool.get().await?;
    if due_at(app, &known).is_none() {
        return Err(Error::Conflict(codes::NOTICE_NOT_DUE));
    }
    if !scopes::is_subject(&mut connection, id, person).await? {
        return Err(Error::NotFound);
    }
    let (by, at) = (officer.person(), app.clock.now());
    let about = json!({ "case_id": id, "number": known.case().number, "person_id": person, "note": note });
    let notice = Notice { case_id: id, person_id: person, given_by: by, given_at: at, note };
    let entry = entry("case.notice_given", by, at, about);
    let done = case_notices::give(&mut connection, &notice, &entry).await?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::NOTICE_GIVEN)) }
}
