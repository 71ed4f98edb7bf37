//! The files of a policy: those that the program carries, those of a directory, or those that the database keeps.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::casbin::MODEL;
use crate::finding::{Finding, line_with, read};
use crate::label::LabelVocabulary;
use crate::rules::RULES;
use crate::walls::Walls;

/// The dimensions and their values.
pub(crate) const VOCABULARY: &str = "vocab.toml";

/// What must hold whatever the rules become.
pub(crate) const INVARIANTS: &str = "invariants.toml";

/// Where the golden cases lie.
pub(crate) const TESTS: &str = "tests/";

/// The files that every policy consists of.
const FILES: [(&str, &str); 8] = [
    ("model.conf", MODEL),
    (VOCABULARY, include_str!("../policy/vocab.toml")),
    (RULES, include_str!("../policy/rules.toml")),
    ("labels.toml", include_str!("../policy/labels.toml")),
    ("walls.toml", include_str!("../policy/walls.toml")),
    ("messages.ru.toml", include_str!("../policy/messages.ru.toml")),
    ("messages.en.toml", include_str!("../policy/messages.en.toml")),
    (INVARIANTS, include_str!("../policy/invariants.toml")),
];

/// The golden cases that the program carries; another policy brings its own.
const CASES: [(&str, &str); 5] = [
    ("tests/direct.toml", include_str!("../policy/tests/direct.toml")),
    ("tests/channels.toml", include_str!("../policy/tests/channels.toml")),
    ("tests/hats.toml", include_str!("../policy/tests/hats.toml")),
    ("tests/labels.toml", include_str!("../policy/tests/labels.toml")),
    ("tests/visibility.toml", include_str!("../policy/tests/visibility.toml")),
];

/// The texts of a policy by file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFiles(BTreeMap<String, String>);

impl PolicyFiles {
    /// The policy that the program carries.
    pub fn embedded() -> Self {
        let all = FILES.iter().chain(&CASES);
        Self(all.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    /// The policy in a directory, with the golden cases below `tests`. A file that is missing, or that no policy
    /// knows, is reported by [`Snapshot::load`](crate::gate::Snapshot::load).
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        collect(directory, "", &mut files)?;
        let tests = directory.join(TESTS);
        if tests.is_dir() {
            collect(&tests, TESTS, &mut files)?;
        }
        Ok(Self(files))
    }

    /// From the texts as the database keeps them.
    pub fn from_map(files: BTreeMap<String, String>) -> Self {
        Self(files)
    }

    /// The texts by file name.
    pub fn map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// SHA-256 over names and texts, each with its length before it.
    pub fn sha256(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in self.0.iter().flat_map(|(name, text)| [name, text]) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }

    /// What is missing, and what no policy knows.
    pub(crate) fn faults(&self) -> Vec<Finding> {
        let missing = FILES.iter().filter(|(name, _)| !self.0.contains_key(*name));
        let unknown = self
            .0
            .keys()
            .filter(|name| !name.starts_with(TESTS) && FILES.iter().all(|(known, _)| known != name));
        let missing = missing.map(|(name, _)| Finding::new(name, None, None, "is missing"));
        missing
            .chain(unknown.map(|name| Finding::new(name, None, None, "is not a file of a policy")))
            .collect()
    }

    /// The golden cases: file and text.
    pub(crate) fn cases(&self) -> impl Iterator<Item = (&str, &str)> {
        let cases = self.0.iter().filter(|(name, _)| name.starts_with(TESTS));
        cases.map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The label vocabulary of these files.
    pub fn labels(&self) -> Result<LabelVocabulary, Vec<Finding>> {
        let file = "labels.toml";
        let text = self.text(file)?;
        let labels: LabelVocabulary = read(file, text).map_err(|finding| vec![finding])?;
        let faults = labels.faults();
        if faults.is_empty() { Ok(labels) } else { Err(located(file, text, faults)) }
    }

    /// The walls of these files.
    pub fn walls(&self) -> Result<Walls, Vec<Finding>> {
        let file = "walls.toml";
        let text = self.text(file)?;
        let walls: Walls = read(file, text).map_err(|finding| vec![finding])?;
        walls.prepare().map_err(|faults| located(file, text, faults))
    }

    pub(crate) fn text(&self, file: &str) -> Result<&str, Vec<Finding>> {
        let missing = || vec![Finding::new(file, None, None, "is missing")];
        self.0.get(file).map(String::as_str).ok_or_else(missing)
    }

    /// These files with one of them rewritten.
    #[cfg(test)]
    pub(crate) fn with(mut self, file: &str, rewrite: impl Fn(&str) -> String) -> Self {
        let text = rewrite(self.0.get(file).map_or("", String::as_str));
        self.0.insert(file.to_owned(), text);
        self
    }

    #[cfg(test)]
    pub(crate) fn without(mut self, file: &str) -> Self {
        self.0.remove(file);
        self
    }
}

fn collect(directory: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let named = path.file_name().and_then(|name| name.to_str());
        let is_text = path.extension().is_some_and(|extension| extension == "toml" || extension == "conf");
        if let (Some(name), true, true) = (named, is_text, path.is_file()) {
            files.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Faults that name what they are about, with the line on which that stands.
fn located(file: &str, text: &str, faults: Vec<Fault>) -> Vec<Finding> {
    let finding =
        |fault: Fault| Finding::new(file, line_with(text, &fault.about), Some(&fault.key), fault.message);
    faults.into_iter().map(finding).collect()
}

/// A fault of a small file that is read as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The key it is about.
    pub(crate) key: String,
    /// The value it is about, as the file spells it.
    pub(crate) about: String,
    /// What is wrong.
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(key: &str, about: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), about: about.to_owned(), message: message.into() }
    }
}
