//! What the retention would erase.

use chrono::{DateTime, NaiveDate, Utc};
use policies::label::LabelVocabulary;
use schema::conversations::{ChannelKind, Kind};
use schema::retention::{Due, Rule};
use serde::Serialize;
use utoipa::ToSchema;

/// What would go where the retention ran now, and what is held.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionPreview {
    at: DateTime<Utc>,
    /// The rules of the configuration; the first that fits a message says when it is due.
    rules: Vec<RetentionRule>,
    entries: Vec<RetentionEntry>,
    /// How many messages would go.
    due_count: i64,
    /// How many are due and held.
    held_count: i64,
}

/// A rule of the retention.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionRule {
    /// The rule in words: kind, label and term.
    term: String,
    /// What was said before this moment is due.
    until: DateTime<Utc>,
}

/// What would go, of one kind, label and month.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionEntry {
    kind: Kind,
    channel_kind: Option<ChannelKind>,
    /// The level of the label, by its code.
    label: String,
    /// The first day of the month.
    month: NaiveDate,
    /// The rule by which it is due, in words.
    term: String,
    due_count: i64,
    held_count: i64,
}

impl RetentionPreview {
    /// What was found.
    pub fn of(labels: &LabelVocabulary, rules: &[Rule], found: &[Due], at: DateTime<Utc>) -> Self {
        let term = |place: i32| {
            let rule = usize::try_from(place - 1).ok().and_then(|place| rules.get(place));
            rule.map(|rule| rule.term.clone()).unwrap_or_default()
        };
        let entries = found.iter().map(|due| RetentionEntry {
            kind: due.kind,
            channel_kind: due.channel_kind,
            label: u8::try_from(due.label_level)
                .map(|level| labels.level_code(level))
                .unwrap_or_default()
                .to_owned(),
            month: due.month,
            term: term(due.rule),
            due_count: due.due,
            held_count: due.held,
        });
        Self {
            at,
            rules: rules
                .iter()
                .map(|rule| RetentionRule { term: rule.term.clone(), until: rule.until })
                .collect(),
            entries: entries.collect(),
            due_count: found.iter().map(|due| due.due).sum(),
            held_count: found.iter().map(|due| due.held).sum(),
        }
    }
}
