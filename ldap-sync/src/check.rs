//! Looks at a live directory before anything depends on it: which attributes it shows, which words it uses, what of it
//! could not be used. Needs no database and writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::config::{Grants, Source};
use crate::directory::{RawEntry, Server, Sink, read_tree};
use crate::dn::Dn;
use crate::entry::{Collector, Reading};
use crate::finding::{Effect, Finding};
use crate::guard;
use crate::plan::{Counts, plan};
use crate::run::{RunError, search};
use crate::state::Mirror;

/// As many words of an attribute as are shown.
const WORDS: usize = 12;

/// What one source looks like.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// Its name.
    pub source: String,
    /// How many entries were read, and what they would be.
    pub counts: Counts,
    /// What the attributes show.
    pub attributes: Vec<Coverage>,
    /// The groups that give something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// What could not be used.
    pub findings: Vec<Finding>,
}

/// A group that gives something to whom is in it.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Its entry, as the configuration names it.
    pub dn: String,
    /// Whether the directory shows it.
    pub found: bool,
    /// How many people are in it, directly or by way of other groups.
    pub people: usize,
    /// How many other groups are.
    pub groups: usize,
}

/// How much of an attribute is there.
#[derive(Debug, Clone, Serialize)]
pub struct Coverage {
    /// What we call it.
    pub key: &'static str,
    /// What the directory calls it.
    pub attribute: String,
    /// How many people show it.
    pub people: usize,
    /// How many units show it.
    pub units: usize,
    /// For attributes with a few words, the words and how often each is used, the most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<(String, usize)>,
}

/// Reads the directory of `source` and looks at it. `others` are the bases of the other sources.
pub async fn check(source: &Arc<Source>, others: &[String], now: DateTime<Utc>) -> Result<Check, RunError> {
    let server = Server::open(&source.server())?;
    let password = source.password()?;
    let sink = Looker {
        collector: Collector::new(source.clone(), HashSet::new()),
        shown: HashMap::new(),
        words: HashMap::new(),
        source: source.clone(),
    };
    let (looker, _) = read_tree(&server, &source.bind_dn, &password, search(source), sink).await?;
    let attributes = looker.coverage();
    // The agencies of the other sources have no rows here; any id stands for one.
    let agencies = others.iter().filter_map(|base| Some((Dn::parse(base).ok()?.key(), Uuid::max())));
    let groups = groups(source, &looker.collector.reading);
    let granted = granted(source, &looker.collector.reading);
    let absent = groups.iter().filter(|group| !group.found).map(|group| group.dn.clone()).collect();
    let mirror = Mirror {
        agencies_elsewhere: agencies.collect(),
        granted,
        missing_groups: absent,
        ..Mirror::default()
    };
    let missing = looker.collector.missing_anchors();
    let plan = plan(source, looker.collector.reading, &mirror, now);
    let mut findings = guard::judge(&plan, &mirror, &source.guard, &missing);
    findings.extend(plan.findings);
    Ok(Check { source: source.name.clone(), counts: plan.counts, attributes, groups, findings })
}

impl Check {
    /// The code that the program ends with when this is all it did.
    pub fn exit_code(&self) -> u8 {
        if self.findings.iter().any(|finding| finding.effect == Effect::Refused) {
            3
        } else if self.findings.is_empty() {
            0
        } else {
            4
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _: Result<(), _> = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let counts = &self.counts;
        writeln!(
            text,
            "{}: {} entries, of which {} people and {} units can be used",
            self.source, counts.entries, counts.people, counts.units
        )?;
        writeln!(text, "  {:<20} {:<22} {:>8} {:>8}", "key", "attribute", "people", "units")?;
        for shown in &self.attributes {
            let (people, units) = (shown.people, shown.units);
            writeln!(text, "  {:<20} {:<22} {people:>8} {units:>8}", shown.key, shown.attribute)?;
            for (word, times) in &shown.words {
                writeln!(text, "  {:<20} {word:?} × {times}", "")?;
            }
        }
        for group in &self.groups {
            let found = if group.found { "" } else { "  NOT FOUND" };
            writeln!(text, "  group {}: {} people, {} groups{found}", group.dn, group.people, group.groups)?;
        }
        writeln!(text, "  {} findings", self.findings.len())?;
        for finding in &self.findings {
            let (code, dn) = (finding.code.as_text(), finding.dn.as_deref().unwrap_or_default());
            let (field, value) = (finding.field.as_deref().unwrap_or_default(), finding.value.as_deref());
            writeln!(text, "  - {code} {dn} {field} {}", value.unwrap_or_default())?;
            writeln!(text, "    {}", finding.message_en)?;
        }
        Ok(())
    }
}

/// Everybody and everything in the group of this name, directly or by way of others. The sync asks the database; here there
/// is none.
fn inside<'a>(reading: &'a Reading, group: &str) -> BTreeSet<&'a str> {
    let by_name: HashMap<&str, &Vec<String>> =
        reading.groups.iter().map(|group| (group.place.key.as_str(), &group.members)).collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = by_name.get(group).into_iter().copied().flatten().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(by_name.get(name).into_iter().copied().flatten().map(String::as_str));
        }
    }
    found
}

fn groups(source: &Source, reading: &Reading) -> Vec<Group> {
    let people: HashSet<&str> = reading.people.iter().map(|person| person.place.key.as_str()).collect();
    let known: HashSet<&str> = reading.groups.iter().map(|group| group.place.key.as_str()).collect();
    let group = |dn: &String| {
        let key = Dn::parse(dn).ok()?.key();
        let inside = inside(reading, &key);
        Some(Group {
            dn: dn.clone(),
            found: known.contains(key.as_str()),
            people: inside.iter().filter(|name| people.contains(**name)).count(),
            groups: inside.iter().filter(|name| known.contains(**name)).count(),
        })
    };
    source.groups.iter().filter_map(|settings| group(&settings.dn)).collect()
}

fn granted(source: &Source, reading: &Reading) -> BTreeMap<String, Grants> {
    let mut granted: BTreeMap<String, Grants> = BTreeMap::new();
    for (group, grants) in source.grants() {
        for name in inside(reading, &group) {
            granted.entry(name.to_owned()).or_default().join(&grants);
        }
    }
    granted
}

struct Looker {
    collector: Collector,
    source: Arc<Source>,
    /// By attribute in lower case: people and units that show it.
    shown: HashMap<String, (usize, usize)>,
    words: HashMap<String, BTreeMap<String, usize>>,
}

impl Sink for Looker {
    fn take(&mut self, entry: RawEntry) {
        let is_person = entry.values.get("objectclass").is_some_and(|classes| {
            classes.iter().any(|class| class.eq_ignore_ascii_case(self.source.entries.person.as_bytes()))
        });
        for (attribute, values) in &entry.values {
            let (people, units) = self.shown.entry(attribute.clone()).or_default();
            *(if is_person { people } else { units }) += 1;
            let words = self.words.entry(attribute.clone()).or_default();
            for word in values.iter().filter_map(|value| std::str::from_utf8(value).ok()) {
                // Attributes with more words than anybody would list are none of words.
                if words.len() <= 200 || words.contains_key(word) {
                    *words.entry(word.to_owned()).or_default() += 1;
                }
            }
        }
        self.collector.take(entry);
    }
}

impl Looker {
    fn coverage(&self) -> Vec<Coverage> {
        let of_words = [
            "rank",
            "clearance",
            "clearance_category",
            "segment",
            "role",
            "employment",
            "account_control",
            "unit_kind",
        ];
        let shown = self.source.attributes.pairs().into_iter().filter(|(_, attribute)| !attribute.is_empty());
        shown
            .map(|(key, attribute)| {
                let name = attribute.to_lowercase();
                let (people, units) = self.shown.get(&name).copied().unwrap_or_default();
                let mut words: Vec<_> = self.words.get(&name).into_iter().flatten().collect();
                words.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
                let words = words.into_iter().take(WORDS).map(|(word, times)| (word.clone(), *times));
                let words = if of_words.contains(&key) { words.collect() } else { Vec::new() };
                Coverage { key, attribute: attribute.to_owned(), people, units, words }
            })
            .collect()
    }
}
