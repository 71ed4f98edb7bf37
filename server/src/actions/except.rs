//! Asks for exceptions, grants and refuses them, makes blocks, and ends all of these. Each is an act on record, in one
//! transaction with what it does, and in force on every node at once.

use chrono::{DateTime, Utc};
use schema::audit::NewEntry;
use schema::exception_requests::{self, Decided, Deciding, NewRequest, Request, State};
use schema::exceptions::{self, Approver, Ending, Exception, Kind, NewException};
use schema::ids::{ExceptionId, ExceptionRequestId, PersonId};
use serde_json::json;

use crate::access::exceptions::{self as access, Case, Ends, Refusal};
use crate::access::{HatName, Scene};
use crate::app::App;
use crate::error::{Error, codes};
use crate::views::Reader;

/// Asks for an exception to the refusal.
pub async fn ask(
    app: &App,
    reader: &Reader,
    target: PersonId,
    refusal: &Refusal,
    (reason, wanted_until): (String, DateTime<Utc>),
) -> Result<ExceptionRequestId, Error> {
    let new = NewRequest {
        id: ExceptionRequestId::new(),
        from_id: reader.actor.person,
        to_id: target,
        action: refusal.action.as_str().to_owned(),
        rule: reader.scene.rule_code(refusal.verdict).to_owned(),
        policy_version: refusal.verdict.policy_version,
        approver: refusal.approver,
        reason,
        asked_at: app.clock.now(),
        wanted_until,
    };
    let entry = NewEntry {
        at: new.asked_at,
        kind: "exception.requested",
        actor_id: Some(new.from_id),
        entry: json!({
            "request_id": new.id,
            "person_id": new.from_id,
            "target_id": new.to_id,
            "action": new.action,
            "rule": new.rule,
            "policy_version": new.policy_version,
            "approver": new.approver,
            "wanted_until": new.wanted_until,
            "reason": new.reason,
        }),
    };
    let mut connection = app.pool.get().await?;
    match exception_requests::create(&mut connection, &new, &entry).await {
        Ok(()) => Ok(new.id),
        Err(error) if error.refused_by("exception_requests_one_open") => {
            Err(Error::Conflict(codes::ASKED_ALREADY))
        }
        Err(error) => Err(error.into()),
    }
}

/// The request, if it is the reader's to decide, and in which capacity.
pub async fn to_decide(
    app: &App,
    reader: &Reader,
    id: ExceptionRequestId,
) -> Result<(Request, HatName), Error> {
    access::fresh(reader)?;
    let row = exception_requests::find(&mut *app.pool.get().await?, id).await?;
    let case = Case::of_request(&row);
    match case.decided_by(&reader.scene, reader.actor.person) {
        Some(hat) => Ok((row, hat)),
        // Whoever asked knows of it, and is told why somebody else decides.
        None if row.from_id == reader.actor.person => Err(Error::Forbidden(codes::DECIDES_ONESELF)),
        None => Err(Error::NotFound),
    }
}

/// Grants what was asked for, from when to when. The refusal must still stand, and be the same office's.
pub async fn grant(
    app: &App,
    reader: &Reader,
    id: ExceptionRequestId,
    (from, until): (Option<DateTime<Utc>>, DateTime<Utc>),
    reason: String,
) -> Result<(), Error> {
    let (row, hat) = to_decide(app, reader, id).await?;
    is_open(&row)?;
    let at = app.clock.now();
    let longest = access::longest(&reader.scene, row.from_id);
    let (from_at, until_at) = access::spanned(from, until, at, longest)?;
    let action = policies::facts::Action::parse(&row.action);
    let refusal = access::refusal(app, &reader.scene, row.from_id, row.to_id, action).await?;
    if refusal.approver != row.approver {
        return Err(Error::Conflict(codes::NOT_EXCEPTED));
    }
    let new = NewException {
        id: ExceptionId::new(),
        kind: Kind::Grant,
        from_id: row.from_id,
        to_id: row.to_id,
        approver: row.approver,
        approver_id: reader.actor.person,
        reason,
        from_at,
        until_at,
        made_at: at,
    };
    let entry = json!({
        "request_id": row.id,
        "exception_id": new.id,
        "person_id": new.from_id,
        "target_id": new.to_id,
        "approver": new.approver,
        "hat": hat.to_string(),
        "from": new.from_at,
        "until": new.until_at,
        "reason": new.reason,
        "rule": row.rule,
        "policy_version": refusal.verdict.policy_version,
        "org_version": reader.scene.mirror.version(),
    });
    decide(app, reader, &row, Decided::Granted(new), ("exception.granted", entry), at).await
}

/// Refuses what was asked for.
pub async fn refuse(app: &App, reader: &Reader, id: ExceptionRequestId, reason: String) -> Result<(), Error> {
    let (row, hat) = to_decide(app, reader, id).await?;
    is_open(&row)?;
    let entry = json!({
        "request_id": row.id,
        "person_id": row.from_id,
        "target_id": row.to_id,
        "approver": row.approver,
        "hat": hat.to_string(),
        "reason": reason,
    });
    let at = app.clock.now();
    decide(app, reader, &row, Decided::Refused(reason), ("exception.refused", entry), at).await
}

/// Takes back what the reader asked for.
pub async fn withdraw(app: &App, reader: &Reader, id: ExceptionRequestId) -> Result<(), Error> {
    let row = exception_requests::find(&mut *app.pool.get().await?, id).await?;
    if row.from_id != reader.actor.person {
        return Err(Error::NotFound);
    }
    is_open(&row)?;
    let entry = json!({ "request_id": row.id, "person_id": row.from_id, "target_id": row.to_id });
    let at = app.clock.now();
    decide(app, reader, &row, Decided::Withdrawn, ("exception.withdrawn", entry), at).await
}

fn is_open(row: &Request) -> Result<(), Error> {
    if row.state == State::Open { Ok(()) } else { Err(Error::Conflict(codes::REQUEST_DECIDED)) }
}

async fn decide(
    app: &App,
    reader: &Reader,
    row: &Request,
    decision: Decided,
    (kind, entry): (&'static str, serde_json::Value),
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let by = reader.actor.person;
    let entry = NewEntry { at, kind, actor_id: Some(by), entry };
    let deciding = Deciding { id: row.id, by, at, decision };
    let mut connection = app.pool.get().await?;
    if exception_requests::decide(&mut connection, &deciding, &entry).await.map_err(clash)? {
        tracing::info!(request = %row.id, kind, "a request for an exception was decided");
        Ok(())
    } else {
        Err(Error::Conflict(codes::REQUEST_DECIDED))
    }
}

/// Blocks contact between two people, both ways.
pub async fn block(
    app: &App,
    reader: &Reader,
    (one, other): (PersonId, PersonId),
    (from_at, until_at): (DateTime<Utc>, DateTime<Utc>),
    reason: String,
    at: DateTime<Utc>,
) -> Result<ExceptionId, Error> {
    access::security(reader)?;
    let by = reader.actor.person;
    if by == one || by == other {
        return Err(Error::Forbidden(codes::DECIDES_ONESELF));
    }
    let new = NewException {
        id: ExceptionId::new(),
        kind: Kind::Block,
        from_id: one,
        to_id: other,
        approver: Approver::Security,
        approver_id: by,
        reason,
        from_at,
        until_at,
        made_at: at,
    };
    let entry = NewEntry {
        at,
        kind: "exception.blocked",
        actor_id: Some(by),
        entry: json!({
            "exception_id": new.id,
            "person_id": one,
            "target_id": other,
            "from": from_at,
            "until": until_at,
            "reason": new.reason,
        }),
    };
    let mut connection = app.pool.get().await?;
    if exceptions::clashes(&mut connection, &new).await? {
        return Err(Error::Conflict(codes::EXCEPTION_CLASHES));
    }
    let version = exceptions::block(&mut connection, &new, &entry).await.map_err(clash)?;
    tracing::info!(version, "contact between two people is blocked");
    Ok(new.id)
}

/// The exception, if the reader may know of it.
pub async fn known(app: &App, reader: &Reader, id: ExceptionId) -> Result<Exception, Error> {
    let row = exceptions::find(&mut *app.pool.get().await?, id).await?;
    if access::reads(&reader.scene, reader.actor.person, &row) { Ok(row) } else { Err(Error::NotFound) }
}

/// Ends an exception before its time, or takes back one that has not begun.
pub async fn end(app: &App, reader: &Reader, id: ExceptionId, reason: String) -> Result<(), Error> {
    access::fresh(reader)?;
    let row = exceptions::find(&mut *app.pool.get().await?, id).await?;
    let ends = ends(&reader.scene, reader.actor.person, &row)?;
    let at = app.clock.now();
    let hat = match ends {
        Ends::GivesUp => HatName::Own,
        Ends::Revokes(hat) => hat,
    };
    let ending = Ending { id, ended_by: reader.actor.person, ended_at: at, end_reason: reason };
    let entry = NewEntry {
        at,
        kind: "exception.revoked",
        actor_id: Some(ending.ended_by),
        entry: json!({
            "exception_id": id,
            "kind": row.kind,
            "person_id": row.from_id,
            "target_id": row.to_id,
            "given_up": ends == Ends::GivesUp,
            "hat": hat.to_string(),
            "reason": ending.end_reason,
        }),
    };
    match exceptions::end(&mut *app.pool.get().await?, &ending, &entry).await? {
        Some(version) => {
            tracing::info!(version, "an exception ended before its time");
            Ok(())
        }
        None => Err(Error::Conflict(codes::EXCEPTION_OVER)),
    }
}

fn ends(scene: &Scene, person: PersonId, row: &Exception) -> Result<Ends, Error> {
    let is_of_office = scene.place(person).is_some_and(|place| scene.is_security(place));
    match access::ends(scene, person, row) {
        Some(ends) => Ok(ends),
        // One of the security office who is blocked reads of it, and is told why somebody else ends it.
        None if is_of_office => Err(Error::Forbidden(codes::DECIDES_ONESELF)),
        None => Err(Error::NotFound),
    }
}

/// What is wrong where the database's rules refuse an exception.
fn clash(error: schema::Error) -> Error {
    let rules = ["exceptions_one_grant_at_a_time", "exceptions_one_block_at_a_time"];
    if rules.iter().any(|rule| error.refused_by(rule)) {
        return Error::Conflict(codes::EXCEPTION_CLASHES);
    }
    error.into()
}
