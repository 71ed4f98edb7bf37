//! The large directory is what it says of itself, also after a real server has read it.

#![expect(
    clippy::unwrap_used,
    reason = "tests: what is not there fails the test, also in the functions that tests share"
)]

use std::collections::{BTreeMap, HashSet};
use std::process::Command;

use local_services::{Changes, Durability, Scratch, Slapd, SlapdOptions};
use sample_ministry::{LARGE, Large, LargePerson, Odd, SYNC_DN, SYNC_PASSWORD, large_schema};

fn ldif(large: &Large) -> String {
    let mut bytes = Vec::new();
    large.write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_same_numbers_give_the_same_directory() {
    let one = ldif(&Large::new(700, 1));
    assert!(one == ldif(&Large::new(700, 1)));
    assert!(one != ldif(&Large::new(700, 2)));
    assert!(one.is_ascii(), "everything else is encoded");
}

#[test]
fn it_is_as_large_as_wanted_and_has_everything_odd() {
    for (people, each) in [(500, 1), (1_000, 1), (10_000, 2)] {
        let large = Large::with_odd(people, 3, each);
        let expected = large.expected();
        assert_eq!((large.people(), expected.people), (people, people));
        let units = large.units();
        assert!((people / 13..people / 11).contains(&(units.len() - 2 * each)), "{} units", units.len());
        for kind in ["agency", "department", "division", "section"] {
            assert!(units.iter().any(|unit| unit.kind == Some(kind)), "{kind}");
        }
        assert_eq!(units.iter().filter(|unit| unit.kind == Some("agency")).count(), 1);
        for odd in Odd::ALL {
            let takes = match odd {
                Odd::CycleOfThree => 3,
                Odd::CycleOfTwo | Odd::DuplicateMail | Odd::DuplicateLogin => 2,
                _ => 1,
            };
            assert_eq!(expected.odd.get(&odd).map(Vec::len), Some(takes * each), "{people}: {odd:?}");
        }
    }
    let faultless = Large::with_odd(1_000, 3, 0);
    assert_eq!(faultless.expected().odd, BTreeMap::new());
    assert!(faultless.units().iter().all(|unit| unit.managed_by.is_some() && unit.kind.is_some()));
}

#[test]
fn a_department_is_large_enough_to_be_moved() {
    let large = Large::new(20_000, 1);
    let sizes = large.units().iter().filter(|unit| unit.kind == Some("department"));
    let largest = sizes.map(|unit| large.people_within(unit)).max().unwrap();
    assert!((4_700..5_300).contains(&largest), "{largest}");
}

#[test]
fn names_ids_and_logins_are_unique_but_where_that_is_what_is_odd() {
    let large = Large::new(10_000, 1);
    let everybody: Vec<LargePerson> = large.everybody().collect();
    let distinct =
        |key: &dyn Fn(&LargePerson) -> String| everybody.iter().map(key).collect::<HashSet<_>>().len();
    assert_eq!(distinct(&|person| person.dn.to_lowercase()), everybody.len());
    assert_eq!(distinct(&|person| person.entry_uuid.to_string()), everybody.len());
    assert_eq!(distinct(&|person| person.uid.to_lowercase()), everybody.len() - 2);
    // Of the mail addresses, two are double, and the two bad ones are alike.
    assert_eq!(distinct(&|person| person.mail.clone()), everybody.len() - 3);
    let names: HashSet<_> = everybody.iter().map(|person| person.dn.as_str()).collect();
    for person in everybody.iter().filter(|person| person.odd.is_none()) {
        for dn in [&person.manager_dn, &person.secretary_dn].into_iter().flatten() {
            assert!(names.contains(dn.as_str()), "{} refers to {dn}", person.dn);
        }
    }
    for unit in large.units().iter().filter(|unit| unit.odd.is_none_or(|odd| !odd.is_of_unit())) {
        let head = unit.managed_by.as_deref().unwrap();
        assert!(names.contains(head), "{} is led by {head}", unit.dn);
    }
    let has = |what: &dyn Fn(&LargePerson) -> bool| everybody.iter().filter(|person| what(person)).count();
    assert!((200..400).contains(&has(&|person| person.disabled)));
    assert!((1..30).contains(&has(&|person| person.liaison_to_dn.is_some())));
    assert!((5..40).contains(&has(&|person| person.acting.is_some())));
    assert!(has(&|person| person.secretary_dn.is_some()) >= 5);
    assert!(has(&|person| person.clearance.is_some()) > 5_000);
    assert!(has(&|person| person.segment.is_some()) > 500);
    assert!(has(&|person| person.role == Some("hr")) == 1);
    assert!(has(&|person| person.common_name.is_ascii()) > 500);
}

/// A server that holds it, and its client.
struct Directory {
    slapd: Slapd,
    _scratch: Scratch,
}

impl Directory {
    fn of(large: &Large) -> Self {
        let scratch = Scratch::new().unwrap();
        let options = SlapdOptions {
            suffix: sample_ministry::BASE_DN.to_owned(),
            admin_dn: sample_ministry::ADMIN_DN.to_owned(),
            admin_password: "admin".to_owned(),
            schema: large_schema(),
            ldif: ldif(large),
            limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
            access: Vec::new(),
            changes: Changes::default(),
            durability: Durability::Relaxed,
        };
        let slapd = Slapd::start(&scratch.path().join("ldap"), options).unwrap();
        Self { slapd, _scratch: scratch }
    }

    /// The lines that a search prints: one attribute of each entry found below the agency.
    fn find(&self, filter: &str, attribute: &str) -> Vec<String> {
        let url = self.slapd.ldap_url();
        let arguments =
            ["-x", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-H", &url, "-D", SYNC_DN];
        let search = ["-w", SYNC_PASSWORD, "-b", LARGE.dn, filter, attribute];
        let output = Command::new("ldapsearch").args(arguments).args(search).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let prefix = format!("{attribute}:");
        text.lines().filter(|line| line.starts_with(&prefix)).map(str::to_owned).collect()
    }

    fn count(&self, filter: &str) -> usize {
        self.find(filter, "entryUUID").len()
    }
}

#[test]
fn a_server_takes_it_and_shows_what_is_expected() {
    let large = Large::new(5_000, 1);
    let expected = large.expected();
    let directory = Directory::of(&large);
    assert_eq!(directory.count("(objectClass=inetOrgPerson)"), expected.people);
    assert_eq!(directory.count("(objectClass=organizationalUnit)"), expected.units);
    assert_eq!(directory.count("(objectClass=groupOfNames)"), expected.groups);
    assert_eq!(
        directory.count("(objectClass=*)"),
        expected.people + expected.units + expected.groups,
        "there is nothing else"
    );
    assert_eq!(directory.count("(userAccountControl=514)"), expected.disabled);
    assert!(directory.find("(cn=Каждый второй)", "member").len() > 2_000);

    // What a filter can ask for, the server finds at those who are said to have it.
    for (odd, filter) in [
        (Odd::MissingRank, "(&(objectClass=inetOrgPerson)(!(govRank=*)))"),
        (Odd::UnknownRank, "(govRank=grand-vizier)"),
        (Odd::MissingDisplayName, "(&(objectClass=inetOrgPerson)(!(displayName=*)))"),
        (Odd::UnknownRole, "(govRole=wizard)"),
        (Odd::UnknownClearance, "(govClearance=cosmic)"),
        (Odd::UnknownCategory, "(govClearanceCategory=gossip)"),
        (Odd::UnknownEmployment, "(employeeType=seasonal)"),
        (Odd::BadMail, "(mail=no address yet)"),
        (Odd::BadSegment, r"(govSegment=audit\07)"),
        (Odd::CommaInName, "(&(objectClass=inetOrgPerson)(cn=*, *))"),
        (Odd::PlusInName, "(cn=*+*)"),
        (Odd::QuotesInName, "(&(objectClass=inetOrgPerson)(cn=*\"*))"),
        (Odd::HashInName, "(cn=#*)"),
        (Odd::ForeignName, "(cn=*山田*)"),
        (Odd::ControlCharacters, r"(title=*\0A*)"),
        (Odd::ActingInThePast, "(govActingEnd=20200101000000Z)"),
        (Odd::ActingForNobodyKnows, "(govActingEnd=до выхода из отпуска)"),
        (Odd::KindMissing, "(&(objectClass=organizationalUnit)(!(govUnitKind=*)))"),
        (Odd::KindUnknown, "(govUnitKind=бюро находок)"),
    ] {
        let found: HashSet<_> = directory.find(filter, "entryUUID").into_iter().collect();
        let said = expected.odd[&odd].iter().map(|id| format!("entryUUID: {id}")).collect();
        assert_eq!(found, said, "{odd:?}");
    }
    let by_id = |odd: Odd, attribute: &str| -> Vec<String> {
        let ids = expected.odd[&odd].iter();
        ids.flat_map(|id| directory.find(&format!("(entryUUID={id})"), attribute)).collect()
    };
    let no_image = by_id(Odd::PhotoNoImage, "jpegPhoto");
    assert!(matches!(&no_image[..], [photo] if photo.starts_with("jpegPhoto:: PGh0bWw+")), "{no_image:?}");
    assert!(by_id(Odd::PhotoTooLarge, "jpegPhoto")[0].len() > 1 << 20);
    assert!(by_id(Odd::LongTitle, "title")[0].len() > 3_000);
    assert!(by_id(Odd::BinaryJunk, "govTelephone")[0].starts_with("govTelephone:: "));
    assert!(by_id(Odd::HeadlessUnit, "managedBy").is_empty());
    assert_eq!(by_id(Odd::CycleOfThree, "manager").iter().collect::<HashSet<_>>().len(), 3);
    let logins = by_id(Odd::DuplicateLogin, "uid");
    assert!(logins[0] != logins[1] && logins[0].to_lowercase() == logins[1].to_lowercase(), "{logins:?}");
}
