//! What an edit changes, and what it leaves as its authors wrote it.

use std::collections::BTreeSet;

use crate::edit::{RuleText, expecting, with_rules, with_wall};
use crate::files::PolicyFiles;
use crate::gate::Snapshot;
use crate::lint::examine;
use crate::testing::gate;
use crate::touches::{Touch, touched};

fn rules() -> Vec<RuleText> {
    gate().snapshot().rules().iter().map(RuleText::of).collect()
}

#[test]
fn the_same_rules_are_the_same_files() {
    let files = PolicyFiles::embedded();
    let written = with_rules(&files, &rules()).unwrap();
    for (name, text) in files.map() {
        assert_eq!(Some(text), written.map().get(name), "{name}");
    }
}

#[test]
fn one_changed_column_is_one_changed_line() {
    let files = PolicyFiles::embedded();
    let mut rules = rules();
    let rule = rules.iter_mut().find(|rule| rule.id == "A06").unwrap();
    rule.when.insert("gap".to_owned(), vec!["m2".to_owned(), "m1".to_owned(), "0".to_owned()]);
    let written = with_rules(&files, &rules).unwrap();
    let (before, after) = (&files.map()["rules.toml"], &written.map()["rules.toml"]);
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(changed, [(r#"gap = ["m2", "m1", "0", "p1"]"#, r#"gap = ["m2", "m1", "0"]"#)]);
}

#[test]
fn an_exception_comes_and_another_goes() {
    let files = PolicyFiles::embedded();
    let mut rules = rules();
    for rule in &mut rules {
        match rule.id.as_str() {
            "D05" => rule.exception = None,
            "D06" => rule.exception = Some("superior".to_owned()),
            _ => {}
        }
    }
    let written = with_rules(&files, &rules).unwrap();
    let lines = |files: &PolicyFiles| -> Vec<String> {
        let text = &files.map()["rules.toml"];
        text.lines().filter(|line| line.starts_with("exception =")).map(str::to_owned).collect()
    };
    assert_eq!(lines(&files), [r#"exception = "superior""#, r#"exception = "security""#]);
    assert_eq!(lines(&written), [r#"exception = "superior""#]);
    let (before, after) = (gate().snapshot(), Snapshot::load(&written, 1).unwrap());
    let touched = touched((&before, &files), (&after, &written));
    assert_eq!(touched, [Touch::Exceptions], "the security office answers for what it decides no more");
}

#[test]
fn a_rule_comes_and_another_goes_with_their_sentences() {
    let files = PolicyFiles::embedded();
    let mut rules = rules();
    rules.retain(|rule| rule.id != "A26");
    let mut new = rules.iter().find(|rule| rule.id == "A14").unwrap().clone();
    new.id = "A98".to_owned();
    new.sentence_ru = "Новое правило.".to_owned();
    rules.push(new);
    let written = with_rules(&files, &rules).unwrap();
    let loaded = Snapshot::load(&written, 1).unwrap();
    let ids: Vec<&str> = loaded.rules().iter().map(|rule| rule.id.as_str()).collect();
    assert!(ids.contains(&"A98") && !ids.contains(&"A26"));
    assert!(written.map()["messages.ru.toml"].contains("A98 = \"Новое правило.\""));
    assert!(!written.map()["messages.en.toml"].contains("A26"));
}

#[test]
fn a_wall_opens_and_stays_one_wall() {
    let files = PolicyFiles::embedded();
    let written = with_wall(&files, ["procurement", "audit"], "open", "The audit is over.").unwrap();
    let text = &written.map()["walls.toml"];
    assert_eq!(text.matches("[[wall]]").count(), 1, "{text}");
    assert!(text.contains("state = \"open\"") && text.contains("# Segments"), "{text}");
    written.walls().unwrap();
}

#[test]
fn cases_are_told_to_expect_what_is_decided_now() {
    let files = PolicyFiles::embedded();
    let mut rules = rules();
    let rule = rules.iter_mut().find(|rule| rule.id == "A06").unwrap();
    rule.when.insert("gap".to_owned(), vec!["m2".to_owned(), "m1".to_owned(), "0".to_owned()]);
    let changed = with_rules(&files, &rules).unwrap();
    let failing = examine(&changed, 1).unwrap_err();
    assert!(
        !failing.is_empty() && failing.iter().all(|finding| finding.file.starts_with("tests/")),
        "{failing:#?}"
    );
    let cases: BTreeSet<(String, usize)> =
        failing.iter().map(|finding| (finding.file.clone(), finding.line.unwrap())).collect();
    let loaded = Snapshot::load(&changed, 1).unwrap();
    let accepted = expecting(&changed, &loaded, &cases).unwrap();
    examine(&accepted, 1).unwrap();
}
