//! Looks at each entry as it comes: which attributes it shows, and in which words.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::{Coverage, Word};
use crate::config::source::rank_words;
use crate::config::{CategoryName, Source};
use crate::directory::{RawEntry, Sink};
use crate::entry::{Collector, known};

/// As many words of an attribute as are shown.
const WORDS: usize = 12;
/// As many words of an attribute as are told apart: more than any service has titles.
const KEPT: usize = 10_000;
/// As many values of other attributes as are shown.
const SAMPLES: usize = 3;

/// Attributes of people and units whose words the configuration maps to something.
const OF_WORDS: [&str; 8] = [
    "rank",
    "clearance",
    "clearance_category",
    "segment",
    "role",
    "employment",
    "account_control",
    "unit_kind",
];
/// Nothing of what these hold is anybody's business who sets up a directory.
const PRIVATE: [&str; 4] = ["mail", "phone", "photo", "acting_until"];

/// Counts what a collector is shown.
pub(super) struct Looker {
    pub(super) collector: Collector,
    source: Arc<Source>,
    /// Attributes in lower case whose words are counted.
    of_words: HashSet<String>,
    /// By attribute in lower case: people and units that show it.
    shown: HashMap<String, (usize, usize)>,
    words: HashMap<String, BTreeMap<String, usize>>,
    samples: HashMap<String, BTreeSet<String>>,
}

impl Looker {
    pub(super) fn new(source: Arc<Source>) -> Self {
        let of_words = source.attributes.pairs().into_iter().filter(|(key, _)| OF_WORDS.contains(key));
        Self {
            collector: Collector::new(source.clone(), HashSet::new()),
            of_words: of_words.map(|(_, attribute)| attribute.to_lowercase()).collect(),
            source,
            shown: HashMap::new(),
            words: HashMap::new(),
            samples: HashMap::new(),
        }
    }

    /// What each attribute of the configuration shows.
    pub(super) fn coverage(&self) -> Vec<Coverage> {
        let pairs = self.source.attributes.pairs().into_iter();
        let told = pairs.filter(|(_, attribute)| !attribute.is_empty());
        told.map(|(key, attribute)| self.of(key, attribute)).collect()
    }

    fn of(&self, key: &'static str, attribute: &str) -> Coverage {
        let name = attribute.to_lowercase();
        let (people, units) = self.shown.get(&name).copied().unwrap_or_default();
        let mut words = Vec::new();
        if OF_WORDS.contains(&key) {
            let found = self.words.get(&name).into_iter().flatten();
            words.extend(found.map(|(word, times)| Word {
                word: word.clone(),
                times: *times,
                means: self.meaning(key, word),
            }));
            words.sort_by_key(|word| (word.means.is_some(), std::cmp::Reverse(word.times)));
        }
        let more_words = words.len().saturating_sub(WORDS);
        words.truncate(WORDS);
        let samples = self.samples.get(&name).filter(|_| !OF_WORDS.contains(&key) && !PRIVATE.contains(&key));
        Coverage {
            key,
            attribute: attribute.to_owned(),
            people,
            units,
            words,
            more_words,
            samples: samples.into_iter().flatten().cloned().collect(),
        }
    }

    /// What the configuration makes of a word; nothing where it is not mapped.
    fn meaning(&self, key: &str, word: &str) -> Option<String> {
        let source = &self.source;
        match key {
            "rank" => {
                let is_it = |named: &str| named.to_lowercase() == word.to_lowercase();
                let rank = source.ranks.iter().find(|rank| rank_words(rank).iter().any(|named| is_it(named)));
                rank.map(|rank| rank.code.clone())
            }
            "clearance" => {
                let levels = &source.clearance.levels;
                let level = levels.iter().find(|level| level.value.eq_ignore_ascii_case(word));
                level.map(|level| format!("level {}", level.level))
            }
            "clearance_category" => {
                let mut words = source.clearance.categories.iter().map(CategoryName::words);
                words.find(|(value, _)| value.eq_ignore_ascii_case(word)).map(|(_, code)| code.to_owned())
            }
            "role" => known(&source.roles, word).cloned(),
            "employment" => {
                known(&source.employment.values, word).map(|kind| format!("{kind:?}").to_lowercase())
            }
            "unit_kind" => known(&source.unit_kinds.0, word).map(|kind| format!("{kind:?}").to_lowercase()),
            "account_control" => {
                let bits: i64 = word.parse().ok()?;
                let disabled = bits & source.account_control.disabled_bits != 0;
                Some(if disabled { "disabled" } else { "active" }.to_owned())
            }
            // Segments are the directory's own words.
            _ => Some(word.to_owned()),
        }
    }
}

impl Sink for Looker {
    fn take(&mut self, entry: RawEntry) {
        let is = |wanted: &str| {
            entry.values.get("objectclass").is_some_and(|classes| {
                classes.iter().any(|class| class.eq_ignore_ascii_case(wanted.as_bytes()))
            })
        };
        let is_person = is(&self.source.entries.person);
        let is_unit = !is_person && self.source.entries.unit.iter().any(|class| is(class));
        for (attribute, values) in entry.values.iter().filter(|_| is_person || is_unit) {
            let (people, units) = self.shown.entry(attribute.clone()).or_default();
            *(if is_person { people } else { units }) += 1;
            let texts = values.iter().filter_map(|value| std::str::from_utf8(value).ok());
            if self.of_words.contains(attribute) {
                let words = self.words.entry(attribute.clone()).or_default();
                for word in texts {
                    if words.len() < KEPT || words.contains_key(word) {
                        *words.entry(word.to_owned()).or_default() += 1;
                    }
                }
            } else {
                let samples = self.samples.entry(attribute.clone()).or_default();
                for text in texts.take(SAMPLES) {
                    if samples.len() < SAMPLES {
                        samples.insert(text.chars().take(80).collect());
                    }
                }
            }
        }
        self.collector.take(entry);
    }
}
