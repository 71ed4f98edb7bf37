//! Exceptions and the requests for them, as those see them who asked, who decide, and who keep them all.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use schema::exception_requests::{Request, State as RequestState};
use schema::exceptions::{Approver, Exception, Kind, State};
use schema::ids::{ExceptionId, ExceptionRequestId, PersonId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PersonRef, Reader};
use crate::access::exceptions::{Case, Ends, ends, longest};

/// That an exception may be asked for, and of whom.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ExceptionOffer {
    /// Whose office decides.
    approver: Approver,
    /// For how many days it may be granted at most.
    longest_days: i64,
}

impl ExceptionOffer {
    /// The offer of this office.
    pub fn of(reader: &Reader, approver: Approver) -> Self {
        Self { approver, longest_days: longest(&reader.scene, reader.actor.person).num_days() }
    }
}

/// An exception between two people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Exception)]
pub struct ExceptionView {
    id: ExceptionId,
    kind: Kind,
    state: State,
    /// Who may write; of a block, one of the two.
    person: PersonRef,
    /// To whom; of a block, the other one.
    target: PersonRef,
    /// Whose office made it.
    approver: Approver,
    /// Who made it.
    made_by: PersonRef,
    made_at: DateTime<Utc>,
    reason: String,
    from: DateTime<Utc>,
    /// The moment at which it is over by itself.
    until: DateTime<Utc>,
    /// How it ended before its time, if it did.
    ended: Option<ExceptionEnded>,
    /// What the reader may do: `revoke`, or `give_up` what is theirs. Both are `POST /exceptions/{id}/revoke`.
    can: Vec<&'static str>,
}

/// How an exception ended before its time.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExceptionEnded {
    by: PersonRef,
    at: DateTime<Utc>,
    reason: String,
}

/// A request for an exception.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExceptionRequest)]
pub struct RequestView {
    id: ExceptionRequestId,
    state: RequestState,
    /// Who asks.
    person: PersonRef,
    /// To whom they want to write.
    target: PersonRef,
    /// Whose office decides.
    approver: Approver,
    /// The superior who decides at present, if it is one and waits for an answer.
    waits_for: Option<PersonRef>,
    /// What was refused.
    action: String,
    /// By which rule.
    rule: String,
    reason: String,
    asked_at: DateTime<Utc>,
    /// Until when it is wanted.
    wanted_until: DateTime<Utc>,
    /// For how many days it may be granted at most.
    longest_days: i64,
    /// What was decided, by whom.
    decided: Option<RequestDecided>,
    /// What was granted, and what has become of it.
    exception: Option<ExceptionView>,
    /// What the reader may do: `withdraw`, or `grant` and `refuse`.
    can: Vec<&'static str>,
}

/// How a request was decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExceptionRequestDecided)]
pub struct RequestDecided {
    by: PersonRef,
    at: DateTime<Utc>,
    /// What they said; nothing where the asker took it back.
    answer: Option<String>,
}

fn person(reader: &Reader, id: PersonId) -> Option<PersonRef> {
    reader.scene.mirror.person(id).map(PersonRef::of)
}

impl ExceptionView {
    /// The exception as the reader sees it at `at`; none where the mirror does not know whom it names. Whether the reader
    /// may know of it is the caller's question.
    pub fn of(reader: &Reader, row: Exception, at: DateTime<Utc>) -> Option<Self> {
        let state = row.state(at);
        let can = match ends(&reader.scene, reader.actor.person, &row) {
            _ if state == State::Past => vec![],
            Some(Ends::GivesUp) => vec!["give_up"],
            Some(Ends::Revokes(_)) => vec!["revoke"],
            None => vec![],
        };
        let ended = match (row.ended_by, row.ended_at, row.end_reason) {
            (Some(by), Some(at), Some(reason)) => {
                Some(ExceptionEnded { by: person(reader, by)?, at, reason })
            }
            _ => None,
        };
        Some(Self {
            id: row.id,
            kind: row.kind,
            state,
            person: person(reader, row.from_id)?,
            target: person(reader, row.to_id)?,
            approver: row.approver,
            made_by: person(reader, row.approver_id)?,
            made_at: row.made_at,
            reason: row.reason,
            from: row.from_at,
            until: row.until_at,
            ended,
            can,
        })
    }
}

impl RequestView {
    /// The request as the reader sees it at `at`, with what was granted out of `exceptions`.
    pub fn of(
        reader: &Reader,
        row: Request,
        exceptions: &HashMap<ExceptionId, Exception>,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let (scene, own) = (&reader.scene, reader.actor.person);
        let case = Case::of_request(&row);
        let is_open = row.state == RequestState::Open;
        let can = if !is_open {
            vec![]
        } else if row.from_id == own {
            vec!["withdraw"]
        } else if case.decided_by(scene, own).is_some() {
            vec!["grant", "refuse"]
        } else {
            vec![]
        };
        let superior = case.superior(scene).filter(|_| is_open && case.approver == Approver::Superior);
        let superior = superior.and_then(|superior| scene.mirror.record(superior));
        let decided = match (row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => Some(RequestDecided { by: person(reader, by)?, at, answer: row.answer }),
            _ => None,
        };
        let exception = row.exception_id.and_then(|id| exceptions.get(&id)).cloned();
        Some(Self {
            id: row.id,
            state: row.state,
            person: person(reader, row.from_id)?,
            target: person(reader, row.to_id)?,
            approver: row.approver,
            waits_for: superior.filter(|superior| reader.sees(superior.id)).map(PersonRef::of),
            action: row.action,
            rule: row.rule,
            reason: row.reason,
            asked_at: row.asked_at,
            wanted_until: row.wanted_until,
            longest_days: longest(scene, row.from_id).num_days(),
            decided,
            exception: exception.and_then(|row| ExceptionView::of(reader, row, at)),
            can,
        })
    }
}
