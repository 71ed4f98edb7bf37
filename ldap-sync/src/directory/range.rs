//! Attributes of which the server sends the values in parts (MS-ADTS, section 3.1.1.3.1.3.3): Active Directory does so
//! with a group of more than 1,500 members, and shows its `member` empty.

use std::collections::HashMap;

use ldap3::Ldap;

use super::asking::look_up;
use super::{DirectoryError, RawEntry, Server};

/// As many parts of one attribute as are asked for: at 1,500 values a part, more than a directory holds.
const PARTS: usize = 20_000;

/// The name of a part: `member;range=0-1499`, or `member;range=1500-*` for the last one.
#[derive(Debug, PartialEq, Eq)]
struct Part<'a> {
    attribute: &'a str,
    /// The number of the last value; none if it is the last of all.
    last: Option<usize>,
}

impl<'a> Part<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let (attribute, range) = name.split_once(";range=")?;
        let (_, last) = range.split_once('-')?;
        let last = if last == "*" { None } else { Some(last.parse().ok()?) };
        Some(Self { attribute, last })
    }
}

/// Whether some attribute of the entry came in part.
pub(super) fn is_partial(entry: &RawEntry) -> bool {
    entry.values.keys().any(|name| Part::of(name).is_some())
}

/// Fetches what is missing. Each attribute is there as a whole afterwards, under its own name; an error where that
/// cannot be done: a part is never taken for the whole.
pub(super) async fn complete(
    server: &Server,
    ldap: &mut Ldap,
    mut entry: RawEntry,
) -> Result<RawEntry, DirectoryError> {
    while let Some((attribute, mut last)) = take_part(&mut entry) {
        let mut parts = 0;
        while let Some(number) = last {
            parts += 1;
            let name = format!("{attribute};range={}-*", number + 1);
            let next = look_up(server, ldap, &entry.dn, &[&name], Vec::new()).await?;
            let wrong = |what: &str| DirectoryError::Malformed(format!("{name} of {}: {what}", entry.dn));
            let mut next = next.ok_or_else(|| wrong("the entry has gone meanwhile"))?;
            let (found, end) = take_part(&mut next).ok_or_else(|| wrong("no such part was sent"))?;
            let values = next.values.remove(&found).unwrap_or_default();
            let is_onward = end.is_none_or(|end| end > number) && found == attribute;
            if !is_onward || values.is_empty() || parts > PARTS {
                return Err(wrong("the parts do not come to an end"));
            }
            entry.values.entry(attribute.clone()).or_default().extend(values);
            last = end;
        }
    }
    Ok(entry)
}

/// Puts the values of one part under the attribute's own name. Which one it was, and the number of its last value.
fn take_part(entry: &mut RawEntry) -> Option<(String, Option<usize>)> {
    let name = entry.values.keys().find(|name| Part::of(name).is_some())?.clone();
    let part = Part::of(&name)?;
    let values = entry.values.remove(&name).unwrap_or_default();
    merge(&mut entry.values, part.attribute, values);
    Some((part.attribute.to_owned(), part.last))
}

fn merge(all: &mut HashMap<String, Vec<Vec<u8>>>, attribute: &str, values: Vec<Vec<u8>>) {
    all.entry(attribute.to_owned()).or_default().extend(values);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(values: &[(&str, &[&str])]) -> RawEntry {
        let bytes = |values: &[&str]| values.iter().map(|value| value.as_bytes().to_vec()).collect();
        let values = values.iter().map(|(name, values)| ((*name).to_owned(), bytes(values))).collect();
        RawEntry { dn: "CN=all".to_owned(), values }
    }

    #[test]
    fn parts_are_known_by_their_names() {
        assert_eq!(Part::of("member;range=0-1499"), Some(Part { attribute: "member", last: Some(1499) }));
        assert_eq!(Part::of("member;range=1500-*"), Some(Part { attribute: "member", last: None }));
        for name in ["member", "member;lang-ru", "member;range=", "member;range=0-x"] {
            assert_eq!(Part::of(name), None, "{name}");
        }
    }

    #[test]
    fn the_empty_attribute_beside_a_part_is_not_taken_for_the_whole() {
        let mut group = entry(&[("member", &[]), ("member;range=0-1", &["one", "two"])]);
        assert!(is_partial(&group));
        assert_eq!(take_part(&mut group), Some(("member".to_owned(), Some(1))));
        assert_eq!(group, entry(&[("member", &["one", "two"])]));
        assert!(!is_partial(&group) && take_part(&mut group).is_none());
    }
}
