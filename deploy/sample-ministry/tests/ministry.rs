//! The ministry is what the contract says, and the checked-in file is what the program makes.

use std::collections::HashSet;

use sample_ministry::{ARCHIVES, LANDS, Person, SIGN_INS, active_directory, ministry, person, unit};

#[test]
fn the_checked_in_files_are_fresh() {
    let checked_in = [
        sample_ministry::LDIF,
        sample_ministry::SOURCES_EXAMPLE,
        active_directory::LDIF,
        active_directory::SOURCE_EXAMPLE,
    ];
    for ((name, made), checked_in) in sample_ministry::generated().into_iter().zip(checked_in) {
        assert!(made == checked_in, "{name} is old: run `cargo run -p sample-ministry`");
    }
}

#[test]
fn it_has_the_size_of_a_ministry() {
    let of = |source| ministry().people.iter().filter(|person| person.agency.source == source).count();
    assert!((210..=250).contains(&of(LANDS.source)), "{}", of(LANDS.source));
    assert!((60..=80).contains(&of(ARCHIVES.source)), "{}", of(ARCHIVES.source));
    for kind in ["agency", "department", "division", "section"] {
        assert!(ministry().units.iter().filter(|unit| unit.kind == kind).count() >= 2, "{kind}");
    }
}

#[test]
fn names_ids_logins_and_addresses_are_unique() {
    let everyone = &ministry().people;
    let distinct = |key: &dyn Fn(&Person) -> String| everyone.iter().map(key).collect::<HashSet<_>>().len();
    assert_eq!(distinct(&|person| person.dn.to_lowercase()), everyone.len());
    assert_eq!(distinct(&|person| person.uid.to_lowercase()), everyone.len());
    assert_eq!(distinct(&|person| person.mail()), everyone.len());
    assert_eq!(
        distinct(&|person| format!("{}{}", person.agency.source, person.employee_number)),
        everyone.len()
    );
    let ids = everyone.iter().map(|person| person.entry_uuid);
    let ids: HashSet<_> = ids.chain(ministry().units.iter().map(|unit| unit.entry_uuid)).collect();
    assert_eq!(ids.len(), everyone.len() + ministry().units.len());
    let names: HashSet<_> = ministry().units.iter().map(|unit| unit.name).collect();
    assert_eq!(names.len(), ministry().units.len());
}

#[test]
fn every_name_that_points_somewhere_points_at_an_entry() {
    let people: HashSet<_> = ministry().people.iter().map(|person| person.dn.as_str()).collect();
    let units: HashSet<_> = ministry().units.iter().map(|unit| unit.dn.as_str()).collect();
    for unit in &ministry().units {
        assert!(people.contains(unit.head_dn.as_str()), "{} has no head", unit.name);
    }
    for person in &ministry().people {
        assert!(units.contains(person.unit_dn.as_str()), "{}", person.uid);
        for dn in [&person.manager_dn, &person.secretary_dn, &person.acting_for_dn].into_iter().flatten() {
            assert!(people.contains(dn.as_str()), "{} points at {dn}", person.uid);
        }
        assert!(person.liaison_to_dn.is_none_or(|dn| units.contains(dn)), "{}", person.uid);
    }
    let at_the_top = ministry().people.iter().filter(|person| person.manager_dn.is_none());
    assert_eq!(at_the_top.map(|person| person.rank.code).collect::<Vec<_>>(), ["minister", "G2"]);
}

#[test]
fn the_sign_ins_mean_what_they_say() {
    for sign_in in SIGN_INS {
        let found = person(sign_in.login).unwrap_or_else(|| panic!("{} does not exist", sign_in.login));
        assert!(!found.disabled, "{}", sign_in.login);
    }
    let [minister, deputy, director, head, officer, peer] =
        ["minister", "deputy", "director", "head", "officer", "peer"].map(|uid| person(uid).unwrap());
    for (below, above) in
        [(officer, head), (peer, head), (head, director), (director, deputy), (deputy, minister)]
    {
        assert_eq!(below.manager_dn.as_deref(), Some(above.dn.as_str()), "{}", below.uid);
    }
    assert_eq!(officer.unit_dn, peer.unit_dn);
    let bands = [minister, deputy, director, head, officer].map(|person| person.rank.band);
    assert_eq!(bands, ["executive", "executive", "director", "manager", "officer"]);
    assert!(ministry().units.iter().any(|unit| unit.head_dn == head.dn && unit.kind == "division"));

    let assistant = person("assistant").unwrap();
    assert_eq!(minister.secretary_dn.as_deref(), Some(assistant.dn.as_str()));
    let acting = person("acting").unwrap();
    let absent = acting.acting_for_dn.as_deref();
    assert!(
        ministry()
            .units
            .iter()
            .any(|unit| Some(unit.head_dn.as_str()) == absent && unit.dn == acting.unit_dn)
    );
    assert_ne!(acting.unit_dn, officer.unit_dn);
    assert_eq!(person("contractor").unwrap().employment, "contractor");
    assert_eq!(person("outsider").unwrap().agency.source, ARCHIVES.source);
    assert_eq!(person("liaison").unwrap().liaison_to_dn, Some(ARCHIVES.dn));
    assert_eq!(person("cleared").unwrap().clearance, Some(("secret", vec!["security"])));
    for (uid, role) in [
        ("hr", "hr"),
        ("compliance", "compliance"),
        ("compliance2", "compliance"),
        ("security", "security"),
        ("security2", "security"),
        ("admin", "admin"),
    ] {
        assert_eq!(person(uid).unwrap().roles, [role]);
    }
    assert_eq!(ministry().people.iter().filter(|person| !person.roles.is_empty()).count(), 6);
}

#[test]
fn it_has_what_breaks_careless_readers() {
    let units = &ministry().units;
    for escaped in [r"\,", r"\+", r#"\""#, r"\#"] {
        assert!(units.iter().any(|unit| unit.dn.contains(escaped)), "{escaped}");
    }
    let people = &ministry().people;
    assert!(people.iter().any(|person| person.dn.split(',').next().unwrap().contains("+employeeNumber=")));
    assert!(people.iter().any(|person| person.dn.starts_with(r"cn=Tomas Weber\, Jr.,")));
    assert!((5..=12).contains(&people.iter().filter(|person| person.disabled).count()));
    for segment in ["audit", "procurement"] {
        assert!(people.iter().filter(|person| person.segments == [segment]).count() >= 5, "{segment}");
    }
    for band in ["support", "officer", "manager", "director", "executive"] {
        assert!(people.iter().any(|person| person.rank.band == band), "{band}");
    }
    assert!(people.iter().any(|person| person.clearance.is_none()));
    assert!(unit("Отдел кадров, обучения и наград").is_some());
}

#[test]
fn portraits_are_small_and_all_different() {
    let photos: Vec<_> = ministry().people.iter().filter_map(|person| person.photo.as_ref()).collect();
    assert!((30..=45).contains(&photos.len()), "{}", photos.len());
    assert!(photos.iter().all(|photo| photo.len() < 3000 && photo.starts_with(&[0xff, 0xd8])));
    assert_eq!(photos.iter().collect::<HashSet<_>>().len(), photos.len());
}
