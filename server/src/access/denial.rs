//! A refusal of the policy: put on record without any content, and explained.

use org_input::HIGHEST;
use policies::facts::{Action, Contact};
use policies::gate::{RuleId, Verdict};
use policies::label::Label;
use schema::audit::NewEntry;
use schema::decisions::{self, NewDecision};
use schema::ids::{DecisionId, PersonId};
use serde_json::json;

use super::scene::Change;
use super::{HatName, Scene, sending};
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::rooms::Room;
use crate::views::{Decision, Reader};

/// What was asked of the gate.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// In which hat.
    pub hat: HatName,
    /// To do what.
    pub action: Action,
    /// To whom.
    pub target: Option<PersonId>,
    /// Where.
    pub room: Option<&'a Room>,
    /// Under which label.
    pub label: Label,
}

impl<'a> Question<'a> {
    /// A question about a person, asked in one's own hat.
    pub fn toward(action: Action, target: PersonId, label: Label) -> Self {
        Self { hat: HatName::Own, action, target: Some(target), room: None, label }
    }

    /// A question about a conversation.
    pub fn inside(action: Action, room: &'a Room, label: Label) -> Self {
        Self { hat: HatName::Own, action, target: None, room: Some(room), label }
    }

    /// What the gate says when `person` asks.
    pub fn decide(&self, scene: &Scene, person: PersonId) -> Verdict {
        let asker = scene.asker(person, self.hat);
        match (self.room, self.target) {
            (Some(room), _) if self.action == sending(room) => scene.send(asker, room, self.label),
            (Some(room), _) if self.action == Action::ChRead => scene.sees(person, room),
            (Some(room), Some(partner))
                if room.partner_of(person) == Some(partner) && is_toward(self.action) =>
            {
                scene.in_direct(self.action, asker, room, (person, partner), self.label)
            }
            (Some(room), requester) if is_of_label(self.action) => {
                let concerned: Vec<PersonId> = requester.into_iter().collect();
                let change = Change { label: Some(self.label), requester, concerned: &concerned };
                scene.relabels(self.action, person, room, &change)
            }
            (Some(room), target) => scene.inside(self.action, asker, room, Some(self.label), target),
            (None, Some(target)) => {
                scene.toward(self.action, asker, target, Contact::None, self.label, HIGHEST)
            }
            (None, None) => scene.nothing(),
        }
    }
}

/// Whether the action is one towards a person, also within a conversation.
pub(super) fn is_toward(action: Action) -> bool {
    matches!(action, Action::DmSend | Action::DmFile | Action::DmCall | Action::MsgAckRequest)
}

/// Why something is refused: where no rule speaks of an answer, the rule against beginning is the reason, for it says
/// whom to ask.
pub fn reason(scene: &Scene, person: PersonId, question: &Question<'_>, refused: Verdict) -> Verdict {
    let (RuleId::DEFAULT, Action::DmSend, Some(target)) = (refused.rule, question.action, question.target)
    else {
        return refused;
    };
    let asker = scene.asker(person, question.hat);
    let start = scene.toward(Action::DmStart, asker, target, Contact::None, question.label, HIGHEST);
    if start.allow { refused } else { start }
}

/// Whether the action is one on a label.
pub fn is_of_label(action: Action) -> bool {
    matches!(action, Action::LabelRaise | Action::LabelAsk | Action::LabelLower)
}

/// Records the denial and returns it as the answer. A denial that cannot be recorded is still a refusal, but says
/// that it could not be done.
pub async fn refuse(app: &App, reader: &Reader, question: &Question<'_>, verdict: Verdict) -> Error {
    metrics::counter!("chancery_denials_total", "action" => question.action.as_str()).increment(1);
    if let Err(error) = record(app, reader, question, verdict).await {
        tracing::error!(error = %crate::error::describe::chain(&error), "a denial could not be recorded");
        return Error::Unavailable(codes::DATABASE_UNAVAILABLE);
    }
    Error::Denied(Box::new(Decision::of(reader, question, verdict)))
}

async fn record(
    app: &App,
    reader: &Reader,
    question: &Question<'_>,
    verdict: Verdict,
) -> Result<(), schema::Error> {
    let scene = &reader.scene;
    let person_id = reader.actor.person;
    let conversation_id = question.room.map(Room::id);
    let rule = scene.rule_code(verdict);
    let is_send = matches!(question.action, Action::DmSend | Action::ChPost);
    let decision = NewDecision {
        id: DecisionId::new(),
        decided_at: app.clock.now(),
        person_id,
        hat: question.hat.to_string(),
        action: question.action.as_str().to_owned(),
        target_id: question.target,
        conversation_id,
        allow: false,
        rule: rule.to_owned(),
        policy_version: verdict.policy_version,
        org_version: scene.mirror.version(),
    };
    let entry = NewEntry {
        at: decision.decided_at,
        kind: if is_send { "message.denied" } else { "action.denied" },
        actor_id: Some(person_id),
        entry: json!({
            "decision_id": decision.id,
            "action": decision.action,
            "hat": decision.hat,
            "person_id": decision.target_id,
            "conversation_id": conversation_id,
            "label": {
                "level": question.label.level,
                "categories": scene.policy.labels().category_codes(question.label.categories),
            },
            "rule": rule,
            "policy_version": verdict.policy_version,
            "org_version": decision.org_version,
        }),
    };
    let mut connection = app.pool.get().await?;
    decisions::record(&mut connection, &decision, &entry).await
}
