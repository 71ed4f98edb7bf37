use super::*;
use crate::config;
use crate::preview::ldif::parse;

fn entry(dn: &str, values: &[(&str, &str)]) -> RawEntry {
    let mut found: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
    for (name, value) in values {
        found.entry((*name).to_owned()).or_default().push(value.as_bytes().to_vec());
    }
    RawEntry { dn: dn.to_owned(), values: found }
}

fn overlay(text: &str) -> Overlay {
    Overlay::new(parse(text).expect("it is LDIF"), &source(Kind::OpenLdap))
}

fn source(kind: Kind) -> Source {
    let config = config::parse(sample_ministry::SOURCES_EXAMPLE, []).expect("it is an example");
    let mut source = config.sources[0].clone();
    source.kind = kind;
    source
}

fn text(entry: &RawEntry, name: &str) -> Vec<String> {
    let values = entry.values.get(name).cloned().unwrap_or_default();
    values.into_iter().map(|value| String::from_utf8(value).expect("text")).collect()
}

#[test]
fn what_is_below_a_moved_unit_moves_along_and_is_found_by_its_new_name() {
    let mut overlay = overlay(
        "dn: ou=Roads,dc=gov\nchangetype: modrdn\nnewrdn: ou=Streets\ndeleteoldrdn: 1\nnewsuperior: ou=City,dc=gov\n\n\
         dn: uid=ann,ou=Streets,ou=City,dc=gov\nchangetype: modify\nreplace: title\ntitle: Chief\n",
    );
    let unit =
        overlay.apply(entry("OU=roads,dc=gov", &[("ou", "Roads"), ("entryuuid", "1")])).expect("stays");
    assert_eq!(
        (unit.dn.as_str(), text(&unit, "ou")),
        ("ou=Streets,ou=City,dc=gov", vec!["Streets".to_owned()])
    );
    assert_eq!(text(&unit, "entryuuid"), ["1"]);
    let person = overlay.apply(entry("uid=ann,ou=Roads,dc=gov", &[("title", "Clerk")])).expect("stays");
    assert_eq!(person.dn, "uid=ann,ou=Streets,ou=City,dc=gov");
    assert_eq!(text(&person, "title"), ["Chief"]);
    let other = entry("uid=bob,ou=Rail,dc=gov", &[("title", "Clerk")]);
    assert_eq!(overlay.apply(other.clone()), Some(other));
    assert_eq!(overlay.finish(), Ok(vec![]));
}

#[test]
fn new_entries_come_with_an_id_that_stays_and_later_records_find_them() {
    let records = "dn: uid=new,dc=gov\ncn: New\n\ndn: uid=new,dc=gov\nchangetype: modify\nadd: sn\nsn: One\n";
    let added = overlay(records).finish().expect("it can be done");
    assert_eq!(added, overlay(records).finish().expect("it can be done"));
    let [new] = added.as_slice() else { panic!("one entry: {added:?}") };
    assert_eq!((text(new, "cn"), text(new, "sn")), (vec!["New".to_owned()], vec!["One".to_owned()]));
    assert_eq!(text(new, "entryuuid").len(), 1);
}

#[test]
fn an_entry_goes_only_without_anything_below_it() {
    let mut gone = overlay("dn: ou=Roads,dc=gov\nchangetype: delete\n");
    assert_eq!(gone.apply(entry("ou=Roads,dc=gov", &[])), None);
    assert_eq!(gone.finish(), Ok(vec![]));
    let mut refused = overlay("dn: ou=Roads,dc=gov\nchangetype: delete\n");
    refused.apply(entry("ou=Roads,dc=gov", &[]));
    assert!(refused.apply(entry("uid=ann,ou=Roads,dc=gov", &[])).is_some());
    let faults = refused.finish().expect_err("somebody is below it");
    assert!(faults[0].message_en.contains("uid=ann"), "{faults:?}");
}

#[test]
fn a_record_whose_entry_is_not_there_is_told_with_its_line() {
    let nothing =
        overlay("dn: uid=ann,dc=gov\nchangetype: delete\n\ndn: uid=bob,dc=gov\nchangetype: modify\n");
    let lines: Vec<_> =
        nothing.finish().expect_err("nobody is there").iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [1, 4]);
}

#[test]
fn only_an_active_directory_follows_those_whom_it_names() {
    let records = "dn: ou=Roads,dc=gov\nchangetype: modrdn\nnewrdn: ou=Streets\ndeleteoldrdn: 1\n";
    let manager = "uid=ann,OU=roads,dc=gov";
    for (kind, then) in [(Kind::OpenLdap, manager), (Kind::ActiveDirectory, "uid=ann,ou=Streets,dc=gov")] {
        let mut overlay = Overlay::new(parse(records).expect("it is LDIF"), &source(kind));
        overlay.apply(entry("ou=Roads,dc=gov", &[]));
        let bob = overlay.apply(entry("uid=bob,dc=gov", &[("manager", manager)])).expect("stays");
        assert_eq!(text(&bob, "manager"), [then], "{kind:?}");
    }
}

#[test]
fn values_go_whatever_their_case_and_names_however_they_are_written() {
    let mut overlay = overlay(
        "dn: cn=all,dc=gov\nchangetype: modify\ndelete: member\nmember: UID=Ann, DC=gov\n-\n\
         delete: description\ndescription: ПЕРВЫЙ\n-\nadd: member\nmember: uid=BOB,dc=gov\n",
    );
    let held = [
        ("member", "uid=ann,dc=gov"),
        ("member", "uid=bob,dc=gov"),
        ("description", "Первый"),
        ("description", "Второй"),
    ];
    let group = overlay.apply(entry("cn=all,dc=gov", &held)).expect("stays");
    assert_eq!(text(&group, "member"), ["uid=bob,dc=gov"]);
    assert_eq!(text(&group, "description"), ["Второй"]);
}

#[test]
fn what_the_directory_has_and_nobody_reads_is_left_out() {
    let mut overlay = overlay(
        "dn: cn=printer,dc=gov\nchangetype: delete\n\ndn: uid=nobody,dc=gov\nchangetype: delete\n\n\
         dn: uid=new,dc=gov\ncn: New\n",
    );
    assert_eq!(overlay.unmet(), ["cn=printer,dc=gov", "uid=nobody,dc=gov"]);
    overlay.leave_out(&["cn=printer,dc=gov".to_owned()]);
    let faults = overlay.finish().expect_err("one of them is not there");
    assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [4]);
}
