//! What is wrong with a policy file: where, which key, and which rule it breaks.

use std::fmt;

/// One fault, or one remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file of the policy.
    pub file: String,
    /// Its line, where one is to blame.
    pub line: Option<usize>,
    /// The key, as `D05.when.rel`.
    pub key: Option<String>,
    /// What is wrong, and what is expected.
    pub message: String,
}

impl Finding {
    /// A fault of a file.
    pub fn new(file: &str, line: Option<usize>, key: Option<&str>, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, key: key.map(str::to_owned), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": {key}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The line, counted from 1, on which the byte stands.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|byte| **byte == b'\n').count() + 1
}

/// The line, counted from 1, on which the text stands last.
pub(crate) fn line_with(text: &str, wanted: &str) -> Option<usize> {
    text.rfind(wanted).map(|byte| line_of(text, byte))
}

/// Reads a TOML file into `T`; a fault names the line and the key.
pub(crate) fn read<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Finding> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        // What is unknown or missing is named in the message; otherwise the key stands on the line.
        let named = error.message().split('`').nth(1).filter(|_| error.message().contains(" field `"));
        let stands = line.and_then(|line| text.lines().nth(line.saturating_sub(1)));
        let stands =
            stands.and_then(|line| line.split('=').next()).map(|key| key.trim_matches(['[', ']', ' ']));
        let key = named.or(stands);
        Finding::new(file, line, key, error.message())
    })
}
