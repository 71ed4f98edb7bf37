//! A directory that changes at random, step by step. After each step the mirror that took what had changed is the one that a
//! comparison of everything leaves as it is, and taking it all back leaves what was there before.

use std::collections::HashSet;
use std::sync::Arc;

use ldap_sync::config::Source;
use ldap_sync::report::{Report, State};
use ldap_sync::run::{Thoroughness, run_looking};
use ldap_sync::undo::{Order, undo};
use ldap3::{Ldap, Mod, Scope, SearchEntry};
use schema::ids::SyncRunId;

use crate::harness::{AGENCY, Database, Directory, Ldif, run_to};

const PEOPLE: u32 = 24;
const STEPS: u32 = 40;

/// Numbers that look drawn and are the same each time (the generator of Numerical Recipes).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(u32::try_from(list.len()).unwrap()) as usize]
    }
}

/// Who is where now, as the directory says.
struct There {
    people: Vec<String>,
    units: Vec<String>,
}

async fn there(ldap: &mut Ldap) -> There {
    let names = |class: &'static str| {
        let mut ldap = ldap.clone();
        async move {
            let found = ldap.search(AGENCY, Scope::Subtree, &format!("(objectClass={class})"), ["1.1"]).await;
            let (found, _) = found.unwrap().success().unwrap();
            let mut names: Vec<String> =
                found.into_iter().map(|entry| SearchEntry::construct(entry).dn).collect();
            names.sort();
            names
        }
    };
    There { people: names("inetOrgPerson").await, units: names("organizationalUnit").await }
}

/// Changes something; what the server does not let happen does not.
async fn step(dice: &mut Dice, ldap: &mut Ldap, number: u32) -> String {
    let There { people, units } = there(ldap).await;
    let (person, other, unit) = (dice.of(&people).clone(), dice.of(&people).clone(), dice.of(&units).clone());
    let letter = |dice: &mut Dice| ["a", "b", "c", "d"][dice.below(4) as usize].to_owned();
    let kind = dice.below(19);
    let set = match kind {
        0 => Some((&person, "manager", Some(other.clone()))),
        1 => Some((&person, "manager", None)),
        2 => Some((&person, "manager", Some(format!("cn=nobody {number},{unit}")))),
        3 => Some((&person, "uid", Some(letter(dice)))),
        4 => Some((&person, "mail", Some(format!("{}@gov.example", letter(dice))))),
        5 => Some((&person, "userAccountControl", Some("514".to_owned()))),
        6 => Some((&person, "userAccountControl", Some("512".to_owned()))),
        7 => Some((&person, "govRank", Some(["officer", "head", "king"][dice.below(3) as usize].to_owned()))),
        8 => Some((&person, "govActingFor", Some(other.clone()))),
        9 => Some((&person, "secretary", Some(other.clone()))),
        10 => {
            Some((&person, "govClearance", Some(["secret", "official"][dice.below(2) as usize].to_owned())))
        }
        11 => Some((&unit, "managedBy", Some(other.clone()))),
        12 => Some((&person, "displayName", None)),
        13 => Some((&person, "displayName", Some(format!("Somebody {number}")))),
        _ => None,
    };
    if let Some((dn, attribute, value)) = set {
        let values: HashSet<&str> = value.as_deref().into_iter().collect();
        let result = ldap.modify(dn, vec![Mod::Replace(attribute, values)]).await.unwrap();
        return format!("{dn}: {attribute} = {value:?}: {}", result.rc);
    }
    let (own, _) = person.split_once(',').unwrap();
    let result = match kind {
        14 => ldap.modifydn(&person, own, true, Some(&unit)).await,
        15 => ldap.modifydn(&person, &format!("cn=renamed {number}"), true, None).await,
        16 => ldap.delete(&person).await,
        17 if unit != AGENCY => {
            let (own, _) = unit.split_once(',').unwrap();
            ldap.modifydn(&unit, own, true, Some(dice.of(&units).as_str())).await
        }
        _ => {
            let values = |values: &[&'static str]| values.iter().copied().collect::<HashSet<_>>();
            let uid = format!("new{number}");
            let attributes = vec![
                ("objectClass", values(&["inetOrgPerson", "govPerson"])),
                ("uid", HashSet::from([uid.as_str()])),
                ("sn", values(&["New"])),
                ("govRank", values(&["officer"])),
            ];
            ldap.add(&format!("cn=new {number},{unit}"), attributes).await
        }
    };
    format!("{kind} {person} {unit}: {}", result.unwrap().rc)
}

/// The rows that the sync keeps of the directory, and what stands about its entries.
#[derive(Debug, PartialEq)]
struct Kept {
    rows: Vec<String>,
    findings: String,
}

fn kept(database: &Database) -> Kept {
    let tables = ["people", "units", "posts", "delegations", "liaisons", "clearances"];
    let rows = tables.iter().flat_map(|table| {
        // Whoever has gone leaves a row that is nobody's.
        let there = if ["people", "units"].contains(table) { "where status <> 'gone'" } else { "" };
        let rows = database.sql(&format!("select t::text from {table} t {there} order by 1"));
        rows.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let seats = database.sql(
        "select c.unit_id, m.person_id, m.role from members m join conversations c on c.id = m.conversation_id
            join units on units.id = c.unit_id and units.status = 'active' order by 1, 2",
    );
    let rows = rows.chain(seats.lines().map(str::to_owned).collect::<Vec<_>>());
    let findings = "select dn, code, effect, finding->>'value' from directory_findings where until is null
        order by 1, 2, 4";
    Kept { rows: rows.collect(), findings: database.sql(findings) }
}

async fn taken(database: &Database, source: &Arc<Source>, how: Thoroughness) -> Report {
    let report = run_looking(&database.pool, source, how).await;
    assert!(matches!(report.state, State::Applied | State::Unchanged), "{}", report.text());
    report
}

async fn walk(seed: u64, superior_from_head: bool) {
    let mut ldif = Ldif::agency();
    for (number, above) in [(0, AGENCY), (1, AGENCY), (2, &format!("ou=U0,{AGENCY}"))] {
        ldif.unit(&format!("ou=U{number},{above}"), ["department", "department", "division"][number], &[]);
    }
    for number in 0..PEOPLE {
        let unit = [
            AGENCY.to_owned(),
            format!("ou=U0,{AGENCY}"),
            format!("ou=U1,{AGENCY}"),
            format!("ou=U2,ou=U0,{AGENCY}"),
        ];
        ldif.person(&format!("p{number}"), &unit[number as usize % 4], &[]);
    }
    let directory = Directory::with(ldif.text(), &[]);
    let all = "{ count = 1000, share = 1.0 }";
    let limits =
        ["gone", "disabled", "enabled", "unit", "clearances_raised", "clearances_lost", "superiors_lost"];
    let limits = limits.map(|limit| format!("{limit} = {all}")).join(", ");
    let source = directory.source_with(&format!(
        "superior_from_head = {superior_from_head}\n\
         guard = {{ {limits}, heads_lost = {all}, quarantined = {all}, fewer_entries = {all}, whole_unit = 1000 }}"
    ));
    let database = Database::new();
    run_to(&database, &source, State::Applied).await;
    // The runs that wrote, with what was there before each.
    let mut runs: Vec<(SyncRunId, Vec<String>)> = Vec::new();
    let mut rows = kept(&database).rows;
    let (mut dice, mut ldap) = (Dice(seed), directory.admin().await);
    for number in 0..STEPS {
        let mut steps = Vec::new();
        for _ in 0..=dice.below(2) {
            steps.push(step(&mut dice, &mut ldap, number).await);
        }
        // Links by old names count once only, and are told the next time.
        for _ in 0..2 {
            let report = taken(&database, &source, Thoroughness::Changed).await;
            if report.state == State::Applied {
                runs.push((report.run_id.unwrap(), std::mem::replace(&mut rows, kept(&database).rows)));
            }
        }
        let by_parts = kept(&database);
        let report = taken(&database, &source, Thoroughness::Whole).await;
        assert_eq!(by_parts, kept(&database), "seed {seed}, step {number}: {steps:#?}\n{}", report.text());
        assert_eq!(
            report.state,
            State::Unchanged,
            "seed {seed}, step {number}: {steps:#?}\n{}",
            report.text()
        );
    }
    assert!(runs.len() > STEPS as usize / 2, "seed {seed}: only {} runs changed anything", runs.len());
    // Some run, then the taking back itself, then some run again, and at last the first one.
    for _ in 0..2 {
        let at_last = kept(&database).rows;
        let (run, before) = dice.of(&runs).clone();
        let undo = take_back(&database, run).await;
        assert_eq!(kept(&database).rows, before, "seed {seed}: taken back");
        take_back(&database, undo).await;
        assert_eq!(kept(&database).rows, at_last, "seed {seed}: the taking back is taken back");
    }
    let (first, before) = runs.swap_remove(0);
    take_back(&database, first).await;
    assert_eq!(kept(&database).rows, before, "seed {seed}: all is taken back");
}

async fn take_back(database: &Database, run: SyncRunId) -> SyncRunId {
    let source = database.sql("select id from sources").parse().unwrap();
    let order = Order {
        run,
        by: None,
        by_account: Some("tester".to_owned()),
        reason: "order 1".to_owned(),
        request: None,
    };
    undo(&database.pool, (source, "agency"), None, &order).await.unwrap().run_id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_is_all_that_has_to_be_taken() {
    walk(1, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_where_people_answer_to_the_heads_of_their_units() {
    walk(16, true).await;
}
