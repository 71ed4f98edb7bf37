//! Values as servers send them: text, bytes, bytes that happen to be text, and nonsense.

use super::*;
use crate::config;

fn collect(values: &[(&str, &[&[u8]])]) -> Reading {
    let config = config::parse(sample_ministry::SOURCES_EXAMPLE, []).unwrap();
    let mut collector = Collector::new(Arc::new(config.sources[0].clone()), HashSet::new());
    let mut all: HashMap<String, Vec<Vec<u8>>> = values
        .iter()
        .map(|(name, values)| (name.to_lowercase(), values.iter().map(|value| value.to_vec()).collect()))
        .collect();
    all.entry("objectclass".to_owned()).or_insert_with(|| vec![b"INETORGPERSON".to_vec()]);
    collector.take(RawEntry { dn: "cn=a,ou=b,dc=gov".to_owned(), values: all });
    collector.reading
}

fn person(values: &[(&str, &[&[u8]])]) -> PersonEntry {
    collect(values).people.remove(0)
}

#[test]
fn text_and_bytes_are_told_apart_by_the_attribute_and_not_by_their_looks() {
    let jpeg: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 1, 2, 3];
    let Field::Good(photo) = person(&[("jpegPhoto", &[jpeg])]).photo else { panic!("a photo") };
    assert_eq!((photo.sha256.len(), photo.bytes.unwrap().media_type), (64, "image/jpeg"));
    assert!(matches!(person(&[("jpegPhoto", &[b"plain text"])]).photo, Field::Bad(_)));
    let mut huge = vec![0xff, 0xd8, 0xff];
    huge.resize(LARGEST_PHOTO + 1, 0);
    assert!(matches!(person(&[("jpegPhoto", &[&huge])]).photo, Field::Bad(_)));
    assert!(matches!(person(&[("displayName", &[&[0xff, 0xfe]])]).display_name, Field::Bad(_)));
    assert_eq!(
        person(&[("displayName", &["Пётр ".as_bytes()])]).display_name,
        Field::Good("Пётр".to_owned())
    );
    assert!(matches!(person(&[("sn", &[b"a\0b"])]).family_name, Field::Bad(_)));
    assert_eq!(person(&[("cn", &[b"zeta", b"alpha"])]).display_name, Field::Good("alpha".to_owned()));
}

#[test]
fn an_id_is_a_uuid_or_missing() {
    let id = "752ad53d-4074-8a93-ba1d-0bdf211277e8";
    assert_eq!(person(&[("entryUUID", &[id.as_bytes()])]).place.id, id.parse().ok());
    for nonsense in ["", "1", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(person(&[("entryUUID", &[nonsense.as_bytes()])]).place.id, None);
    }
}

#[test]
fn words_mean_what_the_configuration_says() {
    let read = person(&[
        ("govRank", &[b"Minister"]),
        ("govClearance", &[b"SECRET"]),
        ("govClearanceCategory", &[b"budget", b"aliens"]),
        ("govRole", &[b"hr", b"king"]),
        ("userAccountControl", &[b"514"]),
        ("employeeType", &[b"Contractor"]),
        ("govActingUntil", &[b"20260301120000.5Z"]),
    ]);
    assert_eq!(read.rank, Field::Good("minister".to_owned()));
    let categories = BTreeSet::from(["budget".to_owned()]);
    assert_eq!(read.clearance, Field::Good(Clearance { level: 3, categories }));
    assert_eq!(read.unknown_categories, ["aliens"]);
    assert_eq!((read.roles.len(), read.unknown_roles), (1, vec!["king".to_owned()]));
    assert_eq!(read.status, Field::Good(Status::Disabled));
    assert_eq!(read.employment, Field::Good(Employment::Contractor));
    assert_eq!(read.acting_until, Field::Good("2026-03-01T12:00:00Z".parse().unwrap()));
    for (attribute, value) in [("userAccountControl", "on"), ("govRank", "king"), ("govClearance", "x")] {
        let read = person(&[(attribute, &[value.as_bytes()])]);
        let bad = [
            matches!(read.status, Field::Bad(_)),
            matches!(read.rank, Field::Bad(_)),
            matches!(read.clearance, Field::Bad(_)),
        ];
        assert_eq!(bad.iter().filter(|bad| **bad).count(), 1, "{attribute}");
    }
    assert!(matches!(person(&[("govClearance", &[b"secret", b"official"])]).clearance, Field::Bad(_)));
    assert_eq!(person(&[("govClearance", &[b"open"])]).clearance, Field::Absent);
}

#[test]
fn a_segment_that_cannot_be_read_is_not_forgotten() {
    assert!(matches!(person(&[("govSegment", &[b"audit", &[0xff]])]).segments, Field::Bad(_)));
    assert_eq!(person(&[]).segments, Field::Absent);
}

#[test]
fn entries_are_sorted_by_their_class() {
    let unit: &[&[u8]] = &[b"top", b"organizationalunit"];
    assert_eq!(collect(&[("objectClass", unit)]).units.len(), 1);
    let other: &[&[u8]] = &[b"device"];
    let reading = collect(&[("objectClass", other)]);
    assert_eq!((reading.units.len(), reading.people.len()), (0, 0));
}
