//! What Casbin takes without a word, or falls over: that none of it comes as far as Casbin. Each trap was met with the
//! version that the program uses; where one is about how Casbin is called, it is Casbin that is asked here.

use crate::casbin::{Authority, Error, has, probe_columns};
use crate::facts::{Action, Dimension};
use crate::files::PolicyFiles;
use crate::gate::{Gate, InForce, RuleId, Snapshot};
use crate::rules::{self, RULES, Rule};
use crate::testing::{facts, gate};

fn rules() -> Vec<Rule> {
    rules::load(PolicyFiles::embedded().text(RULES).unwrap()).unwrap().rules
}

/// What is said of the program's policy with one text of its rules in the place of another.
fn said_of(from: &str, to: &str) -> String {
    let files = PolicyFiles::embedded().with(RULES, |text| {
        assert!(text.contains(from), "the rules have no {from}");
        text.replacen(from, to, 1)
    });
    let findings = Snapshot::load(&files, 1).expect_err(to);
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What is said of a value in the column `wall` of the first rule.
fn said_of_value(value: &str) -> String {
    said_of("wall = [\"closed\"]", &format!("wall = [{value}]"))
}

/// What is said of the program's policy with another model.
fn said_of_model(rewrite: impl Fn(&str) -> String) -> String {
    let whole = PolicyFiles::embedded().map()["model.conf"].clone();
    assert_ne!(rewrite(&whole), whole, "the model is another one");
    let files = PolicyFiles::embedded().with("model.conf", rewrite);
    Snapshot::load(&files, 1).expect_err("another model is taken")[0].to_string()
}

#[test]
fn a_second_policy_definition_whose_denials_count_as_permissions_is_refused() {
    for (from, to) in [("p = id", "p2 = id"), ("[policy_effect]", "p2 = id, eft\n\n[policy_effect]")] {
        assert!(said_of_model(|text| text.replacen(from, to, 1)).contains("is not the model"), "{to}");
    }
}

#[test]
fn an_effect_that_casbin_would_overlook_is_refused() {
    for effect in ["Deny", "DENY", " deny", "deny ", "deny # later", "deny,", "forbid", ""] {
        let said = said_of("effect = \"deny\"", &format!("effect = \"{effect}\""));
        assert!(
            said.contains("D01.effect") && said.contains("is not one of allow, deny"),
            "{effect}: {said}"
        );
    }
}

#[test]
fn a_row_of_a_type_that_the_model_does_not_have_is_refused_and_not_dropped() {
    for head in ["[[p2]]", "[[P]]", "[[Rule]]", "[[g]]", "[[\"rule \"]]"] {
        // The last one, so that all the others are read.
        let rules = PolicyFiles::embedded().map()[RULES].clone();
        let last = rules.rfind("[[rule]]").unwrap();
        let files = PolicyFiles::embedded().with(RULES, |text| {
            let block = text[last..].replacen("[[rule]]", head, 1);
            format!("{}{}", &text[..last], block.replacen("[rule.when]", "", 1))
        });
        let findings = Snapshot::load(&files, 1).expect_err(head);
        assert!(findings[0].message.contains("unknown field"), "{head}: {}", findings[0]);
    }
}

#[test]
fn a_rule_with_a_field_too_few_or_too_many_is_refused_and_breaks_no_request() {
    let cases = [
        ("effect = \"deny\"\n", "", "missing field `effect`"),
        ("[rule.when]\nwall = [\"closed\"]\n", "", "missing field `when`"),
        ("hard = true\n", "hard = true\npriority = 1\n", "unknown field `priority`"),
        ("wall = [\"closed\"]\n", "wall = [\"closed\"]\neft = [\"allow\"]\n", "there is no such column"),
        ("wall = [\"closed\"]\n", "wall = [\"closed\"]\nwall = [\"open\"]\n", "duplicate key"),
    ];
    for (from, to, wanted) in cases {
        let said = said_of(from, to);
        assert!(said.contains(wanted), "{to}: {said}");
    }
    // So every row has one cell for each column: id, effect, fifteen sets, none of them empty.
    let whole = |row: &Vec<String>| row.len() == 17 && row.iter().all(|cell| !cell.is_empty());
    assert!(rules().iter().map(Rule::row).all(|row| whole(&row)));
}

#[test]
fn a_condition_on_what_is_misspelt_is_refused_where_it_would_never_fire() {
    for column in ["wal", "Wall", "wall ", "r.f.wall", "f", "walls"] {
        let said = said_of("wall = [\"closed\"]", &format!("\"{column}\" = [\"closed\"]"));
        assert!(said.contains("there is no such column"), "{column}: {said}");
    }
    for value in ["\"Closed\"", "\"closed \"", "\"shut\"", "\"\"", "\"!none\""] {
        let said = said_of_value(value);
        assert!(said.contains("is not one of none, open, closed"), "{value}: {said}");
    }
}

#[test]
fn a_number_is_refused_where_casbin_compares_words_only() {
    // Small ones are never equal to a word; large ones wrap around or fail.
    for value in ["2", "-4294967295", "2147483648", "9223372036854775807", "1.5", "true"] {
        let said = said_of_value(value);
        assert!(said.contains("invalid type"), "{value}: {said}");
    }
    assert!(said_of("wall = [\"closed\"]", "gap = { at_least = 2 }").contains("invalid type"));
}

#[test]
fn text_that_casbin_would_run_is_refused_as_any_other_word() {
    let nested = format!("\"{}1{}\"", "(".repeat(10_000), ")".repeat(10_000));
    let texts = [
        "\"eval(true)\"",
        "\"loop {}\"",
        "\"1/0\"",
        "\"let r_f = #{wall: 1}; true\"",
        "\"p.ann\"",
        "\"closed\\\" || true || \\\"\"",
        nested.as_str(),
    ];
    for text in texts {
        let said = said_of_value(text);
        assert!(said.contains("is not one of none, open, closed"), "{said}");
        let said = said_of("id = \"D01\"", &format!("id = {text}"));
        assert!(said.contains("does not read like D01"), "{said}");
    }
    assert!(said_of("wall = [\"closed\"]", "eval = [\"true\"]").contains("there is no such column"));
    assert!(said_of_model(|text| format!("{text} && eval(p.id)\n")).contains("is not the model"));
}

#[test]
fn a_value_that_the_set_of_a_column_would_read_as_others_is_refused() {
    for value in ["\"*\"", "\"none|open\"", "\"|\"", "\"closed|\""] {
        assert!(said_of_value(value).contains("is not one of"), "{value}");
    }
    // And no value of the vocabulary is one of these.
    for dimension in Dimension::ALL {
        for value in dimension.values() {
            assert!(!value.is_empty() && !value.contains(['*', '|', ',', '"', '#', ' ']), "{value}");
            assert!(has("*", value) && has(value, value) && !has("", value));
        }
    }
    assert_eq!(probe_columns(&rules()).map(|probes| probes > 1_000), Ok(true));
}

#[test]
fn a_policy_without_rules_is_refused_and_casbin_without_rows_permits_nothing() {
    for text in ["", "# Nothing yet.\n", "rule = []\n"] {
        let files = PolicyFiles::embedded().with(RULES, |_| text.to_owned());
        assert!(Snapshot::load(&files, 1).expect_err("it is taken")[0].message.contains("holds no rule"));
    }
    assert!(said_of("[rule.when]\nwall = [\"closed\"]", "[rule.when]").contains("names no column"));
    for matcher in ["m = true", "m = has(p.act, r.f.act)"] {
        let said = said_of_model(|text| format!("{}{matcher}\n", &text[..text.find("m = has").unwrap()]));
        assert!(said.contains("is not the model"), "{matcher}");
    }
    let nothing = Authority::new(&rules(), Vec::new(), false).unwrap();
    for action in Action::ALL {
        assert_eq!(nothing.matching(&facts(*action)).unwrap(), Vec::<usize>::new());
    }
}

#[test]
fn a_policy_that_cannot_be_read_leaves_the_one_in_force_as_it_is() {
    let in_force = gate().snapshot();
    let gate = Gate::new(InForce::only(in_force.clone()));
    let broken = PolicyFiles::embedded().without(RULES);
    assert!(Snapshot::load(&broken, 8).is_err(), "there is nothing that could be put in force");
    assert_eq!(gate.snapshot().version(), in_force.version());
    assert_eq!(gate.snapshot().table_sha256(), in_force.table_sha256());
}

#[test]
fn an_effect_of_the_model_that_casbin_reads_at_the_first_request_only_is_refused_at_once() {
    let whole = "some(where (p.eft == allow)) && !some(where (p.eft == deny))";
    let others = [
        "some(where (p.eft==allow)) && !some(where (p.eft==deny))",
        "some(where (p2.eft == allow)) && !some(where (p2.eft == deny))",
        // Permits whatever no rule denies, also when no rule could be read.
        "!some(where (p.eft == deny))",
        "some(where (p.eft == allow))",
        "priority(p_eft) || deny",
    ];
    for other in others {
        assert!(said_of_model(|text| text.replacen(whole, other, 1)).contains("is not the model"), "{other}");
    }
    assert!(said_of_model(|text| format!("{text}\n")).contains("is not the model"), "not a byte");
}

#[test]
fn a_new_policy_is_asked_and_the_old_answer_is_not_remembered() {
    let asked = {
        let mut asked = facts(Action::DmStart);
        asked.rel = crate::facts::Relation::SameUnit;
        asked
    };
    let old = gate().snapshot();
    let files = PolicyFiles::embedded().with(RULES, |text| {
        let colleagues = "act = [\"dm.start\", \"dm.send\", \"dm.file\", \"dm.call\"]\nrel = [\"same_unit\"]";
        assert!(text.contains(colleagues));
        text.replacen(colleagues, "act = [\"dm.call\"]\nrel = [\"same_unit\"]", 1)
    });
    let new = Snapshot::load(&files, 8).unwrap();
    let codes = |policy: &Snapshot| -> Vec<String> {
        let found: Vec<RuleId> = policy.casbin(asked).unwrap();
        found.into_iter().map(|rule| policy.rule_code(rule).to_owned()).collect()
    };
    // Each twice, in turn: what the one said is neither kept nor said by the other, and the rules are named each time.
    for _ in 0..2 {
        assert_eq!(codes(&old), ["A05"]);
        assert_eq!(codes(&new), Vec::<String>::new());
        assert!(old.decide(Ok(asked)).allow && !new.decide(Ok(asked)).allow);
    }
}

#[test]
fn rows_that_casbin_would_take_for_one_are_missed() {
    let place = 0;
    let twice = Authority::new(&rules(), vec![place, place], false);
    assert!(matches!(twice, Err(Error::RowsLost { given: 2, .. } | Error::Casbin(_))));
    assert!(said_of("id = \"D02\"", "id = \"D01\"").contains("used twice"));
}

#[test]
fn a_denial_outweighs_wherever_it_stands_in_the_file() {
    // Where a priority was meant to be told by the order, a permission that stands first would win.
    let files = PolicyFiles::embedded().with(RULES, |text| {
        let (head, blocks) = text.split_once("[[rule]]").unwrap();
        let mut blocks: Vec<&str> = blocks.split("[[rule]]").collect();
        blocks.sort_by_key(|block| block.contains("effect = \"deny\""));
        let blocks: Vec<String> =
            blocks.iter().map(|block| format!("[[rule]]{}\n", block.trim_end())).collect();
        format!("{head}{}", blocks.join("\n"))
    });
    assert!(files.map()[RULES].find("id = \"A37\"") < files.map()[RULES].find("id = \"D01\""));
    let turned = Snapshot::load(&files, 8).unwrap();
    assert_eq!(turned.table_sha256(), gate().snapshot().table_sha256());
}
