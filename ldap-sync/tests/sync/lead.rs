//! A source that is led: every change is taken as it is made, and whatever breaks, nobody is wrongly changed.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ldap_sync::report::State;
use ldap_sync::run::{Thoroughness, run_looking};
use ldap3::Mod;
use local_services::{Changes, Durability, Postgres, Scratch};

use crate::harness::{AGENCY, Database, PATIENCE};
use crate::program::{Setup, setup};

/// How long a thing that must not happen is waited for.
const NEVER: Duration = Duration::from_millis(700);

/// A process that leads, or waits to. Killed when dropped.
struct Leader(Child);

impl Leader {
    fn of(setup: &Setup) -> Self {
        Self::with(setup, &[])
    }

    fn with(setup: &Setup, variables: &[(&str, &str)]) -> Self {
        let mut command = setup.program();
        command.env("CHANCERY__SOURCES__AGENCY__SCHEDULE__EVERY", "1h");
        command.envs(variables.iter().copied());
        Self(command.arg("run").stderr(Stdio::null()).spawn().unwrap())
    }

    fn kill9(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn stop(mut self) {
        assert!(Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A source that is taken whole by a leader and followed.
fn followed(more: &str) -> (Setup, Leader) {
    let setup = setup(more);
    let leader = Leader::of(&setup);
    until(&setup.database, "select health from sources", "following");
    (setup, leader)
}

#[track_caller]
fn until(database: &Database, sql: &str, wanted: &str) {
    let began = Instant::now();
    loop {
        let found = database.sql(sql);
        if found == wanted {
            return;
        }
        let trouble = || database.sql("select health, trouble from sources");
        assert!(began.elapsed() < PATIENCE * 2, "{sql}\n{found:?} instead of {wanted:?}\n{}", trouble());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn never(database: &Database, sql: &str, wanted: &str) {
    let began = Instant::now();
    while began.elapsed() < NEVER {
        assert_eq!(database.sql(sql), wanted);
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Everybody's login, state and unit.
const PEOPLE: &str = "select string_agg(concat_ws(' ', login, people.status, units.name), ',' order by login) from people
    left join posts on person_id = people.id and posts.kind = 'primary' left join units on units.id = unit_id";

fn title_of(login: &str) -> String {
    format!("select title from posts join people on people.id = person_id where login = '{login}'")
}

fn north(login: &str) -> String {
    format!("cn={login},ou=North,{AGENCY}")
}

fn south(login: &str) -> String {
    format!("cn={login},ou=South,{AGENCY}")
}

/// The mirror is what a comparison of everything would make of it, and each row has one version that is open.
async fn is_whole(setup: &Setup) {
    let source = setup.directory.source();
    let report = run_looking(&setup.database.pool, &source, Thoroughness::Whole).await;
    assert_eq!(report.state, State::Unchanged, "{}", report.text());
    let twice = "select count(*) from (select id from people_history where upper_inf(held)
        group by id having count(*) > 1) as twice";
    assert_eq!(setup.database.sql(twice), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_taken_as_it_is_made() {
    let (setup, leader) = followed("");
    let (directory, database) = (&setup.directory, &setup.database);
    directory.replace(&north("n5"), "title", &["Дежурный"]).await;
    until(database, &title_of("n5"), "Дежурный");
    let live =
        "select cause, detected_at is not null and detected_at <= finished_at, counts->>'people_changed'
        from sync_runs where state = 'applied' order by started_at desc limit 1";
    assert_eq!(database.sql(live), "live|t|1");

    directory.rename(&north("n5"), "cn=n5", Some(&format!("ou=South,{AGENCY}"))).await;
    let unit =
        "select units.name from posts join units on units.id = unit_id join people on people.id = person_id
        where login = 'n5'";
    until(database, unit, "South");
    directory.replace(&south("n5"), "userAccountControl", &["514"]).await;
    until(database, "select status from people where login = 'n5'", "disabled");
    directory.delete(&south("n5")).await;
    until(database, "select status from people where login = 'n5'", "gone");
    directory.rename(&format!("ou=South,{AGENCY}"), "ou=Far South", None).await;
    let names = "select count(*) from people where status = 'active' and dn_key like '%ou=far south%'";
    until(database, names, "4");
    // A superior who comes after those who name them.
    directory.replace(&north("n6"), "manager", &[&north("newcomer")]).await;
    let standing = "select string_agg(code, ' ') from directory_findings where until is null";
    until(database, standing, "dangling_superior");
    let uid = std::collections::HashSet::from(["newcomer"]);
    let mut entry: Vec<(&str, std::collections::HashSet<&str>)> =
        vec![("objectClass", ["inetOrgPerson", "govPerson"].into()), ("uid", uid.clone()), ("sn", uid)];
    entry.push(("govRank", ["officer"].into()));
    directory.admin().await.add(&north("newcomer"), entry).await.unwrap().success().unwrap();
    let superior = "select above.login from posts join people on people.id = person_id
        join people above on above.id = superior_id where people.login = 'n6'";
    until(database, superior, "newcomer");
    until(database, standing, "");
    leader.stop();
    is_whole(&setup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_leads_and_the_other_takes_over() {
    let (setup, mut first) = followed("");
    let second = Leader::of(&setup);
    let (directory, database) = (&setup.directory, &setup.database);
    for number in 0..5 {
        let title = format!("title {number}");
        directory.replace(&north("n2"), "title", &[&title]).await;
        until(database, &title_of("n2"), &title);
    }
    let live = "select count(*) from sync_runs where cause = 'live' and state = 'applied'";
    assert_eq!(database.sql(live), "5", "each was taken once");
    first.kill9();
    directory.replace(&north("n2"), "title", &["taken over"]).await;
    until(database, &title_of("n2"), "taken over");
    second.stop();
    is_whole(&setup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_leaves_all_or_nothing_of_a_change() {
    let (setup, mut leader) = followed("");
    let (directory, database) = (&setup.directory, &setup.database);
    for round in 0_u64..10 {
        for number in 1..=6 {
            let title = format!("round {round}");
            directory.replace(&north(&format!("n{number}")), "title", &[&title]).await;
        }
        // At another point of what follows each time.
        std::thread::sleep(Duration::from_millis(round * 7));
        leader.kill9();
        let halves = "select count(*) from sync_runs where state = 'applied' and not exists (
            select from audit_log where kind = 'directory.run' and entry->>'run_id' = sync_runs.id::text)";
        assert_eq!(database.sql(halves), "0", "a run without its record");
        leader = Leader::of(&setup);
        for number in 1..=6 {
            until(database, &title_of(&format!("n{number}")), &format!("round {round}"));
        }
    }
    leader.stop();
    is_whole(&setup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_killed_frozen_or_restarted_changes_nobody() {
    for changes in [Changes::UntilStop, Changes::Logged] {
        let (mut setup, mut leader) =
            followed("timeout = \"1s\"\nconnect_timeout = \"1s\"\nheartbeat = \"1s\"");
        setup.directory.slapd.restart_with(|options| options.changes = changes).unwrap();
        until(&setup.database, "select health from sources", "following");
        setup.directory.replace(&north("n7"), "title", &["before"]).await;
        until(&setup.database, &title_of("n7"), "before");
        let before = setup.database.sql(PEOPLE);

        setup.directory.slapd.kill9().unwrap();
        until(&setup.database, "select health from sources", "failing");
        never(&setup.database, PEOPLE, &before);
        setup.directory.slapd.restart().unwrap();
        until(&setup.database, "select health from sources", "following");

        setup.directory.slapd.pause().unwrap();
        until(&setup.database, "select health from sources", "failing");
        assert_eq!(setup.database.sql(PEOPLE), before);
        setup.directory.slapd.resume().unwrap();
        setup.directory.replace(&north("n7"), "title", &["after"]).await;
        until(&setup.database, &title_of("n7"), "after");

        // While nobody follows somebody goes, and what remembers it is lost.
        leader.kill9();
        setup.directory.delete(&north("n12")).await;
        setup.directory.slapd.restart().unwrap();
        let leader = Leader::of(&setup);
        until(&setup.database, "select status from people where login = 'n12'", "gone");
        assert_eq!(setup.database.sql("select count(*) from people where status = 'gone'"), "1");
        leader.stop();
        is_whole(&setup).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_guard_stops_waits_for_exactly_one_approval_and_can_be_taken_back() {
    let (mut setup, leader) = followed("");
    let before = setup.database.sql(PEOPLE);
    let hide = format!(
        "access to dn.subtree=\"ou=South,{AGENCY}\" by dn.exact=\"cn=sync,ou=services,dc=gov,dc=example\" none by * read"
    );
    setup.directory.slapd.restart_with(|options| options.access = vec![hide]).unwrap();
    let waits = "select count(*), bool_or(refusals::text like '%guard_unit_lost%') from directory_plans where state = 'waiting'";
    // Rights are no change of the directory: the next full read finds what they hide.
    assert_eq!(setup.answer(&["once"]).0, 3);
    until(&setup.database, waits, "1|t");
    never(&setup.database, PEOPLE, &before);

    // Another set of changes needs an approval of its own.
    let number =
        setup.database.sql("select encode(sha256, 'hex') from directory_plans where state = 'waiting'");
    setup.directory.replace(&north("n3"), "title", &["Another"]).await;
    let (code, _) = setup.answer(&["once"]);
    assert_eq!(code, 3);
    let old = setup.program().args(["approve", &number[..12], "--reason", "order 1"]).output().unwrap();
    assert!(!old.status.success(), "{}", String::from_utf8_lossy(&old.stdout));
    assert_eq!(setup.database.sql(PEOPLE), before);

    let number =
        setup.database.sql("select encode(sha256, 'hex') from directory_plans where state = 'waiting'");
    let (code, answer) = setup.answer(&["approve", &number[..12], "--reason", "order 2"]);
    assert_eq!(code, 0, "{answer}");
    until(&setup.database, "select count(*) from people where status = 'gone'", "4");

    let run = setup
        .database
        .sql("select id from sync_runs where state = 'applied' and (counts->>'people_gone')::int = 4");
    let (code, answer) = setup.answer(&["undo", &run, "--reason", "a mistake"]);
    assert_eq!(code, 0, "{answer}");
    assert_eq!(setup.database.sql(PEOPLE), before, "all are back");
    assert_eq!(setup.database.sql("select held_at is not null from sources"), "t");
    setup.directory.replace(&north("n4"), "title", &["While held"]).await;
    never(&setup.database, &title_of("n4"), "");
    setup.directory.slapd.restart_with(|options| options.access = Vec::new()).unwrap();
    let (code, answer) = setup.answer(&["release", "--reason", "repaired"]);
    assert_eq!(code, 0, "{answer}");
    until(&setup.database, &title_of("n4"), "While held");
    assert_eq!(setup.database.sql(PEOPLE), before);
    leader.stop();
    is_whole(&setup).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trickle_is_stopped_where_one_batch_would_be() {
    let (setup, leader) = followed("guard = { gone = { count = 3 }, unit = { count = 3 }, whole_unit = 9 }");
    for number in 1..=6 {
        setup.directory.delete(&north(&format!("n{number}"))).await;
        std::thread::sleep(Duration::from_millis(100));
    }
    until(&setup.database, "select count(*) from directory_plans where state = 'waiting'", "1");
    let gone: u32 = setup.database.sql("select count(*) from people where status = 'gone'").parse().unwrap();
    assert!(gone <= 3, "{gone} are gone");
    leader.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_and_comes_back_misses_nothing() {
    let setup = setup("");
    let scratch = Scratch::new().unwrap();
    // One that keeps what it promised.
    let mut postgres = Postgres::start(&scratch.path().join("pg"), Durability::Durable).unwrap();
    postgres.create_database("own").unwrap();
    let url = postgres.url("own");
    let migrated = url.clone();
    std::thread::spawn(move || schema::migrations::run(&migrated).unwrap()).join().unwrap();
    let leader = Leader::with(&setup, &[("DATABASE_URL", &url)]);
    let until = |postgres: &Postgres, sql: &str, wanted: &str| {
        let began = Instant::now();
        while postgres.sql("own", sql).is_ok_and(|found| found.trim() != wanted) {
            assert!(began.elapsed() < PATIENCE * 2, "{sql}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until(&postgres, "select health from sources", "following");
    postgres.kill9().unwrap();
    setup.directory.replace(&north("n8"), "title", &["Meanwhile"]).await;
    setup.directory.delete(&north("n9")).await;
    postgres.restart().unwrap();
    until(&postgres, &title_of("n8"), "Meanwhile");
    until(&postgres, "select status from people where login = 'n9'", "gone");
    until(&postgres, "select count(*) from people where status = 'active'", "16");
    setup.directory.replace(&north("n8"), "title", &["Afterwards"]).await;
    until(&postgres, &title_of("n8"), "Afterwards");
    leader.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_that_fails_harms_no_other() {
    let more =
        "follow = true\n\n[[sources]]\nname = \"dead\"\nkind = \"openldap\"\nurl = \"ldap://127.0.0.1:1\"
tls = \"none\"\nbase = \"ou=Dead,dc=gov,dc=example\"\nbind_dn = \"cn=sync\"\nbind_password = \"sync\"
ranks = [{ step = 1, code = \"officer\", band = \"officer\", name_ru = \"С\", name_en = \"O\" }]\n";
    let setup = setup(more);
    let leader = Leader::of(&setup);
    until(&setup.database, "select health from sources where name = 'agency'", "following");
    until(&setup.database, "select health from sources where name = 'dead'", "failing");
    for number in 0..3 {
        let change = Mod::Replace("title", std::collections::HashSet::from([["a", "b", "c"][number]]));
        setup.directory.admin().await.modify(&north("n2"), vec![change]).await.unwrap().success().unwrap();
        until(&setup.database, &title_of("n2"), ["a", "b", "c"][number]);
    }
    leader.stop();
}
