//! Clearances and labels: a lattice of levels and categories (Bell and `LaPadula`, 1973; Denning, CACM 19(5), 1976).
//!
//! The only place that compares them. Missing is never cleared.

use serde::Deserialize;

use crate::files::Fault;

/// What a message or a conversation carries: a level and the categories that a holder must all have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Label {
    /// The step on the ladder; 0 is unlabelled.
    pub level: u8,
    /// One bit per category, as the vocabulary numbers them.
    pub categories: u64,
}

/// What a person is cleared for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Clearance {
    /// The highest level the person may read.
    pub level: u8,
    /// The categories the person holds.
    pub categories: u64,
}

impl Clearance {
    /// Whether it lets read all that `other` lets read.
    pub fn covers(self, other: Self) -> bool {
        self.level >= other.level && other.categories & !self.categories == 0
    }
}

impl Label {
    /// Whether it carries nothing at all.
    pub fn is_open(self) -> bool {
        self == Self::default()
    }

    /// Whether everybody cleared for `ceiling` is cleared for this label.
    pub fn fits(self, ceiling: Self) -> bool {
        self.level <= ceiling.level && self.categories & !ceiling.categories == 0
    }
}

/// Whether the holder may read what carries the label. Without a clearance only what is unlabelled.
pub fn dominates(holder: Option<Clearance>, label: Label) -> bool {
    match holder {
        Some(holder) => holder.level >= label.level && label.categories & !holder.categories == 0,
        None => label.is_open(),
    }
}

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
    /// The colour of its marking, as `#rrggbb`.
    pub colour: String,
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
}

/// A level or category that the vocabulary does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the label vocabulary has no `{0}`")]
pub struct UnknownLabel(pub String);

/// The levels and categories of `labels.toml`, lowest level first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelVocabulary {
    #[serde(rename = "level")]
    levels: Vec<Level>,
    #[serde(rename = "category", default)]
    categories: Vec<Category>,
}

impl LabelVocabulary {
    /// What is wrong with it.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let quoted = |code: &str| format!("code = \"{code}\"");
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
                faults.push(Fault::new("level.number", &quoted(&higher.code), message));
            }
        }
        if self.categories.len() > 64 {
            faults.push(Fault::new("category", "[[category]]", "at most 64 categories"));
        }
        let codes = self.levels.iter().map(|level| level.code.as_str());
        let codes: Vec<&str> =
            codes.chain(self.categories.iter().map(|category| category.code.as_str())).collect();
        for (place, code) in codes.iter().enumerate() {
            if codes.iter().take(place).any(|earlier| earlier == code) {
                faults.push(Fault::new("code", &quoted(code), format!("`{code}` is used twice")));
            }
        }
        for level in &self.levels {
            let digits = level.colour.strip_prefix('#').unwrap_or_default();
            if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let message = format!("`{}` does not read like #2f6f4f", level.colour);
                faults.push(Fault::new("level.colour", &format!("\"{}\"", level.colour), message));
            }
        }
        faults
    }

    /// A label from numbers and codes, as the database holds them.
    pub fn label(&self, level: u8, categories: &[String]) -> Result<Label, UnknownLabel> {
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

    /// The labels that a message may carry here, low to high: the writer is cleared for them, the conversation's
    /// own label holds them, and so does the partner's clearance (`Some(None)`: a partner without one).
    ///
    /// Categories come alone and all together, which is what people choose; any other subset is still legal.
    pub fn catalogue(
        &self,
        writer: Option<Clearance>,
        ceiling: Label,
        partner: Option<Option<Clearance>>,
    ) -> Vec<Label> {
        let legal = |label: Label| {
            dominates(writer, label)
                && label.fits(ceiling)
                && partner.is_none_or(|holder| dominates(holder, label))
        };
        let held = writer.map_or(0, |writer| writer.categories) & ceiling.categories;
        let mut sets: Vec<u64> = self.numbered().map(|(bit, _)| bit).filter(|bit| held & bit != 0).collect();
        sets.insert(0, 0);
        if held.count_ones() > 1 {
            sets.push(held);
        }
        let mut labels = Vec::new();
        for level in &self.levels {
            for categories in &sets {
                let label = Label { level: level.number, categories: *categories };
                if (level.number > 0 || label.is_open()) && legal(label) {
                    labels.push(label);
                }
            }
        }
        labels
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn label() -> impl Strategy<Value = Label> {
        (0_u8..4, 0_u64..16).prop_map(|(level, categories)| Label {
            level,
            categories: if level == 0 { 0 } else { categories },
        })
    }

    fn clearance() -> impl Strategy<Value = Option<Clearance>> {
        proptest::option::of(
            (1_u8..4, 0_u64..16).prop_map(|(level, categories)| Clearance { level, categories }),
        )
    }

    proptest! {
        #[test]
        fn fitting_is_a_partial_order(a in label(), b in label(), c in label()) {
            prop_assert!(a.fits(a));
            prop_assert!(!(a.fits(b) && b.fits(a)) || a == b);
            prop_assert!(!(a.fits(b) && b.fits(c)) || a.fits(c));
        }

        #[test]
        fn who_may_read_the_higher_may_read_the_lower(holder in clearance(), low in label(), high in label()) {
            prop_assert!(!(low.fits(high) && dominates(holder, high)) || dominates(holder, low));
        }

        #[test]
        fn the_catalogue_offers_only_what_is_legal(writer in clearance(), partner in clearance(), ceiling in label()) {
            let vocabulary = crate::gate::PolicyFiles::embedded().labels().unwrap();
            let offered = vocabulary.catalogue(writer, ceiling, Some(partner));
            prop_assert_eq!(offered.first().copied(), Some(Label::default()), "what is unlabelled is always legal");
            for label in offered {
                prop_assert!(dominates(writer, label) && dominates(partner, label) && label.fits(ceiling));
            }
        }
    }

    #[test]
    fn missing_is_never_cleared() {
        assert!(dominates(None, Label::default()));
        assert!(!dominates(None, Label { level: 1, categories: 0 }));
    }
}
