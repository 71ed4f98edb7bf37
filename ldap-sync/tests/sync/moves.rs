//! What HR does all day: people and units move, are renamed, leave and come back, and stay who they are.

use ldap_sync::directory::follow::{Event, Told};
use ldap_sync::engine::{Engine, Lenient};
use ldap_sync::report::State;

use crate::harness::{AGENCY, Database, Directory, Ldif, codes, id_of, run_to};

async fn mirrored(ldif: &Ldif) -> (Directory, Database) {
    let directory = Directory::with(ldif.text(), &[]);
    let database = Database::new();
    run_to(&database, &directory.source(), State::Applied).await;
    (directory, database)
}

fn north() -> String {
    format!("ou=North,{AGENCY}")
}

fn south() -> String {
    format!("ou=South,{AGENCY}")
}

/// The unit channels somebody is in.
fn channels(database: &Database, login: &str) -> String {
    database.sql(&format!(
        "select string_agg(c.name || ':' || m.role, ' ' order by c.name) from members m
            join conversations c on c.id = m.conversation_id join people p on p.id = m.person_id where p.login = '{login}'"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_renamed_and_moved_stays_the_same_person() {
    let (directory, database) = mirrored(&Ldif::small()).await;
    let id = database.sql("select id from people where login = 'n5'");
    assert_eq!(channels(&database, "n5"), "North:member");
    directory.rename(&format!("cn=n5,{}", north()), r"cn=Five\, the Fifth", Some(&south())).await;
    let dn = format!(r"cn=Five\, the Fifth,{}", south());
    directory.replace(&dn, "uid", &["five"]).await;
    let report = run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!((report.counts.people_changed, report.counts.people_moved), (1, 1));
    assert_eq!((report.counts.people_added, report.counts.people_gone), (0, 0));
    assert_eq!(database.sql("select id from people where login = 'five'"), id);
    assert_eq!(channels(&database, "five"), "South:member");
    let post = database.sql(&format!(
        "select u.name, s.login, lower(posts.valid) > (select min(lower(held)) from people_history)
            from posts join units u on u.id = unit_id join people s on s.id = superior_id where person_id = '{id}'"
    ));
    assert_eq!(post, "South|s1|t", "a new place begins when it is taken");
    let versions = database
        .sql(&format!("select login, upper_inf(held) from people_history where id = '{id}' order by held"));
    assert_eq!(versions, "n5|f\nfive|t");
    let units = database.sql(&format!(
        "select u.name, upper_inf(held) from posts_history h join units u on u.id = unit_id where person_id = '{id}' order by held"
    ));
    assert_eq!(units, "North|f\nSouth|t");
    let seamless = database.sql(&format!(
        "select count(distinct bound) from people_history h, lateral (values (lower(held)), (upper(held))) b (bound)
            where id = '{id}' and bound is not null"
    ));
    assert_eq!(seamless, "2", "one version ends when the next begins");
    assert_eq!(
        database.sql(&format!(
            "select kind, entry->'fields' from audit_log where entry->>'id' = '{id}' order by seq"
        )),
        "directory.person_added|[]\ndirectory.person_changed|[\"dn\", \"login\", \"superior\", \"unit\"]"
    );
    run_to(&database, &directory.source(), State::Unchanged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_renamed_and_moved_takes_its_people_along() {
    let (directory, database) = mirrored(&Ldif::small()).await;
    let ids = database.sql("select id from people order by login");
    let channel = database.sql("select id from conversations where name = 'South'");
    directory.rename(&south(), r"ou=Отдел\, южный", Some(&north())).await;
    let report = run_to(&database, &directory.source(), State::Applied).await;
    // The head's link keeps the old name: the server does not rewrite it.
    assert_eq!(codes(&report), Vec::<String>::new(), "{}", report.text());
    assert_eq!((report.counts.people_gone, report.counts.people_added, report.counts.units_added), (0, 0, 0));
    assert_eq!(database.sql("select id from people order by login"), ids);
    let names = "select c.id, c.name, p.name from conversations c join units u on u.id = unit_id
        join units p on p.id = u.parent_id where c.name like 'Отдел%'";
    assert_eq!(database.sql(names), format!("{channel}|Отдел, южный|North"));
    assert_eq!(channels(&database, "s1"), "Отдел, южный:moderator");
    // From now on the old name leads nowhere: it is reported, and the head stays.
    let report = run_to(&database, &directory.source(), State::Unchanged).await;
    assert_eq!((codes(&report), report.exit_code()), (vec!["dangling_head".to_owned()], 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_a_login_can_change_hands() {
    let (directory, database) = mirrored(&Ldif::small()).await;
    let id = |login: &str| {
        database.sql(&format!("select id from people where login = '{login}' and status = 'active'"))
    };
    let (s2, s3) = (id("s2"), id("s3"));
    directory.rename(&format!("cn=s2,{}", south()), "cn=for-a-moment", None).await;
    directory.rename(&format!("cn=s3,{}", south()), "cn=s2", None).await;
    directory.rename(&format!("cn=for-a-moment,{}", south()), "cn=s3", None).await;
    directory.replace(&format!("cn=s3,{}", south()), "uid", &["s3"]).await;
    directory.replace(&format!("cn=s2,{}", south()), "uid", &["s2"]).await;
    let report = run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!(report.exit_code(), 0, "{}", report.text());
    assert_eq!((id("s2"), id("s3")), (s3.clone(), s2));
    // And the name and login of one who leaves go to one who comes.
    directory.delete(&format!("cn=s2,{}", south())).await;
    let mut newcomer = Ldif::agency();
    newcomer.person("s2", &south(), &[]);
    add_person(&directory, "s2", &south()).await;
    run_to(&database, &directory.source(), State::Applied).await;
    assert_ne!(id("s2"), s3);
    assert_eq!(database.sql(&format!("select status from people where id = '{s3}'")), "gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_of_whoever_is_disabled_goes_to_another_in_either_order() {
    // Rows are written in the order of the ids, so one of the two directions meets the login while it is still held.
    for (leaver, taker) in [("s2", "s3"), ("s3", "s2")] {
        let (directory, database) = mirrored(&Ldif::small()).await;
        directory.replace(&format!("cn={leaver},{}", south()), "userAccountControl", &["514"]).await;
        directory.replace(&format!("cn={taker},{}", south()), "uid", &[leaver]).await;
        let report = run_to(&database, &directory.source(), State::Applied).await;
        assert!(report.exit_code() != 1, "{}", report.text());
        let holders = format!("select count(*) from people where login = '{leaver}' and status = 'active'");
        assert_eq!(database.sql(&holders), "1");
    }
}

/// Online, with an id of the server's making.
async fn add_person(directory: &Directory, uid: &str, unit: &str) {
    let values = |value: &str| std::iter::once(value.to_owned()).collect();
    let classes = ["inetOrgPerson", "govPerson"].map(str::to_owned).into_iter().collect();
    let attributes = vec![
        ("objectClass".to_owned(), classes),
        ("uid".to_owned(), values(uid)),
        ("sn".to_owned(), values(uid)),
        ("cn".to_owned(), values(uid)),
        ("govRank".to_owned(), values("officer")),
    ];
    directory.admin().await.add(&format!("cn={uid},{unit}"), attributes).await.unwrap().success().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_or_gone_is_signed_out_in_the_same_transaction() {
    let (directory, database) = mirrored(&Ldif::small()).await;
    for login in ["n3", "n4", "n5"] {
        database.sql(&format!(
            "insert into sessions (id, person_id, created_at, last_used_at, expires_at, address, user_agent)
                select gen_random_uuid(), id, now(), now(), now() + '1 hour', '127.0.0.1', 'test' from people where login = '{login}'"
        ));
    }
    let dn = |login: &str| format!("cn={login},{}", north());
    directory.replace(&dn("n3"), "userAccountControl", &["514"]).await;
    directory.delete(&dn("n4")).await;
    let report = run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!((report.counts.people_disabled, report.counts.people_gone), (1, 1));
    assert_eq!(
        database.sql(
            "select login, status, end_reason, ended_at = (select changed_at from org_state)
                from people join sessions s on s.person_id = people.id order by login"
        ),
        "n3|disabled|disabled|t\nn4|gone|disabled|t\nn5|active||"
    );
    assert_eq!((channels(&database, "n3"), channels(&database, "n4")), (String::new(), String::new()));
    assert_eq!(
        database.sql("select count(*) from posts join people p on p.id = person_id where login = 'n4'"),
        "0"
    );
    assert_eq!(
        database
            .sql("select kind from audit_log where entry->>'run_id' is not null order by seq desc limit 3"),
        "directory.run\ndirectory.person_gone\ndirectory.person_disabled"
    );
    // Back again: the same person, in the same place.
    directory.replace(&dn("n3"), "userAccountControl", &["512"]).await;
    let report = run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!(report.counts.people_enabled, 1);
    assert_eq!(channels(&database, "n3"), "North:member");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_was_hidden_comes_back_as_the_same() {
    let (mut directory, database) = mirrored(&Ldif::small()).await;
    let id = database.sql("select id from people where login = 'n7'");
    let hide = format!(
        "access to dn.exact=\"cn=n7,{}\" by dn.exact=\"{}\" none by * read",
        north(),
        crate::harness::SYNC
    );
    directory.slapd.restart_with(|options| options.access = vec![hide]).unwrap();
    run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!(database.sql(&format!("select status from people where id = '{id}'")), "gone");
    directory.slapd.restart_with(|options| options.access.clear()).unwrap();
    run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!(database.sql(&format!("select status, login from people where id = '{id}'")), "active|n7");
    assert_eq!(
        database.sql(&format!("select status from people_history where id = '{id}' order by held")),
        "active\ngone\nactive"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_closes_keeps_its_channel_in_the_archive() {
    let (directory, database) = mirrored(&Ldif::small()).await;
    for number in 1..=4 {
        directory
            .rename(&format!("cn=s{number},{}", south()), &format!("cn=s{number}"), Some(&north()))
            .await;
    }
    directory.delete(&south()).await;
    let report = run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!((report.counts.units_gone, report.counts.people_moved, report.counts.people_gone), (1, 4, 0));
    assert_eq!(
        database.sql("select archived_at is not null, (select count(*) from members where conversation_id = c.id) from conversations c where name = 'South'"),
        "t|0"
    );
    assert_eq!(channels(&database, "s1"), "North:member");
}

#[tokio::test(flavor = "multi_thread")]
async fn clearance_rank_and_delegations_follow_the_directory() {
    let mut ldif = Ldif::small();
    let chief = format!("cn=chief,{AGENCY}");
    ldif.person("aide", AGENCY, &["govClearance: secret", "govClearanceCategory: budget", "govRole: hr"]);
    ldif.person(
        "stand-in",
        AGENCY,
        &[&format!("govActingFor: cn=n1,{}", north()), "govActingUntil: 20990101000000Z"],
    );
    let (directory, database) = mirrored(&ldif).await;
    directory.replace(&chief, "secretary", &[&format!("cn=aide,{AGENCY}")]).await;
    run_to(&database, &directory.source(), State::Applied).await;
    let hats = "select p.login, hat, q.login, upper(valid)::date from delegations d join people p on p.id = d.person_id
        join people q on q.id = d.principal_id order by 1";
    assert_eq!(database.sql(hats), "aide|assistant|chief|\nstand-in|acting|n1|2099-01-01");
    assert_eq!(channels(&database, "stand-in"), "Agency:member North:moderator");
    let clearance = "select level, categories from clearances";
    assert_eq!(database.sql(clearance), "3|{budget}");

    let aide = format!("cn=aide,{AGENCY}");
    directory.replace(&aide, "govClearance", &["official"]).await;
    directory.replace(&aide, "govRank", &["head"]).await;
    directory.replace(&chief, "secretary", &[]).await;
    directory.replace(&format!("cn=stand-in,{AGENCY}"), "govActingUntil", &["20200101000000Z"]).await;
    run_to(&database, &directory.source(), State::Applied).await;
    assert_eq!(database.sql(hats), "", "what is over is taken away");
    assert_eq!(channels(&database, "stand-in"), "Agency:member");
    assert_eq!(database.sql(clearance), "1|{budget}");
    assert_eq!(
        database.sql("select level, upper_inf(held) from clearances_history order by held"),
        "3|f\n1|t",
        "what somebody was cleared for can still be told"
    );
    assert_eq!(
        database.sql("select r.code from posts join ranks r on r.id = rank_id join people p on p.id = person_id where login = 'aide'"),
        "head"
    );
    assert_eq!(id_of("aide").get_version_num(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ladder_replaces_the_old_one() {
    let (directory, database) = mirrored(&Ldif::small()).await;
    // Steps change places, one rank goes, one comes; the directory's words stay.
    let ladder = r#"ranks = [{ step = 2, code = "officer", band = "officer", name_ru = "Сотрудник", name_en = "Officer" }, { step = 1, code = "lead", values = ["head"], band = "director", name_ru = "Глава", name_en = "Lead" }]"#;
    let text = crate::harness::source_at(&directory.slapd.ldap_url(), "");
    let mut source = (*text).clone();
    let parsed: toml::Table = ladder.parse().unwrap();
    source.ranks = parsed["ranks"].clone().try_into().unwrap();
    run_to(&database, &std::sync::Arc::new(source.clone()), State::Applied).await;
    // The rank that went is off the ladder, and stays for the past that holds it.
    let ladder = database.sql("select code, step from ranks order by step");
    assert_eq!(ladder, "lead|1\nofficer|2\nhead|10001");
    run_to(&database, &std::sync::Arc::new(source), State::Unchanged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_programs_are_nobody() {
    let mut ldif = Ldif::small();
    ldif.person("robot", &north(), &["employeeType: Service"]);
    let directory = Directory::with(ldif.text(), &[]);
    let database = Database::new();
    let unwanted =
        "entries = { ignore_where = [{ attribute = \"employeeType\", values = [\"service\", \"test\"] }] }";
    let source = directory.source_with(unwanted);
    run_to(&database, &source, State::Applied).await;
    assert_eq!(database.sql("select count(*) from people where login in ('robot', 'n5')"), "1");
    directory.replace(&format!("cn=n5,{}", north()), "employeeType", &["test"]).await;
    let report = run_to(&database, &source, State::Applied).await;
    assert_eq!(report.counts.people_gone, 1, "{}", report.text());
    let planned =
        format!("dn: cn=n4,{}\nchangetype: modify\nreplace: employeeType\nemployeeType: SERVICE\n", north());
    let foretold = ldap_sync::foretell::report(&database.pool, &source, Some(&planned)).await.unwrap();
    assert_eq!(foretold.counts.people_gone, 1, "{}", foretold.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_moves_to_where_nobody_looks_has_gone() {
    let (mut ldif, archive) = (Ldif::small(), format!("ou=Archive,{AGENCY}"));
    ldif.unit(&archive, "division", &[]);
    let directory = Directory::with(ldif.text(), &[]);
    let database = Database::new();
    let source = directory.source_with(&format!("ignore = [\"{archive}\"]"));
    run_to(&database, &source, State::Applied).await;
    let status = "select status from people where login = 'n5'";
    let id = database.sql("select id from sources").parse().unwrap();
    let mut engine = Engine::open(&database.pool, source.clone(), id, None);
    for (from, to, then) in [(north(), &archive, "gone"), (archive.clone(), &north(), "active")] {
        directory.rename(&format!("cn=n5,{from}"), "cn=n5", Some(to)).await;
        // As it is followed: the entry is named, and read.
        let heard_at = "2026-01-01T00:00:00Z".parse().unwrap();
        let told = vec![Told { event: Event::Gone(vec![id_of("n5")]), heard_at }];
        let report = engine.take(told, &mut Lenient).await;
        assert_eq!(report.state, State::Applied, "{}", report.text());
        assert_eq!(database.sql(status), then);
        // As it is read in full.
        run_to(&database, &source, State::Unchanged).await;
        assert_eq!(database.sql(status), then);
    }
}
