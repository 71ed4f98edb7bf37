//! Labels, and the ladder and categories they are made of.

use policies::label::{Clearance, Label as PolicyLabel, LabelVocabulary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, codes};

/// A label, or what somebody is cleared for: a level and categories, by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The code of the level; `open` where there is no label.
    pub level: String,
    /// The codes of the categories.
    #[serde(default)]
    pub categories: Vec<String>,
}

impl Label {
    /// The label in the words of the policy.
    pub fn of(labels: &LabelVocabulary, label: PolicyLabel) -> Self {
        let categories = labels.category_codes(label.categories);
        Self {
            level: labels.level_code(label.level).to_owned(),
            categories: categories.into_iter().map(Into::into).collect(),
        }
    }

    /// The label that these codes mean; `field` is where they stood.
    pub fn parse(&self, labels: &LabelVocabulary, field: &str) -> Result<PolicyLabel, Error> {
        labels.parse(&self.level, &self.categories).map_err(|_| Error::invalid(codes::UNKNOWN_LABEL, field))
    }

    /// A clearance in the words of the policy.
    pub fn of_clearance(labels: &LabelVocabulary, clearance: Clearance) -> Self {
        Self::of(labels, PolicyLabel { level: clearance.level, categories: clearance.categories })
    }
}

/// The ladder of levels and the categories, as the policy names them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Labels {
    /// From the lowest to the highest.
    levels: Vec<Level>,
    /// In the order of the policy.
    categories: Vec<Category>,
}

/// A step of the ladder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Level {
    /// Its code.
    code: String,
    /// Its height.
    number: u8,
    /// Its name in Russian.
    name_ru: String,
    /// Its name in English.
    name_en: String,
    /// The colour of its banner.
    colour: String,
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub struct Category {
    /// Its code.
    code: String,
    /// Its name in Russian.
    name_ru: String,
    /// Its name in English.
    name_en: String,
}

impl Labels {
    /// What the policy knows.
    pub fn of(labels: &LabelVocabulary) -> Self {
        let levels = labels.levels().iter().map(|level| Level {
            code: level.code.clone(),
            number: level.number,
            name_ru: level.name_ru.clone(),
            name_en: level.name_en.clone(),
            colour: level.colour.clone(),
        });
        let categories = labels.categories().iter().map(|category| Category {
            code: category.code.clone(),
            name_ru: category.name_ru.clone(),
            name_en: category.name_en.clone(),
        });
        Self { levels: levels.collect(), categories: categories.collect() }
    }
}
