//! A domain is taken into the mirror and led: each change of it, and what its groups give.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ldap_sync::config::Source;
use ldap_sync::lead::lead;
use ldap_sync::report::State;
use ldap_sync::run::{Thoroughness, run, run_looking};
use ldap3::Mod;
use local_services::{Durability, Postgres, Scratch};
use sample_ministry::{Access, active_directory as ad};
use schema::Pool;

use super::UNIT;
use super::domain::Domain;

const PATIENCE: Duration = Duration::from_secs(30);

struct Database {
    postgres: Postgres,
    pool: Pool,
    _scratch: Scratch,
}

impl Database {
    fn new() -> Self {
        let scratch = Scratch::new().unwrap();
        let postgres = Postgres::start(&scratch.path().join("pg"), Durability::Relaxed).unwrap();
        postgres.create_database("own").unwrap();
        let url = postgres.url("own");
        let migrated = url.clone();
        std::thread::spawn(move || schema::migrations::run(&migrated).unwrap()).join().unwrap();
        Self { pool: Pool::new(&url, 6).unwrap(), postgres, _scratch: scratch }
    }

    fn sql(&self, sql: &str) -> String {
        self.postgres.sql("own", sql).unwrap().trim().to_owned()
    }

    #[track_caller]
    fn until(&self, sql: &str, wanted: &str) {
        let began = Instant::now();
        loop {
            let found = self.sql(sql);
            if found == wanted {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{sql}\n{found:?} instead of {wanted:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The source with what its groups give: a clearance by way of a group in a group, and a duty.
fn source(domain: &Domain) -> Arc<Source> {
    let access = Access {
        url: &domain.samba.ldap_url(),
        tls: "starttls",
        ca_file: &domain.samba.ca_pem_path(),
        every: Some("1h"),
    };
    let (secret, hr) = (ad::group_dn("clearance-secret"), ad::group_dn("role-hr"));
    let text = format!(
        "{}timeout = \"3s\"\ngroups = [{{ dn = \"{secret}\", clearance = \"secret\" }}, {{ dn = \"{hr}\", role = \"hr\" }}]\n\
         guard = {{ clearances_raised = {{ count = 100 }}, roles_gained = {{ count = 100 }} }}\n",
        ad::source(access)
    );
    Arc::new(ldap_sync::config::parse(&text, []).unwrap().sources.remove(0))
}

fn level(login: &str) -> String {
    format!(
        "select coalesce(max(level), 0) from people left join clearances on person_id = id where login = '{login}'"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_is_taken_and_each_change_of_it() {
    let domain = Domain::start();
    let (database, source) = (Database::new(), source(&domain));
    let report = run(&database.pool, &source).await;
    assert_eq!(report.state, State::Applied, "{}", report.text());
    let missing = report.findings.iter().any(|finding| finding.code.as_text() == "group_missing");
    assert!(!missing, "{}", report.text());
    // Whoever leads is in a group that is in the one for secrets.
    let leads =
        "select count(*) > 0 and bool_and(coalesce(level, 0) = 3) from posts join ranks on ranks.id = rank_id
        left join clearances on clearances.person_id = posts.person_id
        where band in ('director', 'executive') and posts.kind = 'primary'";
    assert_eq!(database.sql(leads), "t");
    assert_ne!(database.sql("select count(*) from people where 'hr' = any(roles)"), "0");

    let leading = tokio::spawn({
        let (pool, source) = (database.pool.clone(), source.clone());
        async move { lead(&pool, vec![source]).await }
    });
    database.until("select health from sources", "following");

    let dn = domain.add_person("Новикова Анна", "novikova", UNIT).await;
    domain.replace(&dn, "userAccountControl", &["544"]).await;
    database.until("select status from people where login = 'novikova'", "active");
    domain.replace(&dn, "title", &["Хранитель"]).await;
    let title = "select title from posts join people on people.id = person_id where login = 'novikova'";
    database.until(title, "Хранитель");

    // Into a group of a group, and out again: nothing about the person's own entry changes.
    let leadership = ad::group_dn("leadership");
    assert_eq!(database.sql(&level("novikova")), "0");
    domain.add_member(&leadership, &dn).await;
    database.until(&level("novikova"), "3");
    domain.remove_member(&leadership, &dn).await;
    database.until(&level("novikova"), "0");

    // A unit that is renamed renames all in it; a person who is moved is in another unit.
    domain.rename(UNIT, "OU=Читальный зал № 1", None).await;
    let renamed = "select count(*) > 0 and bool_and(dn like '%OU=Читальный зал № 1,%') from people
        join posts on person_id = people.id join units on units.id = unit_id where units.name = 'Читальный зал № 1'";
    database.until(renamed.replace("bool_and(dn", "bool_and(people.dn").as_str(), "t");
    let (own, above) = ("CN=Новикова Анна", UNIT.split_once(',').unwrap().1);
    domain.rename(&format!("{own},OU=Читальный зал № 1,{above}"), own, Some(above)).await;
    let unit =
        "select units.name from units join posts on unit_id = units.id join people on people.id = person_id
        where login = 'novikova'";
    database.until(unit, "Направление доступа и публикаций");

    domain.replace(&format!("{own},{above}"), "userAccountControl", &["546"]).await;
    database.until("select status from people where login = 'novikova'", "disabled");
    domain.delete(&format!("{own},{above}")).await;
    database.until("select status from people where login = 'novikova'", "gone");
    leading.abort();
    drop(leading.await);
    let report = run_looking(&database.pool, &source, Thoroughness::Whole).await;
    assert_eq!(report.state, State::Unchanged, "{}", report.text());
}

impl Domain {
    async fn remove_member(&self, group: &str, dn: &str) {
        let change = vec![Mod::Delete("member", HashSet::from([dn]))];
        self.hr().await.modify(group, change).await.unwrap().success().unwrap();
    }
}
