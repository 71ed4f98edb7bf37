//! The first read of a large directory, a part at a time: what comes of it is what comes of reading it at once.

use std::sync::Arc;

use ldap_sync::config::{self, Source};
use ldap_sync::report::State;
use ldap_sync::run::{Thoroughness, run_first_in_parts, run_looking};
use local_services::{Changes, Durability, Scratch, Slapd, SlapdOptions};
use sample_ministry::{Access, Large, large_schema};

use crate::harness::{AGENCY, Database, Directory, Ldif};

/// All that there is of a mirror, by names that are the same in every database.
fn told(database: &Database) -> Vec<(&'static str, String)> {
    let person = "(select dn from people where id = {})";
    let unit = "(select dn from units where id = {})";
    let of = |sql: &str, id: &str| sql.replace("{}", id);
    let all = [
        ("people", "select dn, dn_key, login, login_key, display_name, given_name, family_name, mail, phone, employment,
            status, segments, roles from people order by dn".to_owned()),
        ("units", format!("select dn, kind, name, {}, {}, status from units as one order by one.dn",
            of(unit, "one.parent_id"), of(person, "one.head_id"))),
        ("posts", format!("select {}, {}, (select code from ranks where id = rank_id), kind, title, {}, upper(valid)
            from posts order by 1, 2, 4", of(person, "person_id"), of(unit, "unit_id"), of(person, "superior_id"))),
        ("delegations", format!("select {}, {}, hat, upper(valid) from delegations order by 1, 2, 3",
            of(person, "person_id"), of(person, "principal_id"))),
        ("clearances", format!("select {}, level, categories from clearances order by 1", of(person, "person_id"))),
        ("photos", format!("select {}, sha256 from photos order by 1", of(person, "person_id"))),
        ("members", format!("select {}, {}, role from members join conversations on conversation_id = conversations.id
            order by 1, 2", of(unit, "unit_id"), of(person, "person_id"))),
        ("findings", "select dn, code, effect, finding->>'field', finding->>'value' from directory_findings
            where until is null order by 1, 2, 4, 5".to_owned()),
        ("entries", "select directory_id, digest from directory_entries order by 1".to_owned()),
        ("audit", "select kind, count(*) from audit_log where kind <> 'rows.changed' group by 1 order by 1".to_owned()),
        ("run", "select state, counts, marker is not null from sync_runs join sources on source_id = sources.id
            where state = 'applied'".to_owned()),
        ("twice", "select count(*) from (select id from posts_history where upper_inf(held) group by id
            having count(*) > 1) as twice".to_owned()),
    ];
    all.into_iter().map(|(name, sql)| (name, database.sql(&sql))).collect()
}

async fn is_the_same_in_parts(source: &Arc<Source>, sizes: &[usize]) {
    let at_once = Database::new();
    let report = run_looking(&at_once.pool, source, Thoroughness::Changed).await;
    assert_eq!(report.state, State::Applied, "{}", report.text());
    let wanted = told(&at_once);
    let number = report.plan_sha256;
    for size in sizes {
        let in_parts = Database::new();
        let report = run_first_in_parts(&in_parts.pool, source, *size).await;
        assert_eq!(report.state, State::Applied, "{}", report.text());
        assert_ne!(report.plan_sha256, number, "by {size}: it was taken at once");
        for ((name, wanted), (_, found)) in wanted.iter().zip(told(&in_parts)) {
            let differ = wanted.lines().zip(found.lines()).find(|(one, other)| one != other);
            assert_eq!(wanted.lines().count(), found.lines().count(), "{name}, by {size}: {differ:#?}");
            assert_eq!(differ, None, "{name}, by {size}");
        }
        let report = run_looking(&in_parts.pool, source, Thoroughness::Whole).await;
        assert_eq!(report.state, State::Unchanged, "{}", report.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_with_everything_odd_is_the_same_in_parts() {
    let scratch = Scratch::new().unwrap();
    let large = Large::with_odd(500, 3, 2);
    let mut ldif = Vec::new();
    large.write(&mut ldif).unwrap();
    let options = SlapdOptions {
        suffix: sample_ministry::BASE_DN.to_owned(),
        admin_dn: sample_ministry::ADMIN_DN.to_owned(),
        admin_password: "admin".to_owned(),
        schema: large_schema(),
        ldif: String::from_utf8(ldif).unwrap(),
        limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
        access: Vec::new(),
        changes: Changes::default(),
        durability: Durability::Relaxed,
    };
    let slapd = Slapd::start(&scratch.path().join("ldap"), options).unwrap();
    let (url, ca_file) = (slapd.ldap_url(), slapd.ca_pem_path());
    let text = large.source_toml(Access { url: &url, tls: "starttls", ca_file: &ca_file, every: None });
    let text = format!("{text}guard = {{ quarantined = {{ count = 1000 }} }}\n");
    let source = Arc::new(config::parse(&text, []).unwrap().sources[0].clone());
    is_the_same_in_parts(&source, &[2_000, 90, 7]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_in_every_direction_are_the_same_in_parts() {
    let mut ldif = Ldif::small();
    let north = |name: &str| format!("cn={name},ou=North,{AGENCY}");
    let more = [
        // A circle of three, and somebody below it.
        ("c1", format!("manager: {}", north("c2"))),
        ("c2", format!("manager: {}", north("c3"))),
        ("c3", format!("manager: {}", north("c1"))),
        ("c4", format!("manager: {}", north("c1"))),
        // Two claim one login, two one address.
        ("l1", "uid: same".to_owned()),
        ("l2", "uid: Same".to_owned()),
        ("m1", "mail: same@gov.example".to_owned()),
        ("m2", "mail: Same@gov.example".to_owned()),
        // Forwards, backwards, to nobody.
        ("a1", format!("secretary: {}", north("z9"))),
        ("a2", format!("govActingFor: {}", north("z9"))),
        ("a3", format!("manager: {}", north("z9"))),
        ("a4", format!("manager: {}", north("nobody"))),
        ("z9", format!("manager: {}", north("a1"))),
    ];
    for (name, line) in &more {
        ldif.person(name, &format!("ou=North,{AGENCY}"), &[line]);
    }
    let directory = Directory::with(ldif.text(), &[]);
    for superior_from_head in [true, false] {
        let more = format!("superior_from_head = {superior_from_head}");
        is_the_same_in_parts(&directory.source_with(&more), &[100, 9, 3]).await;
    }
}
