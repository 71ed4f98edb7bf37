//! How entries are told to others: as JSON, or in `ArcSight`'s Common Event Format (revision 25).

use std::fmt::Write as _;

use chrono::SecondsFormat;
use schema::audit_checkpoints::SignedCheckpoint;
use schema::audit_tree::Entry;
use serde::Deserialize;
use serde_json::json;

/// In which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Json,
    /// One CEF record a line.
    Cef,
}

/// Something that is given away.
#[derive(Debug)]
pub(super) enum Item {
    /// An entry, with its place in the tree.
    Entry { leaf: i64, entry: Entry },
    /// A signed checkpoint.
    Checkpoint(SignedCheckpoint),
}

impl Item {
    /// Whether it only gives the hashes of rows.
    pub(super) fn is_hashes(&self) -> bool {
        matches!(self, Self::Entry { entry, .. } if entry.kind == "rows.changed")
    }

    /// The kind of what happened.
    pub(super) fn kind(&self) -> &str {
        match self {
            Self::Entry { entry, .. } => &entry.kind,
            Self::Checkpoint(_) => "audit.checkpoint",
        }
    }

    /// When it happened.
    pub(super) fn at(&self) -> String {
        let at = match self {
            Self::Entry { entry, .. } => entry.at,
            Self::Checkpoint(signed) => signed.signed_at,
        };
        at.to_rfc3339_opts(SecondsFormat::Micros, true)
    }

    /// How much it matters, by syslog (RFC 5424, 6.2.1): 4 a warning, 5 worth noting.
    pub(super) fn severity(&self) -> u8 {
        let kind = self.kind();
        let is_refusal = [".denied", ".refused", ".rejected"].iter().any(|end| kind.ends_with(end));
        if is_refusal { 4 } else { 5 }
    }

    /// One line, without a line feed.
    pub(super) fn line(&self, format: Format) -> String {
        match format {
            Format::Json => self.json().to_string(),
            Format::Cef => self.cef(),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Entry { leaf, entry } => {
                let said: serde_json::Value = serde_json::from_str(&entry.entry).unwrap_or_default();
                json!({
                    "leaf": leaf, "seq": entry.seq, "at": self.at(), "kind": entry.kind, "actor_id": entry.actor_id,
                    "entry": said,
                })
            }
            Self::Checkpoint(signed) => json!({
                "kind": self.kind(), "at": self.at(), "size": signed.size, "note": signed.note,
            }),
        }
    }

    fn cef(&self) -> String {
        let kind = header(self.kind());
        // CEF counts upwards, from 0 to 10.
        let severity = if self.severity() == 4 { 6 } else { 3 };
        let version = env!("CARGO_PKG_VERSION");
        let mut line = format!("CEF:0|Chancery|Chancery|{version}|{kind}|{kind}|{severity}|");
        let mut field = |name: &str, value: &str| {
            // Writing to a text does not fail.
            let _ = write!(line, "{name}={} ", extension(value));
        };
        field("rt", &self.at());
        match self {
            Self::Entry { leaf, entry } => {
                field("externalId", &leaf.to_string());
                if let Some(actor) = entry.actor_id {
                    field("suid", &actor.to_string());
                }
                field("msg", &entry.entry);
            }
            Self::Checkpoint(signed) => {
                field("externalId", &signed.size.to_string());
                field("msg", &signed.note);
            }
        }
        line.trim_end().to_owned()
    }
}

/// A text as a field of the header.
fn header(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// A text as a value of the extension.
fn extension(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\n', "\\n").replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn entry(kind: &str, said: &str) -> Item {
        let at = DateTime::from_timestamp_micros(1_772_528_400_000_007).unwrap();
        let entry = Entry { seq: 7, at, kind: kind.to_owned(), actor_id: None, entry: said.to_owned() };
        Item::Entry { leaf: 3, entry }
    }

    #[test]
    fn a_line_is_one_line_whatever_is_said() {
        let item = entry("action.denied", r#"{"rule": "D01", "why": "a=b|c\nd"}"#);
        assert_eq!(
            item.line(Format::Cef),
            format!(
                "CEF:0|Chancery|Chancery|{}|action.denied|action.denied|6|rt=2026-03-03T09:00:00.000007Z externalId=3 \
                 msg={{\"rule\": \"D01\", \"why\": \"a\\=b|c\\\\nd\"}}",
                env!("CARGO_PKG_VERSION")
            )
        );
        let json: serde_json::Value = serde_json::from_str(&item.line(Format::Json)).unwrap();
        assert_eq!((&json["leaf"], &json["entry"]["why"]), (&json!(3), &json!("a=b|c\nd")));
    }

    #[test]
    fn refusals_matter_more() {
        assert_eq!(entry("action.denied", "{}").severity(), 4);
        assert_eq!(entry("session.began", "{}").severity(), 5);
        assert!(entry("rows.changed", "{}").is_hashes());
    }
}
