//! Finds people by the beginnings of words, without regard to case and to the dots of `ё`.

use policies::org::PersonIx;
use uuid::Uuid;

use super::people::PersonRecord;

/// Everybody in the organisation, in the order of names.
#[derive(Debug, Default)]
pub struct Index {
    entries: Vec<Entry>,
}

/// One person, as the search sees them.
#[derive(Debug)]
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
        let mut entries: Vec<Entry> = people.map(|(person, record)| Entry::new(person, record)).collect();
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        Self { entries }
    }

    /// Those who come after `key` in the order of names; everybody without one.
    pub fn after(&self, key: Option<&(String, Uuid)>) -> &[Entry] {
        let from = key.map_or(0, |key| self.entries.partition_point(|entry| entry.key <= *key));
        self.entries.get(from..).unwrap_or_default()
    }
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
        Self { key: (fold(&record.display_name), record.id.0), person, words: all }
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
