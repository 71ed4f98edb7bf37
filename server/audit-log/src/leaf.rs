//! An entry of the log as the octets that are hashed: one line of text, so that a log can be written to a file, read by
//! people, and checked with nothing but `sha256sum`.
//!
//! The line has six fields with a tab between them and no line feed at its end:
//!
//! | field | is |
//! |---|---|
//! | version | `1` |
//! | seq | the number of the row, decimal |
//! | at | when, in UTC with microseconds: `2026-03-03T09:00:00.000000Z` |
//! | kind | what happened, as `thing.verb` |
//! | actor | who did it, as a UUID; `-` for what the system does by itself |
//! | entry | the kind's own fields as JSON, as PostgreSQL writes a `jsonb`: keys by length, then by octets; never a tab or a line feed |

use std::io::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

/// The first field of every line.
const VERSION: &str = "1";

/// An entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The number of its row. Rows are numbered before they are stored, so there are gaps, and leaves are not quite in this order.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: &'a str,
    /// Who did it.
    pub actor: Option<Uuid>,
    /// The kind's own fields, as JSON.
    pub entry: &'a str,
}

/// It is no leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no line of the log: its {field} is missing or none")]
pub struct NoLeaf {
    field: &'static str,
}

impl<'a> Leaf<'a> {
    /// Writes the line behind what is in `line`.
    pub fn write(&self, line: &mut Vec<u8>) {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let (seq, kind) = (self.seq, self.kind);
        // Writing to memory does not fail.
        let _ = match self.actor {
            Some(actor) => write!(line, "{VERSION}\t{seq}\t{at}\t{kind}\t{actor}\t"),
            None => write!(line, "{VERSION}\t{seq}\t{at}\t{kind}\t-\t"),
        };
        line.extend_from_slice(self.entry.as_bytes());
    }

    /// The line.
    pub fn line(&self) -> Vec<u8> {
        let mut line = Vec::with_capacity(self.entry.len().saturating_add(128));
        self.write(&mut line);
        line
    }

    /// The entry of which `line` is.
    pub fn parse(line: &'a str) -> Result<Self, NoLeaf> {
        let mut fields = line.splitn(6, '\t');
        let mut next = |field| fields.next().ok_or(NoLeaf { field });
        if next("version")? != VERSION {
            return Err(NoLeaf { field: "version" });
        }
        let seq = next("seq")?.parse().map_err(|_| NoLeaf { field: "seq" })?;
        let at = DateTime::parse_from_rfc3339(next("at")?).map_err(|_| NoLeaf { field: "at" })?.to_utc();
        let kind = next("kind")?;
        let actor = match next("actor")? {
            "-" => None,
            actor => Some(Uuid::parse_str(actor).map_err(|_| NoLeaf { field: "actor" })?),
        };
        Ok(Self { seq, at, kind, actor, entry: next("entry")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let at = DateTime::parse_from_rfc3339("2026-03-03T12:00:00.000007+03:00").unwrap().to_utc();
        for actor in [None, Some(Uuid::from_u128(7))] {
            let leaf = Leaf { seq: 42, at, kind: "message.sent", actor, entry: r#"{"id": "да\tнет"}"# };
            let line = String::from_utf8(leaf.line()).unwrap();
            assert!(line.starts_with("1\t42\t2026-03-03T09:00:00.000007Z\tmessage.sent\t"), "{line}");
            assert_eq!(Leaf::parse(&line).unwrap(), leaf);
        }
    }

    #[test]
    fn what_is_no_line_is_named() {
        for (line, field) in [
            ("", "version"),
            ("2\t1\t2026-03-03T09:00:00Z\ta.b\t-\t{}", "version"),
            ("1\tx\t2026-03-03T09:00:00Z\ta.b\t-\t{}", "seq"),
            ("1\t1\tyesterday\ta.b\t-\t{}", "at"),
            ("1\t1\t2026-03-03T09:00:00Z\ta.b\tnobody\t{}", "actor"),
            ("1\t1\t2026-03-03T09:00:00Z\ta.b\t-", "entry"),
        ] {
            assert_eq!(Leaf::parse(line).unwrap_err().field, field, "{line}");
        }
    }
}
