//! What is signed of a tree: whose it is, how large, and its root. The text is that of C2SP's `tlog-checkpoint`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::tree::Hash;

/// How a log stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, unique in the world: a host and a path, without scheme.
    pub origin: String,
    /// How many leaves it had.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// It is no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no checkpoint: its {line} is missing or none")]
pub struct NoCheckpoint {
    line: &'static str,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))
    }
}

impl Checkpoint {
    /// The checkpoint of which `text` is.
    pub fn parse(text: &str) -> Result<Self, NoCheckpoint> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or(NoCheckpoint { line: "origin" })?;
        let size = lines.next().filter(|line| *line == "0" || !line.starts_with(['0', '+']));
        let size = size.and_then(|line| line.parse().ok()).ok_or(NoCheckpoint { line: "size" })?;
        let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
        let root = root.and_then(|root| root.try_into().ok()).ok_or(NoCheckpoint { line: "root" })?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}
