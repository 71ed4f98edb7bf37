//! The levels and categories of `labels.toml`, what they are called, and how they are marked.

use serde::Deserialize;

use super::marking::{Marking, faults_of_colours};
use super::{Catalogue, Clearance, Label};
use crate::files::Fault;

/// A level of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its step, 0 to 9; 0 is the unlabelled one.
    pub number: u8,
    /// What the API calls it.
    pub code: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// Its name in English.
    pub name_en: String,
    /// What stands on a document, in Russian.
    pub marking_ru: String,
    /// What stands on a document, in English.
    pub marking_en: String,
    /// The colour of the marking's letters, as `#rrggbb`.
    pub foreground: String,
    /// The colour behind them, as `#rrggbb`.
    pub background: String,
}

/// A category: a subject that one is admitted to apart from the level.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// What the API and the directory call it.
    pub code: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// Its name in English.
    pub name_en: String,
    /// What stands on a document, in Russian.
    pub marking_ru: String,
    /// What stands on a document, in English.
    pub marking_en: String,
}

/// A level or category that the vocabulary does not know, or a label of another policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the label vocabulary has no `{0}`")]
pub struct UnknownLabel(pub String);

/// The levels and categories of `labels.toml`, lowest level first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelVocabulary {
    policy_id: String,
    #[serde(rename = "level")]
    levels: Vec<Level>,
    #[serde(rename = "category", default)]
    categories: Vec<Category>,
}

/// The longest `policy_id`, in octets.
const POLICY_ID_MAX: usize = 200;

impl LabelVocabulary {
    /// What is wrong with it.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !is_policy_id(&self.policy_id) {
            let message = format!("`{}` is neither a URN nor an OID", self.policy_id);
            faults.push(Fault::new("policy_id", "policy_id", message));
        }
        self.check_ladder(&mut faults);
        self.check_codes(&mut faults);
        self.check_texts(&mut faults);
        self.levels.iter().for_each(|level| faults_of_colours(level, &mut faults));
        faults
    }

    fn check_ladder(&self, faults: &mut Vec<Fault>) {
        if self.levels.first().is_none_or(|level| level.number != 0) {
            faults.push(Fault::new(
                "level.number",
                "number",
                "the first level must be the unlabelled one, number 0",
            ));
        }
        for pair in self.levels.windows(2) {
            let [lower, higher] = pair else { continue };
            if higher.number <= lower.number || higher.number > 9 {
                let message =
                    format!("`{}` must have a higher number than the one before, 9 at most", higher.code);
                faults.push(Fault::new("level.number", &quoted("code", &higher.code), message));
            }
        }
        if self.categories.len() > 64 {
            faults.push(Fault::new("category", "[[category]]", "at most 64 categories"));
        }
    }

    fn check_codes(&self, faults: &mut Vec<Fault>) {
        let codes = self.levels.iter().map(|level| level.code.as_str());
        let codes: Vec<&str> =
            codes.chain(self.categories.iter().map(|category| category.code.as_str())).collect();
        for (place, code) in codes.iter().enumerate() {
            if codes.iter().take(place).any(|earlier| earlier == code) {
                faults.push(Fault::new("code", &quoted("code", code), format!("`{code}` is used twice")));
            }
        }
    }

    /// An empty code would be the code of what is missing, and an empty marking none.
    fn check_texts(&self, faults: &mut Vec<Fault>) {
        let levels = self.levels.iter().flat_map(|level| {
            [
                ("code", &level.code),
                ("name_ru", &level.name_ru),
                ("name_en", &level.name_en),
                ("marking_ru", &level.marking_ru),
                ("marking_en", &level.marking_en),
            ]
            .map(|(key, text)| ("level", key, text))
        });
        let categories = self.categories.iter().flat_map(|category| {
            [
                ("code", &category.code),
                ("name_ru", &category.name_ru),
                ("name_en", &category.name_en),
                ("marking_ru", &category.marking_ru),
                ("marking_en", &category.marking_en),
            ]
            .map(|(key, text)| ("category", key, text))
        });
        for (table, key, text) in levels.chain(categories) {
            if text.trim().is_empty() {
                faults.push(Fault::new(&format!("{table}.{key}"), &quoted(key, text), "must not be empty"));
            }
        }
    }

    /// Which policy the labels are of. One of another policy is nothing that anybody here is cleared for.
    pub fn policy_id(&self) -> &str {
        &self.policy_id
    }

    /// A label from numbers and codes, as the database holds them, with the policy that it is of. What carries no label
    /// is of no policy.
    pub fn label(
        &self,
        policy: Option<&str>,
        level: u8,
        categories: &[String],
    ) -> Result<Label, UnknownLabel> {
        match policy {
            None if level == 0 && categories.is_empty() => return Ok(Label::default()),
            Some(policy) if policy == self.policy_id && level > 0 => {}
            _ => return Err(UnknownLabel(policy.unwrap_or_default().to_owned())),
        }
        if !self.levels.iter().any(|known| known.number == level) {
            return Err(UnknownLabel(level.to_string()));
        }
        Ok(Label { level, categories: self.bits(categories)? })
    }

    /// A label from codes, as the API gives them.
    pub fn parse(&self, level_code: &str, categories: &[String]) -> Result<Label, UnknownLabel> {
        let level = self.levels.iter().find(|known| known.code == level_code);
        let level = level.ok_or_else(|| UnknownLabel(level_code.to_owned()))?.number;
        let categories = self.bits(categories)?;
        if level == 0 && categories != 0 {
            return Err(UnknownLabel(format!("{level_code} with categories")));
        }
        Ok(Label { level, categories })
    }

    /// A clearance from the database. An unknown level clears for nothing; an unknown category is not held.
    pub fn clearance(&self, level: u8, categories: &[String]) -> Option<Clearance> {
        self.levels.iter().any(|known| known.number == level).then(|| {
            let held = categories.iter().filter_map(|code| self.bit(code)).fold(0, |bits, bit| bits | bit);
            Clearance { level, categories: held }
        })
    }

    /// What the API calls the level; empty for one that the vocabulary does not know.
    pub fn level_code(&self, level: u8) -> &str {
        self.levels.iter().find(|known| known.number == level).map_or("", |known| &known.code)
    }

    /// What the API calls the categories, in the vocabulary's order.
    pub fn category_codes(&self, bits: u64) -> Vec<&str> {
        self.numbered()
            .filter(|(bit, _)| bits & bit != 0)
            .map(|(_, category)| category.code.as_str())
            .collect()
    }

    /// The levels, lowest first.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The categories.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// What `legal` lets through of all labels there are, `own` being that of the conversation.
    ///
    /// It asks about each level alone and about each category alone. That is enough: clearances, labels and ceilings are
    /// closed under union, so whatever is legal by parts is legal together, and what is not is illegal in any company.
    pub fn catalogue(&self, own: Label, legal: impl Fn(Label) -> bool) -> Catalogue {
        let bits: Vec<u64> = self.numbered().map(|(bit, _)| bit).collect();
        Catalogue::ask(own, self.levels.iter().map(|level| level.number), &bits, legal)
    }

    /// How the label is marked; none of a level that the vocabulary does not know.
    pub fn marking(&self, label: Label) -> Option<Marking> {
        let level = self.levels.iter().find(|known| known.number == label.level)?;
        let held: Vec<&Category> = self
            .numbered()
            .filter(|(bit, _)| label.categories & bit != 0)
            .map(|(_, category)| category)
            .collect();
        Some(Marking::of(level, &held))
    }

    /// The label in words of the language: `Секретно · Бюджет`.
    pub(crate) fn words(&self, label: Label, russian: bool) -> String {
        let level = self.levels.iter().find(|known| known.number == label.level);
        let level = level.map(|level| if russian { &level.name_ru } else { &level.name_en });
        let categories = self
            .numbered()
            .filter(|(bit, _)| label.categories & bit != 0)
            .map(|(_, category)| if russian { &category.name_ru } else { &category.name_en });
        level.into_iter().chain(categories).map(String::as_str).collect::<Vec<_>>().join(" · ")
    }

    fn bits(&self, codes: &[String]) -> Result<u64, UnknownLabel> {
        codes.iter().try_fold(0, |bits, code| {
            self.bit(code).map(|bit| bits | bit).ok_or_else(|| UnknownLabel(code.clone()))
        })
    }

    fn bit(&self, code: &str) -> Option<u64> {
        self.numbered().find(|(_, category)| category.code == code).map(|(bit, _)| bit)
    }

    fn numbered(&self) -> impl Iterator<Item = (u64, &Category)> {
        self.categories.iter().take(64).enumerate().map(|(place, category)| (1_u64 << place, category))
    }
}

fn quoted(key: &str, text: &str) -> String {
    format!("{key} = \"{text}\"")
}

/// Whether it reads like `urn:…` or like `1.2.643.…`.
fn is_policy_id(text: &str) -> bool {
    let is_urn = text.strip_prefix("urn:").is_some_and(|rest| {
        rest.contains(':') && rest.bytes().all(|byte| byte.is_ascii_graphic()) && !rest.ends_with(':')
    });
    let mut arcs = text.split('.');
    let is_oid = arcs.clone().count() > 1
        && arcs.all(|arc| !arc.is_empty() && arc.bytes().all(|digit| digit.is_ascii_digit()));
    text.len() <= POLICY_ID_MAX && (is_urn || is_oid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::PolicyFiles;
    use crate::label::dominates;

    fn vocabulary() -> LabelVocabulary {
        PolicyFiles::embedded().labels().unwrap()
    }

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn what_is_missing_unknown_or_of_another_policy_is_no_label() {
        let labels = vocabulary();
        let own = labels.policy_id().to_owned();
        let own = Some(own.as_str());
        assert_eq!(labels.label(None, 0, &[]), Ok(Label::default()));
        assert_eq!(labels.label(own, 3, &codes(&["budget"])), Ok(Label { level: 3, categories: 1 }));
        for (policy, level, categories) in [
            (None, 1, codes(&[])),
            (None, 0, codes(&["budget"])),
            (Some(""), 1, codes(&[])),
            (Some("urn:other:labels"), 1, codes(&[])),
            (Some("urn:other:labels"), 0, codes(&[])),
            (own, 0, codes(&[])),
            (own, 7, codes(&[])),
            (own, 1, codes(&["gossip"])),
            (own, 1, codes(&[""])),
        ] {
            assert!(labels.label(policy, level, &categories).is_err(), "{policy:?} {level} {categories:?}");
        }
    }

    #[test]
    fn codes_that_nobody_knows_are_refused() {
        let labels = vocabulary();
        assert!(labels.parse("secret", &codes(&["budget"])).is_ok());
        for (level, categories) in
            [("", codes(&[])), ("cosmic", codes(&[])), ("secret", codes(&[""])), ("open", codes(&["budget"]))]
        {
            assert!(labels.parse(level, &categories).is_err(), "{level} {categories:?}");
        }
    }

    #[test]
    fn a_clearance_that_nobody_knows_clears_for_nothing() {
        let labels = vocabulary();
        assert_eq!(labels.clearance(7, &[]), None);
        let held = labels.clearance(3, &codes(&["", "gossip", "budget"]));
        assert_eq!(held, Some(Clearance { level: 3, categories: 1 }));
        let budget = Label { level: 1, categories: 1 };
        assert!(dominates(held, budget) && !dominates(held, Label { level: 1, categories: 2 }));
        assert!(!dominates(None, budget));
    }

    #[test]
    fn a_policy_is_named_by_a_urn_or_an_oid() {
        for good in ["urn:chancery:labels:1", "1.2.643.2.1", "2.16"] {
            assert!(is_policy_id(good), "{good}");
        }
        for bad in
            ["", " ", "urn:", "urn:chancery", "urn:a b:c", "labels", "1", "1..2", "1.2.", "1.a", "https://x"]
        {
            assert!(!is_policy_id(bad), "{bad}");
        }
    }

    #[test]
    fn every_label_has_its_marking() {
        let labels = vocabulary();
        let marked = labels.marking(Label { level: 3, categories: 5 }).unwrap();
        assert_eq!(
            (marked.ru.as_str(), marked.en.as_str()),
            ("СЕКРЕТНО // БЮДЖЕТ · БЕЗОПАСНОСТЬ", "SECRET // BUDGET · SECURITY")
        );
        assert_eq!(labels.marking(Label { level: 8, categories: 0 }), None);
    }
}
