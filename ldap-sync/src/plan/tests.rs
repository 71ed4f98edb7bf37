//! Whole plans without a server. What a live directory shows is tried against a real one.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::config;
use crate::directory::{RawEntry, Sink as _};
use crate::entry::Collector;
use crate::finding::Code;
use crate::guard;

const AGENCY: &str = "ou=A,dc=gov";

fn source() -> Arc<Source> {
    let text = format!(
        r#"[[sources]]
name = "a"
kind = "openldap"
url = "ldap://127.0.0.1"
tls = "none"
base = "{AGENCY}"
bind_dn = "cn=sync"
bind_password = "sync"
ranks = [{{ step = 1, code = "officer", band = "officer", name_ru = "С", name_en = "O" }}]
clearance.levels = [{{ value = "secret", level = 3 }}]
"#
    );
    Arc::new(config::parse(&text, []).unwrap().sources[0].clone())
}

/// Entries: name, id and further attributes.
struct Tree(Vec<(String, Vec<(&'static str, String)>)>);

impl Tree {
    fn of(people: usize) -> Self {
        let mut tree = Self(Vec::new());
        tree.unit(1, AGENCY, "agency");
        tree.unit(2, &format!("ou=B,{AGENCY}"), "department");
        for number in 0..people {
            let unit = if number % 2 == 0 { AGENCY.to_owned() } else { format!("ou=B,{AGENCY}") };
            tree.person(100 + number, &unit, &[]);
        }
        tree
    }

    fn entry(&mut self, id: usize, dn: &str, values: Vec<(&'static str, String)>) {
        let mut values = values;
        values.push(("entryuuid", Uuid::from_u128(id as u128).to_string()));
        self.0.push((dn.to_owned(), values));
    }

    fn unit(&mut self, id: usize, dn: &str, kind: &str) {
        self.entry(id, dn, vec![("objectclass", "organizationalUnit".into()), ("govunitkind", kind.into())]);
    }

    fn person(&mut self, id: usize, unit: &str, more: &[(&'static str, String)]) {
        let mut values = vec![
            ("objectclass", "inetOrgPerson".into()),
            ("uid", format!("p{id}")),
            ("cn", format!("P {id}")),
            ("govrank", "officer".into()),
        ];
        values.extend(more.iter().cloned());
        self.entry(id, &format!("cn=p{id},{unit}"), values);
    }

    fn set(&mut self, id: usize, attribute: &'static str, value: &str) {
        let key = Uuid::from_u128(id as u128).to_string();
        let entry =
            self.0.iter_mut().find(|(_, values)| values.contains(&("entryuuid", key.clone()))).unwrap();
        entry.1.retain(|(name, _)| *name != attribute);
        entry.1.push((attribute, value.to_owned()));
    }

    fn reading(&self) -> Reading {
        let mut collector = Collector::new(source(), std::collections::HashSet::new());
        for (dn, values) in &self.0 {
            let values =
                values.iter().map(|(name, value)| ((*name).to_owned(), vec![value.clone().into_bytes()]));
            collector.take(RawEntry { dn: dn.clone(), values: values.collect() });
        }
        collector.reading
    }

    fn plan(&self, mirror: &Mirror) -> Plan {
        plan(&source(), self.reading(), mirror, "2026-01-01T00:00:00Z".parse().unwrap())
    }

    /// The mirror after a first run.
    fn mirrored(&self) -> Mirror {
        let plan = self.plan(&Mirror::default());
        Mirror {
            state: plan.wanted,
            ranks: source().ladder(),
            last_entries: Some(plan.entries),
            ..Mirror::default()
        }
    }
}

#[test]
fn what_was_mirrored_needs_nothing() {
    let tree = Tree::of(20);
    let mirror = tree.mirrored();
    let plan = tree.plan(&mirror);
    assert!(plan.is_empty() && plan.findings.is_empty(), "{:?}", plan.changes);
}

#[test]
fn the_order_of_the_answer_does_not_matter() {
    let mut tree = Tree::of(20);
    tree.set(103, "uid", "p105");
    tree.set(108, "govrank", "king");
    let one = tree.plan(&Mirror::default());
    tree.0.reverse();
    let other = tree.plan(&Mirror::default());
    assert_eq!((one.sha256, one.findings), (other.sha256, other.findings));
}

#[test]
fn the_number_of_a_plan_is_that_of_its_changes() {
    let mirror = Tree::of(20).mirrored();
    let mut changed = Tree::of(20);
    changed.set(103, "title", "Duke");
    let one = changed.plan(&mirror).sha256;
    assert_eq!(one, changed.plan(&mirror).sha256);
    changed.set(103, "title", "Earl");
    assert_ne!(one, changed.plan(&mirror).sha256);
}

#[test]
fn a_login_held_in_another_source_is_not_given_again() {
    let mut tree = Tree::of(4);
    let mut mirror = tree.mirrored();
    mirror.logins_elsewhere.insert("taken".to_owned());
    tree.person(200, AGENCY, &[("uid", "Taken".into())]);
    let entry = tree.0.last_mut().unwrap();
    entry.1.retain(|pair| *pair != ("uid", "p200".to_owned()));
    let plan = tree.plan(&mirror);
    assert_eq!(plan.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::DuplicateLogin]);
    assert!(plan.is_empty());
    // A login of somebody here who moves to a taken one stays the old one.
    let mut tree = Tree::of(4);
    tree.set(101, "uid", "taken");
    assert!(tree.plan(&mirror).is_empty());
}

#[test]
fn a_chain_of_stolen_logins_is_settled() {
    // 101 claims what 102 claims too; 103 claims the old login of 101. Nobody gets what somebody else may keep.
    let mut tree = Tree::of(6);
    let mirror = tree.mirrored();
    tree.set(101, "uid", "new");
    tree.set(102, "uid", "new");
    tree.set(103, "uid", "p101");
    let plan = tree.plan(&mirror);
    assert!(plan.is_empty(), "{:?}", plan.changes);
    let mut logins: Vec<_> = plan.wanted.people.values().map(Person::login_key).collect();
    logins.sort();
    logins.dedup();
    assert_eq!(logins.len(), 6);
}

#[test]
fn a_mail_address_stays_with_whoever_could_sign_in() {
    // 100 has the address of 101 and is enabled, while the entry of 101 cannot be used.
    let mut tree = Tree::of(4);
    (100..102).for_each(|id| tree.set(id, "mail", "b@gov.example"));
    tree.set(100, "useraccountcontrol", "514");
    let mirror = tree.mirrored();
    tree.set(100, "useraccountcontrol", "512");
    tree.set(101, "govrank", "king");
    let plan = tree.plan(&mirror);
    let mail = |id: u128| plan.wanted.people[&Uuid::from_u128(id)].mail.as_deref();
    assert_eq!([mail(100), mail(101)], [None, Some("b@gov.example")]);
    let again = tree.plan(&Mirror { state: plan.wanted.clone(), ..mirror });
    assert!(again.is_empty(), "{:?}", again.changes);
}

#[test]
fn an_acting_appointment_ends_with_its_day() {
    let mut tree = Tree::of(4);
    tree.set(101, "govactingfor", &format!("CN=P102,{AGENCY}"));
    tree.set(101, "govactinguntil", "20251231235959Z");
    let person = |plan: &Plan| plan.wanted.people[&Uuid::from_u128(101)].clone();
    assert_eq!(person(&tree.plan(&Mirror::default())).posts.len(), 1);
    tree.set(101, "govactinguntil", "20260101000001Z");
    let acting = person(&tree.plan(&Mirror::default()));
    assert_eq!((acting.posts.len(), acting.delegations.len()), (2, 1));
    tree.set(101, "govactinguntil", "for ever");
    let plan = tree.plan(&Mirror::default());
    assert_eq!((person(&plan).delegations.len(), plan.findings[0].code), (0, Code::BadActingUntil));
}

#[test]
fn one_person_may_go_and_many_may_not() {
    let mirror = Tree::of(100).mirrored();
    let mut tree = Tree::of(100);
    let judged = |tree: &Tree| -> Vec<Code> {
        let plan = tree.plan(&mirror);
        let refusals = guard::judge(&plan, &mirror, &guard::Limits::default(), &[]);
        refusals.into_iter().map(|finding| finding.code).collect()
    };
    assert!(judged(&tree).is_empty());
    tree.0.pop();
    assert!(judged(&tree).is_empty(), "one");
    tree.0.truncate(tree.0.len() - 20);
    assert!(judged(&tree).contains(&Code::GuardUnitLost), "a fifth of everybody");
    tree.0.truncate(2);
    assert!(judged(&tree).contains(&Code::GuardEmptyRead));
    for number in 100..111 {
        let mut tree = Tree::of(100);
        (100..=number).for_each(|id| tree.set(id, "govclearance", "secret"));
        assert_eq!(judged(&tree).contains(&Code::GuardClearancesRaised), number == 110, "{number}");
    }
    let mut tree = Tree::of(100);
    (100..125).for_each(|id| tree.set(id, "useraccountcontrol", "514"));
    assert!(judged(&tree).contains(&Code::GuardUnitLost), "disabled is lost too");
    let mut tree = Tree::of(100);
    (100..125).for_each(|id| tree.set(id, "govrank", "king"));
    assert_eq!(judged(&tree), [Code::GuardManyQuarantined], "the words of the configuration are wrong");
}

/// What may be written into an entry, good and bad.
const EDITS: [(&str, [&str; 4]); 9] = [
    ("uid", ["p101", "p102", "new", "P101"]),
    ("govrank", ["officer", "king", "Officer", ""]),
    ("manager", ["cn=p101,ou=B,ou=A,dc=gov", "cn=p104,ou=A,dc=gov", "cn=nobody,dc=gov", "no name"]),
    ("secretary", ["cn=p102,ou=A,dc=gov", "CN=P103, ou=B,ou=A,dc=gov", "cn=nobody,dc=gov", ""]),
    ("govactingfor", ["cn=p104,ou=A,dc=gov", "cn=p101,ou=B,ou=A,dc=gov", "cn=nobody,dc=gov", ""]),
    ("useraccountcontrol", ["512", "514", "66050", "junk"]),
    ("govclearance", ["secret", "Secret", "top secret", ""]),
    ("mail", ["a@gov.example", "A@gov.example", "b@gov.example", "no address"]),
    ("title", ["one", "two", "three", "\u{7}"]),
];

type Edit = (usize, usize, usize);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec((100_usize..112, 0..EDITS.len(), 0_usize..4), 0..30)
}

fn edited(edits: &[Edit]) -> Tree {
    let mut tree = Tree::of(12);
    for (id, attribute, value) in edits {
        let (name, values) = EDITS[*attribute];
        tree.set(*id, name, values[*value]);
    }
    tree
}

proptest! {
    #[test]
    fn what_a_plan_wants_needs_no_other_plan(before in edits(), after in edits()) {
        let mirror = edited(&before).mirrored();
        let tree = edited(&after);
        let plan = tree.plan(&mirror);
        let applied = Mirror { state: plan.wanted.clone(), ..mirror };
        let again = tree.plan(&applied);
        prop_assert!(again.is_empty(), "{:#?}", again.changes);
        prop_assert_eq!(again.counts.people, plan.counts.people);
    }

    #[test]
    fn no_order_of_the_entries_matters(before in edits(), after in edits(), by in 0_usize..14) {
        let mirror = edited(&before).mirrored();
        let mut tree = edited(&after);
        let one = tree.plan(&mirror);
        tree.0.rotate_left(by);
        tree.0.reverse();
        let other = tree.plan(&mirror);
        prop_assert_eq!(one.sha256, other.sha256);
        prop_assert_eq!(one.findings, other.findings);
        prop_assert_eq!(one.wanted, other.wanted);
    }

    #[test]
    fn nobody_has_two_of_what_one_may_have(before in edits(), after in edits()) {
        let mirror = edited(&before).mirrored();
        let plan = edited(&after).plan(&mirror);
        let active = plan.wanted.people.values().filter(|person| person.status == Status::Active);
        let mut logins: Vec<_> = active.map(Person::login_key).collect();
        logins.sort();
        let all = logins.len();
        logins.dedup();
        prop_assert_eq!(logins.len(), all);
        let above = |id: &Uuid| plan.wanted.people.get(id).and_then(Person::superior);
        for id in plan.wanted.people.keys() {
            let chain = std::iter::successors(above(id), above).take(20).count();
            prop_assert!(chain < 20, "a circle of superiors");
        }
    }
}
