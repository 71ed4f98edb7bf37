//! Who may ask for an exception, who decides, and who ends one. The policy names the office; who holds it is asked of
//! the mirror of the moment, so that a request follows the superior who changes. Whoever decides reads the names in
//! what was asked of them, also of people whom they would not meet otherwise: that is their duty.

use chrono::{DateTime, TimeDelta, Utc};
use org_input::HIGHEST;
use policies::facts::{Action, Contact, Facts};
use policies::gate::Verdict;
use policies::org::{Hat, PersonIx};
use schema::conversations::find_direct;
use schema::exception_requests::Request;
use schema::exceptions::{Approver, Exception, Kind};
use schema::ids::PersonId;

use super::denial::{is_toward, reason};
use super::{HatName, Question, Scene};
use crate::app::App;
use crate::error::{Error, codes};
use crate::views::Reader;

/// Between whom an exception is or would be, and whose office decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Who asks.
    pub from: PersonId,
    /// To whom they want to write.
    pub to: PersonId,
    /// Whose office.
    pub approver: Approver,
}

impl Case {
    /// The one that a request is about.
    pub fn of_request(row: &Request) -> Self {
        Self { from: row.from_id, to: row.to_id, approver: row.approver }
    }

    /// The one that an exception is about.
    pub fn of_exception(row: &Exception) -> Self {
        Self { from: row.from_id, to: row.to_id, approver: row.approver }
    }

    /// The superior whose office it is: the asker's, or that of the one asked about where the asker has none.
    pub fn superior(&self, scene: &Scene) -> Option<PersonIx> {
        let org = &scene.mirror.org;
        let of = |person: PersonId| scene.place(person).and_then(|person| org.superior(person));
        of(self.from).or_else(|| of(self.to)).filter(|superior| Some(*superior) != scene.place(self.from))
    }

    /// In which capacity `person` decides now, if they do: as superior, for the superior for whom they act, or for the
    /// security office. Nobody decides what they asked for, and nobody lets others in to themselves for the security
    /// office.
    pub fn decided_by(&self, scene: &Scene, person: PersonId) -> Option<HatName> {
        let place = scene.place(person).filter(|_| person != self.from)?;
        match self.approver {
            Approver::Security => (person != self.to && scene.is_security(place)).then_some(HatName::Own),
            Approver::Superior => {
                let superior = self.superior(scene)?;
                let acts = |hat: &Hat| matches!(hat, Hat::Acting { principal, .. } if *principal == superior);
                if place == superior {
                    return Some(HatName::Own);
                }
                let hats = scene.mirror.org.hats(place, scene.moment.now);
                let id = PersonId(scene.mirror.org.person_id(superior));
                hats.iter().any(acts).then_some(HatName::Acting(id))
            }
        }
    }
}

/// The reader as one of the security office.
pub fn security(reader: &Reader) -> Result<(), Error> {
    if !reader.scene.is_security(reader.person) {
        return Err(Error::Forbidden(codes::ROLE_REQUIRED));
    }
    fresh(reader)
}

/// Nothing is decided with a mirror that may have missed who holds an office.
pub fn fresh(reader: &Reader) -> Result<(), Error> {
    if reader.scene.is_stale() { Err(Error::Unavailable(codes::ORG_STALE)) } else { Ok(()) }
}

/// Those whose requests may be the reader's to decide: who reports to the reader, or to somebody for whom the reader
/// acts.
pub fn reports(reader: &Reader) -> Vec<PersonId> {
    let org = &reader.scene.mirror.org;
    let hats = org.hats(reader.person, reader.scene.moment.now);
    let principals = hats.into_iter().filter_map(|hat| match hat {
        Hat::Acting { principal, .. } => Some(principal),
        _ => None,
    });
    let superiors = std::iter::once(reader.person).chain(principals);
    superiors
        .flat_map(|superior| org.reports(superior))
        .map(|report| PersonId(org.person_id(*report)))
        .collect()
}

/// How somebody ends an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Whoever holds a grant gives it up.
    GivesUp,
    /// Whoever made it, the office that did, or the security office, takes it back.
    Revokes(HatName),
}

/// How `person` may end the exception, if they may.
pub fn ends(scene: &Scene, person: PersonId, row: &Exception) -> Option<Ends> {
    let place = scene.place(person)?;
    let concerns = person == row.from_id || (row.kind == Kind::Block && person == row.to_id);
    if concerns {
        return (row.kind == Kind::Grant).then_some(Ends::GivesUp);
    }
    let as_security = scene.is_security(place).then_some(HatName::Own);
    if row.kind == Kind::Block {
        return as_security.map(Ends::Revokes);
    }
    let as_maker = (person == row.approver_id).then_some(HatName::Own);
    let as_office = || Case::of_exception(row).decided_by(scene, person);
    as_maker.or_else(as_office).or(as_security).map(Ends::Revokes)
}

/// Whether `person` reads of the exception: it is theirs, they or their office made it, or they keep all of them.
pub fn reads(scene: &Scene, person: PersonId, row: &Exception) -> bool {
    let holds = row.kind == Kind::Grant && person == row.from_id;
    holds || matches!(ends(scene, person, row), Some(Ends::Revokes(_)))
}

/// Who may make an exception to the refusal of `question`, if anybody may and is there to do it.
pub fn approver(
    scene: &Scene,
    person: PersonId,
    question: &Question<'_>,
    refused: Verdict,
) -> Option<Approver> {
    let target = question.target?;
    let facts = facts(scene, person, target, question)?;
    let approver = scene.policy_behind(refused).approver(refused, facts)?;
    let case = Case { from: person, to: target, approver: org_input::approver(approver) };
    let is_held = case.approver == Approver::Security || case.superior(scene).is_some();
    is_held.then_some(case.approver)
}

/// The facts of a question about a person, alone or in the direct conversation with them.
fn facts(scene: &Scene, person: PersonId, target: PersonId, question: &Question<'_>) -> Option<Facts> {
    let asker = scene.asker(person, question.hat);
    let (contact, ceiling) = match question.room {
        None => (Contact::None, HIGHEST),
        Some(room) if room.partner_of(person) == Some(target) && is_toward(question.action) => {
            (room.contact_of(person), room.ceiling(scene.label_of(room)?))
        }
        Some(_) => return None,
    };
    scene.facts_toward(question.action, asker, target, contact, question.label, ceiling).ok()
}

/// The refusal that somebody wants an exception to.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Of what.
    pub action: Action,
    /// By which rule.
    pub verdict: Verdict,
    /// Whose office decides.
    pub approver: Approver,
}

/// Decides again what `person` wants of `target`: writing, unless `action` says otherwise. It is a conflict where that
/// is permitted already, or where there is no exception.
pub async fn refusal(
    app: &App,
    scene: &Scene,
    person: PersonId,
    target: PersonId,
    action: Option<Action>,
) -> Result<Refusal, Error> {
    let found = find_direct(&mut *app.pool.get().await?, person, target).await?;
    let place = match found {
        Some(id) => Some(super::find(app, id).await?).filter(|place| scene.sees(person, &place.room).allow),
        None => None,
    };
    let usual = if place.is_some() { Action::DmSend } else { Action::DmStart };
    let action = action.unwrap_or(usual);
    let room = place.as_ref().map(|place| &*place.room).filter(|_| is_toward(action));
    let label = room.and_then(|room| scene.label_of(room)).unwrap_or_default();
    let question = Question { hat: HatName::Own, action, target: Some(target), room, label };
    let verdict = question.decide(scene, person);
    if verdict.allow {
        return Err(Error::Conflict(codes::NOT_REFUSED));
    }
    let approver = approver(scene, person, &question, verdict).ok_or(Error::Conflict(codes::NOT_EXCEPTED))?;
    Ok(Refusal { action, verdict: reason(scene, person, &question, verdict), approver })
}

/// The longest time that `person` may be granted a contact for, by the policy of their agency.
pub fn longest(scene: &Scene, person: PersonId) -> TimeDelta {
    let place = scene.place(person);
    let policy = place.map_or(&scene.policy, |place| scene.policy_of(place));
    TimeDelta::days(policy.exceptions().longest_days.into())
}

/// From now or later, until something later, and for no longer than `longest`; it begins within that time too.
pub fn spanned(
    from: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
    at: DateTime<Utc>,
    longest: TimeDelta,
) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let from = from.unwrap_or(at);
    if from < at {
        return Err(Error::Past { field: "from", given: from });
    }
    if from - at > longest {
        return Err(Error::invalid(codes::TOO_LONG_AN_EXCEPTION, "from"));
    }
    if until <= from {
        return Err(Error::invalid(codes::INVALID_VALUE, "until"));
    }
    if until - from > longest {
        return Err(Error::invalid(codes::TOO_LONG_AN_EXCEPTION, "until"));
    }
    Ok((from, until))
}
