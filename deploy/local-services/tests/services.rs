//! Starts and stops each service for real.

#![expect(clippy::unwrap_used, reason = "a failed test is what an unwrap here is for")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use local_services::{Changes, Durability, Postgres, Redis, Scratch, Slapd, SlapdOptions};

/// Set in the copy of this program that is to be killed: the directory it may use.
const VICTIM: &str = "LOCAL_SERVICES_TEST_VICTIM";

fn options() -> SlapdOptions {
    SlapdOptions {
        suffix: sample_ministry::BASE_DN.to_owned(),
        admin_dn: sample_ministry::ADMIN_DN.to_owned(),
        admin_password: "a secret, with \"quotes\"".to_owned(),
        schema: vec![(sample_ministry::SCHEMA_NAME.to_owned(), sample_ministry::SCHEMA.to_owned())],
        ldif: sample_ministry::LDIF.to_owned(),
        limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
        access: Vec::new(),
        changes: Changes::default(),
        durability: Durability::Relaxed,
    }
}

/// A process that has ended counts as gone, whether or not somebody has noticed.
fn runs(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with(['Z', 'X']))
}

fn wait_until_gone(pid: u32) {
    let begin = Instant::now();
    while runs(pid) {
        assert!(begin.elapsed() < Duration::from_secs(10), "process {pid} outlives its parent");
        sleep(Duration::from_millis(10));
    }
}

/// Runs one of the LDAP client's programs as this name. Hands back what it printed, and the result code.
fn ldap(
    slapd: &Slapd,
    tool: &str,
    url: &str,
    dn: &str,
    password: &str,
    arguments: &[&str],
) -> (String, Option<i32>) {
    let mut command = Command::new(tool);
    command.env("LDAPTLS_CACERT", slapd.ca_pem_path()).args(["-x", "-H", url, "-D", dn, "-w", password]);
    if url.starts_with("ldap://") {
        command.arg("-ZZ");
    }
    let output = command.args(arguments).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (said, output.status.code())
}

#[test]
fn postgres_keeps_what_was_committed_and_stops() {
    let scratch = Scratch::new().unwrap();
    let directory = scratch.path().join("postgres");
    let mut postgres = Postgres::start(&directory, Durability::Durable).unwrap();
    postgres.create_database("первая").unwrap();
    postgres.sql("первая", "create table t (x text); insert into t values ('ё')").unwrap();
    postgres.create_database_from("copy", "первая").unwrap();
    assert_eq!(postgres.sql("copy", "select x, 1 from t").unwrap(), "ё|1\n");
    postgres.drop_database("copy").unwrap();
    assert!(!postgres.has_database("copy").unwrap());
    assert!(postgres.create_database("первая").unwrap_err().to_string().contains("already exists"));

    postgres.kill9().unwrap();
    postgres.restart().unwrap();
    assert_eq!(postgres.sql("первая", "select x from t").unwrap(), "ё\n");

    let pid = postgres.id();
    postgres.stop().unwrap();
    assert!(!runs(pid));
    let again = Postgres::start(&directory, Durability::Durable).unwrap();
    assert_eq!(again.sql("первая", "select x from t").unwrap(), "ё\n", "the second start finds it");
}

#[test]
fn postgres_asks_for_its_password_unless_it_is_a_scratch_one() {
    let scratch = Scratch::new().unwrap();
    let kept = Postgres::start(&scratch.path().join("kept"), Durability::Durable).unwrap();
    let url = kept.admin_url();
    let password = url.split(['@', ':']).nth(2).unwrap();
    assert_eq!(password.len(), 32);
    let refused =
        Command::new("psql").args(["-w", "-c", "", &url.replace(password, "wrong")]).output().unwrap();
    assert!(!refused.status.success());
    drop(kept);

    let relaxed = Postgres::start(&scratch.path().join("relaxed"), Durability::Relaxed).unwrap();
    let settings = relaxed
        .sql("postgres", "select current_setting('fsync'), current_setting('max_connections')")
        .unwrap();
    assert_eq!(settings, "off|200\n");
}

#[test]
fn a_standby_follows_its_primary() {
    let scratch = Scratch::new().unwrap();
    let primary = Postgres::start_followed(&scratch.path().join("primary")).unwrap();
    primary.sql("postgres", "create table t (x text); insert into t values ('before')").unwrap();
    let mut standby = primary.start_standby(&scratch.path().join("standby")).unwrap();
    assert_eq!(standby.sql("postgres", "select x, pg_is_in_recovery() from t").unwrap(), "before|t\n");
    primary.sql("postgres", "update t set x = 'after'").unwrap();
    let begin = Instant::now();
    while standby.sql("postgres", "select x from t").unwrap() != "after\n" {
        assert!(begin.elapsed() < Duration::from_secs(30), "the standby does not follow");
        sleep(Duration::from_millis(10));
    }
    standby.kill9().unwrap();
    standby.restart().unwrap();
    assert_eq!(standby.sql("postgres", "select x, pg_is_in_recovery() from t").unwrap(), "after|t\n");
}

#[test]
fn a_half_made_cluster_is_made_again() {
    let scratch = Scratch::new().unwrap();
    let directory = scratch.path().join("postgres");
    fs::create_dir_all(directory.join("data.new/base")).unwrap();
    fs::write(directory.join("data.new/PG_VERSION"), "15").unwrap();
    let postgres = Postgres::start(&directory, Durability::Relaxed).unwrap();
    assert_eq!(postgres.sql("postgres", "select 1").unwrap(), "1\n");
}

#[test]
fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let scratch = Scratch::new().unwrap();
    let directory = scratch.path().join("a-long-name/".repeat(10));
    fs::create_dir_all(&directory).unwrap();
    let postgres = Postgres::start(&directory, Durability::Relaxed).unwrap();
    assert_eq!(postgres.sql("postgres", "select 1").unwrap(), "1\n");
}

#[test]
fn redis_answers_again_after_a_crash() {
    let scratch = Scratch::new().unwrap();
    let mut redis = Redis::start(&scratch.path().join("redis")).unwrap();
    assert!(redis.url().starts_with("redis+unix:///"));
    let socket = redis.url().replace("redis+unix://", "");
    let ping = || Command::new("redis-cli").args(["-s", &socket, "ping"]).output().unwrap().stdout;
    assert_eq!(ping(), b"PONG\n");
    redis.kill9().unwrap();
    redis.restart().unwrap();
    assert_eq!(ping(), b"PONG\n");
    let pid = redis.id();
    drop(redis);
    assert!(!runs(pid));
}

#[test]
fn slapd_serves_the_ministry_over_both_kinds_of_tls() {
    let scratch = Scratch::new().unwrap();
    let mut slapd = Slapd::start(&scratch.path().join("slapd"), options()).unwrap();
    let officer = sample_ministry::person("officer").unwrap();
    for url in [slapd.ldap_url(), slapd.ldaps_url()] {
        let (said, code) = ldap(&slapd, "ldapwhoami", &url, &officer.dn, sample_ministry::PASSWORD, &[]);
        assert_eq!(code, Some(0), "{said}");
        let (_, code) = ldap(&slapd, "ldapwhoami", &url, &officer.dn, "wrong", &[]);
        assert_eq!(code, Some(49));
    }

    let url = slapd.ldaps_url();
    let everything = ["-LLL", "-b", sample_ministry::BASE_DN, "(objectClass=inetOrgPerson)", "entryUUID"];
    let count = |slapd: &Slapd, dn, password, arguments: &[&str]| {
        let (said, code) = ldap(slapd, "ldapsearch", &url, dn, password, arguments);
        (said.lines().filter(|line| line.starts_with("entryUUID")).count(), code)
    };
    let all = sample_ministry::ministry().people.len();
    let (sync, sync_password) = (sample_ministry::SYNC_DN, sample_ministry::SYNC_PASSWORD);
    let (weak, weak_password) = (sample_ministry::WEAK_DN, sample_ministry::WEAK_PASSWORD);
    assert_eq!(count(&slapd, sync, sync_password, &everything), (all, Some(0)));
    assert_eq!(count(&slapd, weak, weak_password, &everything), (100, Some(4)), "100 and sizeLimitExceeded");
    let paged = [&["-E", "pr=100/noprompt"], everything.as_slice()].concat();
    assert_eq!(count(&slapd, weak, weak_password, &paged), (all, Some(0)));

    // A crash, and a start with a rule that hides the other agency.
    slapd.kill9().unwrap();
    let hidden = format!("access to dn.subtree=\"{}\" by * none", sample_ministry::ARCHIVES.dn);
    slapd.restart_with(|options| options.access = vec![hidden]).unwrap();
    let visible =
        sample_ministry::ministry().people.iter().filter(|person| person.agency.source == "lands").count();
    assert_eq!(count(&slapd, sync, sync_password, &everything), (visible, Some(0)));
}

#[test]
fn what_a_person_changed_in_the_directory_survives_the_next_start() {
    let scratch = Scratch::new().unwrap();
    let directory = scratch.path().join("slapd");
    let slapd = Slapd::start(&directory, options()).unwrap();
    let officer = sample_ministry::person("officer").unwrap();
    let admin = (slapd.admin_dn().to_owned(), slapd.admin_password().to_owned());
    let (said, code) = ldap(&slapd, "ldapdelete", &slapd.ldap_url(), &admin.0, &admin.1, &[&officer.dn]);
    assert_eq!(code, Some(0), "{said}");
    let ca = fs::read(slapd.ca_pem_path()).unwrap();
    let pid = slapd.id();
    slapd.stop().unwrap();
    assert!(!runs(pid));

    let again = Slapd::start(&directory, options()).unwrap();
    assert_eq!(fs::read(again.ca_pem_path()).unwrap(), ca, "who trusted the authority still does");
    let url = again.ldaps_url();
    let (_, code) = ldap(&again, "ldapwhoami", &url, &officer.dn, sample_ministry::PASSWORD, &[]);
    assert_eq!(code, Some(49));
    let peer = sample_ministry::person("peer").unwrap();
    let (said, code) = ldap(&again, "ldapwhoami", &url, &peer.dn, sample_ministry::PASSWORD, &[]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_copy_that_is_put_back_is_the_directory_as_it_was() {
    for changes in [Changes::UntilStop, Changes::Logged] {
        let scratch = Scratch::new().unwrap();
        let mut slapd =
            Slapd::start(&scratch.path().join("slapd"), SlapdOptions { changes, ..options() }).unwrap();
        let officer = &sample_ministry::person("officer").unwrap().dn;
        let admin = (slapd.admin_dn().to_owned(), slapd.admin_password().to_owned());
        let as_admin = |slapd: &Slapd, tool, arguments: &[&str]| {
            ldap(slapd, tool, &slapd.ldap_url(), &admin.0, &admin.1, arguments)
        };
        let there = |slapd: &Slapd| as_admin(slapd, "ldapsearch", &["-b", officer, "-s", "base", "1.1"]).1;
        slapd.save("copy").unwrap();
        let (said, code) = as_admin(&slapd, "ldapdelete", &[officer]);
        assert_eq!((code, there(&slapd)), (Some(0), Some(32)), "{said}");
        slapd.restore("copy").unwrap();
        assert_eq!(there(&slapd), Some(0));
        let (said, code) = as_admin(&slapd, "ldapdelete", &[officer]);
        assert_eq!(code, Some(0), "and it can be changed again: {said}");
    }
}

#[test]
fn changes_are_told_to_those_who_follow_unless_they_are_not() {
    let scratch = Scratch::new().unwrap();
    let mut slapd = Slapd::start(&scratch.path().join("slapd"), options()).unwrap();
    let follow = |slapd: &Slapd| {
        let what = ["-E", "!sync=ro", "-b", sample_ministry::ARCHIVES.dn, "-s", "base", "1.1"];
        let (dn, password) = (sample_ministry::SYNC_DN, sample_ministry::SYNC_PASSWORD);
        ldap(slapd, "ldapsearch", &slapd.ldap_url(), dn, password, &what)
    };
    for changes in [Changes::UntilStop, Changes::Logged] {
        slapd.restart_with(|options| options.changes = changes).unwrap();
        let (said, code) = follow(&slapd);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("csn="), "{said}");
    }
    slapd.restart_with(|options| options.changes = Changes::Untold).unwrap();
    let (said, code) = follow(&slapd);
    assert_eq!(code, Some(12), "unavailableCriticalExtension: {said}");
}

#[test]
fn a_frozen_directory_answers_when_it_may_go_on() {
    let scratch = Scratch::new().unwrap();
    let slapd = Slapd::start(&scratch.path().join("slapd"), options()).unwrap();
    let admin = (slapd.admin_dn().to_owned(), slapd.admin_password().to_owned());
    slapd.pause().unwrap();
    let stat = || fs::read_to_string(format!("/proc/{}/stat", slapd.id())).unwrap();
    let begin = Instant::now();
    while !stat().contains(") T ") {
        assert!(begin.elapsed() < Duration::from_secs(10), "it is not frozen: {}", stat());
        sleep(Duration::from_millis(5));
    }
    slapd.resume().unwrap();
    let (said, code) = ldap(&slapd, "ldapwhoami", &slapd.ldap_url(), &admin.0, &admin.1, &[]);
    assert_eq!(code, Some(0), "{said}");
    slapd.pause().unwrap();
    let pid = slapd.id();
    slapd.stop().unwrap();
    assert!(!runs(pid), "a frozen one can be stopped");
}

#[test]
fn a_directory_that_cannot_be_filled_says_why() {
    let scratch = Scratch::new().unwrap();
    let broken = SlapdOptions { ldif: "dn: dc=elsewhere\nobjectClass: top\n".to_owned(), ..options() };
    let error = Slapd::start(&scratch.path().join("slapd"), broken).unwrap_err().to_string();
    assert!(error.starts_with("slapadd failed"), "{error}");
    assert!(error.contains("dc=elsewhere"), "{error}");
    Slapd::start(&scratch.path().join("slapd"), options())
        .expect("the failed attempt leaves nothing in the way");
}

/// The other half of the next test: starts everything, says so, and waits to be killed.
#[test]
fn victim() {
    let Some(directory) = std::env::var_os(VICTIM) else { return };
    let directory = Path::new(&directory);
    // The thread that asks for the services ends before the process does.
    let services = std::thread::scope(|scope| {
        let start = scope.spawn(|| {
            (
                Postgres::start(&directory.join("postgres"), Durability::Relaxed).unwrap(),
                Redis::start(&directory.join("redis")).unwrap(),
                Slapd::start(&directory.join("slapd"), options()).unwrap(),
            )
        });
        start.join().unwrap()
    });
    sleep(Duration::from_millis(300));
    let (postgres, redis, slapd) = &services;
    let pids = format!("{} {} {}\n", postgres.id(), redis.id(), slapd.id());
    fs::write(directory.join("pids.new"), pids).unwrap();
    fs::rename(directory.join("pids.new"), directory.join("pids")).unwrap();
    sleep(Duration::from_mins(2));
    unreachable!("nobody killed us");
}

#[test]
fn services_die_with_the_process_that_started_them() {
    let scratch = Scratch::new().unwrap();
    let program = std::env::current_exe().unwrap();
    let mut victim =
        Command::new(program).args(["--exact", "victim"]).env(VICTIM, scratch.path()).spawn().unwrap();
    let begin = Instant::now();
    let pids = loop {
        if let Ok(text) = fs::read_to_string(scratch.path().join("pids")) {
            break text;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "the services do not start");
        sleep(Duration::from_millis(20));
    };
    let pids: Vec<u32> = pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids.len(), 3);
    assert!(pids.iter().all(|pid| runs(*pid)), "they outlive the thread that asked for them");
    victim.kill().unwrap();
    victim.wait().unwrap();
    // At once, while the old one may still be stopping.
    let postgres = Postgres::start(&scratch.path().join("postgres"), Durability::Relaxed).unwrap();
    assert_eq!(postgres.sql("postgres", "select 1").unwrap(), "1\n");
    for pid in pids {
        wait_until_gone(pid);
    }
}
