//! Keeps a directory as it was read outside of memory: in a file that has no name, with little in memory of each entry.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;
use uuid::Uuid;

use crate::config::Source;
use crate::directory::{RawEntry, Sink, id_of};
use crate::dn::Dn;
use crate::entry::anchors;

/// So much is kept in memory before there is a file.
const IN_MEMORY: usize = 4 << 20;

/// A text, by half of its SHA-256: short, and no two texts that anybody writes have the same.
pub(crate) type Mark = u128;

/// What is known of an entry without reading it again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    at: u64,
    length: usize,
    /// How far below the root, for units.
    pub(crate) depth: usize,
    /// What the entry is.
    pub(crate) what: What,
    /// The comparable name.
    pub(crate) name: Mark,
    /// The comparable name of the superior's entry.
    pub(crate) superior: Option<Mark>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Unit,
    Person,
    Group,
}

/// The mark of a text.
pub(crate) fn mark(text: &str) -> Mark {
    let sum: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(sum.split_at(16).0);
    u128::from_le_bytes(half)
}

/// Takes a directory's entries as they come.
pub(crate) struct Spool {
    file: SpooledTempFile,
    end: u64,
    source: Source,
    ignored: Vec<Dn>,
    anchors: BTreeMap<String, String>,
    ids: HashSet<Uuid>,
    claims: HashMap<Mark, usize>,
    /// All entries.
    pub(crate) places: Vec<Place>,
    /// Why this is no directory that can be taken a part at a time; it has to be read in another way.
    pub(crate) unfit: Option<String>,
}

impl Spool {
    pub(crate) fn new(source: &Source) -> Self {
        Self {
            file: SpooledTempFile::new(IN_MEMORY),
            end: 0,
            ignored: source.ignore.iter().filter_map(|name| Dn::parse(name).ok()).collect(),
            anchors: anchors(source),
            source: source.clone(),
            ids: HashSet::new(),
            claims: HashMap::new(),
            places: Vec::new(),
            unfit: None,
        }
    }

    /// Whether an entry that must be there is not.
    pub(crate) fn misses_an_anchor(&self) -> bool {
        !self.anchors.is_empty()
    }

    /// Whether more than one entry claims this login or address.
    pub(crate) fn is_claimed_twice(&self, text: &str) -> bool {
        self.claims.get(&mark(text)).is_some_and(|times| *times > 1)
    }

    /// Forgets what only one entry claims.
    pub(crate) fn finish(&mut self) {
        self.claims.retain(|_, times| *times > 1);
        self.claims.shrink_to_fit();
        self.ids = HashSet::new();
    }

    /// The entry at a place.
    pub(crate) fn read(&mut self, place: &Place) -> io::Result<RawEntry> {
        self.file.seek(SeekFrom::Start(place.at))?;
        let mut bytes = vec![0; place.length];
        self.file.read_exact(&mut bytes)?;
        decode(&bytes).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
    }

    fn keep(&mut self, entry: &RawEntry, dn: &Dn, what: What) -> io::Result<()> {
        let bytes = encode(entry);
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&bytes)?;
        let names = &self.source.attributes;
        let superior = first(entry, &names.superior).and_then(|name| Dn::parse(&name).ok());
        self.places.push(Place {
            at: self.end,
            length: bytes.len(),
            depth: dn.depth(),
            what,
            name: mark(&dn.key()),
            superior: superior.map(|dn| mark(&dn.key())),
        });
        self.end += bytes.len() as u64;
        if what == What::Person {
            for attribute in [&names.login, &names.mail] {
                if let Some(text) = first(entry, attribute) {
                    *self.claims.entry(mark(&text.to_lowercase())).or_default() += 1;
                }
            }
        }
        Ok(())
    }
}

impl Sink for Spool {
    fn take(&mut self, entry: RawEntry) {
        // A name that cannot be read is told where all is read at once.
        let Ok(dn) = Dn::parse(&entry.dn) else {
            self.unfit = Some("a name that cannot be read".to_owned());
            return;
        };
        if self.ignored.iter().any(|ignored| dn.is_within(ignored)) {
            return;
        }
        self.anchors.remove(&dn.key());
        if id_of(&entry, &self.source.attributes.id).is_some_and(|id| !self.ids.insert(id)) {
            self.unfit = Some("an id that two entries have".to_owned());
        }
        let classes: Vec<String> = texts(&entry, "objectclass");
        let is = |class: &String| classes.iter().any(|found| found.eq_ignore_ascii_case(class));
        let what = if is(&self.source.entries.person) {
            What::Person
        } else if self.source.entries.unit.iter().any(is) {
            What::Unit
        } else if self.source.entries.group.iter().any(is) {
            What::Group
        } else {
            return;
        };
        if let Err(error) = self.keep(&entry, &dn, what) {
            self.unfit = Some(format!("no room for a temporary file: {error}"));
        }
    }
}

fn texts(entry: &RawEntry, attribute: &str) -> Vec<String> {
    let values = entry.values.get(&attribute.to_lowercase()).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(|value| Some(std::str::from_utf8(value).ok()?.trim().to_owned())).collect()
}

/// The value that counts: of several, the smallest.
fn first(entry: &RawEntry, attribute: &str) -> Option<String> {
    texts(entry, attribute).into_iter().min().filter(|text| !text.is_empty())
}

/// Each part with its length before it.
fn encode(entry: &RawEntry) -> Vec<u8> {
    fn part(bytes: &mut Vec<u8>, value: &[u8]) {
        bytes.extend((value.len() as u64).to_le_bytes());
        bytes.extend(value);
    }
    let mut bytes = Vec::new();
    part(&mut bytes, entry.dn.as_bytes());
    for (name, values) in &entry.values {
        part(&mut bytes, name.as_bytes());
        bytes.extend((values.len() as u64).to_le_bytes());
        for value in values {
            part(&mut bytes, value);
        }
    }
    bytes
}

fn decode(mut bytes: &[u8]) -> Option<RawEntry> {
    fn number(bytes: &mut &[u8]) -> Option<usize> {
        let (digits, rest) = bytes.split_first_chunk::<8>()?;
        *bytes = rest;
        usize::try_from(u64::from_le_bytes(*digits)).ok()
    }
    fn part(bytes: &mut &[u8]) -> Option<Vec<u8>> {
        let length = number(bytes)?;
        let (value, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        Some(value.to_vec())
    }
    let dn = String::from_utf8(part(&mut bytes)?).ok()?;
    let mut values = HashMap::new();
    while !bytes.is_empty() {
        let name = String::from_utf8(part(&mut bytes)?).ok()?;
        let count = number(&mut bytes)?;
        let here: Option<Vec<_>> = (0..count).map(|_| part(&mut bytes)).collect();
        values.insert(name, here?);
    }
    Some(RawEntry { dn, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_as_it_went_and_nothing_cut_off_is_one() {
        let values =
            [("cn", vec![b"a".to_vec(), Vec::new()]), ("photo", vec![vec![0xff; 300]]), ("none", vec![])];
        let values = values.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
        let entry = RawEntry { dn: "cn=я,dc=gov".to_owned(), values };
        let bytes = encode(&entry);
        assert_eq!(decode(&bytes), Some(entry));
        let whole: Vec<usize> = (0..bytes.len()).filter(|end| decode(&bytes[..*end]).is_some()).collect();
        // At the end of an attribute, an entry of fewer attributes ends.
        assert!(whole.len() <= 3, "{whole:?}");
    }
}
