//! A decision as its reader sees it: what, by which rule, why, and whom to write to instead.

use org_input::HIGHEST;
use policies::explain::{Alternative, Disclosure, Subject};
use policies::facts::{Action, Asker, Contact};
use policies::gate::Verdict;
use policies::org::Hat;
use serde::Serialize;
use utoipa::ToSchema;

use super::exceptions::ExceptionOffer;
use super::{Person, Reader};
use crate::access::{Question, exceptions};
use crate::language::Language;

/// How many people a denial names at most.
const ALTERNATIVES: usize = 5;

/// What the policy said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Decision {
    /// Whether it is allowed.
    pub allow: bool,
    /// The rule that decided, or why there was nothing to decide on (`missing.…`).
    pub rule: String,
    /// The policy version that the rule is from.
    pub policy_version: i64,
    /// The sentence in the reader's language.
    pub message: String,
    /// The sentence in Russian.
    pub message_ru: String,
    /// The sentence in English.
    pub message_en: String,
    /// How much the rule may explain: `full`, `generic` or `none`.
    #[schema(value_type = String)]
    pub disclosure: &'static str,
    /// Whom the reader may write to instead, nearest first.
    pub alternatives: Vec<AlternativeView>,
    /// What would have to be different.
    pub near: Vec<String>,
    /// Whom the reader may ask for an exception (`POST /exceptions/requests`), where there may be one.
    pub exception: Option<ExceptionOffer>,
}

/// Somebody whom the reader may write to instead.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Alternative)]
pub struct AlternativeView {
    /// Who.
    pub person: Person,
    /// What they are to the reader or to the one who cannot be reached.
    #[schema(value_type = String)]
    pub relation: &'static str,
    /// The same, as a sentence in Russian.
    pub message_ru: String,
    /// The same, as a sentence in English.
    pub message_en: String,
}

impl Decision {
    /// `verdict` on `question`, explained.
    pub fn of(reader: &Reader, question: &Question<'_>, verdict: Verdict) -> Self {
        let scene = &reader.scene;
        let org = &scene.mirror.org;
        let policy = scene.policy_behind(verdict);
        // A hat that the person does not have cannot be explained with; the refusal names it anyway.
        let asker = scene
            .asker(reader.actor.person, question.hat)
            .unwrap_or(Asker { person: reader.person, hat: Hat::Own });
        let target = question.target.and_then(|target| scene.place(target));
        let room = question.room.and_then(|room| room.facts(org, scene.label_of(room)).ok());
        let facts = match (question.room, question.target) {
            (None, Some(target)) => {
                let wearing = scene.asker(reader.actor.person, question.hat);
                scene
                    .facts_toward(question.action, wearing, target, Contact::None, question.label, HIGHEST)
                    .ok()
            }
            // What would have to be different in a conversation is not for its reader to change.
            _ => None,
        };
        let is_known = question.target.is_some_and(|target| reader.sees(target));
        let explain = |language| {
            let (room, label) = (room.as_ref(), question.label);
            let subject = Subject { asker, target, room, label, facts, is_known };
            policies::explain::explain(policy, org, verdict, &subject, language)
        };
        let (ru, en) = (explain(Language::Ru), explain(Language::En));
        let reaches_for_person = !verdict.allow
            && matches!(question.action, Action::DmStart | Action::DmSend | Action::DmFile | Action::DmCall);
        let alternatives = match target.filter(|_| reaches_for_person) {
            Some(target) => policies::explain::alternatives(
                policy,
                org,
                &scene.moment,
                asker,
                target,
                verdict,
                ALTERNATIVES,
            ),
            None => Vec::new(),
        };
        let approver = exceptions::approver(scene, reader.actor.person, question, verdict);
        let (message, near) = match reader.language {
            Language::Ru => (ru.sentence.clone(), ru.near),
            Language::En => (en.sentence.clone(), en.near),
        };
        Self {
            allow: verdict.allow,
            rule: scene.rule_code(verdict).to_owned(),
            policy_version: verdict.policy_version,
            message,
            message_ru: ru.sentence,
            message_en: en.sentence,
            disclosure: match ru.disclosure {
                Disclosure::Full => "full",
                Disclosure::Generic => "generic",
                Disclosure::None => "none",
            },
            alternatives: alternatives
                .into_iter()
                .filter_map(|found| AlternativeView::of(reader, found))
                .collect(),
            near,
            exception: approver.map(|approver| ExceptionOffer::of(reader, approver)),
        }
    }
}

impl AlternativeView {
    fn of(reader: &Reader, found: Alternative) -> Option<Self> {
        let (policy, org) = (reader.scene.policy_of(reader.person), &reader.scene.mirror.org);
        Some(Self {
            person: Person::of(reader, found.person)?,
            relation: found.relation.as_str(),
            message_ru: found.sentence(policy, org, Language::Ru),
            message_en: found.sentence(policy, org, Language::En),
        })
    }
}
