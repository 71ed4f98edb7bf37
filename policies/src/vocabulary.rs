//! The vocabulary that policy authors read: checked against the enums, so that neither can move alone.

use serde::Deserialize;
use toml::Spanned;

use crate::facts::Dimension;
use crate::files::VOCABULARY;
use crate::finding::{Finding, line_of, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vocabulary {
    #[serde(default)]
    dimension: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    means: Spanned<String>,
    values: Spanned<Vec<String>>,
}

/// Whether the values are those of the program, in its order. Some may be missing: a policy stays in force over an
/// update that brings new ones.
fn is_known(values: &[String], known: &[&str]) -> bool {
    let mut known = known.iter();
    values.iter().all(|value| known.any(|one| one == value))
}

/// Compares the file with what the program knows.
pub(crate) fn check(text: &str) -> Result<(), Vec<Finding>> {
    let vocabulary: Vocabulary = read(VOCABULARY, text).map_err(|finding| vec![finding])?;
    let mut findings = Vec::new();
    let mut fault = |byte: usize, key: &str, message: String| {
        findings.push(Finding::new(VOCABULARY, Some(line_of(text, byte)), Some(key), message));
    };
    for (entry, dimension) in vocabulary.dimension.iter().zip(Dimension::ALL) {
        let name = entry.name.get_ref();
        if name != dimension.as_str() {
            fault(entry.name.span().start, name, format!("the program has `{}` here", dimension.as_str()));
        } else if !is_known(entry.values.get_ref(), &dimension.values()) {
            let known = dimension.values().join(", ");
            fault(entry.values.span().start, &format!("{name}.values"), format!("the program knows {known}"));
        }
        if entry.means.get_ref().trim().is_empty() {
            fault(entry.means.span().start, &format!("{name}.means"), "must not be empty".to_owned());
        }
    }
    if vocabulary.dimension.len() != Dimension::ALL.len() {
        let message = format!("the program has {} dimensions", Dimension::ALL.len());
        fault(text.len(), "dimension", message);
    }
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}
