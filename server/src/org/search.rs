//! Finds people by the beginnings of words, without regard to case and to the dots of `ё`.

use std::sync::Arc;

use policies::org::PersonIx;
use uuid::Uuid;

use super::people::PersonRecord;

/// How many entries lie together at most; half as many where they were sorted at once.
const CHUNK: usize = 128;

/// Everybody in the organisation, in the order of names. A copy shares the chunks that are not changed.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// None is empty.
    chunks: Vec<Arc<Vec<Arc<Entry>>>>,
}

/// One person, as the search sees them.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The place in the order: the name in comparable form, then the id.
    pub key: (String, Uuid),
    /// The person.
    pub person: PersonIx,
    words: Vec<String>,
}

/// What is searched for: every word must begin some word of the person's name, title, login or mail.
#[derive(Debug)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// The words of `text`.
    pub fn new(text: &str) -> Self {
        Self { words: words(text).collect() }
    }

    /// Whether the person is meant.
    pub fn matches(&self, entry: &Entry) -> bool {
        self.words.iter().all(|sought| entry.words.iter().any(|word| word.starts_with(sought.as_str())))
    }
}

impl Index {
    /// Of all `people`.
    pub(super) fn new<'a>(people: impl Iterator<Item = (PersonIx, &'a PersonRecord)>) -> Self {
        let mut entries: Vec<Arc<Entry>> =
            people.map(|(person, record)| Arc::new(Entry::new(person, record))).collect();
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        Self { chunks: entries.chunks(CHUNK / 2).map(|chunk| Arc::new(chunk.to_vec())).collect() }
    }

    /// Puts somebody in.
    pub(super) fn insert(&mut self, person: PersonIx, record: &PersonRecord) {
        let entry = Arc::new(Entry::new(person, record));
        let place = self.chunk_of(&entry.key);
        let Some(chunk) = self.chunks.get_mut(place) else {
            self.chunks.push(Arc::new(vec![entry]));
            return;
        };
        let chunk = Arc::make_mut(chunk);
        let at = chunk.partition_point(|other| other.key < entry.key);
        chunk.insert(at, entry);
        if chunk.len() > CHUNK {
            let second = chunk.split_off(CHUNK / 2);
            self.chunks.insert(place + 1, Arc::new(second));
        }
    }

    /// Takes somebody out, whose record was this.
    pub(super) fn remove(&mut self, record: &PersonRecord) {
        let key = key_of(record);
        let place = self.chunk_of(&key);
        let Some(chunk) = self.chunks.get_mut(place) else { return };
        let Ok(at) = chunk.binary_search_by(|entry| entry.key.cmp(&key)) else { return };
        let chunk = Arc::make_mut(chunk);
        chunk.remove(at);
        if chunk.is_empty() {
            self.chunks.remove(place);
        }
    }

    /// The chunk where `key` is, or would be.
    fn chunk_of(&self, key: &(String, Uuid)) -> usize {
        let begins_by = |chunk: &Arc<Vec<Arc<Entry>>>| chunk.first().is_some_and(|first| first.key <= *key);
        self.chunks.partition_point(begins_by).saturating_sub(1)
    }

    /// Those who come after `key` in the order of names; everybody without one.
    pub fn after(&self, key: Option<&(String, Uuid)>) -> impl Iterator<Item = &Entry> {
        let from = key.map_or(0, |key| self.chunk_of(key));
        let chunks = self.chunks.get(from..).unwrap_or_default();
        let before = chunks
            .first()
            .zip(key)
            .map_or(0, |(first, key)| first.partition_point(|entry| entry.key <= *key));
        chunks.iter().flat_map(|chunk| chunk.iter()).skip(before).map(Arc::as_ref)
    }
}

/// The place of somebody in the order of names.
fn key_of(record: &PersonRecord) -> (String, Uuid) {
    (fold(&record.display_name), record.id.0)
}

impl Entry {
    fn new(person: PersonIx, record: &PersonRecord) -> Self {
        let texts = [
            Some(record.display_name.as_str()),
            record.given_name.as_deref(),
            record.family_name.as_deref(),
            Some(record.title()),
            Some(record.login.as_str()),
            record.mail.as_deref().and_then(|mail| mail.split('@').next()),
        ];
        let mut all: Vec<String> = texts.into_iter().flatten().flat_map(words).collect();
        all.sort_unstable();
        all.dedup();
        Self { key: key_of(record), person, words: all }
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold)
}

/// The form in which names are compared.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == 'ё' { 'е' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(query: &str, name: &str) -> bool {
        let sought = Query::new(query);
        let has: Vec<String> = words(name).collect();
        sought.words.iter().all(|sought| has.iter().any(|word| word.starts_with(sought.as_str())))
    }

    #[test]
    fn the_beginnings_of_words_are_found_in_any_order() {
        let name = "Семёнова-Тянь Анна Petrova";
        for query in ["семе", "СЕМЁ", "тянь", "анна сем", "PETR", "pet тян", ""] {
            assert!(meant(query, name), "{query}");
        }
        for query in ["енова", "анна иван", "petrovna"] {
            assert!(!meant(query, name), "{query}");
        }
    }
}
