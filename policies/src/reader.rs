//! Strict reading of the policy's own files: each fault is noted with file, line and key, and reading goes on.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::facts::Dimension;
use crate::finding::{Finding, line_of};

/// Columns and the values that they name, as rules, invariants and golden cases write them.
pub(crate) type Columns = BTreeMap<Spanned<String>, Spanned<Vec<Spanned<String>>>>;

/// Every value of every dimension.
pub(crate) fn everything() -> [u32; 15] {
    let mut masks = [0; 15];
    for (mask, dimension) in masks.iter_mut().zip(Dimension::ALL) {
        *mask = u32::MAX >> (32 - dimension.size());
    }
    masks
}

/// Collects the findings of one file with their lines.
pub(crate) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, findings: Vec::new() }
    }

    pub(crate) fn line<T>(&self, at: &Spanned<T>) -> usize {
        line_of(self.text, at.span().start)
    }

    pub(crate) fn fault<T>(&mut self, at: &Spanned<T>, key: &str, message: impl Into<String>) {
        let line = Some(line_of(self.text, at.span().start));
        self.findings.push(Finding::new(self.file, line, Some(key), message));
    }

    pub(crate) fn one_of<T: Copy>(
        &mut self,
        at: &Spanned<String>,
        key: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        let found = known.iter().find(|(name, _)| name == at.get_ref()).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.fault(at, key, format!("`{}` is not one of {}", at.get_ref(), names.join(", ")));
        }
        found
    }

    pub(crate) fn not_blank(&mut self, at: &Spanned<String>, key: &str) -> String {
        if at.get_ref().trim().is_empty() {
            self.fault(at, key, "must not be empty");
        }
        at.get_ref().clone()
    }

    /// The dimension that a column names.
    pub(crate) fn dimension(&mut self, column: &Spanned<String>, key: &str) -> Option<Dimension> {
        let found = Dimension::parse(column.get_ref());
        if found.is_none() {
            let names: Vec<&str> = Dimension::ALL.iter().map(|dimension| dimension.as_str()).collect();
            self.fault(column, key, format!("there is no such column; the columns are {}", names.join(", ")));
        }
        found
    }

    /// The place of a value in its dimension.
    pub(crate) fn place(&mut self, dimension: Dimension, value: &Spanned<String>, key: &str) -> Option<u8> {
        let known: Vec<(&str, u8)> =
            (0..).zip(dimension.values()).map(|(place, name)| (name, place)).collect();
        self.one_of(value, key, &known)
    }

    /// For each dimension the values that the columns name, or all of them where there is no column.
    pub(crate) fn masks(&mut self, key: &str, columns: &Columns) -> [u32; 15] {
        let mut masks = everything();
        for (column, values) in columns {
            let key = format!("{key}.{}", column.get_ref());
            let Some(dimension) = self.dimension(column, &key) else { continue };
            if values.get_ref().is_empty() {
                self.fault(values, &key, "names no value, so nothing would ever match");
            }
            let mut named = 0;
            for value in values.get_ref() {
                let bit = self.place(dimension, value, &key).map_or(0, |place| 1 << place);
                if named & bit != 0 {
                    self.fault(value, &key, format!("`{}` is named twice", value.get_ref()));
                }
                named |= bit;
            }
            if let Some(mask) = masks.get_mut(dimension as usize) {
                *mask = named;
            }
        }
        masks
    }
}
