//! What the gate said, or would have said, at a moment: for auditors, who are told the rule whatever it discloses.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{ConditionsView, PastConversation, name};
use super::{Label, PersonRef};
use crate::access::past::Then;
use crate::access::past::decision::{Decided, Wish};
use crate::language::Language;

/// Whether somebody could do something at a moment, and by which rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastDecision {
    /// The moment.
    at: DateTime<Utc>,
    /// What was entered later is not in the answer.
    known_at: DateTime<Utc>,
    person: PersonRef,
    /// What they would have done.
    action: String,
    /// In which hat: `own`, `duty`, `acting:<person>`, `assistant:<person>`.
    hat: String,
    /// To whom.
    to_person: Option<PersonRef>,
    /// Where; also the direct conversation of the two, if there was one and the action is one in it.
    conversation: Option<PastConversation>,
    /// Under which label.
    label: Label,
    /// Whether the gate let it through.
    allow: bool,
    /// Whether they could know of those whom it is about. To somebody who could not, the answer was `not_found`.
    known: bool,
    /// The rule that decided, or why there was nothing to decide on (`missing.…`).
    rule: String,
    /// The policy version that the rule is of.
    policy_version: i64,
    /// The version of the organisation's mirror; null before the first recorded one.
    org_version: Option<i64>,
    /// The sentence of the rule in the reader's language.
    message: String,
    /// The sentence in Russian.
    message_ru: String,
    /// The sentence in English.
    message_en: String,
    conditions: ConditionsView,
}

impl PastDecision {
    /// What is shown of it; nothing where the person was not there.
    pub fn of(then: &Then, wish: &Wish, decided: &Decided, language: Language) -> Option<Self> {
        let (ru, en) =
            (then.sentence(wish, decided, Language::Ru), then.sentence(wish, decided, Language::En));
        Some(Self {
            at: then.when.at,
            known_at: then.when.known_at,
            person: name(then, wish.person)?,
            action: wish.action.as_str().to_owned(),
            hat: wish.hat.to_string(),
            to_person: decided.target.and_then(|target| name(then, target)),
            conversation: then.place_of(wish.action).map(|room| PastConversation::of(then, room)),
            label: Label::of(then.scene.policy.labels(), decided.label),
            allow: decided.verdict.allow,
            known: decided.known,
            rule: then.scene.rule_code(decided.verdict).to_owned(),
            policy_version: decided.verdict.policy_version,
            org_version: then.org_version,
            message: match language {
                Language::Ru => ru.clone(),
                Language::En => en.clone(),
            },
            message_ru: ru,
            message_en: en,
            conditions: ConditionsView::of(then.conditions),
        })
    }
}
