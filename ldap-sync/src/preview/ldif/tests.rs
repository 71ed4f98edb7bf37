use super::*;

const REORGANISATION: &str = "version: 1
# The roads go to the city.
dn: ou=Roads,dc=gov
changetype: modrdn
newrdn: ou=Streets
deleteoldrdn: 1
newsuperior: ou=City,dc=gov

dn: uid=ann,ou=Streets,ou=City,dc=gov
changetype: modify
replace: title
title:: 0JPQu9Cw0LLQvdGL0Lkg0YHQv9C10YbQuNCw0LvQuNGB0YI=
-
add: secretary
secretary: uid=bob,ou=Streets,
 ou=City,dc=gov
-
delete: govClearance
-

dn: uid=old,dc=gov
changetype: delete

dn: uid=new,dc=gov
objectClass: inetOrgPerson
cn: New One
";

#[test]
fn every_kind_of_record_is_read() {
    let records = parse(REORGANISATION).expect("it is LDIF");
    let [rename, modify, delete, add] = records.as_slice() else { panic!("four records: {records:?}") };
    assert_eq!(rename.line, 3);
    let Change::Rename { rdn, delete_old, superior_text, .. } = &rename.change else { panic!("{rename:?}") };
    assert_eq!(
        (rdn.as_str(), *delete_old, superior_text.as_deref()),
        ("ou=Streets", true, Some("ou=City,dc=gov"))
    );
    let Change::Modify(modifications) = &modify.change else { panic!("{modify:?}") };
    let told: Vec<_> =
        modifications.iter().map(|one| (one.kind, one.attribute.as_str(), one.values.len())).collect();
    assert_eq!(
        told,
        [
            (ModificationKind::Replace, "title", 1),
            (ModificationKind::Add, "secretary", 1),
            (ModificationKind::Delete, "govclearance", 0),
        ]
    );
    assert_eq!(modifications[0].values[0], "Главный специалист".as_bytes());
    assert_eq!(modifications[1].values[0], b"uid=bob,ou=Streets,ou=City,dc=gov");
    assert_eq!(delete.change, Change::Delete);
    let Change::Add(values) = &add.change else { panic!("{add:?}") };
    assert_eq!(values[1], ("cn".to_owned(), b"New One".to_vec()));
}

#[test]
fn what_cannot_be_read_names_its_line() {
    for (text, line) in [
        ("", 1),
        ("cn: a\n", 1),
        ("dn: no name\n", 1),
        ("dn: cn=a\nchangetype: vanish\n", 2),
        ("dn: cn=a\nchangetype: modify\nreplace: cn\nsn: b\n", 4),
        ("dn: cn=a\nchangetype: modify\nswap: cn\n", 3),
        ("dn: cn=a\nchangetype: modrdn\ndeleteoldrdn: 1\n", 2),
        ("dn: cn=a\nchangetype: modrdn\nnewrdn: cn=a,cn=b\n", 2),
        ("dn: cn=a\njpegPhoto:< file:///etc/passwd\n", 2),
        ("dn: cn=a\njpegPhoto:: %%%\n", 2),
        ("version: 2\ndn: cn=a\n", 1),
        ("dn: cn=a\nnonsense\n", 2),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(!error.message_ru.is_empty());
    }
}
