//! The strict loader: from `rules.toml` and the sentences to rows, or to findings. Nothing is dropped in silence.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::exceptions::{Approver, ExceptionTerms, RawTerms};
use crate::facts::{Dimension, Facts, Missing};
use crate::finding::read;
use crate::reader::{Columns, Reader};

pub use crate::finding::Finding;

/// The file of the rules.
pub const RULES: &str = "rules.toml";

/// How much a refusal tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Disclosure {
    /// The sentence, whom one may ask instead, what would help.
    Full,
    /// The sentence alone, which gives nothing away.
    Generic,
    /// Nothing: as if there were nobody.
    None,
}

impl Disclosure {
    /// What the API calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Generic => "generic",
            Self::None => "none",
        }
    }
}

/// One rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its code, such as `D05`.
    pub id: String,
    /// Whether it permits; otherwise it forbids.
    pub allows: bool,
    /// Whether it binds superiors and administrators too.
    pub hard: bool,
    /// How much its refusal tells.
    pub disclosure: Disclosure,
    /// Who may make an exception to it, if anybody may.
    pub exception: Option<Approver>,
    /// Why it is there.
    pub why: String,
    /// Which office answers for it.
    pub owner: String,
    /// What it rests on.
    pub legal_basis: String,
    /// By when it must be looked at again, as `2027-06-01`.
    pub review: String,
    /// The sentence in Russian.
    pub sentence_ru: String,
    /// The sentence in English.
    pub sentence_en: String,
    /// For each dimension the set of values that match, one bit each.
    pub(crate) masks: [u32; 15],
}

impl Rule {
    /// Whether the rule holds for these facts.
    pub fn matches(&self, facts: &Facts) -> bool {
        self.matches_places(&facts.places())
    }

    pub(crate) fn matches_places(&self, places: &[u8; 15]) -> bool {
        self.masks.iter().zip(places).all(|(mask, place)| mask & (1 << place) != 0)
    }

    /// The dimensions in which the facts fail the rule.
    pub(crate) fn misses(&self, facts: &Facts) -> Vec<Dimension> {
        let places = facts.places();
        let failed = self
            .masks
            .iter()
            .zip(places)
            .zip(Dimension::ALL)
            .filter(|((mask, place), _)| *mask & (1 << place) == 0);
        failed.map(|(_, dimension)| *dimension).collect()
    }

    /// The row that Casbin gets: id, effect, and one set per column.
    pub fn row(&self) -> Vec<String> {
        let mut row = vec![self.id.clone(), if self.allows { "allow" } else { "deny" }.to_owned()];
        for (mask, dimension) in self.masks.iter().zip(Dimension::ALL) {
            let values = dimension.values();
            let named: Vec<&str> = (0_u32..)
                .zip(&values)
                .filter(|(place, _)| mask & (1 << place) != 0)
                .map(|(_, value)| *value)
                .collect();
            row.push(if named.len() == values.len() { "*".to_owned() } else { named.join("|") });
        }
        row
    }
}

/// Sentences that belong to no rule, in one language.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Messages {
    pub(crate) default: String,
    pub(crate) rules: BTreeMap<String, String>,
    pub(crate) missing: BTreeMap<String, String>,
    pub(crate) alternatives: BTreeMap<String, String>,
}

/// The placeholders that a sentence may hold.
const PLACEHOLDERS: &[&str] = &["name", "superior", "contact", "principal", "label", "near"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    exceptions: Option<RawTerms>,
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: Spanned<String>,
    effect: Spanned<String>,
    why: Spanned<String>,
    owner: Spanned<String>,
    legal_basis: Spanned<String>,
    review: Spanned<toml::value::Datetime>,
    disclose: Spanned<String>,
    hard: bool,
    exception: Option<Spanned<String>>,
    when: Columns,
}

/// What the file of the rules says.
pub(crate) struct Ruled {
    /// The rules, denials first.
    pub(crate) rules: Vec<Rule>,
    /// What is said about exceptions.
    pub(crate) exceptions: ExceptionTerms,
}

impl Reader<'_> {
    fn rule(&mut self, raw: &RawRule) -> Option<Rule> {
        let id = raw.id.get_ref().clone();
        let key = |field: &str| format!("{id}.{field}");
        if !(id.len() == 3
            && id.starts_with(['A', 'D'])
            && id.bytes().skip(1).all(|digit| digit.is_ascii_digit()))
        {
            self.fault(&raw.id, "id", format!("`{id}` does not read like D01 or A01"));
        }
        let allows = self.one_of(&raw.effect, &key("effect"), &[("allow", true), ("deny", false)]);
        let known =
            [("full", Disclosure::Full), ("generic", Disclosure::Generic), ("none", Disclosure::None)];
        let disclosure = self.one_of(&raw.disclose, &key("disclose"), &known);
        if allows.is_some_and(|allows| allows != id.starts_with('A')) {
            self.fault(&raw.effect, &key("effect"), "rules that allow are called A.., rules that deny D..");
        }
        if allows == Some(true) && raw.hard {
            self.fault(&raw.effect, &key("hard"), "only a rule that denies can be hard");
        }
        if raw.review.get_ref().date.is_none() || raw.review.get_ref().time.is_some() {
            self.fault(&raw.review, &key("review"), "must be a date, such as 2027-06-01");
        }
        let exception = raw.exception.as_ref();
        let exception =
            exception.and_then(|named| self.approver(&id, named, allows.unwrap_or_default(), raw.hard));
        let why = self.not_blank(&raw.why, &key("why"));
        let owner = self.not_blank(&raw.owner, &key("owner"));
        let legal_basis = self.not_blank(&raw.legal_basis, &key("legal_basis"));
        if raw.when.is_empty() {
            self.fault(&raw.id, &key("when"), "names no column, so the rule would always hold");
        }
        let masks = self.masks(&key("when"), &raw.when);
        Some(Rule {
            allows: allows?,
            hard: raw.hard,
            disclosure: disclosure?,
            exception,
            why,
            owner,
            legal_basis,
            review: raw.review.get_ref().to_string(),
            sentence_ru: String::new(),
            sentence_en: String::new(),
            masks,
            id,
        })
    }
}

/// Reads the rules, denials first, or says what is wrong with each.
pub(crate) fn load(text: &str) -> Result<Ruled, Vec<Finding>> {
    let raw: RawFile = read(RULES, text).map_err(|finding| vec![finding])?;
    let mut reader = Reader::new(RULES, text);
    let mut seen = BTreeSet::new();
    let mut rules = Vec::new();
    for raw in &raw.rule {
        if !seen.insert(raw.id.get_ref().as_str()) {
            reader.fault(&raw.id, raw.id.get_ref(), "the id is used twice");
        }
        rules.extend(reader.rule(raw));
    }
    if raw.rule.is_empty() {
        reader.findings.push(Finding::new(RULES, None, None, "holds no rule"));
    }
    let exceptions = raw.exceptions.as_ref().map(|terms| reader.terms(terms));
    for named in raw.rule.iter().filter_map(|rule| rule.exception.as_ref()).filter(|_| exceptions.is_none()) {
        let message = "[exceptions] does not say for how many days there may be one";
        reader.fault(named, "exceptions.longest_days", message);
    }
    if !reader.findings.is_empty() {
        return Err(reader.findings);
    }
    // Casbin stops at the first denial that matches: denials first is the reported reason, and cheaper.
    rules.sort_by_key(|rule| rule.allows);
    Ok(Ruled { rules, exceptions: exceptions.unwrap_or_default() })
}

/// Reads the sentences of one language and checks that there is one for everything that is said.
pub(crate) fn load_messages(file: &str, text: &str, rules: &[Rule]) -> Result<Messages, Vec<Finding>> {
    let messages: Messages = read(file, text).map_err(|finding| vec![finding])?;
    let mut findings = Vec::new();
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let missing: Vec<String> = Missing::ALL.iter().map(ToString::to_string).collect();
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    let relations = crate::explain::AlternativeRelation::ALL.map(crate::explain::AlternativeRelation::as_str);
    let tables = [
        ("rules", &messages.rules, ids.as_slice()),
        ("missing", &messages.missing, missing.as_slice()),
        ("alternatives", &messages.alternatives, relations.as_slice()),
    ];
    for (table, sentences, wanted) in tables {
        for key in wanted {
            if sentences.get(*key).is_none_or(|sentence| sentence.trim().is_empty()) {
                findings.push(Finding::new(file, None, Some(&format!("{table}.{key}")), "has no sentence"));
            }
        }
        for (key, sentence) in sentences {
            let line =
                text.lines().position(|line| line.starts_with(&format!("{key} "))).map(|place| place + 1);
            let name = format!("{table}.{key}");
            if !wanted.contains(&key.as_str()) {
                findings.push(Finding::new(file, line, Some(&name), "is a sentence for nothing"));
            }
            for placeholder in placeholders(sentence) {
                if !PLACEHOLDERS.contains(&placeholder) {
                    let message = format!("{{{placeholder}}} is not one of {}", PLACEHOLDERS.join(", "));
                    findings.push(Finding::new(file, line, Some(&name), message));
                }
            }
        }
    }
    if findings.is_empty() { Ok(messages) } else { Err(findings) }
}

fn placeholders(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}
