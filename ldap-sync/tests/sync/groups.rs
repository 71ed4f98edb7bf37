//! What groups of the directory give to whom is in them, directly or by way of others.

use std::sync::Arc;

use ldap_sync::check::check;
use ldap_sync::config::Source;
use ldap_sync::report::State;
use ldap3::Mod;

use crate::harness::{AGENCY, Database, Directory, Ldif, codes, run_to};

fn north(name: &str) -> String {
    format!("cn={name},ou=North,{AGENCY}")
}

fn group(name: &str) -> String {
    format!("cn={name},{AGENCY}")
}

fn add_group(ldif: &mut Ldif, name: &str, members: &[String]) {
    let members: Vec<String> = members.iter().map(|member| format!("member: {member}")).collect();
    let mut lines = vec!["objectClass: groupOfNames".to_owned(), format!("cn: {name}")];
    lines.extend(members);
    ldif.entry(&group(name), &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

fn source(directory: &Directory) -> Arc<Source> {
    let (secret, audit) = (group("Secret"), group("Audit"));
    directory.source_with(&format!(
        "groups = [{{ dn = \"{secret}\", clearance = \"secret\", categories = [\"budget\"] }}, \
         {{ dn = \"{audit}\", segment = \"audit\", role = \"compliance\" }}]"
    ))
}

/// Login, level, categories, roles and segments of whoever has any of them.
fn given(database: &Database) -> String {
    database.sql(
        "select login, coalesce(level, 0), array_to_string(categories, ' '), array_to_string(roles, ' '),
             array_to_string(segments, ' ')
         from people left join clearances on person_id = id
         where level is not null or roles <> '{}' or segments <> '{}' order by login",
    )
}

async fn change(directory: &Directory, group: &str, change: Mod<&str>) {
    directory.admin().await.modify(group, vec![change]).await.unwrap().success().unwrap();
}

fn of(member: &str) -> std::collections::HashSet<&str> {
    std::collections::HashSet::from([member])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gives_to_its_members_also_by_way_of_others_and_of_circles() {
    let mut ldif = Ldif::small();
    add_group(&mut ldif, "Secret", &[group("Inner"), north("n1")]);
    add_group(&mut ldif, "Inner", &[group("Innermost"), group("Secret")]);
    add_group(
        &mut ldif,
        "Innermost",
        &[north("n2"), group("Inner"), "cn=nobody,dc=gov,dc=example".to_owned()],
    );
    add_group(&mut ldif, "Audit", &[north("n2")]);
    add_group(&mut ldif, "Of no account", &[north("n3")]);
    let directory = Directory::with(ldif.text(), &[]);
    directory.replace(&north("n1"), "govClearance", &["official"]).await;
    directory.replace(&north("n1"), "govClearanceCategory", &["security"]).await;
    let (database, source) = (Database::new(), source(&directory));
    let looked = check(&source, &[], "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    let groups: Vec<_> =
        looked.groups.iter().map(|group| (group.found, group.people, group.groups)).collect();
    assert_eq!(groups, [(true, 2, 3), (true, 1, 0)], "{}", looked.text());
    let report = run_to(&database, &source, State::Applied).await;
    assert!(report.findings.is_empty(), "{}", report.text());
    let both = "n1|3|budget security||\nn2|3|budget|compliance|audit";
    assert_eq!(given(&database), both, "the higher level, and the categories of both");
    run_to(&database, &source, State::Unchanged).await;

    // Nothing about n2 or n4 changes, but a group of a group of theirs does.
    let (n2, n4) = (north("n2"), north("n4"));
    change(&directory, &group("Innermost"), Mod::Add("member", of(&n4))).await;
    run_to(&database, &source, State::Applied).await;
    assert_eq!(given(&database), format!("{both}\nn4|3|budget||"));
    change(&directory, &group("Innermost"), Mod::Delete("member", of(&n2))).await;
    run_to(&database, &source, State::Applied).await;
    assert_eq!(given(&database), "n1|3|budget security||\nn2|0||compliance|audit\nn4|3|budget||");
    let inner = group("Inner");
    change(&directory, &group("Secret"), Mod::Delete("member", of(&inner))).await;
    run_to(&database, &source, State::Applied).await;
    assert_eq!(given(&database), "n1|3|budget security||\nn2|0||compliance|audit");
    run_to(&database, &source, State::Unchanged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_gone_gives_nothing_and_is_told() {
    let mut ldif = Ldif::small();
    add_group(&mut ldif, "Secret", &[north("n1")]);
    add_group(&mut ldif, "Audit", &[north("n2")]);
    let directory = Directory::with(ldif.text(), &[]);
    let (database, source) = (Database::new(), source(&directory));
    run_to(&database, &source, State::Applied).await;
    assert_eq!(given(&database), "n1|3|budget||\nn2|0||compliance|audit");
    directory.delete(&group("Secret")).await;
    let report = run_to(&database, &source, State::Applied).await;
    assert_eq!(codes(&report), ["group_missing"]);
    assert_eq!(given(&database), "n2|0||compliance|audit");
    assert_eq!(
        database.sql("select dn, code from directory_findings where until is null"),
        format!("{}|group_missing", group("Secret"))
    );
    let renamed = run_to(&database, &source, State::Unchanged).await;
    assert_eq!(codes(&renamed), ["group_missing"], "as long as it is so");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_renamed_is_in_the_groups_that_name_them_now() {
    let mut ldif = Ldif::small();
    add_group(&mut ldif, "Secret", &[north("n1")]);
    add_group(&mut ldif, "Audit", &[north("n1"), north("n2")]);
    let directory = Directory::with(ldif.text(), &[]);
    let (database, source) = (Database::new(), source(&directory));
    run_to(&database, &source, State::Applied).await;
    directory.rename(&north("n1"), "cn=N One", None).await;
    let renamed = north("N One");
    change(&directory, &group("Secret"), Mod::Replace("member", of(&renamed))).await;
    run_to(&database, &source, State::Applied).await;
    // Where the server keeps the names in groups up to date, both groups have the new name.
    let still = given(&database);
    assert!(still.starts_with("n1|3|budget|"), "{still}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_a_hundred_thousand_is_taken_and_a_change_of_it_too() {
    const MEMBERS: usize = 100_000;
    let mut ldif = Ldif::small();
    let mut members: Vec<String> =
        (0..MEMBERS - 1).map(|number| format!("cn=member {number},ou=People,dc=gov,dc=example")).collect();
    members.push(north("n1"));
    add_group(&mut ldif, "Secret", &members);
    add_group(&mut ldif, "Audit", &[north("n2")]);
    let directory = Directory::with(ldif.text(), &[]);
    let (database, source) = (Database::new(), source(&directory));
    run_to(&database, &source, State::Applied).await;
    assert_eq!(database.sql("select count(*) from directory_group_members"), (MEMBERS + 1).to_string());
    let n5 = north("n5");
    change(&directory, &group("Secret"), Mod::Add("member", of(&n5))).await;
    run_to(&database, &source, State::Applied).await;
    assert_eq!(given(&database), "n1|3|budget||\nn2|0||compliance|audit\nn5|3|budget||");
    run_to(&database, &source, State::Unchanged).await;
}
