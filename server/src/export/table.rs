//! Messages as a table, for people who open it in an office suite: RFC 4180, UTF-8 with a byte order mark, which they need to know
//! it for what it is.

use chrono::SecondsFormat;

use super::record::Exported;

/// What the columns are called.
const COLUMNS: [&str; 23] = [
    "sent_at",
    "conversation",
    "conversation_kind",
    "seq",
    "author",
    "author_title",
    "author_unit",
    "hat",
    "principal",
    "label",
    "body",
    "files",
    "edited_at",
    "deleted_at",
    "erased_at",
    "rule",
    "policy_version",
    "message_id",
    "conversation_id",
    "author_id",
    "principal_id",
    "reply_to",
    "downgraded_from",
];

/// The beginning of the table.
pub(super) fn head() -> Result<Vec<u8>, csv::Error> {
    let mut head = "\u{feff}".as_bytes().to_vec();
    head.extend(rows([COLUMNS.map(str::to_owned)])?);
    Ok(head)
}

/// The rows of messages.
pub(super) fn of<'a>(messages: impl IntoIterator<Item = &'a Exported<'a>>) -> Result<Vec<u8>, csv::Error> {
    rows(messages.into_iter().map(row))
}

fn rows(rows: impl IntoIterator<Item = [String; 23]>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::with_capacity(1 << 16));
    for row in rows {
        writer.write_record(&row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn row(exported: &Exported<'_>) -> [String; 23] {
    let record = exported.record;
    let moment = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let files: Vec<&str> = exported.files().map(|(file, _)| file.name.as_str()).collect();
    let text = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
    let label = match &exported.marked {
        Some(marked) => marked.text.clone(),
        None if exported.is_labelled() => exported.level.to_owned(),
        None => String::new(),
    };
    [
        moment(record.created_at),
        text(&record.conversation_name),
        record.conversation_kind.clone(),
        record.seq.to_string(),
        text(&record.author_name),
        text(&record.author_title),
        text(&record.author_unit),
        record.hat.as_str().to_owned(),
        text(&record.principal_name),
        label,
        harmless(exported.said()),
        harmless(&files.join("; ")),
        record.edited_at.map(moment).unwrap_or_default(),
        record.deleted_at.map(moment).unwrap_or_default(),
        record.erased_at.map(moment).unwrap_or_default(),
        record.rule.clone(),
        record.policy_version.to_string(),
        record.id.to_string(),
        record.conversation_id.to_string(),
        record.author_id.to_string(),
        record.principal_id.map(|id| id.to_string()).unwrap_or_default(),
        record.reply_to.map(|id| id.to_string()).unwrap_or_default(),
        record.downgraded_from.map(|id| id.to_string()).unwrap_or_default(),
    ]
}

/// A text of which no office suite takes a part for a formula, which somebody could have written to whoever investigates (CWE-1236):
/// with an apostrophe before each such part, also behind what another suite takes for the end of a cell. The text itself is in
/// `messages.jsonl`.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len() + 1);
    // Whether a cell may begin here.
    let mut begins = true;
    for character in text.chars() {
        if begins && matches!(character, '=' | '+' | '-' | '@') {
            harmless.push('\'');
        }
        begins = matches!(character, '\t' | '\r' | '\n' | ';' | ',' | '"') || (begins && character == ' ');
        harmless.push(character);
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula() {
        assert_eq!(harmless("=HYPERLINK(\"https://example.com\")"), "'=HYPERLINK(\"https://example.com\")");
        assert_eq!(harmless("2 = 2, 3 - 1; a-b"), "2 = 2, 3 - 1; a-b");
        assert_eq!(harmless("x\n=1;\t@a, +7"), "x\n'=1;\t'@a, '+7");
        let head = String::from_utf8(head().unwrap()).unwrap();
        assert!(head.starts_with("\u{feff}\"sent_at\",\"conversation\","), "{head}");
        assert!(head.ends_with("\r\n"), "{head}");
    }
}
