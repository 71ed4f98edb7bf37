//! Names that mean the same have the same key, and any name survives being written and read.

#[path = "../../fuzz/laws.rs"]
mod laws;

use std::path::Path;

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
        (r"cn=\D0\9F\d1\91т\D1\80,dc=gov", "cn=Пётр,dc=gov"),
        ("cn=A+uid=b,dc=gov", "UID=B + CN=a,dc=gov"),
        ("cn=\"Ivanov, Ivan\",dc=gov", r"cn=Ivanov\, Ivan,dc=gov"),
        ("cn=A;dc=gov", "cn=A,dc=gov"),
        ("cn=two  spaces,dc=gov", "cn=two spaces,dc=gov"),
        ("cn=#04024869,dc=gov", "cn=Hi,dc=gov"),
        ("cn=#0c81024869,dc=gov", "cn=Hi,dc=gov"),
        ("cn=#1e04041f0451,dc=gov", "cn=Пё,dc=gov"),
        ("cn=  padded  ,dc=gov", r"cn=\ padded\ ,dc=gov"),
        ("2.5.4.3=a,OID.2.5.4.11=b,0.9.2342.19200300.100.1.25=gov", "commonName=a,ou=b,dc=gov"),
        ("userid=a,dc=gov", "UID=a,dc=gov"),
        ("cn=\u{438}\u{306}од,dc=gov", "cn=Йод,dc=gov"),
        ("cn=Ｆｕｌｌ,dc=gov", "cn=full,dc=gov"),
        ("cn=no\u{a0}break,dc=gov", "cn=no break,dc=gov"),
        (r"cn=gone\0ADEL:1,dc=gov", r"CN=Gone\0aDel:1,DC=gov"),
        (r"cn=\ ,dc=gov", r"cn=\20\20,dc=gov"),
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
        (r"cn=\#0101ff,dc=gov", "cn=#0101ff,dc=gov"),
        ("cn=a,dc=gov", "ou=a,dc=gov"),
        ("cn=Елена,dc=gov", "cn=Ёлена,dc=gov"),
        ("cn=Strasse,dc=gov", "cn=Straße,dc=gov"),
        ("cn=a b,dc=gov", r"cn=a\09b,dc=gov"),
        ("cn=ab,dc=gov", "cn=a\u{200b}b,dc=gov"),
        ("cn=,dc=gov", r"cn=\ ,dc=gov"),
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
    assert!(dn.is_within(&Dn::parse("").unwrap()));
    assert_eq!(dn.own_values().collect::<Vec<_>>(), ["Ivanov, Ivan"]);
    assert_eq!(unit.own_values().collect::<Vec<_>>(), ["Отдел, первый"]);
    assert_eq!(Dn::parse("dc=gov").unwrap().parent(), None);
    assert_eq!(Dn::parse("").unwrap().parent(), None);
}

#[test]
fn what_is_not_a_name_is_refused() {
    for text in [
        "cn",
        "=a",
        ",",
        "cn=a,",
        "cn=a+",
        "cn=a,,dc=b",
        r"cn=a\",
        r"cn=a\4",
        r"cn=a\4я",
        r"cn=a\zz",
        "cn=\"a",
        "cn=\"a\"b",
        "cn=#4",
        "cn=#",
        "cn=#04024869x",
        r"cn=\ff",
        r"cn=\D0",
        "cn=a\"b",
        "я=a",
        "1cn=a",
        "2..5=a",
        "oid.cn=a",
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

#[test]
fn names_that_are_too_much_are_refused() {
    let deep = |depth: usize| vec!["ou=a"; depth].join(",");
    let wide = |width: usize| vec!["ou=a"; width].join("+");
    let long = |letters: usize| format!("cn={}", "a".repeat(letters));
    assert_eq!(Dn::parse(&deep(DEEPEST)).unwrap().depth(), DEEPEST);
    assert!(Dn::parse(&wide(WIDEST)).is_ok());
    assert!(Dn::parse(&long(2_000)).is_ok());
    let escaped = format!("cn={}", r"\D1\8F".repeat(1_000));
    assert!(Dn::parse(&escaped).is_ok());
    for text in [deep(DEEPEST + 1), wide(WIDEST + 1), long(LONGEST_KEY), " ".repeat(LONGEST + 1)] {
        assert!(Dn::parse(&text).is_err(), "{} bytes", text.len());
    }
}

#[test]
fn a_folded_letter_stays_folded() {
    for letter in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let once = folded(&format!("a{letter}b"));
        assert_eq!(folded(&once), once, "U+{:04X}", u32::from(letter));
    }
}

#[test]
fn what_the_fuzzer_begins_with_keeps_the_laws() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/dn");
    let (mut seen, mut names) = (0, 0);
    for seed in std::fs::read_dir(seeds).unwrap() {
        let bytes = std::fs::read(seed.unwrap().path()).unwrap();
        seen += 1;
        names += usize::from(laws::hold(&bytes));
    }
    assert!(seen >= 30 && names >= 20, "{names} names among {seen} seeds");
}

/// A name of some parts with whatever text.
fn any_name() -> impl Strategy<Value = Dn> {
    let pair = ("[a-zA-Z][a-zA-Z0-9-]{0,5}", any_text()).prop_map(|(name, text)| Pair { name, value: text });
    let part = prop::collection::vec(pair, 1..4);
    let name = prop::collection::vec(part, 1..6).prop_map(Dn::new);
    name.prop_filter("its key is short enough", |dn| dn.key_len() <= LONGEST_KEY)
}

fn any_text() -> impl Strategy<Value = super::Value> {
    prop_oneof![
        4 => any::<String>(),
        4 => "[ ,+\"\\\\<>;=#a-zа-яёЁÅǅİſ\u{306}\u{308}\u{a0}\t]{0,12}",
        1 => r"\PC{0,20}",
    ]
    .prop_map(super::Value::Text)
}

/// Writes a name as somebody else would: `dice` say how.
fn respelled(dn: &Dn, dice: &[u8]) -> String {
    let mut dice = dice.iter().copied().cycle();
    let mut roll = |sides: u8| dice.next().unwrap_or_default() % sides;
    let mut text = String::new();
    for (index, part) in dn.parts().iter().enumerate() {
        if index > 0 {
            text.push_str([",", ", ", " , ", ";", "  ;"][usize::from(roll(5))]);
        }
        let mut pairs: Vec<_> = part.pairs.iter().collect();
        let first = usize::from(roll(4)) % pairs.len();
        pairs.rotate_left(first);
        for (index, pair) in pairs.into_iter().enumerate() {
            if index > 0 {
                text.push_str(["+", " + "][usize::from(roll(2))]);
            }
            let name = &pair.name;
            text.push_str(&if roll(2) == 0 { name.to_uppercase() } else { name.to_lowercase() });
            text.push_str(["=", " = "][usize::from(roll(2))]);
            let super::Value::Text(value) = &pair.value else { panic!("only texts are drawn") };
            text.push_str(&respelled_value(value, &mut roll));
        }
    }
    text
}

fn respelled_value(value: &str, roll: &mut impl FnMut(u8) -> u8) -> String {
    let way = roll(8);
    if way == 0 {
        // UTF8String, with its length in two bytes.
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat();
        return format!("#0c82{}{}", hex(&length), hex(value.as_bytes()));
    }
    if way == 1 {
        return format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let mut text = String::new();
    let last = value.chars().count().saturating_sub(1);
    for (index, letter) in value.chars().enumerate() {
        let special = ",+\"\\<>;=# ".contains(letter);
        let must = (special && letter != ' ' && letter != '#') || index == 0 || index == last;
        match roll(4) {
            0 => text.extend(letter.to_string().bytes().map(|byte| format!("\\{byte:02x}"))),
            _ if special && must => text.extend(['\\', letter]),
            1 if special => text.extend(['\\', letter]),
            // Only where upper case means the same: `ß` has another.
            2 if letter.is_ascii() || ('а'..='я').contains(&letter) => text.extend(letter.to_uppercase()),
            _ => text.push(letter),
        }
        if letter == ' ' && roll(3) == 0 {
            // More spaces between words are as good as one.
            text.push_str("\\20");
        }
    }
    text
}

proptest! {
    #[test]
    fn any_name_survives_being_written_and_read(dn in any_name()) {
        let read = Dn::parse(&dn.to_string()).unwrap();
        prop_assert_eq!(&read, &dn);
        prop_assert_eq!(read.key(), dn.key());
        prop_assert_eq!(Dn::parse(&dn.key()).unwrap().key(), dn.key());
    }

    #[test]
    fn another_spelling_has_the_same_key(dn in any_name(), dice in prop::collection::vec(any::<u8>(), 1..64)) {
        let text = respelled(&dn, &dice);
        let read = Dn::parse(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        prop_assert_eq!(read.key(), dn.key(), "{:?}", text);
    }

    #[test]
    fn above_and_within_agree(dn in any_name(), other in any_name()) {
        let above: Vec<Dn> = std::iter::successors(Some(dn.clone()), Dn::parent).collect();
        prop_assert_eq!(above.len(), dn.depth());
        for (steps, top) in above.iter().enumerate() {
            prop_assert_eq!(top.depth(), dn.depth() - steps);
            prop_assert!(dn.is_within(top));
            prop_assert_eq!(top.is_within(&dn), steps == 0);
            prop_assert_eq!(&Dn::parse(&top.to_string()).unwrap(), top);
            prop_assert!(dn.key().ends_with(&top.key()));
        }
        let keys: Vec<_> = above.iter().map(Dn::key).collect();
        prop_assert_eq!(dn.is_within(&other), keys.contains(&other.key()));
        let below = Dn::new(dn.parts().iter().chain(other.parts()).map(|part| part.pairs.clone()).collect());
        prop_assert!(below.is_within(&other));
    }

    #[test]
    fn no_text_breaks_the_parser(text in prop_oneof![any::<String>(), "[cnou=,+;#\"\\\\ 0-9a-fя]{0,40}"]) {
        laws::hold(text.as_bytes());
    }
}
