//! Sentences, what they give away, and whom one may write to instead.

use crate::explain::{
    Alternative, AlternativeRelation, Disclosure, Language, Subject, alternatives, explain,
};
use crate::facts::{Action, Asker, Contact, Facts, Missing, toward_person};
use crate::gate::{RuleId, Verdict};
use crate::label::Label;
use crate::testing::{HIGHEST, MINISTRY, NOON, gate};

struct Asked<'a> {
    verdict: Verdict,
    subject: Subject<'a>,
}

fn ask(action: Action, asker: Asker, target: &str, contact: Contact, label: Label) -> Asked<'static> {
    let target = MINISTRY.person(target);
    let facts = toward_person(&MINISTRY.org, &NOON, action, asker, target, contact, label, HIGHEST);
    let facts: Facts = facts.unwrap();
    let subject =
        Subject { asker, target: Some(target), room: None, label, facts: Some(facts), is_known: false };
    Asked { verdict: gate().decide(Ok(facts)), subject }
}

impl Asked<'_> {
    fn said(&self, language: Language) -> crate::explain::Explanation {
        explain(&gate().snapshot(), &MINISTRY.org, self.verdict, &self.subject, language)
    }
}

fn begin(asker: &str, target: &str) -> Asked<'static> {
    ask(Action::DmStart, MINISTRY.own(asker), target, Contact::None, Label::default())
}

#[test]
fn a_refusal_names_the_people_concerned() {
    let refused = begin("officer", "minister");
    let en = refused.said(Language::En);
    assert_eq!(en.sentence, "N. minister is more than two levels above you; please go through N. head.");
    assert_eq!(en.disclosure, Disclosure::Full);
    let ru = refused.said(Language::Ru).sentence;
    assert_eq!(ru, "N. minister более чем на две ступени выше вас. Обратитесь к руководителю — N. head.");
    let contractor = begin("contractor", "director").said(Language::En).sentence;
    assert!(contractor.ends_with("ask your contact N. head."), "{contractor}");
    let label = Label { level: 3, categories: 1 };
    let labelled = ask(Action::DmSend, MINISTRY.own("officer"), "head", Contact::Open, label);
    assert_eq!(labelled.said(Language::En).sentence, "You are not cleared for “Secret · Budget”.");
    assert_eq!(
        labelled.said(Language::Ru).sentence,
        "У вас нет допуска к сведениям с пометкой «Секретно · Бюджет»."
    );
}

#[test]
fn what_would_help_is_told_where_everything_may_be_told() {
    let near = begin("officer", "auditor").said(Language::En).near;
    assert!(
        near.iter().any(|sentence| sentence == "This contact was granted to you for a time."),
        "{near:?}"
    );
    assert!(begin("auditor", "buyer").said(Language::En).near.is_empty());
    assert!(begin("peer", "forester").said(Language::En).near.is_empty());
    assert!(begin("officer", "head").said(Language::En).near.is_empty(), "what is permitted needs no help");
}

#[test]
fn whom_the_asker_may_not_see_is_not_named() {
    // The archives are another agency: a stranger there looks like nobody.
    let hidden = begin("officer", "outsider");
    for language in [Language::Ru, Language::En] {
        let said = hidden.said(language);
        assert_eq!(said.disclosure, Disclosure::None);
        let missing = Verdict { rule: RuleId::missing(Missing::Target), ..hidden.verdict };
        let nobody = Asked { verdict: missing, subject: hidden.subject }.said(language);
        assert_eq!(said.sentence, nobody.sentence);
        assert!(said.near.is_empty());
    }
    let snapshot = gate().snapshot();
    let (org, target) = (&MINISTRY.org, MINISTRY.person("outsider"));
    let found = alternatives(&snapshot, org, &NOON, MINISTRY.own("officer"), target, hidden.verdict, 5);
    assert_eq!(found, [], "whom to ask instead would tell that there is somebody");
}

#[test]
fn every_rule_and_every_want_has_a_whole_sentence_in_both_languages() {
    let snapshot = gate().snapshot();
    let mut subject = begin("contractor", "director").subject;
    subject.label = Label { level: 2, categories: 0 };
    subject.asker = MINISTRY.hatted("acting");
    let count = u16::try_from(snapshot.rules().len()).unwrap();
    let rules = (0..count).map(RuleId).chain(Missing::ALL.iter().copied().map(RuleId::missing));
    for rule in rules.chain([RuleId::DEFAULT]) {
        let allow = snapshot.rule(rule).is_some_and(|rule| rule.allows);
        let verdict = Verdict { allow, rule, policy_version: 1 };
        for (language, is_russian) in [(Language::Ru, true), (Language::En, false)] {
            let said = explain(&snapshot, &MINISTRY.org, verdict, &subject, language).sentence;
            let code = snapshot.rule_code(rule);
            assert!(said.ends_with('.') && !said.contains(['{', '}']), "{code}: {said}");
            let cyrillic = said.chars().any(|letter| ('а'..='я').contains(&letter));
            assert_eq!(cyrillic, is_russian, "{code}: {said}");
        }
    }
}

#[test]
fn an_officer_is_sent_to_the_superior_and_onwards() {
    let refused = begin("officer", "minister");
    let target = MINISTRY.person("minister");
    let found = alternatives(
        &gate().snapshot(),
        &MINISTRY.org,
        &NOON,
        MINISTRY.own("officer"),
        target,
        refused.verdict,
        5,
    );
    assert_eq!(found[0].person, MINISTRY.person("head"));
    assert_eq!(found[0].relation, AlternativeRelation::Superior);
    let sentence = found[0].sentence(&gate().snapshot(), &MINISTRY.org, Language::En);
    assert_eq!(sentence, "Your superior can pass the matter on.");
    let (assistant, relation) = (MINISTRY.person("assistant"), AlternativeRelation::AssistantOfTarget);
    assert_eq!(found[1], Alternative { person: assistant, relation });
}

#[test]
fn nobody_is_offered_who_is_refused() {
    let ministry = &MINISTRY;
    let mut offered = 0;
    for asker in ministry.org.people() {
        for hat in ministry.org.hats(asker, NOON.now) {
            let asker = Asker { person: asker, hat };
            for target in ministry.org.people() {
                let ask = |action, target| {
                    let open = Label::default();
                    let facts =
                        toward_person(&ministry.org, &NOON, action, asker, target, Contact::None, open, open);
                    gate().decide(facts)
                };
                let refused = ask(Action::DmStart, target);
                let found = alternatives(&gate().snapshot(), &ministry.org, &NOON, asker, target, refused, 3);
                assert!(found.len() <= 3);
                let is_told = !refused.allow && ask(Action::PersonSee, target).allow;
                assert!(is_told || found.is_empty());
                for one in &found {
                    assert!(one.person != target && one.person != asker.person);
                    assert!(
                        ask(Action::DmStart, one.person).allow && ask(Action::PersonSee, one.person).allow
                    );
                }
                offered += found.len();
            }
        }
    }
    assert!(offered > 50, "{offered}");
}
