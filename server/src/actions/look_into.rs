//! Puts on record what an officer looked at in a case, before it is shown, and what they were refused.

use chrono::{DateTime, Utc};
use schema::audit::{self, NewEntry};
use schema::case_looks::{self, Kind, Look};
use schema::ids::{CaseId, LookId, PersonId};
use serde_json::{Value, json};

use super::cases::entry;
use crate::access::cases::{self as access, CaseOfficer, Open};
use crate::app::App;
use crate::error::Error;
use crate::views::Reader;

/// The case `id`, if the officer may read what it is about. That they may not is on record, too, also of what is not there: whoever
/// guesses is known.
pub async fn open(
    app: &App,
    reader: &Reader,
    officer: CaseOfficer,
    id: CaseId,
    kind: Kind,
) -> Result<Open, Error> {
    match access::reading(app, reader, officer, id).await {
        Err(error @ (Error::NotFound | Error::Forbidden(_) | Error::Conflict(_))) => {
            Err(refused(app, officer, id, kind, error).await)
        }
        open => open,
    }
}

/// Puts a refusal on record, and returns it; or that it could not be put there.
pub async fn refused(app: &App, officer: CaseOfficer, id: CaseId, kind: Kind, error: Error) -> Error {
    let about = json!({ "case_id": id, "look": kind, "code": error.code().name });
    let entry = entry("case.look_refused", officer.person(), app.clock.now(), about);
    let noted = async { audit::append(&mut *app.pool.get().await?, &entry).await };
    match noted.await {
        Ok(()) => error,
        Err(failure) => failure.into(),
    }
}

/// Records a look that found so much. Nothing may be shown before this has succeeded.
pub async fn record(
    app: &App,
    (case, officer): (CaseId, CaseOfficer),
    kind: Kind,
    about: Value,
    found: usize,
) -> Result<(), Error> {
    let (look, entry) = look((case, officer.person()), app.clock.now(), kind, about, found);
    Ok(case_looks::record(&mut *app.pool.get().await?, &look, &entry).await?)
}

/// A look of somebody, and its entry.
pub fn look(
    (case, by): (CaseId, PersonId),
    at: DateTime<Utc>,
    kind: Kind,
    about: Value,
    found: usize,
) -> (Look, NewEntry) {
    let id = LookId::new();
    let told = json!({ "look_id": id, "case_id": case, "look": kind, "about": about, "found": found });
    let found = i32::try_from(found).unwrap_or(i32::MAX);
    let look = Look { id, case_id: case, person_id: by, at, kind, about, found };
    (look, entry("case.looked", by, at, told))
}
