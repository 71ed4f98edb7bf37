//! Why, and what then: one sentence in the reader's language, what would help, and whom one may write to instead.
//!
//! Nothing here tells more than the rule's disclosure allows.

use crate::facts::{
    Action, Asker, Contact, Dimension, Facts, LabelFit, Missing, Moment, Room, Target, toward_person,
};
use crate::gate::{RuleId, Snapshot, Verdict};
use crate::label::Label;
use crate::org::{Hat, Org, PersonIx};
use crate::rules::Messages;

pub use crate::rules::Disclosure;

/// The language of the reader.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

/// A decision in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The sentence of the rule, with names filled in; of somebody hidden, that there is nobody.
    pub sentence: String,
    /// How much may be told.
    pub disclosure: Disclosure,
    /// Permissions that one fact keeps from holding, as their sentences. Empty unless everything may be told.
    pub near: Vec<String>,
}

/// What a decision was about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Who asked.
    pub asker: Asker,
    /// The other person, if there is one.
    pub target: Option<PersonIx>,
    /// The conversation, if there is one.
    pub room: Option<&'a Room>,
    /// The label of what was about to be done.
    pub label: Label,
    /// The facts it was decided by, where they could be built.
    pub facts: Option<Facts>,
    /// Whether the asker knows of the target whatever these facts say: in another hat, or by another way.
    pub is_known: bool,
}

/// Says a verdict in words.
pub fn explain(
    snapshot: &Snapshot,
    org: &Org,
    verdict: Verdict,
    subject: &Subject<'_>,
    language: Language,
) -> Explanation {
    let messages = match language {
        Language::Ru => &snapshot.messages_ru,
        Language::En => &snapshot.messages_en,
    };
    let disclosure = if is_hidden(snapshot, verdict, subject) {
        Disclosure::None
    } else {
        disclosure(snapshot, verdict.rule)
    };
    let fill = |sentence: &str, near: &str| fill(snapshot, org, subject, language, sentence, near);
    let near: Vec<String> = match subject.facts {
        Some(facts) if !verdict.allow && disclosure == Disclosure::Full => snapshot
            .near(facts)
            .into_iter()
            .filter(|(_, dimension)| can_change(*dimension))
            .filter_map(|(rule, _)| messages.rules.get(snapshot.rule_code(rule)))
            .map(|sentence| fill(sentence, ""))
            .collect(),
        _ => Vec::new(),
    };
    let told = if disclosure == Disclosure::None { RuleId::missing(Missing::Target) } else { verdict.rule };
    let sentence = sentence(messages, snapshot, told);
    Explanation { sentence: fill(sentence, near.first().map_or("", String::as_str)), disclosure, near }
}

/// The sentence of whatever decided, also where it may not be told to the one who asked: for auditors.
pub fn openly(
    snapshot: &Snapshot,
    org: &Org,
    verdict: Verdict,
    subject: &Subject<'_>,
    language: Language,
) -> String {
    let messages = match language {
        Language::Ru => &snapshot.messages_ru,
        Language::En => &snapshot.messages_en,
    };
    fill(snapshot, org, subject, language, sentence(messages, snapshot, verdict.rule), "")
}

/// How much may be told of a decision. Whoever is missing or hidden looks like nobody.
pub fn disclosure(snapshot: &Snapshot, rule: RuleId) -> Disclosure {
    match (snapshot.rule(rule), rule.as_missing()) {
        (Some(rule), _) => rule.disclosure,
        (None, Some(Missing::Target)) => Disclosure::Generic,
        (None, _) => Disclosure::Full,
    }
}

/// Whether the refusal would tell of somebody whom the asker may not know to exist.
fn is_hidden(snapshot: &Snapshot, verdict: Verdict, subject: &Subject<'_>) -> bool {
    let told = disclosure(snapshot, verdict.rule) == Disclosure::Full;
    subject.facts.is_some_and(|facts| {
        let sees = Facts { act: Action::PersonSee, lab: LabelFit::None, ..facts };
        told && !subject.is_known
            && !verdict.allow
            && facts.tgt == Target::Person
            && !snapshot.decide(Ok(sees)).allow
    })
}

fn sentence<'a>(messages: &'a Messages, snapshot: &Snapshot, rule: RuleId) -> &'a str {
    let found = match rule.as_missing() {
        Some(missing) => messages.missing.get(&missing.to_string()),
        None => messages.rules.get(snapshot.rule_code(rule)),
    };
    found.map_or(&messages.default, |sentence| sentence)
}

/// Facts that the asker, or somebody for them, can change: not who they are.
fn can_change(dimension: Dimension) -> bool {
    matches!(
        dimension,
        Dimension::LabelFit
            | Dimension::Mem
            | Dimension::HatKind
            | Dimension::Hours
            | Dimension::Exc
            | Dimension::Crisis
    )
}

fn fill(
    snapshot: &Snapshot,
    org: &Org,
    subject: &Subject<'_>,
    language: Language,
    sentence: &str,
    near: &str,
) -> String {
    let russian = language == Language::Ru;
    let nobody = if russian { "нет" } else { "none" };
    let superior = org.superior(subject.asker.person).map_or(nobody, |superior| org.display_name(superior));
    let name = subject
        .target
        .map_or(if russian { "Адресат" } else { "The addressee" }, |target| org.display_name(target));
    let principal = subject.asker.hat.principal().map_or(nobody, |principal| org.display_name(principal));
    let label = snapshot.labels().words(subject.label, russian);
    let mut filled = sentence.to_owned();
    for (placeholder, value) in [
        ("{name}", name),
        ("{superior}", superior),
        ("{contact}", superior),
        ("{principal}", principal),
        ("{label}", label.as_str()),
        ("{near}", near),
    ] {
        filled = filled.replace(placeholder, value);
    }
    filled
}

/// Why somebody is offered instead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum AlternativeRelation {
    /// The asker's own superior, who can pass it on.
    Superior,
    /// Assists the target.
    AssistantOfTarget,
    /// Acts for the target.
    DeputyOfTarget,
    /// Heads the target's unit.
    HeadOfTargetUnit,
    /// Works beside the target.
    ColleagueOfTarget,
    /// Speaks for the asker's agency to the target's.
    Liaison,
}

impl AlternativeRelation {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Superior,
        Self::AssistantOfTarget,
        Self::DeputyOfTarget,
        Self::HeadOfTargetUnit,
        Self::ColleagueOfTarget,
        Self::Liaison,
    ];

    /// What the API calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Superior => "superior",
            Self::AssistantOfTarget => "assistant_of_target",
            Self::DeputyOfTarget => "deputy_of_target",
            Self::HeadOfTargetUnit => "head_of_target_unit",
            Self::ColleagueOfTarget => "colleague_of_target",
            Self::Liaison => "liaison",
        }
    }
}

/// Somebody the asker may write to instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alternative {
    /// Who.
    pub person: PersonIx,
    /// Why they can help.
    pub relation: AlternativeRelation,
}

impl Alternative {
    /// Why they can help, in words.
    pub fn sentence(&self, snapshot: &Snapshot, org: &Org, language: Language) -> String {
        let messages = match language {
            Language::Ru => &snapshot.messages_ru,
            Language::En => &snapshot.messages_en,
        };
        let sentence = messages.alternatives.get(self.relation.as_str()).map_or("", String::as_str);
        sentence.replace("{name}", org.display_name(self.person))
    }
}

/// Whom the asker may write to instead of `target`, those who stand nearest to the target first. All of them are
/// decided: the asker may see each of them and start a conversation with each of them now, in the same capacity.
///
/// Empty where the refusal itself gives nothing away, or the target is hidden from the asker.
pub fn alternatives(
    snapshot: &Snapshot,
    org: &Org,
    at: &Moment,
    asker: Asker,
    target: PersonIx,
    refused: Verdict,
    limit: usize,
) -> Vec<Alternative> {
    if refused.allow || disclosure(snapshot, refused.rule) != Disclosure::Full {
        return Vec::new();
    }
    let allowed = |person: PersonIx, action| {
        let open = Label::default();
        snapshot.decide(toward_person(org, at, action, asker, person, Contact::None, open, open)).allow
    };
    // Whom to ask instead would tell that there is somebody.
    if !allowed(target, Action::PersonSee) {
        return Vec::new();
    }
    let mut found: Vec<Alternative> = Vec::new();
    for candidate in candidates(org, at, asker, target) {
        let person = candidate.person;
        let new =
            person != asker.person && person != target && found.iter().all(|known| known.person != person);
        if new && allowed(person, Action::PersonSee) && allowed(person, Action::DmStart) {
            found.push(candidate);
        }
    }
    // The own superior is the official way and stays first; the others follow by their distance to the target.
    found.sort_by_key(|one| {
        (one.relation != AlternativeRelation::Superior, org.distance(one.person, target), one.relation)
    });
    found.truncate(limit);
    found
}

fn candidates(org: &Org, at: &Moment, asker: Asker, target: PersonIx) -> Vec<Alternative> {
    let mut candidates = Vec::new();
    let mut offer = |person: PersonIx, relation| candidates.push(Alternative { person, relation });
    if let Some(superior) = org.superior(asker.person) {
        offer(superior, AlternativeRelation::Superior);
    }
    for (person, hat) in org.delegates(target, at.now) {
        match hat {
            Hat::Assistant { .. } => offer(person, AlternativeRelation::AssistantOfTarget),
            Hat::Acting { .. } => offer(person, AlternativeRelation::DeputyOfTarget),
            Hat::Own | Hat::Duty { .. } => {}
        }
    }
    for unit in org.unit_path(org.unit_of(target)).into_iter().rev() {
        if let Some(head) = org.head(unit) {
            offer(head, AlternativeRelation::HeadOfTargetUnit);
        }
    }
    for colleague in org.reports(target).iter().chain(org.people_of(org.unit_of(target))) {
        offer(*colleague, AlternativeRelation::ColleagueOfTarget);
    }
    if org.agency_of(asker.person) != org.agency_of(target) {
        let ours = |person: &PersonIx| org.agency_of(*person) == org.agency_of(asker.person);
        for liaison in org.liaisons_to(org.agency_of(target)).into_iter().filter(ours) {
            offer(liaison, AlternativeRelation::Liaison);
        }
    }
    candidates
}
