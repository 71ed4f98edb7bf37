//! The doors to cases and holds: who knows of one, who decides, and who may read what it is about. Whether content may be read is
//! decided before any of it is asked for, and an [`Open`] is made nowhere else.
//!
//! A case opens what the policy closes, but for labels: nobody reads here what they are not cleared for. Whom a case is about does
//! not learn of it, whatever their duty; what one may not know of is not found.

use chrono::{DateTime, TimeDelta, Utc};
use policies::label::{Label, dominates};
use schema::case_reading::{self, Cleared, Filter, Way};
use schema::cases::{self, Case, Decision, Standing, State};
use schema::conversations::{self, Conversation};
use schema::files::{self, File};
use schema::holds::{self, Hold};
use schema::ids::{CaseId, FileId, HoldId, PersonId, ScopeId};
use schema::message_versions;
use schema::messages::Message;
use schema::scopes::{self, Outcome, Scope as CaseScope};

use super::Scene;
use super::files::is_told;
use crate::app::App;
use crate::error::{Code, Error, codes};
use crate::views::Reader;

/// Somebody whose duty has to do with cases: compliance opens, reads and decides; the security office decides and reviews. Only this
/// module makes one.
#[derive(Debug, Clone, Copy)]
pub struct CaseOfficer {
    person: PersonId,
    is_compliance: bool,
    is_security: bool,
}

impl CaseOfficer {
    /// Who it is.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The officer, if they are of compliance.
    pub fn compliance(self) -> Result<Self, Error> {
        if self.is_compliance { Ok(self) } else { Err(Error::Forbidden(codes::ROLE_REQUIRED)) }
    }

    /// Whether they are of the security office.
    pub fn is_security(&self) -> bool {
        self.is_security
    }
}

/// The reader as such an officer, if the directory says that they are one.
pub fn officer(reader: &Reader) -> Result<CaseOfficer, Error> {
    let scene = &reader.scene;
    let has = |role: &str| scene.mirror.record(reader.person).is_some_and(|record| record.has_role(role));
    let (is_compliance, is_security) = (has("compliance"), has("security"));
    if !is_compliance && !is_security {
        return Err(Error::Forbidden(codes::ROLE_REQUIRED));
    }
    // The mirror may have missed that the duty was taken away.
    if scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    Ok(CaseOfficer { person: reader.actor.person, is_compliance, is_security })
}

/// A case that the officer may know of.
#[derive(Debug, Clone)]
pub struct Known {
    standing: Standing,
    scopes: Vec<CaseScope>,
    officer: CaseOfficer,
    at: DateTime<Utc>,
}

/// What an officer may do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaseRight)]
pub enum Right {
    /// Write the draft anew.
    Change,
    /// Ask for a decision.
    Request,
    /// Approve it.
    Approve,
    /// Reject it.
    Reject,
    /// Close it.
    Close,
    /// Ask for another scope.
    AskScope,
    /// Take that back.
    WithdrawScope,
    /// Approve another scope.
    ApproveScope,
    /// Reject another scope.
    RejectScope,
    /// Search and read what it is about.
    Read,
    /// See who looked at what.
    Review,
    /// Place a hold on what it is about.
    PlaceHold,
    /// Note whom one has told.
    GiveNotice,
}

impl Known {
    /// The row.
    pub fn case(&self) -> &Case {
        &self.standing.case
    }

    /// Every scope that it had or may get, the oldest first.
    pub fn scopes(&self) -> &[CaseScope] {
        &self.scopes
    }

    /// Its scope: the last that was approved, or the first one.
    pub fn scope(&self) -> Option<&CaseScope> {
        let approved = self.scopes.iter().filter(|scope| scope.outcome == Some(Outcome::Approved));
        approved.max_by_key(|scope| scope.decided_at).or(self.scopes.first())
    }

    /// Another scope that waits for a decision.
    pub fn waiting_scope(&self) -> Option<&CaseScope> {
        let is_open = self.case().state == State::Approved;
        self.scopes.iter().find(|scope| is_open && scope.is_waiting())
    }

    /// Whether it is approved, not closed, and its end date has not passed.
    pub fn is_in_force(&self) -> bool {
        self.case().state == State::Approved
            && self.scope().and_then(|scope| scope.ends_at).is_some_and(|ends_at| ends_at > self.at)
    }

    /// When it was over, if it was ever in force and is not any more.
    pub fn over_at(&self) -> Option<DateTime<Utc>> {
        let case = self.case();
        if case.decision != Some(Decision::Approved) {
            return None;
        }
        let ends_at = self.scope().and_then(|scope| scope.ends_at).filter(|ends_at| *ends_at <= self.at);
        match (case.closed_at, ends_at) {
            (Some(closed_at), Some(ends_at)) => Some(closed_at.min(ends_at)),
            (closed_at, ends_at) => closed_at.or(ends_at),
        }
    }

    fn is_own(&self) -> bool {
        self.case().opened_by == self.officer.person && self.officer.is_compliance
    }

    /// What the officer may do with it now.
    pub fn rights(&self) -> Vec<Right> {
        let state = self.case().state;
        let is_open = matches!(state, State::Draft | State::Requested | State::Approved);
        let is_own = self.is_own();
        let by_another = self.case().opened_by != self.officer.person;
        let waiting = self.waiting_scope();
        let is_asker = waiting.is_some_and(|scope| scope.made_by == self.officer.person);
        let others = waiting.is_some() && !is_asker;
        let reviews = is_own || self.officer.is_security || self.has_decided();
        [
            (Right::Change, is_own && state == State::Draft),
            (Right::Request, is_own && state == State::Draft),
            (Right::Approve, by_another && state == State::Requested),
            (Right::Reject, by_another && state == State::Requested),
            (Right::Close, is_open && (is_own || self.officer.is_security)),
            (Right::AskScope, is_own && state == State::Approved && waiting.is_none()),
            (Right::WithdrawScope, is_asker),
            (Right::ApproveScope, others),
            (Right::RejectScope, others),
            (Right::Read, is_own && self.is_in_force()),
            (Right::Review, reviews),
            (Right::PlaceHold, is_own && state == State::Approved),
            (Right::GiveNotice, (is_own || self.officer.is_security) && self.over_at().is_some()),
        ]
        .into_iter()
        .filter_map(|(right, held)| held.then_some(right))
        .collect()
    }

    fn has_decided(&self) -> bool {
        self.standing.has_decided || self.case().decided_by == Some(self.officer.person)
    }

    /// Whether the officer may do it; who decides on their own is told so, and of what is not at its turn `otherwise`.
    pub fn may(&self, right: Right, otherwise: Code) -> Result<(), Error> {
        if self.rights().contains(&right) {
            return Ok(());
        }
        let own_act = match right {
            Right::Approve | Right::Reject => self.case().opened_by == self.officer.person,
            Right::ApproveScope | Right::RejectScope => {
                self.waiting_scope().is_some_and(|scope| scope.made_by == self.officer.person)
            }
            _ => false,
        };
        let for_others = matches!(
            right,
            Right::Change
                | Right::Request
                | Right::Read
                | Right::AskScope
                | Right::WithdrawScope
                | Right::PlaceHold
        ) && !self.is_own();
        let reviews = self.is_own() || self.officer.is_security;
        let reviewers = match right {
            Right::Close | Right::GiveNotice => !reviews,
            Right::Review => !reviews && !self.has_decided(),
            _ => false,
        };
        if own_act {
            Err(Error::Forbidden(codes::DECIDES_ONESELF))
        } else if for_others || reviewers {
            Err(Error::Forbidden(codes::CASE_NOT_YOURS))
        } else {
            Err(Error::Conflict(otherwise))
        }
    }
}

fn is_known(standing: &Standing, officer: &CaseOfficer) -> bool {
    let case = &standing.case;
    let waits = case.state == State::Requested || standing.is_change_waiting;
    let takes_part = case.opened_by == officer.person
        || case.decided_by == Some(officer.person)
        || standing.has_decided
        || (officer.is_compliance && waits);
    !standing.is_concerned && (officer.is_security || takes_part)
}

/// The case `id`, if the officer may know of it.
pub async fn case(app: &App, officer: CaseOfficer, id: CaseId) -> Result<Known, Error> {
    let mut connection = app.pool.get().await?;
    let standing = cases::find(&mut connection, id, officer.person).await?;
    // Asked for in any case: what is not there and what is hidden take the same way.
    let scopes = scopes::of_cases(&mut connection, &[id]).await?;
    match standing.filter(|standing| is_known(standing, &officer)) {
        Some(standing) => Ok(Known { standing, scopes, officer, at: app.clock.now() }),
        None => Err(Error::NotFound),
    }
}

/// Up to `limit` cases that the officer may know of, the newest first, before the key of another one.
pub async fn list(
    app: &App,
    officer: CaseOfficer,
    state: Option<State>,
    before: Option<(DateTime<Utc>, CaseId)>,
    limit: i64,
) -> Result<Vec<Known>, Error> {
    let at = app.clock.now();
    let mut connection = app.pool.get().await?;
    let all = officer.is_security;
    let found = cases::list(&mut connection, officer.person, all, state, before, limit).await?;
    let ids: Vec<CaseId> = found.iter().map(|standing| standing.case.id).collect();
    let mut scopes = scopes::of_cases(&mut connection, &ids).await?;
    let known = found.into_iter().filter(|standing| is_known(standing, &officer)).map(|standing| {
        let own = scopes.extract_if(.., |scope| scope.case_id == Some(standing.case.id)).collect();
        Known { standing, scopes: own, officer, at }
    });
    Ok(known.collect())
}

/// A case that is open to the officer: what it is about may be read, until the request is answered.
#[derive(Debug, Clone)]
pub struct Open {
    case: CaseId,
    number: String,
    scope: ScopeId,
    officer: CaseOfficer,
    cleared: Cleared,
}

impl Open {
    /// The case.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// As the register has it.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// What may be read.
    pub fn scope(&self) -> ScopeId {
        self.scope
    }

    /// Who reads.
    pub fn officer(&self) -> CaseOfficer {
        self.officer
    }

    /// What they are cleared for.
    pub fn cleared(&self) -> &Cleared {
        &self.cleared
    }
}

/// The case `id`, if the officer may read what it is about now.
pub async fn reading(app: &App, reader: &Reader, officer: CaseOfficer, id: CaseId) -> Result<Open, Error> {
    let known = case(app, officer, id).await?;
    known.may(Right::Read, codes::CASE_NOT_IN_FORCE)?;
    let scope = known.scope().ok_or(Error::NotFound)?;
    Ok(Open {
        case: id,
        number: known.case().number.clone(),
        scope: scope.id,
        officer,
        cleared: cleared(reader),
    })
}

/// What the reader is cleared for, as rows keep labels.
fn cleared(reader: &Reader) -> Cleared {
    let labels = reader.scene.policy.labels();
    let held = reader.scene.clearance(reader.actor.person);
    let codes = held.map(|held| labels.category_codes(held.categories)).unwrap_or_default();
    Cleared {
        policy: labels.policy_id().to_owned(),
        level: held.map_or(0, |held| i16::from(held.level)),
        categories: codes.into_iter().map(str::to_owned).collect(),
    }
}

/// Whether the reader is cleared for a conversation; a label that the policy does not know clears nobody.
pub fn is_cleared_for(reader: &Reader, conversation: &Conversation) -> bool {
    let label = label_of(&reader.scene, conversation);
    label.is_some_and(|label| dominates(reader.scene.clearance(reader.actor.person), label))
}

/// Whether the reader is cleared for a message in it.
pub fn is_cleared_for_message(reader: &Reader, message: &Message, conversation: &Conversation) -> bool {
    let labels = reader.scene.label_of_message(message).zip(label_of(&reader.scene, conversation));
    labels.is_some_and(|(label, place)| {
        dominates(reader.scene.clearance(reader.actor.person), label.join(place))
    })
}

/// The file `id`, if a message in the scope of the case brought it, and the reader is cleared for that.
pub async fn file(app: &App, reader: &Reader, open: &Open, id: FileId) -> Result<Option<File>, Error> {
    let mut connection = app.pool.get().await?;
    let found = files::find(&mut connection, id).await?;
    let Some((seq, file)) = found.and_then(|file| Some((file.seq?, file))) else { return Ok(None) };
    let filter = Filter { conversation: Some(file.conversation_id), ..Filter::default() };
    let way = Way::After(seq - 1);
    let messages = case_reading::messages(&mut connection, open.scope(), &filter, way, 1).await?;
    let conversation = conversations::find(&mut connection, file.conversation_id).await?;
    // What was taken back is still of the case.
    let former = message_versions::of(&mut connection, file.conversation_id, seq).await?.pop();
    let may_read = messages.into_iter().zip(conversation).any(|(message, conversation)| {
        let told = if message.deleted_at.is_some() {
            former.as_ref().and_then(|last| last.files.as_ref())
        } else {
            message.files.as_ref()
        };
        is_told(&file, told)
            && is_cleared_for(reader, &conversation)
            && is_cleared_for_message(reader, &message, &conversation)
    });
    Ok(Some(file).filter(|_| may_read))
}

/// The label of a conversation, as the policy knows it.
pub fn label_of(scene: &Scene, row: &Conversation) -> Option<Label> {
    scene.label(row.label_policy.as_deref(), row.label_level, &row.label_categories)
}

/// A hold that the officer may know of.
#[derive(Debug, Clone)]
pub struct KnownHold {
    hold: Hold,
    case: Option<Known>,
    officer: CaseOfficer,
    at: DateTime<Utc>,
}

/// What an officer may do with a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldRight {
    /// Ask for its release.
    AskRelease,
    /// Approve that.
    ApproveRelease,
    /// Take it back, or stop it.
    CancelRelease,
}

impl KnownHold {
    /// The row.
    pub fn hold(&self) -> &Hold {
        &self.hold
    }

    /// The case that it is of.
    pub fn case(&self) -> Option<&Known> {
        self.case.as_ref()
    }

    /// Whether it holds now.
    pub fn holds(&self) -> bool {
        self.hold.holds(self.at)
    }

    /// What the officer may do with it now.
    pub fn rights(&self) -> Vec<HoldRight> {
        let asked_by = self.hold.release_asked_by;
        let is_approved = self.hold.release_approved_by.is_some();
        let by_another = asked_by.is_some_and(|asker| asker != self.officer.person);
        [
            (HoldRight::AskRelease, asked_by.is_none()),
            (HoldRight::ApproveRelease, by_another && !is_approved),
            (HoldRight::CancelRelease, asked_by.is_some()),
        ]
        .into_iter()
        .filter_map(|(right, held)| (held && self.holds()).then_some(right))
        .collect()
    }

    /// Whether the officer may do it.
    pub fn may(&self, right: HoldRight) -> Result<(), Error> {
        if self.rights().contains(&right) {
            return Ok(());
        }
        let is_asker = self.hold.release_asked_by == Some(self.officer.person);
        let is_approved = self.hold.release_approved_by.is_some();
        if right == HoldRight::ApproveRelease && is_asker && !is_approved {
            return Err(Error::Forbidden(codes::DECIDES_ONESELF));
        }
        Err(Error::Conflict(codes::HOLD_NOT_SO))
    }
}

async fn knows_of_hold(app: &App, officer: CaseOfficer, hold: Hold) -> Result<KnownHold, Error> {
    let concerned = scopes::concerns(&mut *app.pool.get().await?, hold.scope_id, officer.person).await?;
    let waits = hold.release_asked_by.is_some() && hold.release_approved_by.is_none();
    let took_part = [Some(hold.placed_by), hold.release_asked_by, hold.release_approved_by];
    let case = match hold.case_id {
        Some(id) => match case(app, officer, id).await {
            Ok(case) => Some(case),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    let known = officer.is_security
        || took_part.contains(&Some(officer.person))
        || (officer.is_compliance && waits)
        || case.is_some();
    if known && !concerned {
        Ok(KnownHold { hold, case, officer, at: app.clock.now() })
    } else {
        Err(Error::NotFound)
    }
}

/// The hold `id`, if the officer may know of it.
pub async fn hold(app: &App, officer: CaseOfficer, id: HoldId) -> Result<KnownHold, Error> {
    let found = holds::find(&mut *app.pool.get().await?, id).await?;
    knows_of_hold(app, officer, found.ok_or(Error::NotFound)?).await
}

/// Those of `found` that the officer may know of.
pub async fn known_holds(app: &App, officer: CaseOfficer, found: Vec<Hold>) -> Result<Vec<KnownHold>, Error> {
    let mut known = Vec::new();
    for hold in found {
        match knows_of_hold(app, officer, hold).await {
            Ok(hold) => known.push(hold),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(known)
}

/// How long a hold stays at least after its release was asked for.
pub fn release_delay(app: &App) -> TimeDelta {
    TimeDelta::hours(app.config.compliance.hold_release_hours.into())
}
