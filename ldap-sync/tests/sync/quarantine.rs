//! Entries that cannot be used are left out or keep their last good state, each by itself, and all of them are told.

use std::collections::BTreeMap;

use ldap_sync::report::{Report, State};

use crate::harness::{AGENCY, Database, Directory, Ldif, SYNC, run_to};

/// Code and effect, by the first value of the entry's name.
fn told(report: &Report) -> BTreeMap<String, Vec<String>> {
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in &report.findings {
        let dn = finding.dn.clone().unwrap_or_default();
        let name = dn.split(',').next().unwrap().split('=').nth(1).unwrap_or_default().to_owned();
        let effect = serde_json::to_value(finding.effect).unwrap();
        told.entry(name).or_default().push(format!(
            "{} {}",
            finding.code.as_text(),
            effect.as_str().unwrap()
        ));
    }
    told
}

fn bad() -> (Ldif, BTreeMap<String, Vec<String>>) {
    let mut ldif = Ldif::small();
    let north = format!("ou=North,{AGENCY}");
    let at = |uid: &str| format!("cn={uid},{north}");
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut expect =
        |name: &str, told: &str| wanted.entry(name.to_owned()).or_default().push(told.to_owned());

    ldif.person("ranked", &north, &["govRank: emperor"]);
    expect("ranked", "unknown_rank left_out");
    ldif.person("unranked", &north, &["-govRank"]);
    expect("unranked", "unknown_rank left_out");
    ldif.person("nameless", &north, &["-uid"]);
    expect("nameless", "missing_login left_out");
    ldif.person("twin1", &north, &["uid: twin"]);
    ldif.person("twin2", &north, &["uid: TWIN"]);
    expect("twin1", "duplicate_login left_out");
    expect("twin2", "duplicate_login left_out");
    ldif.person("mail1", &north, &["mail: shared@gov.example"]);
    ldif.person("mail2", &north, &["mail: Shared@gov.example"]);
    expect("mail1", "duplicate_mail not_used");
    expect("mail2", "duplicate_mail not_used");
    for (name, above) in
        [("ring1", "ring2"), ("ring2", "ring3"), ("ring3", "ring1"), ("narcissus", "narcissus")]
    {
        ldif.person(name, &north, &[&format!("manager: {}", at(above))]);
        expect(name, "cycle_in_chain not_used");
    }
    ldif.person("below", &north, &[&format!("manager: {}", at("ring1"))]);
    ldif.person("orphan", &north, &[&format!("manager: {}", at("nobody"))]);
    expect("orphan", "dangling_superior not_used");
    ldif.person("cleared", &north, &["govClearance: cosmic", "govClearanceCategory: aliens"]);
    expect("cleared", "unknown_clearance not_used");
    expect("cleared", "unknown_category not_used");
    ldif.person("hired", &north, &["employeeType: pirate"]);
    expect("hired", "unknown_employment not_used");
    ldif.person("dutiful", &north, &["govRole: emperor", "govRole: hr"]);
    expect("dutiful", "unknown_role not_used");
    // Text where a photo should be: valid UTF-8, so the library sorts it among the texts.
    ldif.person("pictured", &north, &["jpegPhoto: not a photo"]);
    expect("pictured", "bad_photo not_used");
    ldif.person("acting", &north, &[&format!("govActingFor: {}", at("nobody"))]);
    expect("acting", "dangling_acting_for not_used");
    ldif.person("assisted", &north, &[&format!("secretary: {}", at("nobody"))]);
    expect("assisted", "dangling_assistant not_used");
    ldif.person("liaison", &north, &["govLiaisonTo: ou=Nowhere,dc=gov,dc=example"]);
    expect("liaison", "dangling_liaison not_used");
    ldif.person("hidden", &north, &[]);
    expect("hidden", "missing_id left_out");
    ldif.person("nested", &at("n2"), &[]);
    expect("nested", "outside_any_unit left_out");
    ldif.unit(&format!("ou=Odd,{AGENCY}"), "kingdom", &[]);
    expect("Odd", "unknown_unit_kind left_out");
    ldif.unit(&format!("ou=Under,ou=Odd,{AGENCY}"), "section", &[]);
    expect("Under", "unit_outside_tree left_out");
    ldif.person("astray", &format!("ou=Odd,{AGENCY}"), &[]);
    expect("astray", "outside_any_unit left_out");
    ldif.unit(&format!("ou=Headless,{AGENCY}"), "department", &[&format!("managedBy: {}", at("nobody"))]);
    expect("Headless", "dangling_head not_used");
    for told in wanted.values_mut() {
        told.sort();
    }
    (ldif, wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_told_and_harms_nobody_else() {
    let (ldif, wanted) = bad();
    let hide = format!(
        "access to dn.exact=\"cn=hidden,ou=North,{AGENCY}\" attrs=entryUUID by dn.exact=\"{SYNC}\" none by * read"
    );
    let directory = Directory::with(ldif.text(), &[&hide]);
    let database = Database::new();
    let report = run_to(&database, &directory.source(), State::Applied).await;
    let mut found = told(&report);
    for told in found.values_mut() {
        told.sort();
    }
    assert_eq!(found, wanted);
    assert_eq!(report.exit_code(), 4);
    assert!(
        report
            .findings
            .iter()
            .all(|finding| !finding.message_ru.is_empty() && !finding.message_en.is_empty())
    );

    let login = |login: &str| database.sql(&format!("select count(*) from people where login = '{login}'"));
    for out in ["ranked", "unranked", "twin", "TWIN", "hidden", "nested", "astray"] {
        assert_eq!(login(out), "0", "{out}");
    }
    assert_eq!(
        database
            .sql("select count(*) from people where login like 'n_' or login like 'n__' or login like 's_'"),
        "16"
    );
    assert_eq!(
        database.sql("select count(*) from people where login in ('mail1', 'mail2') and mail is null"),
        "2"
    );
    let above = database.sql(
        "select p.login, coalesce(s.login, '-') from posts join people p on p.id = person_id
            left join people s on s.id = superior_id where p.login in ('ring1', 'ring2', 'ring3', 'narcissus', 'below', 'orphan') order by 1",
    );
    assert_eq!(above, "below|ring1\nnarcissus|-\norphan|-\nring1|-\nring2|-\nring3|-");
    assert_eq!(
        database
            .sql("select employment, roles from people where login in ('hired', 'dutiful') order by login"),
        "staff|{hr}\nexternal|{}"
    );
    assert_eq!(database.sql("select (select count(*) from clearances), (select count(*) from photos), (select count(*) from delegations)"), "0|0|0");
    let row = database.sql("select jsonb_array_length(findings), counts->>'quarantined' from sync_runs");
    assert_eq!(row, format!("{}|{}", report.findings.len(), report.counts.quarantined));
    let before = database.all();
    run_to(&database, &directory.source(), State::Unchanged).await;
    assert_eq!(database.all(), before, "bad entries do not flap");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_good_stays_when_the_entry_goes_bad() {
    let mut ldif = Ldif::small();
    let north = format!("ou=North,{AGENCY}");
    ldif.person("sealed", &north, &["govClearance: secret"]);
    let mut directory = Directory::with(ldif.text(), &[]);
    let database = Database::new();
    run_to(&database, &directory.source(), State::Applied).await;
    let before = database.all();
    let at = |uid: &str| format!("cn={uid},{north}");

    directory.replace(&at("n2"), "govRank", &["emperor"]).await;
    directory.replace(&at("n3"), "uid", &["n4"]).await;
    directory.replace(&at("n5"), "mail", &["n6@gov.example"]).await;
    directory.replace(&at("n7"), "manager", &[&at("nobody")]).await;
    directory.replace(&at("n1"), "manager", &[&at("n8")]).await;
    directory.replace(&at("n9"), "userAccountControl", &["514"]).await;
    directory.replace(&at("n9"), "govRank", &[]).await;
    directory.replace(&at("sealed"), "govRank", &["emperor"]).await;
    directory.replace(&at("sealed"), "govClearance", &["official"]).await;
    let hide =
        format!("access to dn.exact=\"{}\" attrs=entryUUID by dn.exact=\"{SYNC}\" none by * read", at("n10"));
    directory.slapd.restart_with(|options| options.access = vec![hide]).unwrap();
    let report = run_to(&database, &directory.source(), State::Applied).await;
    let kept = |told: &str| vec![format!("{told} last_good_kept")];
    let found = told(&report);
    for (name, code) in [
        ("n2", "unknown_rank"),
        ("n3", "duplicate_login"),
        ("n6", "duplicate_mail"),
        ("n7", "dangling_superior"),
        ("n1", "cycle_in_chain"),
        ("n8", "cycle_in_chain"),
        ("n10", "missing_id"),
    ] {
        assert_eq!(found.get(name), Some(&kept(code)), "{name}\n{}", report.text());
    }
    assert!(!found.contains_key("n4"), "who has the login keeps it and is not at fault");
    let row = |login: &str| {
        database.sql(&format!(
            "select p.status, p.mail, r.code, s.login from people p join posts on person_id = p.id
                join ranks r on r.id = rank_id left join people s on s.id = superior_id where p.login = '{login}'"
        ))
    };
    for login in ["n2", "n3", "n4", "n6", "n7", "n8", "n10"] {
        assert_eq!(row(login), format!("active|{login}@gov.example|officer|n1"), "{login}");
    }
    assert_eq!(row("n1"), "active|n1@gov.example|officer|chief");
    assert_eq!(row("n5"), "active||officer|n1", "an address of somebody else's is not used");
    assert_eq!(row("n9"), "disabled|n9@gov.example|officer|n1", "disabling passes whatever else is wrong");
    assert_eq!(database.sql("select level from clearances"), "1", "so does lowering");
    assert_ne!(database.all(), before);
}
