//! What an entry was when it was taken, in sixteen bytes: an entry with the same digest needs no second look.

use schema::directory_entries::Digest;
use sha2::{Digest as _, Sha256};

use crate::config::Source;
use crate::directory::RawEntry;

/// To be raised whenever something else is made of the same entry: all of them are then looked at again.
const MADE_OF_ENTRIES: u32 = 1;

/// Makes digests of entries as one configuration takes them.
#[derive(Clone)]
pub(crate) struct Digester(Sha256);

impl Digester {
    /// For `source`: with another meaning of its words, no digest is the same.
    pub(crate) fn of(source: &Source) -> Self {
        let places = (&source.base, &source.ignore, &source.anchors, source.superior_from_head);
        let names = (&source.entries, &source.attributes, &source.unit_kinds);
        let words =
            (&source.ranks, &source.clearance, &source.employment, &source.roles, &source.account_control);
        let meaning = format!("{MADE_OF_ENTRIES} {places:?} {names:?} {words:?} {:?}", source.groups);
        Self(Sha256::new_with_prefix(meaning.as_bytes()))
    }

    /// The digest of `entry`, in whatever order its values came.
    pub(crate) fn digest(&self, entry: &RawEntry) -> Digest {
        let mut sum = self.0.clone();
        part(&mut sum, entry.dn.as_bytes());
        let mut attributes: Vec<_> = entry.values.iter().collect();
        attributes.sort_unstable_by_key(|(name, _)| name.as_str());
        for (name, values) in attributes {
            part(&mut sum, name.as_bytes());
            let mut values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            values.sort_unstable();
            sum.update(values.len().to_le_bytes());
            for value in values {
                part(&mut sum, value);
            }
        }
        let sum: [u8; 32] = sum.finalize().into();
        let mut half = Digest::default();
        half.copy_from_slice(sum.split_at(16).0);
        half
    }
}

/// With its length, so that no two parts can be cut differently.
fn part(sum: &mut Sha256, bytes: &[u8]) {
    sum.update(bytes.len().to_le_bytes());
    sum.update(bytes);
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::config;

    fn digester(more: &str) -> Digester {
        let text = format!("{}\n{more}", sample_ministry::SOURCES_EXAMPLE);
        Digester::of(config::parse(&text, []).unwrap().sources.last().unwrap())
    }

    fn entry(dn: &str, values: &[(&str, &[&str])]) -> RawEntry {
        let bytes = |values: &[&str]| values.iter().map(|value| value.as_bytes().to_vec()).collect();
        let values: HashMap<_, _> =
            values.iter().map(|(name, values)| ((*name).to_owned(), bytes(values))).collect();
        RawEntry { dn: dn.to_owned(), values }
    }

    #[test]
    fn it_depends_on_all_that_an_entry_says_and_on_no_order() {
        let digester = digester("");
        let one = digester.digest(&entry("cn=a", &[("role", &["x", "y"]), ("title", &["z"])]));
        assert_eq!(one, digester.digest(&entry("cn=a", &[("title", &["z"]), ("role", &["y", "x"])])));
        for other in [
            entry("cn=b", &[("role", &["x", "y"]), ("title", &["z"])]),
            entry("cn=a", &[("role", &["xy"]), ("title", &["z"])]),
            entry("cn=a", &[("role", &["x"]), ("title", &["y", "z"])]),
            entry("cn=a", &[("role", &["x", "y"])]),
            entry("cn=a", &[("role", &["x", "y"]), ("title", &[])]),
        ] {
            assert_ne!(one, digester.digest(&other), "{other:?}");
        }
    }

    #[test]
    fn it_depends_on_what_the_words_mean() {
        let person = entry("cn=a", &[]);
        let (one, other) = (digester(""), digester("account_control = { disabled_bits = 4 }"));
        assert_eq!(one.digest(&person), digester("").digest(&person));
        assert_ne!(one.digest(&person), other.digest(&person));
    }
}
