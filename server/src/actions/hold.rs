//! Places holds and releases them. A hold stops retention with the transaction that places it; releasing one takes two people and a
//! delay.

use schema::holds::{self, Hold, Release};
use schema::ids::{CaseId, HoldId, ScopeId};
use serde_json::json;

use super::cases::{Wanted, entry, refused, written};
use crate::access::cases::{self as access, CaseOfficer, HoldRight, Right};
use crate::app::App;
use crate::error::{Error, codes};

/// What a hold is placed on.
#[derive(Debug, Clone)]
pub enum On {
    /// What a case is about, as its scope is now.
    Case(CaseId),
    /// Something else, under a number of its own.
    Alone {
        /// The number.
        number: String,
        /// What.
        wanted: Wanted,
    },
}

/// Places a hold.
pub async fn place(app: &App, officer: CaseOfficer, on: On, reason: String) -> Result<HoldId, Error> {
    let (id, by, at) = (HoldId::new(), officer.person(), app.clock.now());
    let mut hold = Hold {
        id,
        case_id: None,
        number: None,
        scope_id: ScopeId::new(),
        reason,
        placed_by: by,
        placed_at: at,
        release_asked_by: None,
        release_asked_at: None,
        release_reason: None,
        release_not_before: None,
        release_approved_by: None,
        release_approved_at: None,
        released_at: None,
    };
    let scope = match on {
        On::Case(case) => {
            let known = access::case(app, officer, case).await?;
            known.may(Right::PlaceHold, codes::CASE_NOT_IN_FORCE)?;
            hold.case_id = Some(case);
            hold.scope_id = known.scope().ok_or(Error::NotFound)?.id;
            None
        }
        On::Alone { number, wanted } => {
            wanted.check(app).await?;
            hold.number = Some(number);
            Some(wanted.scope(hold.scope_id, None, (by, at), None))
        }
    };
    let about = json!({
        "hold_id": id,
        "case_id": hold.case_id,
        "number": hold.number,
        "reason": hold.reason,
        "scope_id": hold.scope_id,
        "scope": scope.as_ref().map(written),
    });
    let entry = entry("hold.placed", by, at, about);
    holds::place(&mut *app.pool.get().await?, &hold, scope.as_ref(), &entry).await.map_err(refused)?;
    tracing::info!(hold = %id, "a hold was placed");
    Ok(id)
}

/// What somebody does about the release of a hold.
#[derive(Debug, Clone)]
pub enum Step {
    /// Asks for it, for a reason.
    Ask(String),
    /// Approves what another one asked for.
    Approve,
    /// Takes it back, or stops it.
    Cancel,
}

/// Does that.
pub async fn release(app: &App, officer: CaseOfficer, id: HoldId, step: Step) -> Result<(), Error> {
    let known = access::hold(app, officer, id).await?;
    let (by, at) = (officer.person(), app.clock.now());
    let (right, kind, release) = match step {
        Step::Ask(reason) => {
            let release = Release::Ask { reason, not_before: at + access::release_delay(app) };
            (HoldRight::AskRelease, "hold.release_asked", release)
        }
        Step::Approve => (HoldRight::ApproveRelease, "hold.release_approved", Release::Approve),
        Step::Cancel => (HoldRight::CancelRelease, "hold.release_cancelled", Release::Cancel),
    };
    known.may(right)?;
    let (reason, not_before) = match &release {
        Release::Ask { reason, not_before } => (Some(reason.as_str()), Some(*not_before)),
        _ => (None, known.hold().release_not_before),
    };
    let about = json!({
        "hold_id": id, "case_id": known.hold().case_id, "reason": reason, "not_before": not_before,
    });
    let entry = entry(kind, by, at, about);
    let done = holds::release(&mut *app.pool.get().await?, id, (by, at), &release, &entry).await?;
    if done { Ok(()) } else { Err(Error::Conflict(codes::HOLD_NOT_SO)) }
}
