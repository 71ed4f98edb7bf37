//! What makes a careless reader believe that everybody has left. None of it changes anybody.

use std::process::Command;
use std::time::{Duration, Instant};

use ldap_sync::directory::{BindError, DirectoryError, RawEntry, Search, Server, Sink, read_tree, sign_in};
use ldap_sync::report::State;
use ldap_sync::run::run;
use secrecy::SecretString;

use crate::fake::{self, Cut};
use crate::harness::{AGENCY, Database, Directory, Ldif, PATIENCE, SYNC, codes, run_to, source_at};

struct Count(usize);

impl Sink for Count {
    fn take(&mut self, _: RawEntry) {
        self.0 += 1;
    }
}

fn everything(page_size: u16) -> Search {
    Search {
        base: AGENCY.to_owned(),
        filter: "(objectClass=*)".to_owned(),
        attributes: vec!["entryUUID".to_owned(), "uid".to_owned()],
        page_size,
    }
}

fn password() -> SecretString {
    SecretString::from("sync")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_anywhere_changes_nobody() {
    let directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    run_to(&database, &directory.source(), State::Applied).await;
    directory.delete(&format!("cn=s4,ou=South,{AGENCY}")).await;
    let before = database.all();
    let whole = fake::proxy(&directory.slapd.ldap_url(), None).await;
    let planned =
        ldap_sync::foretell::report(&database.pool, &source_at(&whole.url, ""), None).await.unwrap();
    assert_eq!(planned.counts.people_gone, 1, "{}", planned.text());
    // The first connection reads the marker; the second one the tree, and it is cut.
    let length = whole.longest();
    let cuts = (1..10).map(|part| length * part / 10).chain([length - 1, length - 10]);
    for after in cuts {
        let cut = fake::proxy(&directory.slapd.ldap_url(), Some(Cut { connection: 1, after })).await;
        let report = run(&database.pool, &source_at(&cut.url, "")).await;
        // What comes after the last entry's end is the goodbye, which nobody needs.
        assert_eq!(report.state, State::Failed, "cut after {after} of {length} bytes\n{}", report.text());
        assert_eq!(database.all(), before, "cut after {after} of {length} bytes");
    }
    run_to(&database, &directory.source(), State::Applied).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_within_a_page_is_an_error_and_no_answer() {
    struct Killer {
        server: u32,
        seen: usize,
    }
    impl Sink for Killer {
        fn take(&mut self, _: RawEntry) {
            self.seen += 1;
            if self.seen == 7 {
                assert!(
                    Command::new("kill").args(["-9", &self.server.to_string()]).status().unwrap().success()
                );
            }
        }
    }
    let directory = Directory::with(Ldif::small().text(), &[]);
    let server = Server::open(&directory.source().server()).unwrap();
    let killer = Killer { server: directory.slapd.id(), seen: 0 };
    let read = read_tree(&server, SYNC, &password(), everything(3), killer).await;
    assert!(matches!(read, Err(DirectoryError::Lost { .. })), "{:?}", read.map(|(killer, _)| killer.seen));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_is_given_up() {
    let directory = Directory::with(Ldif::small().text(), &[]);
    let source = directory.source_with("timeout = \"300ms\"\nconnect_timeout = \"300ms\"");
    let database = Database::new();
    let signal = |name: &str| {
        let id = directory.slapd.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    };
    signal("-STOP");
    let began = Instant::now();
    let report = run(&database.pool, &source).await;
    signal("-CONT");
    assert_eq!(report.state, State::Failed);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(report.error.unwrap().contains("in time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_size_limit_in_the_middle_is_an_error() {
    let limit = format!("limits dn.exact=\"{SYNC}\" size.soft=unlimited size.hard=unlimited size.prtotal=10");
    let directory = Directory::limited(Ldif::small().text(), &[], &[&limit]);
    let server = Server::open(&directory.source().server()).unwrap();
    let Err(DirectoryError::Refused { code, read, .. }) =
        read_tree(&server, SYNC, &password(), everything(4), Count(0)).await
    else {
        panic!("the limit must be an error");
    };
    assert_eq!((code, read > 0), (4, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_changes_nobody() {
    let mut directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    run_to(&database, &directory.source(), State::Applied).await;
    let before = database.all();
    let hide = |scope: &str| {
        vec![format!("access to dn.{scope}=\"{AGENCY}\" by dn.exact=\"{SYNC}\" none by * read")]
    };
    directory.slapd.restart_with(|options| options.access = hide("children")).unwrap();
    let report = run_to(&database, &directory.source(), State::Refused).await;
    assert!(codes(&report).contains(&"guard_empty_read".to_owned()), "{}", report.text());
    assert_eq!((report.exit_code(), database.all()), (3, before.clone()));
    directory.slapd.restart_with(|options| options.access = hide("subtree")).unwrap();
    let report = run_to(&database, &directory.source(), State::Failed).await;
    assert!(report.error.unwrap().contains("noSuchObject"));
    assert_eq!(database.all(), before);
    assert_eq!(
        database.sql("select state from sync_runs order by started_at"),
        "applied\nrefused\nfailed",
        "every run is on record"
    );
    let findings = database.sql("select findings->0->>'code', findings->0->>'message_ru' <> '' from sync_runs where state = 'refused'");
    assert_eq!(findings, "guard_empty_read|t");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_is_refused_at_the_first_run_too() {
    let ldif = Ldif::agency();
    let hide = format!("access to dn.children=\"{AGENCY}\" by dn.exact=\"{SYNC}\" none by * read");
    let directory = Directory::with(ldif.text(), &[&hide]);
    let database = Database::new();
    run_to(&database, &directory.source(), State::Refused).await;
    assert_eq!(database.sql("select count(*) from units"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_hidden_by_rights_is_refused_and_one_person_is_not() {
    let mut directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    run_to(&database, &directory.source(), State::Applied).await;
    let before = database.all();
    for unit in ["South", "North"] {
        let hide =
            format!("access to dn.subtree=\"ou={unit},{AGENCY}\" by dn.exact=\"{SYNC}\" none by * read");
        directory.slapd.restart_with(|options| options.access = vec![hide]).unwrap();
        let report = run_to(&database, &directory.source(), State::Refused).await;
        assert!(codes(&report).contains(&"guard_unit_lost".to_owned()), "{}", report.text());
        assert_eq!(database.all(), before);
    }
    let hide =
        format!("access to dn.exact=\"cn=n9,ou=North,{AGENCY}\" by dn.exact=\"{SYNC}\" none by * read");
    directory.slapd.restart_with(|options| options.access = vec![hide]).unwrap();
    let report = run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!((report.counts.people_gone, report.exit_code()), (1, 0));
    assert_eq!(database.sql("select status from people where login = 'n9'"), "gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_hidden_by_rights_are_refused() {
    let mut ldif = Ldif::agency();
    let unit = format!("ou=North,{AGENCY}");
    ldif.unit(&unit, "department", &[]);
    for number in 0..15 {
        let superior = format!("manager: cn=chief,{AGENCY}");
        let more = ["govClearance: secret", "govSegment: audit", &superior];
        ldif.person(&format!("n{number}"), &unit, &more);
    }
    let mut directory = Directory::with(ldif.text(), &[]);
    let database = Database::new();
    let source = directory.source_with("superior_from_head = false");
    run_to(&database, &source, State::Applied).await;
    let before = database.all();
    for (attribute, code) in [
        ("govClearance", "guard_clearances_lost"),
        ("govSegment", "guard_segments_lost"),
        ("manager", "guard_superiors_lost"),
    ] {
        let hide = format!("access to attrs={attribute} by dn.exact=\"{SYNC}\" none by * read");
        directory.slapd.restart_with(|options| options.access = vec![hide]).unwrap();
        let source = directory.source_with("superior_from_head = false");
        let report = run_to(&database, &source, State::Refused).await;
        assert_eq!(codes(&report), [code], "{}", report.text());
        assert_eq!(database.all(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_anchor_is_refused() {
    let directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    let anchors = format!("anchors = [\"cn=s1, OU=south,{AGENCY}\"]");
    run_to(&database, &directory.source_with(&anchors), State::Applied).await;
    directory.delete(&format!("cn=s1,ou=South,{AGENCY}")).await;
    let report = run_to(&database, &directory.source_with(&anchors), State::Refused).await;
    assert_eq!(codes(&report)[0], "guard_anchor_missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_base_is_an_error() {
    let directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    let source = directory.source_with("base = \"ou=Nowhere,dc=gov,dc=example\"");
    let report = run_to(&database, &source, State::Failed).await;
    assert!(report.error.unwrap().contains("code 32 (noSuchObject)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_tree_on_another_server_is_an_error() {
    let mut ldif = Ldif::small();
    ldif.entry(
        &format!("ou=Elsewhere,{AGENCY}"),
        &[
            "objectClass: referral",
            "objectClass: extensibleObject",
            "ou: Elsewhere",
            "ref: ldap://other.example/ou=Elsewhere",
        ],
    );
    let directory = Directory::with(ldif.text(), &[]);
    let database = Database::new();
    let report = run_to(&database, &directory.source(), State::Failed).await;
    assert!(report.error.unwrap().contains("ldap://other.example/ou=Elsewhere"));
    let below = directory.source_with(&format!("base = \"ou=Elsewhere,{AGENCY}\""));
    let report = run_to(&database, &below, State::Failed).await;
    assert!(report.error.unwrap().contains("another server"), "a base that is elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_paging_or_with_nonsense_is_an_error() {
    for (answer, wanted) in [
        (fake::Answer::WithoutPaging, "without the paging control"),
        (fake::Answer::EmptyControl, "without the paging control"),
        (fake::Answer::NonsenseControl, "could not be parsed"),
        (fake::Answer::NonsenseBytes, "lost"),
    ] {
        let server = fake::server(answer).await;
        let server = Server::open(&source_at(&server, "").server()).unwrap();
        let password = password();
        let read = read_tree(&server, SYNC, &password, everything(5), Count(0));
        let Err(error) = tokio::time::timeout(PATIENCE, read).await.unwrap() else {
            panic!("{answer:?} was believed")
        };
        assert!(error.to_string().contains(wanted), "{answer:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_a_limit_ends_is_an_error_whatever_came_before() {
    // timeLimitExceeded, sizeLimitExceeded, adminLimitExceeded, busy, unavailable.
    for code in [3, 4, 11, 51, 52] {
        let server = fake::server(fake::Answer::EntryThen(code)).await;
        let server = Server::open(&source_at(&server, "").server()).unwrap();
        let read = read_tree(&server, SYNC, &password(), everything(5), Count(0)).await;
        let Err(DirectoryError::Refused { code: found, read, .. }) = read else {
            panic!("{code} was believed")
        };
        assert_eq!((found, read), (u32::from(code), 1));
    }
    let server = fake::server(fake::Answer::EntryThen(0)).await;
    let server = Server::open(&source_at(&server, "").server()).unwrap();
    let (count, _) = read_tree(&server, SYNC, &password(), everything(5), Count(0)).await.unwrap();
    assert_eq!(count.0, 1, "the same answer without a limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_checked_by_the_directory_and_an_empty_one_never_asked() {
    let mut ldif = Ldif::small();
    ldif.person("signer", AGENCY, &["userPassword: chancery"]);
    let directory = Directory::with(ldif.text(), &[]);
    let server = Server::open(&directory.source().server()).unwrap();
    let signer = format!("cn=signer,{AGENCY}");
    let ask = async |dn: &str, password: &str| sign_in(&server, dn, &SecretString::from(password)).await;
    assert!(ask(&signer, "chancery").await.is_ok());
    for (dn, password) in [
        (signer.as_str(), "wrong"),
        (&signer, ""),
        ("", "chancery"),
        ("", ""),
        (&format!("cn=chief,{AGENCY}"), "chancery"),
        (&format!("cn=nobody,{AGENCY}"), "chancery"),
        ("not a name", "chancery"),
    ] {
        assert!(matches!(ask(dn, password).await, Err(BindError::InvalidCredentials)), "{dn} {password}");
    }
    drop(directory);
    assert!(matches!(ask(&signer, "chancery").await, Err(BindError::Unavailable(_))));
    assert!(matches!(ask(&signer, "").await, Err(BindError::InvalidCredentials)), "the server is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn plaintext_is_for_this_machine_only() {
    let server = Server::open(&source_at("ldap://192.0.2.1:389", "").server()).unwrap();
    let answer = sign_in(&server, "cn=a", &SecretString::from("b")).await;
    assert!(matches!(answer, Err(BindError::Unavailable(DirectoryError::PlaintextRefused { .. }))));
}
