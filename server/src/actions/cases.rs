//! Opens cases, asks for decisions, decides, closes, and gives them another scope. Each act is on record, in one transaction with what
//! it does.

use chrono::{DateTime, Utc};
use schema::audit::NewEntry;
use schema::cases::{self, Told};
use schema::ids::{CaseId, PersonId, ScopeId};
use schema::scopes::{self, Entries, NewScope, OF_ITS_MAKER, ONE_AT_A_TIME, Outcome, Settlement};
use serde_json::{Value, json};

use crate::access::cases::{self as access, CaseOfficer, Known, Right};
use crate::app::App;
use crate::error::{Error, codes};

/// What somebody wants a scope to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Whom and what it names.
    pub entries: Entries,
    /// From when on what was said is in it.
    pub from_at: Option<DateTime<Utc>>,
    /// Before when.
    pub until_at: Option<DateTime<Utc>>,
}

impl Wanted {
    /// The scope as it would be kept.
    pub fn scope(
        self,
        id: ScopeId,
        case: Option<(CaseId, DateTime<Utc>)>,
        (by, at): (PersonId, DateTime<Utc>),
        reason: Option<String>,
    ) -> NewScope {
        let (case_id, ends_at) = case.unzip();
        let Self { entries, from_at, until_at } = self;
        NewScope { id, case_id, from_at, until_at, ends_at, made_by: by, made_at: at, reason, entries }
    }

    /// Refuses what names somebody or something that there is not.
    pub async fn check(&self, app: &App) -> Result<(), Error> {
        let known = scopes::known(&mut *app.pool.get().await?, &self.entries).await?;
        if known == self.entries { Ok(()) } else { Err(Error::invalid(codes::INVALID_VALUE, "scope")) }
    }
}

/// A scope as the audit log keeps it.
pub fn written(scope: &NewScope) -> Value {
    json!({
        "scope_id": scope.id,
        "people": scope.entries.people,
        "units": scope.entries.units,
        "conversations": scope.entries.conversations,
        "from": scope.from_at,
        "until": scope.until_at,
        "ends_at": scope.ends_at,
    })
}

/// An entry of somebody's act.
pub fn entry(kind: &'static str, by: PersonId, at: DateTime<Utc>, entry: Value) -> NewEntry {
    NewEntry { at, kind, actor_id: Some(by), entry }
}

/// What is wrong where the database's rules refuse something.
pub fn refused(error: schema::Error) -> Error {
    if error.refused_by(OF_ITS_MAKER) {
        return Error::Forbidden(codes::DECIDES_ONESELF);
    }
    if error.refused_by(ONE_AT_A_TIME) {
        return Error::Conflict(codes::SCOPE_CHANGE_WAITING);
    }
    if error.refused_by(cases::ONE_OF_A_NUMBER) || error.refused_by(schema::holds::ONE_OF_A_NUMBER) {
        return Error::Conflict(codes::CASE_NUMBER_TAKEN);
    }
    error.into()
}

fn described(id: CaseId, told: &Told, scope: &NewScope) -> Value {
    json!({
        "case_id": id,
        "number": told.number,
        "reason": told.reason,
        "legal_basis": told.legal_basis,
        "scope": written(scope),
    })
}

/// Opens a case as a draft.
pub async fn open(
    app: &App,
    officer: CaseOfficer,
    told: &Told,
    wanted: Wanted,
    ends_at: DateTime<Utc>,
) -> Result<CaseId, Error> {
    let officer = officer.compliance()?;
    wanted.check(app).await?;
    let (id, by, at) = (CaseId::new(), officer.person(), app.clock.now());
    let scope = wanted.scope(ScopeId::new(), Some((id, ends_at)), (by, at), None);
    let entry = entry("case.opened", by, at, described(id, told, &scope));
    cases::open(&mut *app.pool.get().await?, id, told, &scope, &entry).await.map_err(refused)?;
    Ok(id)
}

/// Writes a draft anew.
pub async fn rewrite(
    app: &App,
    officer: CaseOfficer,
    id: CaseId,
    told: &Told,
    wanted: Wanted,
    ends_at: DateTime<Utc>,
) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    known.may(Right::Change, codes::CASE_NOT_DRAFT)?;
    wanted.check(app).await?;
    let (by, at) = (officer.person(), app.clock.now());
    let draft = known.scope().ok_or(Error::NotFound)?.id;
    let scope = wanted.scope(draft, Some((id, ends_at)), (by, at), None);
    let entry = entry("case.changed", by, at, described(id, told, &scope));
    let done =
        cases::rewrite(&mut *app.pool.get().await?, id, told, &scope, &entry).await.map_err(refused)?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::CASE_NOT_DRAFT)) }
}

/// Asks for the decision of a second officer.
pub async fn request(app: &App, officer: CaseOfficer, id: CaseId) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    known.may(Right::Request, codes::CASE_NOT_DRAFT)?;
    let (by, at) = (officer.person(), app.clock.now());
    if known.scope().and_then(|scope| scope.ends_at).is_none_or(|ends_at| ends_at <= at) {
        return Err(Error::invalid(codes::IN_THE_PAST, "ends_at"));
    }
    let entry = entry("case.requested", by, at, json!({ "case_id": id, "number": known.case().number }));
    let done = cases::request(&mut *app.pool.get().await?, id, at, &entry).await?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::CASE_NOT_DRAFT)) }
}

/// Approves or rejects a case that somebody else asked for.
pub async fn decide(
    app: &App,
    officer: CaseOfficer,
    id: CaseId,
    outcome: Outcome,
    reason: String,
) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    let right = if outcome == Outcome::Approved { Right::Approve } else { Right::Reject };
    known.may(right, codes::CASE_DECIDED)?;
    let scope = known.scope().ok_or(Error::NotFound)?.id;
    let kind = if outcome == Outcome::Approved { "case.approved" } else { "case.rejected" };
    let (settlement, entry) = settled(app, officer, &known, (kind, scope, outcome), Some(reason));
    let done = cases::decide(&mut *app.pool.get().await?, id, &settlement, &entry).await?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::CASE_DECIDED)) }
}

/// Closes a case: nothing of it is read any more.
pub async fn close(app: &App, officer: CaseOfficer, id: CaseId, reason: &str) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    known.may(Right::Close, codes::CASE_OVER)?;
    let (by, at) = (officer.person(), app.clock.now());
    let about = json!({ "case_id": id, "number": known.case().number, "reason": reason });
    let entry = entry("case.closed", by, at, about);
    let done = cases::close(&mut *app.pool.get().await?, id, (by, at, reason), &entry).await?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::CASE_OVER)) }
}

/// Asks that a case has another scope or end date. It keeps the ones that it has until somebody else approves.
pub async fn ask_scope(
    app: &App,
    officer: CaseOfficer,
    id: CaseId,
    wanted: Wanted,
    ends_at: DateTime<Utc>,
    reason: String,
) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    let waits = known.waiting_scope().is_some();
    known.may(Right::AskScope, if waits { codes::SCOPE_CHANGE_WAITING } else { codes::CASE_NOT_IN_FORCE })?;
    wanted.check(app).await?;
    let (by, at) = (officer.person(), app.clock.now());
    let scope = wanted.scope(ScopeId::new(), Some((id, ends_at)), (by, at), Some(reason));
    let about = json!({
        "case_id": id, "number": known.case().number, "reason": scope.reason, "scope": written(&scope),
    });
    let entry = entry("case.scope_asked", by, at, about);
    let done = scopes::ask(&mut *app.pool.get().await?, id, &scope, &entry).await.map_err(refused)?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::CASE_OVER)) }
}

/// Decides on another scope, or takes the wish for one back.
pub async fn settle_scope(
    app: &App,
    officer: CaseOfficer,
    id: CaseId,
    scope: ScopeId,
    outcome: Outcome,
    reason: Option<String>,
) -> Result<(), Error> {
    let known = access::case(app, officer, id).await?;
    if !known.scopes().iter().any(|known| known.id == scope) {
        return Err(Error::NotFound);
    }
    let (right, kind) = match outcome {
        Outcome::Approved => (Right::ApproveScope, "case.scope_approved"),
        Outcome::Rejected => (Right::RejectScope, "case.scope_rejected"),
        Outcome::Withdrawn => (Right::WithdrawScope, "case.scope_withdrawn"),
    };
    known.may(right, codes::SCOPE_CHANGE_OVER)?;
    let (settlement, entry) = settled(app, officer, &known, (kind, scope, outcome), reason);
    let done = scopes::decide(&mut *app.pool.get().await?, id, &settlement, &entry).await?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::SCOPE_CHANGE_OVER)) }
}

fn settled(
    app: &App,
    officer: CaseOfficer,
    known: &Known,
    (kind, scope, outcome): (&'static str, ScopeId, Outcome),
    reason: Option<String>,
) -> (Settlement, NewEntry) {
    let (by, at) = (officer.person(), app.clock.now());
    let about = json!({
        "case_id": known.case().id, "number": known.case().number, "scope_id": scope, "reason": reason,
    });
    let settlement = Settlement { id: scope, outcome, decided_by: by, decided_at: at, reason };
    (settlement, entry(kind, by, at, about))
}
