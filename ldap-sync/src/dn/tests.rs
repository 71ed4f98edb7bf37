//! Names that mean the same have the same key, and any name survives being written and read.

use proptest::prelude::*;

use super::*;

fn key(text: &str) -> String {
    Dn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).key()
}

#[test]
fn spellings_of_one_name_have_one_key() {
    for (one, other) in [
        (r"cn=Ivanov\, Ivan,ou=A,dc=gov", r"CN=ivanov\2C Ivan , OU=a,DC=GOV"),
        (r"cn=Петров\2C Пётр,dc=gov", r"cn=ПЕТРОВ\, ПЁТР,dc=gov"),
        (r"cn=\D0\9F\D1\91\D1\82\D1\80,dc=gov", "cn=Пётр,dc=gov"),
        ("cn=A+uid=b,dc=gov", "UID=B + CN=a,dc=gov"),
        ("cn=\"Ivanov, Ivan\",dc=gov", r"cn=Ivanov\, Ivan,dc=gov"),
        ("cn=A;dc=gov", "cn=A,dc=gov"),
        ("cn=two  spaces,dc=gov", "cn=two spaces,dc=gov"),
        ("cn=#04024869,dc=gov", "cn=Hi,dc=gov"),
        ("cn=  padded  ,dc=gov", "cn=padded,dc=gov"),
    ] {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn different_names_have_different_keys() {
    for (one, other) in [
        (r"cn=a\,ou=b,dc=gov", "cn=a,ou=b,dc=gov"),
        (r"cn=a\+uid=b,dc=gov", "cn=a+uid=b,dc=gov"),
        ("cn=a,dc=gov", "cn=a,dc=gov,dc=test"),
        (r"cn=\#04024869,dc=gov", "cn=#04024869,dc=gov"),
    ] {
        assert_ne!(key(one), key(other), "{one} and {other}");
    }
}

#[test]
fn a_name_has_a_parent_and_a_place() {
    let dn = Dn::parse(r"cn=Ivanov\, Ivan,ou=Отдел\, первый,dc=gov").unwrap();
    let unit = dn.parent().unwrap();
    assert_eq!(unit.key(), key(r"ou=Отдел\2c первый,dc=gov"));
    assert!(dn.is_within(&unit) && unit.is_within(&unit) && !unit.is_within(&dn));
    assert!(!dn.is_within(&Dn::parse("ou=первый,dc=gov").unwrap()));
    assert_eq!(dn.own_values().collect::<Vec<_>>(), ["Ivanov, Ivan"]);
    assert_eq!(Dn::parse("dc=gov").unwrap().parent(), None);
}

#[test]
fn what_is_not_a_name_is_refused() {
    for text in [
        "cn",
        "=a",
        "cn=a,",
        "cn=a,,dc=b",
        r"cn=a\",
        r"cn=a\zz",
        "cn=\"a",
        "cn=#4",
        r"cn=\ff",
        "cn=a\"b",
        "я=a",
    ] {
        assert!(Dn::parse(text).is_err(), "{text}");
    }
}

#[test]
fn an_unescaped_space_at_the_end_is_not_part_of_the_value() {
    let dn = Dn::parse(r"cn=a\ ,dc=gov").unwrap();
    assert_eq!(dn.own_values().collect::<Vec<_>>(), ["a "]);
    assert_eq!(dn.to_string(), r"cn=a\ ,dc=gov");
}

proptest! {
    #[test]
    fn any_name_survives_being_written_and_read(
        parts in prop::collection::vec(prop::collection::vec(("[a-zA-Z][a-zA-Z0-9-]{0,5}", any::<String>()), 1..3), 1..5)
    ) {
        let dn = Dn { parts: parts.into_iter().map(|pairs| Part { pairs }).collect() };
        let read = Dn::parse(&dn.to_string()).unwrap();
        prop_assert_eq!(&read, &dn);
        prop_assert_eq!(read.key(), dn.key());
        prop_assert_eq!(Dn::parse(&dn.key()).unwrap().key(), dn.key());
    }

    #[test]
    fn no_text_breaks_the_parser(text in any::<String>()) {
        if let Ok(dn) = Dn::parse(&text) {
            prop_assert_eq!(Dn::parse(&dn.to_string()).unwrap(), dn);
        }
    }
}
