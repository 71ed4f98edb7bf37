//! Turns an entry as it came into a person or a unit, in the configuration's terms.
//!
//! Judges each field by itself: good, absent or bad. What a bad one leads to is the plan's question.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use schema::directory_entries::Digest;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::config::source::{Unwanted, rank_words};
use crate::config::{CategoryName, Grants, Source, joined};
use crate::digest::Digester;
use crate::directory::{RawEntry, Sink, id_of};
use crate::dn::Dn;
use crate::finding::{Code, Effect, Finding};
use crate::state::{Clearance, Employment, Status, UnitKind};

/// The longest text that is kept.
const LONGEST: usize = 500;
const LARGEST_PHOTO: usize = 1024 * 1024;

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field<T> {
    /// Nothing.
    Absent,
    /// Something that cannot be used.
    Bad(String),
    /// This.
    Good(T),
}

/// Where an entry is and which one it is.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its immutable id, if it shows one.
    pub id: Option<Uuid>,
    /// Its name in the server's spelling.
    pub dn: String,
    /// The same, comparable.
    pub key: String,
    /// The comparable name of the entry above.
    pub parent_key: Option<String>,
    /// How far below the root.
    pub depth: usize,
    /// What it calls itself.
    pub own_name: String,
}

/// An entry that is a unit.
#[derive(Debug, Clone)]
pub struct UnitEntry {
    /// Where it is.
    pub place: Place,
    /// What it is called.
    pub name: Field<String>,
    /// What it is.
    pub kind: Field<UnitKind>,
    /// The name of its head's entry.
    pub head: Option<String>,
}

/// An entry that is a person.
#[derive(Debug, Clone)]
pub struct PersonEntry {
    /// Where it is.
    pub place: Place,
    /// The name used to sign in.
    pub login: Field<String>,
    /// The name shown.
    pub display_name: Field<String>,
    /// First name.
    pub given_name: Field<String>,
    /// Last name.
    pub family_name: Field<String>,
    /// Mail address.
    pub mail: Field<String>,
    /// Telephone.
    pub phone: Field<String>,
    /// What the place is called.
    pub title: Field<String>,
    /// The code of the rank.
    pub rank: Field<String>,
    /// Whether the account is disabled.
    pub status: Field<Status>,
    /// The terms of work.
    pub employment: Field<Employment>,
    /// Segments for walls: all of them can be read, or none counts.
    pub segments: Field<BTreeSet<String>>,
    /// Duties that Chancery has.
    pub roles: BTreeSet<String>,
    /// Duties that it does not have.
    pub unknown_roles: Vec<String>,
    /// What the person is cleared for.
    pub clearance: Field<Clearance>,
    /// Categories that the configuration does not know.
    pub unknown_categories: Vec<String>,
    /// The name of the superior's entry.
    pub superior: Option<String>,
    /// The names of the assistants' entries.
    pub assistants: Vec<String>,
    /// The name of the entry of the one acted for.
    pub acting_for: Option<String>,
    /// Until when.
    pub acting_until: Field<DateTime<Utc>>,
    /// The names of the agencies spoken to.
    pub liaisons: Vec<String>,
    /// The photo.
    pub photo: Field<PhotoEntry>,
}

/// An entry that is a group.
#[derive(Debug, Clone)]
pub struct GroupEntry {
    /// Where it is.
    pub place: Place,
    /// The comparable names of its members, each once.
    pub members: Vec<String>,
}

/// A photo as the directory gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoEntry {
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// The image; none where the mirror has it already.
    pub bytes: Option<PhotoBytes>,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoBytes {
    /// What the bytes themselves say they are.
    pub media_type: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Everything a read found.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The units.
    pub units: Vec<UnitEntry>,
    /// The people.
    pub people: Vec<PersonEntry>,
    /// The groups.
    pub groups: Vec<GroupEntry>,
    /// What was wrong with entries before they were either.
    pub findings: Vec<Finding>,
    /// Of what these are the entries.
    pub extent: Extent,
    /// What each entry is, of those that show an id and need not be looked at each time.
    pub digests: Vec<(Uuid, Digest)>,
    /// How many entries the directory has, where they were counted and are not all here.
    pub count: Option<usize>,
}

/// Of what the entries of a reading are all that there is to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Extent {
    /// Of the whole directory: whoever is not among them has gone.
    #[default]
    Whole,
    /// Of some entries: these have gone, and all others are as they were.
    Part {
        /// The ids of those that have gone.
        gone: BTreeSet<Uuid>,
    },
}

impl PersonEntry {
    /// Takes in what groups give. What cannot be read stays what it is: it must not be read as less, nor as more.
    pub(crate) fn grant(&mut self, grants: &Grants) {
        self.roles.extend(grants.roles.iter().cloned());
        self.clearance = match (std::mem::replace(&mut self.clearance, Field::Absent), &grants.clearance) {
            (Field::Good(own), Some(given)) => {
                joined(Some(own), Some(given.clone())).map_or(Field::Absent, Field::Good)
            }
            (Field::Absent, Some(given)) => Field::Good(given.clone()),
            (told, _) => told,
        };
        if !grants.segments.is_empty() {
            match &mut self.segments {
                Field::Good(own) => own.extend(grants.segments.iter().cloned()),
                Field::Absent => self.segments = Field::Good(grants.segments.clone()),
                Field::Bad(_) => {}
            }
        }
    }
}

impl Extent {
    /// Whether the entry with this id is no more, where it is not among those read.
    pub(crate) fn has_lost(&self, id: &Uuid) -> bool {
        match self {
            Self::Whole => true,
            Self::Part { gone } => gone.contains(id),
        }
    }

    /// Whether only some entries were looked at.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self, Self::Part { .. })
    }
}

/// Takes entries as they come and keeps what they mean.
pub struct Collector {
    source: Arc<Source>,
    ranks: HashMap<String, String>,
    ignored: Vec<Dn>,
    known_photos: HashSet<String>,
    digester: Digester,
    /// Entries that must be there and were not found yet: comparable name to how the configuration writes it.
    anchors: BTreeMap<String, String>,
    /// The ids of entries that are nobody's business here.
    pub(crate) left_out: BTreeSet<Uuid>,
    /// What was found so far.
    pub reading: Reading,
}

/// The entries that must be there, by their comparable names.
pub(crate) fn anchors(source: &Source) -> BTreeMap<String, String> {
    let names = source.anchors.iter();
    names.filter_map(|name| Some((Dn::parse(name).ok()?.key(), name.clone()))).collect()
}

impl Collector {
    /// For `source`; of the photos in `known_photos` (by SHA-256) the bytes are not kept.
    pub fn new(source: Arc<Source>, known_photos: HashSet<String>) -> Self {
        let ranks = source
            .ranks
            .iter()
            .flat_map(|rank| {
                rank_words(rank).into_iter().map(|word| (word.to_lowercase(), rank.code.clone()))
            })
            .collect();
        let ignored = source.ignore.iter().filter_map(|name| Dn::parse(name).ok()).collect();
        let (anchors, digester) = (anchors(&source), Digester::of(&source));
        Self {
            source,
            ranks,
            ignored,
            known_photos,
            digester,
            anchors,
            left_out: BTreeSet::new(),
            reading: Reading::default(),
        }
    }

    /// The anchors that were not among the entries.
    pub fn missing_anchors(&self) -> Vec<String> {
        self.anchors.values().cloned().collect()
    }

    fn unit(&self, entry: &Values, place: Place) -> UnitEntry {
        let names = &self.source.attributes;
        let kind = match entry.text(&names.unit_kind) {
            Field::Good(word) => match known(&self.source.unit_kinds.0, &word) {
                Some(kind) => Field::Good(*kind),
                None => Field::Bad(word),
            },
            Field::Bad(word) => Field::Bad(word),
            Field::Absent => Field::Absent,
        };
        UnitEntry { place, name: entry.text(&names.unit_name), kind, head: entry.name(&names.unit_head) }
    }

    fn person(&self, entry: &Values, place: Place) -> PersonEntry {
        let names = &self.source.attributes;
        let (clearance, unknown_categories) = self.clearance(entry);
        let (mut roles, mut unknown_roles) = (BTreeSet::new(), Vec::new());
        for word in entry.texts(&names.role) {
            match known(&self.source.roles, &word) {
                Some(role) => drop(roles.insert(role.clone())),
                None => unknown_roles.push(word),
            }
        }
        PersonEntry {
            place,
            login: entry.text(&names.login),
            display_name: match entry.text(&names.display_name) {
                Field::Absent => entry.text(&names.common_name),
                told => told,
            },
            given_name: entry.text(&names.given_name),
            family_name: entry.text(&names.family_name),
            mail: match entry.text(&names.mail) {
                Field::Good(mail) if !looks_like_mail(&mail) => Field::Bad(mail),
                told => told,
            },
            phone: entry.text(&names.phone),
            title: entry.text(&names.title),
            rank: entry.mapped(&names.rank, |word| self.ranks.get(&word.to_lowercase()).cloned()),
            status: entry.mapped(&names.account_control, |word| {
                let bits: i64 = word.parse().ok()?;
                let disabled = bits & self.source.account_control.disabled_bits != 0;
                Some(if disabled { Status::Disabled } else { Status::Active })
            }),
            employment: entry
                .mapped(&names.employment, |word| known(&self.source.employment.values, word).copied()),
            segments: entry.all_texts(&names.segment),
            roles,
            unknown_roles,
            clearance,
            unknown_categories,
            superior: entry.name(&names.superior),
            assistants: entry.texts(&names.assistant),
            acting_for: entry.name(&names.acting_for),
            acting_until: entry.mapped(&names.acting_until, generalized_time),
            liaisons: entry.texts(&names.liaison_to),
            photo: self.photo(entry),
        }
    }

    fn clearance(&self, entry: &Values) -> (Field<Clearance>, Vec<String>) {
        let names = &self.source.attributes;
        let settings = &self.source.clearance;
        let (mut categories, mut unknown) = (BTreeSet::new(), Vec::new());
        for word in entry.texts(&names.clearance_category) {
            let found = settings.categories.iter().map(CategoryName::words);
            match found.into_iter().find(|(value, _)| value.eq_ignore_ascii_case(&word)) {
                Some((_, code)) => drop(categories.insert(code.to_owned())),
                None => unknown.push(word),
            }
        }
        let level = entry.mapped(&names.clearance, |word| {
            settings
                .levels
                .iter()
                .find(|level| level.value.eq_ignore_ascii_case(word))
                .map(|level| level.level)
        });
        let clearance = match level {
            Field::Good(0) | Field::Absent => Field::Absent,
            Field::Good(level) => Field::Good(Clearance { level, categories }),
            Field::Bad(word) => Field::Bad(word),
        };
        (clearance, unknown)
    }

    fn photo(&self, entry: &Values) -> Field<PhotoEntry> {
        let Some(bytes) = entry.bytes(&self.source.attributes.photo).first() else { return Field::Absent };
        let media_type = match bytes.as_slice() {
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
            _ => return Field::Bad(format!("{} bytes of something else", bytes.len())),
        };
        if bytes.len() > LARGEST_PHOTO {
            return Field::Bad(format!("{} bytes", bytes.len()));
        }
        let sha256 = hex(&Sha256::digest(bytes));
        let known = self.known_photos.contains(&sha256);
        let bytes = (!known).then(|| PhotoBytes { media_type, bytes: bytes.clone() });
        Field::Good(PhotoEntry { sha256, bytes })
    }
}

impl Sink for Collector {
    fn take(&mut self, raw: RawEntry) {
        let dn = match Dn::parse(&raw.dn) {
            Ok(dn) => dn,
            Err(error) => {
                let finding = Finding::new(Code::BadName, Effect::LeftOut).about(&raw.dn, None);
                self.reading.findings.push(finding.value(error.to_string()));
                return;
            }
        };
        let id = id_of(&raw, &self.source.attributes.id);
        if self.ignored.iter().any(|ignored| dn.is_within(ignored)) {
            self.left_out.extend(id);
            return;
        }
        let key = dn.key();
        // An anchor is looked for by each read.
        if let Some(id) = id.filter(|_| self.anchors.remove(&key).is_none()) {
            self.reading.digests.push((id, self.digester.digest(&raw)));
        }
        let entry = Values(raw.values);
        let place = Place {
            id,
            key,
            parent_key: dn.parent().map(|parent| parent.key()),
            depth: dn.depth(),
            own_name: dn.own_values().next().unwrap_or_default().to_owned(),
            dn: raw.dn,
        };
        let classes = entry.texts("objectClass");
        let is = |class: &str| classes.iter().any(|found| found.eq_ignore_ascii_case(class));
        // The search leaves them out; an LDIF of what is planned does not.
        let is_no_person = self.source.entries.not_person.iter().any(|class| is(class));
        let has = |unwanted: &Unwanted| {
            let here = entry.texts(&unwanted.attribute);
            here.iter().any(|text| unwanted.values.iter().any(|value| value.eq_ignore_ascii_case(text)))
        };
        let is_unwanted = self.source.entries.ignore_where.iter().any(has);
        if is(&self.source.entries.person) && (is_no_person || is_unwanted) {
            self.left_out.extend(id);
            return;
        }
        if is(&self.source.entries.person) {
            let person = self.person(&entry, place);
            self.reading.people.push(person);
        } else if self.source.entries.unit.iter().any(|class| is(class)) {
            let unit = self.unit(&entry, place);
            self.reading.units.push(unit);
        } else if self.source.entries.group.iter().any(|class| is(class)) {
            let members = entry.bytes(&self.source.attributes.member).iter();
            let names = members.filter_map(|name| Dn::parse(std::str::from_utf8(name).ok()?).ok());
            let mut members: Vec<String> = names.map(|dn| dn.key()).filter(|key| !key.is_empty()).collect();
            members.sort_unstable();
            members.dedup();
            self.reading.groups.push(GroupEntry { place, members });
        }
    }
}

/// An entry's values, by attribute name in lower case.
struct Values(HashMap<String, Vec<Vec<u8>>>);

impl Values {
    fn bytes(&self, attribute: &str) -> &[Vec<u8>] {
        self.0.get(&attribute.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The first value; of several, the smallest, since a directory keeps them in no order.
    fn text(&self, attribute: &str) -> Field<String> {
        let Some(value) = self.bytes(attribute).iter().min() else { return Field::Absent };
        match readable(value) {
            Ok(text) if text.is_empty() => Field::Absent,
            Ok(text) => Field::Good(text),
            Err(told) => Field::Bad(told),
        }
    }

    fn texts(&self, attribute: &str) -> Vec<String> {
        let mut texts: Vec<_> =
            self.bytes(attribute).iter().filter_map(|value| readable(value).ok()).collect();
        texts.retain(|text| !text.is_empty());
        texts.sort();
        texts
    }

    /// All values, where each can be read.
    fn all_texts(&self, attribute: &str) -> Field<BTreeSet<String>> {
        let readable: Result<BTreeSet<_>, _> =
            self.bytes(attribute).iter().map(|value| readable(value)).collect();
        match readable {
            Ok(texts) if texts.is_empty() => Field::Absent,
            Ok(texts) => Field::Good(texts),
            Err(told) => Field::Bad(told),
        }
    }

    fn name(&self, attribute: &str) -> Option<String> {
        match self.text(attribute) {
            Field::Good(name) | Field::Bad(name) => Some(name),
            Field::Absent => None,
        }
    }

    /// A value that must be the only one and must mean something.
    fn mapped<T>(&self, attribute: &str, meaning: impl Fn(&str) -> Option<T>) -> Field<T> {
        if self.bytes(attribute).len() > 1 {
            return Field::Bad(self.texts(attribute).join(" + "));
        }
        match self.text(attribute) {
            Field::Good(word) => meaning(&word).map_or(Field::Bad(word), Field::Good),
            Field::Bad(told) => Field::Bad(told),
            Field::Absent => Field::Absent,
        }
    }
}

/// The text of a value, or what to show of one that is none.
fn readable(value: &[u8]) -> Result<String, String> {
    let text =
        std::str::from_utf8(value).map_err(|_| format!("{} bytes that are not UTF-8", value.len()))?.trim();
    if text.chars().count() > LONGEST {
        return Err(format!("{} bytes", value.len()));
    }
    if text.chars().any(char::is_control) {
        return Err(text.escape_debug().to_string());
    }
    Ok(text.to_owned())
}

pub(crate) fn known<'a, T>(words: &'a BTreeMap<String, T>, word: &str) -> Option<&'a T> {
    words.iter().find(|(known, _)| known.to_lowercase() == word.to_lowercase()).map(|(_, meaning)| meaning)
}

fn looks_like_mail(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}

/// `20260301120000Z` and its shorter and fractional forms (RFC 4517, section 3.3.13), in UTC only.
fn generalized_time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.strip_suffix('Z')?;
    let whole = text.split(['.', ',']).next()?;
    let padded = match whole.len() {
        10 => format!("{whole}0000"),
        12 => format!("{whole}00"),
        14 => whole.to_owned(),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&padded, "%Y%m%d%H%M%S").ok().map(|time| time.and_utc())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _: Result<(), _> = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
