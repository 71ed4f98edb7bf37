//! Looks at a live directory before anything depends on it: which attributes it shows, which words it uses, what of it
//! could not be used. Needs no database and writes nothing.

mod looker;
mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use self::looker::Looker;
use crate::config::{Grants, Source};
use crate::directory::{Server, read_tree};
use crate::dn::Dn;
use crate::entry::Reading;
use crate::finding::{Effect, Finding};
use crate::guard;
use crate::plan::{Counts, plan};
use crate::run::{RunError, search};
use crate::state::Mirror;

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
    /// For attributes whose words mean something: the words, those that mean nothing first, the most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// How many further words there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_words: usize,
    /// For other attributes a few values, unless they are private.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
}

/// A word that the directory uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Word {
    /// As it is written there.
    pub word: String,
    /// How many entries use it.
    pub times: usize,
    /// What the configuration makes of it; nothing where it is not mapped.
    pub means: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Reads the directory of `source` and looks at it. `others` are the bases of the other sources.
pub async fn check(source: &Arc<Source>, others: &[String], now: DateTime<Utc>) -> Result<Check, RunError> {
    let server = Server::open(&source.server())?;
    let password = source.password()?;
    let sink = Looker::new(source.clone());
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
        text::of(self)
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
