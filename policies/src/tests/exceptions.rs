//! Whom a refusal may be taken to, and that no exception is offered that would permit nothing.

use crate::exceptions::{Approver, ExceptionTerms};
use crate::facts::{Action, Contact, Exc, Facts, HatKind, LabelFit, Relation, Wall, toward_person};
use crate::files::PolicyFiles;
use crate::gate::Snapshot;
use crate::label::Label;
use crate::lint::lint_snapshot;
use crate::testing::{HIGHEST, MINISTRY, NOON, gate};

fn facts(action: Action, asker: &str, target: &str, contact: Contact) -> Facts {
    let target = MINISTRY.person(target);
    let open = Label::default();
    toward_person(&MINISTRY.org, &NOON, action, MINISTRY.own(asker), target, contact, open, HIGHEST).unwrap()
}

fn decided(facts: Facts) -> Option<Approver> {
    let snapshot = gate().snapshot();
    snapshot.approver(snapshot.decide(Ok(facts)), facts)
}

fn approver(asker: &str, target: &str) -> Option<Approver> {
    decided(facts(Action::DmStart, asker, target, Contact::None))
}

#[test]
fn the_rule_names_the_office() {
    assert_eq!(approver("officer", "minister"), Some(Approver::Superior), "D05");
    assert_eq!(approver("contractor", "director"), Some(Approver::Security), "D06");
    assert_eq!(
        approver("contractor", "minister"),
        Some(Approver::Security),
        "D05 and D06: the higher office"
    );
    assert_eq!(approver("officer", "buyer"), Some(Approver::Superior), "no rule permits it");
    assert_eq!(approver("officer", "peer"), None, "it is permitted");
    assert_eq!(
        gate().snapshot().exceptions(),
        ExceptionTerms { default: Some(Approver::Superior), longest_days: 90 }
    );
}

#[test]
fn where_nothing_permits_to_go_on_the_rule_against_beginning_names_it() {
    let to_go_on = |asker, target, contact| decided(facts(Action::DmSend, asker, target, contact));
    assert_eq!(to_go_on("contractor", "deputy", Contact::None), Some(Approver::Security));
    assert_eq!(to_go_on("officer", "minister", Contact::None), Some(Approver::Superior));
    assert_eq!(to_go_on("officer", "minister", Contact::Open), None, "it may be answered");
    // Also where that rule was named in the refusal.
    let snapshot = gate().snapshot();
    let start = snapshot.decide(Ok(facts(Action::DmStart, "officer", "minister", Contact::None)));
    let send = facts(Action::DmSend, "officer", "minister", Contact::None);
    assert_eq!(snapshot.approver(start, send), Some(Approver::Superior));
}

#[test]
fn nothing_is_offered_that_would_tell_or_change_nothing() {
    assert_eq!(approver("auditor", "buyer"), None, "a wall explains nothing, and has no exception");
    assert_eq!(approver("peer", "forester"), None, "nor does a block");
    assert_eq!(approver("officer", "outsider"), None, "whoever is hidden is nobody");
    let refused = facts(Action::DmStart, "officer", "minister", Contact::None);
    assert_eq!(decided(Facts { lab: LabelFit::AboveSender, ..refused }), None, "labels have no exception");
    assert_eq!(decided(Facts { exc: Exc::Grant, ..refused }), None);
    assert_eq!(decided(Facts { hat: HatKind::Assistant, rel: Relation::SameAgency, ..refused }), None);
    assert_eq!(decided(Facts { act: Action::ChPost, ..refused }), None, "a grant opens no channel");
    assert_eq!(decided(Facts { wall: Wall::Closed, ..refused }), None);
}

fn planted(from: &str, to: &str) -> Vec<String> {
    let mut files = PolicyFiles::embedded().with("rules.toml", |text| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    if to.contains("D98") {
        for file in ["messages.ru.toml", "messages.en.toml"] {
            files = files.with(file, |text| text.replacen("[rules]", "[rules]\nD98 = \"x\"", 1));
        }
    }
    let snapshot = Snapshot::load(&files, 1).unwrap();
    lint_snapshot(&snapshot, &files).errors.iter().map(ToString::to_string).collect()
}

#[test]
fn an_exception_that_would_permit_nothing_is_an_error() {
    // The rule would forbid it whatever was granted.
    let errors = planted("crisis = [\"no\"]\nexc = [\"none\"]", "crisis = [\"no\"]");
    let [error] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(error.contains("D05.exception") && error.contains("a grant would permit nothing"), "{error}");
    // No permission opens for whom it was granted; to be rid of D06 is still enough for colleagues of a unit.
    let errors = planted(
        "act = [\"dm.start\", \"dm.send\", \"dm.file\", \"dm.call\"]\nexc = [\"grant\"]",
        "act = [\"msg.export\"]\nexc = [\"grant\"]",
    );
    for (key, is_idle) in [("D05.exception", true), ("D06.exception", false), ("exceptions.default", true)] {
        assert_eq!(errors.iter().any(|error| error.contains(key)), is_idle, "{key}: {errors:?}");
    }
    // The security office may make one to a hard rule, but not where the rule forbids it all the same.
    let errors = planted(
        "exc = [\"block\"]",
        "exc = [\"block\"]\n\n[[rule]]\nid = \"D98\"\neffect = \"deny\"\nwhy = \"x\"\n\
             owner = \"x\"\nlegal_basis = \"x\"\nreview = 2027-06-01\ndisclose = \"full\"\nhard = true\n\
             exception = \"security\"\n[rule.when]\nact = [\"ch.join\"]\ntgt = [\"crisis\"]",
    );
    assert!(errors.iter().any(|error| error.contains("D98.exception")), "{errors:?}");
}

#[test]
fn a_policy_that_says_nothing_of_exceptions_makes_none() {
    let files = PolicyFiles::embedded().with("rules.toml", |text| {
        let (head, rest) = text.split_once("[exceptions]").unwrap();
        let (_, rules) = rest.split_once("longest_days = 90\n").unwrap();
        let rules = rules.replace("exception = \"superior\"\n", "").replace("exception = \"security\"\n", "");
        format!("{head}{rules}")
    });
    let silent = Snapshot::load(&files, 1).unwrap();
    assert_eq!(silent.exceptions(), ExceptionTerms::default());
    for (asker, target) in [("officer", "minister"), ("contractor", "director"), ("officer", "buyer")] {
        let facts = facts(Action::DmStart, asker, target, Contact::None);
        assert_eq!(silent.approver(silent.decide(Ok(facts)), facts), None, "{asker} → {target}");
    }
}
