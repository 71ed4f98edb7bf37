//! The keys of names against a real server: what it takes for one entry has one key.

use std::collections::HashSet;

use ldap_sync::dn::Dn;

use crate::harness::{Directory, Ldif};

/// Values as they are written in a name, escapes and all.
const PAIRS: [(&str, &str); 37] = [
    ("Пётр", "ПЁТР"),
    ("Пётр", "Петр"),
    ("й", "и\u{306}"),
    ("é", "e\u{301}"),
    ("a\u{301}\u{323}", "a\u{323}\u{301}"),
    ("힣", "\u{1112}\u{1175}\u{11c2}"),
    ("e", "é"),
    ("ABC", "ＡＢＣ"),
    ("ﬁ", "fi"),
    ("ǅ", "ǆ"),
    ("\u{212a}", "k"),
    ("\u{2126}", "ω"),
    ("ſ", "s"),
    ("ẛ", "ṡ"),
    ("İx", "ix"),
    ("Straße", "Strasse"),
    ("ΑΣ", "ασ"),
    ("ΑΣ", "ας"),
    ("ς", "σ"),
    ("a b", "a  b"),
    ("a b", r"a\20\20b"),
    ("a b", "a\u{a0}b"),
    ("a b", "a\u{3000}b"),
    ("a b", "a\u{2009}b"),
    ("a b", "a\tb"),
    ("a b", "a\u{2028}b"),
    ("a b", r"a\0Ab"),
    ("x", r"x\ "),
    ("x", r"\ x"),
    (r"\ ", r"\ \ "),
    ("a¨b", "a \u{308}b"),
    ("¨x", "x"),
    ("softhy", "soft\u{ad}hy"),
    ("zw", "z\u{200b}w"),
    (r"Ivanov\, Ivan", r"ivanov\2c ivan"),
    (r"\#1 \+ \22б\22", r"\231 \2B \22Б\22"),
    (r"\D0\9F\D1\91\D1\82\D1\80", "пётр"),
];

/// `LDAP_ALREADY_EXISTS`.
const EXISTS: u32 = 68;

#[tokio::test]
async fn what_the_server_takes_for_one_entry_has_one_key() {
    let directory = Directory::with(Ldif::agency().text(), &[]);
    let mut admin = directory.admin().await;
    let mut wrong = Vec::new();
    for (number, (one, other)) in PAIRS.into_iter().enumerate() {
        let unit = format!("ou=pair {number},dc=gov,dc=example");
        let class = |class: &'static str| vec![("objectClass", HashSet::from([class]))];
        admin.add(&unit, class("organizationalUnit")).await.unwrap().success().unwrap();
        let [first, second] = [one, other].map(|value| format!("cn={value},{unit}"));
        admin.add(&first, class("device")).await.unwrap().success().unwrap();
        let answer = admin.add(&second, class("device")).await.unwrap().rc;
        assert!(answer == 0 || answer == EXISTS, "{second:?}: {answer}");
        let [first, second] = [first, second].map(|name| Dn::parse(&name).unwrap().key());
        if (answer == EXISTS) != (first == second) {
            wrong.push((one, other, answer));
        }
    }
    assert!(wrong.is_empty(), "the server and the keys differ about {wrong:?}");
}

#[tokio::test]
async fn the_servers_spelling_has_the_key_of_ours() {
    let directory = Directory::with(Ldif::agency().text(), &[]);
    let mut admin = directory.admin().await;
    let name = r#"cn=#x\, "y" \+ <z>\;=\\+employeeNumber=\20Ж 7\ ,ou=services,dc=gov,dc=example"#;
    let name = name.replace("cn=#", r"cn=\#").replace('"', r#"\""#).replace('<', r"\<").replace('>', r"\>");
    let values = [("objectClass", HashSet::from(["inetOrgPerson"])), ("sn", HashSet::from(["x"]))];
    admin.add(&name, values.to_vec()).await.unwrap().success().unwrap();
    let found = admin.search(&name, ldap3::Scope::Base, "(objectClass=*)", vec!["1.1"]).await.unwrap();
    let found = found.success().unwrap().0.into_iter().map(ldap3::SearchEntry::construct);
    let told: Vec<String> = found.map(|entry| entry.dn).collect();
    assert_eq!(told.len(), 1);
    assert_ne!(told[0], name, "the server writes it in its own way");
    assert_eq!(Dn::parse(&told[0]).unwrap().key(), Dn::parse(&name).unwrap().key(), "{}", told[0]);
}
