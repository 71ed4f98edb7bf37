//! The whole sample ministry: read well, once and again, with TLS of both kinds.

use ldap_sync::foretell;
use ldap_sync::report::State;
use ldap_sync::run::{Thoroughness, run, run_all};
use local_services::Ca;
use sample_ministry::ministry;

use crate::harness::{Database, Directory, ministry_sources};

#[tokio::test(flavor = "multi_thread")]
async fn the_ministry_is_mirrored_over_both_kinds_of_tls() {
    let directory = Directory::ministry();
    let ca = directory.slapd.ca_pem_path();
    let database = Database::new();
    let sources = ministry_sources(&directory.slapd.ldap_url(), "starttls", &ca);
    let reports = run_all(&database.pool, &sources, Thoroughness::Changed).await;
    for report in &reports {
        assert_eq!(report.exit_code(), 0, "{}", report.text());
    }
    let ministry = ministry();
    assert_eq!(database.sql("select count(*) from people"), ministry.people.len().to_string());
    assert_eq!(database.sql("select count(*) from units"), ministry.units.len().to_string());
    let disabled = ministry.people.iter().filter(|person| person.disabled).count();
    assert_eq!(database.sql("select count(*) from people where status = 'disabled'"), disabled.to_string());
    let photos = ministry.people.iter().filter(|person| person.photo.is_some()).count();
    assert_eq!(database.sql("select count(*) from photos"), photos.to_string());
    assert_eq!(
        database.sql("select count(*) from posts where kind = 'primary'"),
        ministry.people.len().to_string()
    );

    // Every link of the ministry is in the mirror, whatever its name looks like.
    let superiors: Vec<String> = ministry
        .people
        .iter()
        .filter_map(|person| {
            let above = ministry.people.iter().find(|above| Some(&above.dn) == person.manager_dn.as_ref())?;
            Some(format!("{}|{}", person.uid, above.uid))
        })
        .collect();
    let found = database.sql(
        "select p.login, s.login from posts join people p on p.id = posts.person_id
            join people s on s.id = posts.superior_id where posts.kind = 'primary'",
    );
    let mut found: Vec<_> = found.lines().map(str::to_owned).collect();
    let mut superiors = superiors;
    found.sort();
    superiors.sort();
    assert_eq!(found, superiors);
    assert_eq!(database.sql("select count(*) from units where head_id is null"), "0");
    assert_eq!(
        database
            .sql(
                "select hat, p.login, q.login from delegations d join people p on p.id = d.person_id
                join people q on q.id = d.principal_id where p.login in ('assistant', 'acting') order by hat"
            )
            .lines()
            .map(|line| line.split('|').take(2).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>(),
        ["acting acting", "assistant assistant"]
    );
    assert_eq!(
        database.sql(
            "select p.login, u.name from liaisons l join people p on p.id = l.person_id
                join units u on u.id = l.agency_id"
        ),
        format!("liaison|{}", sample_ministry::ARCHIVES.name)
    );
    assert_eq!(
        database.sql(
            "select level, categories from clearances join people on id = person_id where login = 'cleared'"
        ),
        "3|{security}"
    );

    // Unit channels: one for each unit, everybody active in that of their unit, heads moderate.
    assert_eq!(
        database.sql("select count(*) from conversations where channel_kind = 'unit'"),
        ministry.units.len().to_string()
    );
    let outside = database.sql(
        "select count(*) from posts join people on people.id = person_id and status = 'active'
            join conversations c on c.unit_id = posts.unit_id
            where not exists (select from members m where m.conversation_id = c.id and m.person_id = posts.person_id)",
    );
    assert_eq!(outside, "0");
    assert_eq!(
        database.sql(
            "select count(*) from units join conversations c on c.unit_id = units.id
                join members m on m.conversation_id = c.id and m.person_id = units.head_id and m.role = 'moderator'
                join people on people.id = units.head_id and people.status = 'active'"
        ),
        database.sql("select count(*) from units join people on people.id = head_id and people.status = 'active'")
    );

    let before = database.all();
    let sources = ministry_sources(&directory.slapd.ldaps_url(), "ldaps", &ca);
    for report in run_all(&database.pool, &sources, Thoroughness::Changed).await {
        assert_eq!(report.state, State::Unchanged, "{}", report.text());
    }
    assert_eq!(database.all(), before, "a second run, over LDAPS, finds nothing to do");
    assert!(database.sql("select marker from sources limit 1").starts_with("rid=000,csn=2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_authority_is_not_believed() {
    let directory = Directory::ministry();
    let database = Database::new();
    let scratch = local_services::Scratch::new().unwrap();
    let other = scratch.path().join("other-ca.pem");
    std::fs::write(&other, Ca::generate().unwrap().ca_pem()).unwrap();
    for (url, tls) in [(directory.slapd.ldap_url(), "starttls"), (directory.slapd.ldaps_url(), "ldaps")] {
        let sources = ministry_sources(&url, tls, &other);
        let report = run(&database.pool, &sources[0]).await;
        assert_eq!(report.state, State::Failed);
        assert!(report.error.unwrap().contains("invalid peer certificate"));
    }
    assert_eq!(database.sql("select state, count(*) from sync_runs group by 1"), "failed|2");
    assert_eq!(database.sql("select count(*) from people"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_writes_nothing_and_says_what_a_run_then_does() {
    let directory = Directory::ministry();
    let database = Database::new();
    let sources = ministry_sources(&directory.slapd.ldap_url(), "starttls", &directory.slapd.ca_pem_path());
    let before = database.all();
    let planned = foretell::report(&database.pool, &sources[1], None).await.unwrap();
    assert_eq!(planned.exit_code(), 0, "{}", planned.text());
    assert_eq!(database.all(), before);
    assert_eq!(database.sql("select count(*) from sync_runs"), "0");
    let done = run(&database.pool, &sources[1]).await;
    assert_eq!(done.plan_sha256, planned.plan_sha256, "the same directory and mirror, the same plan");
    assert_eq!(done.counts, planned.counts);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_follow_each_other() {
    let directory = Directory::ministry();
    let database = Database::new();
    let sources = ministry_sources(&directory.slapd.ldap_url(), "starttls", &directory.slapd.ca_pem_path());
    let (one, other) = tokio::join!(run(&database.pool, &sources[1]), run(&database.pool, &sources[1]));
    let mut states = [format!("{:?}", one.state), format!("{:?}", other.state)];
    states.sort();
    assert_eq!(states, ["Applied", "Unchanged"], "{}{}", one.text(), other.text());
    assert_eq!(database.sql("select version from org_state"), "1");
}
