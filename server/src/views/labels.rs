//! Labels, and the ladder and categories they are made of.

use policies::label::{
    Catalogue, Category as PolicyCategory, Clearance, Label as PolicyLabel, LabelVocabulary,
    Level as PolicyLevel, Offer,
};
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

/// A label as it is shown: its codes, and the marking that people see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShownLabel {
    /// The code of the level; `open` where there is no label.
    pub level: String,
    /// The codes of the categories.
    pub categories: Vec<String>,
    /// What is shown.
    pub marking: Marking,
}

/// What people see of a label: text and colours. It is made by the policy, and no client works it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LabelMarking)]
pub struct Marking {
    /// The text in Russian.
    pub ru: String,
    /// The text in English.
    pub en: String,
    /// The colour of the letters, as `#rrggbb`.
    pub foreground: String,
    /// The colour behind them, as `#rrggbb`.
    pub background: String,
}

impl ShownLabel {
    /// The label in the words and colours of the policy.
    pub fn of(labels: &LabelVocabulary, label: PolicyLabel) -> Self {
        let Label { level, categories } = Label::of(labels, label);
        Self { level, categories, marking: Marking::of(labels, label) }
    }
}

impl Marking {
    fn of(labels: &LabelVocabulary, label: PolicyLabel) -> Self {
        let marking = labels.marking(label);
        marking.map_or_else(Self::unknown, |marking| Self {
            ru: marking.ru,
            en: marking.en,
            foreground: marking.foreground,
            background: marking.background,
        })
    }

    /// A level that the policy does not know is never shown as if there were no label.
    fn unknown() -> Self {
        Self {
            ru: "НЕИЗВЕСТНАЯ ПОМЕТКА".to_owned(),
            en: "UNKNOWN LABEL".to_owned(),
            foreground: "#ffffff".to_owned(),
            background: "#000000".to_owned(),
        }
    }
}

/// The ladder of levels and the categories, as the policy names them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Labels {
    /// The policy that the labels are of: a URN or an OID.
    policy_id: String,
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
    /// How it is marked.
    marking: Marking,
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
    /// How it is marked, in Russian.
    marking_ru: String,
    /// How it is marked, in English.
    marking_en: String,
}

/// The labels that the reader may use at one place now.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabelCatalogue {
    /// The policy that the labels are of.
    policy_id: String,
    /// What a message gets for whoever does not choose: the conversation's own label, or the lowest where that may not be
    /// used; none where nothing may be said here.
    default: Option<ShownLabel>,
    /// From the lowest to the highest.
    levels: Vec<OfferedLevel>,
}

/// A level that may be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedLevel {
    /// The level.
    #[serde(flatten)]
    level: Level,
    /// The categories that may go with it, none, some or all of them.
    categories: Vec<Category>,
}

impl Labels {
    /// What the policy knows.
    pub fn of(labels: &LabelVocabulary) -> Self {
        Self {
            policy_id: labels.policy_id().to_owned(),
            levels: labels.levels().iter().map(|level| Level::of(labels, level)).collect(),
            categories: labels.categories().iter().map(Category::of).collect(),
        }
    }
}

impl Level {
    fn of(labels: &LabelVocabulary, level: &PolicyLevel) -> Self {
        Self {
            code: level.code.clone(),
            number: level.number,
            name_ru: level.name_ru.clone(),
            name_en: level.name_en.clone(),
            marking: Marking::of(labels, PolicyLabel { level: level.number, categories: 0 }),
        }
    }
}

impl Category {
    fn of(category: &PolicyCategory) -> Self {
        Self {
            code: category.code.clone(),
            name_ru: category.name_ru.clone(),
            name_en: category.name_en.clone(),
            marking_ru: category.marking_ru.clone(),
            marking_en: category.marking_en.clone(),
        }
    }
}

impl LabelCatalogue {
    /// The catalogue in the words and colours of the policy.
    pub fn of(labels: &LabelVocabulary, catalogue: &Catalogue) -> Self {
        let level = |offer: &Offer| {
            let level = labels.levels().iter().find(|level| level.number == offer.level)?;
            let codes = labels.category_codes(offer.categories);
            let categories = labels.categories().iter();
            Some(OfferedLevel {
                level: Level::of(labels, level),
                categories: categories
                    .filter(|category| codes.contains(&category.code.as_str()))
                    .map(Category::of)
                    .collect(),
            })
        };
        Self {
            policy_id: labels.policy_id().to_owned(),
            default: catalogue.default().map(|label| ShownLabel::of(labels, label)),
            levels: catalogue.offers().iter().filter_map(level).collect(),
        }
    }
}
