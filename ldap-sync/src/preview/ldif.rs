//! LDIF (RFC 2849): the text in which administrators prepare changes of a directory.
//!
//! Both kinds of records are read: entries as they shall be, and changes of entries. What cannot be read is told with
//! its line; nothing is guessed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::dn::Dn;

/// The most that is read: far more than any reorganisation, and too little to hurt.
pub const LARGEST: usize = 5 * 1024 * 1024;

/// What one record asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The entry.
    pub dn: Dn,
    /// The same as it is written.
    pub dn_text: String,
    /// What becomes of it.
    pub change: Change,
}

/// Attributes and their values, in the order of the text.
pub type Values = Vec<(String, Vec<u8>)>;

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is there, with these values: new, or in the place of what it was.
    Add(Values),
    /// It goes.
    Delete,
    /// Some of its values change, one after the other.
    Modify(Vec<Modification>),
    /// It gets another name, or another place.
    Rename {
        /// The new name in its place.
        rdn: String,
        /// Whether the values of the old name go.
        delete_old: bool,
        /// The new place; none where it stays.
        superior: Option<Dn>,
        /// The new place as it is written.
        superior_text: Option<String>,
    },
}

/// What happens to the values of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modification {
    /// In which way.
    pub kind: ModificationKind,
    /// The attribute, in lower case.
    pub attribute: String,
    /// The values.
    pub values: Vec<Vec<u8>>,
}

/// In which way values change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModificationKind {
    /// These come too.
    Add,
    /// These go; all of them where none is named.
    Delete,
    /// Only these are left.
    Replace,
}

/// Why a text is no LDIF, or none that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message_en}")]
pub struct LdifError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in English.
    pub message_en: String,
    /// The same in Russian.
    pub message_ru: String,
}

impl LdifError {
    pub(super) fn new(line: usize, en: impl Into<String>, ru: impl Into<String>) -> Self {
        Self { line, message_en: en.into(), message_ru: ru.into() }
    }
}

/// Reads the records of `text`.
pub fn parse(text: &str) -> Result<Vec<Record>, LdifError> {
    if text.len() > LARGEST {
        return Err(LdifError::new(
            1,
            format!("the text has {} bytes; at most {LARGEST} are read", text.len()),
            format!("в тексте {} байт; читается не больше {LARGEST}", text.len()),
        ));
    }
    let mut records = Vec::new();
    let mut block = Vec::new();
    let lines = unfold(text);
    for line in lines.into_iter().chain(std::iter::once(Line { number: 0, text: String::new() })) {
        if !line.text.is_empty() {
            block.push(line);
            continue;
        }
        if !block.is_empty() {
            records.extend(record(&std::mem::take(&mut block))?);
        }
    }
    if records.is_empty() {
        return Err(LdifError::new(
            1,
            "there is no record in it: a record begins with `dn: `",
            "в тексте нет ни одной записи: запись начинается с `dn: `",
        ));
    }
    Ok(records)
}

/// A line with its continuations taken in.
struct Line {
    number: usize,
    text: String,
}

/// Joins folded lines (section 2, note 2) and leaves comments out; what separates records stays as an empty line.
fn unfold(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (number, raw) in (1..).zip(text.split('\n')) {
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        match (raw.strip_prefix(' '), lines.last_mut()) {
            (Some(rest), Some(last)) if !last.text.is_empty() => last.text.push_str(rest),
            _ => lines.push(Line { number, text: raw.to_owned() }),
        }
    }
    lines.retain(|line| !line.text.starts_with('#'));
    lines
}

/// `name: text`, `name:: base64`.
fn pair(line: &Line) -> Result<(String, Vec<u8>), LdifError> {
    let wrong = |en: &str, ru: &str| LdifError::new(line.number, en, ru);
    let (name, rest) = line.text.split_once(':').ok_or_else(|| {
        wrong("a line must be `attribute: value`", "строка должна иметь вид `атрибут: значение`")
    })?;
    let name = name.trim_end().to_lowercase();
    if name.is_empty() {
        return Err(wrong("the attribute has no name", "у атрибута нет имени"));
    }
    if let Some(encoded) = rest.strip_prefix(':') {
        let value = STANDARD
            .decode(encoded.trim())
            .map_err(|_| wrong("the value is no base64", "значение не является base64"))?;
        return Ok((name, value));
    }
    if rest.starts_with('<') {
        return Err(wrong(
            "values from files or addresses (`:<`) are not read; put the value itself there",
            "значения из файлов и адресов (`:<`) не читаются; впишите само значение",
        ));
    }
    Ok((name, rest.trim_start_matches(' ').as_bytes().to_vec()))
}

fn text_of(line: usize, value: Vec<u8>) -> Result<String, LdifError> {
    String::from_utf8(value)
        .map_err(|_| LdifError::new(line, "the value is no UTF-8 text", "значение не является текстом UTF-8"))
}

fn name_of(line: usize, text: &str) -> Result<Dn, LdifError> {
    Dn::parse(text).map_err(|error| {
        LdifError::new(
            line,
            format!("`{text}` is no name of an entry: {error}"),
            format!("`{text}` не является именем записи: {error}"),
        )
    })
}

fn record(block: &[Line]) -> Result<Option<Record>, LdifError> {
    let mut pairs = Vec::with_capacity(block.len());
    for line in block {
        if line.text == "-" {
            pairs.push((line.number, "-".to_owned(), Vec::new()));
            continue;
        }
        let (name, value) = pair(line)?;
        if name == "version" && pairs.is_empty() {
            if value != b"1" {
                let (en, ru) = ("only version 1 of LDIF is read", "читается только LDIF версии 1");
                return Err(LdifError::new(line.number, en, ru));
            }
            continue;
        }
        pairs.push((line.number, name, value));
    }
    let mut pairs = pairs.into_iter().peekable();
    let Some((line, name, value)) = pairs.next() else { return Ok(None) };
    if name != "dn" {
        let (en, ru) = ("a record begins with `dn: `", "запись начинается с `dn: `");
        return Err(LdifError::new(line, en, ru));
    }
    let dn_text = text_of(line, value)?;
    let dn = name_of(line, &dn_text)?;
    while pairs.peek().is_some_and(|(_, name, _)| name == "control") {
        pairs.next();
    }
    let (kind_line, kind) = match pairs.next_if(|(_, name, _)| name == "changetype") {
        Some((line, _, value)) => (line, text_of(line, value)?.to_lowercase()),
        None => (line, "add".to_owned()),
    };
    let rest: Vec<_> = pairs.collect();
    let change = match kind.as_str() {
        "add" => Change::Add(rest.into_iter().map(|(_, name, value)| (name, value)).collect()),
        "delete" => Change::Delete,
        "modify" => Change::Modify(modifications(rest)?),
        "modrdn" | "moddn" => rename(kind_line, rest)?,
        other => {
            return Err(LdifError::new(
                kind_line,
                format!("`changetype: {other}` is not known; add, delete, modify and modrdn are"),
                format!("`changetype: {other}` неизвестен; есть add, delete, modify и modrdn"),
            ));
        }
    };
    Ok(Some(Record { line, dn, dn_text, change }))
}

type Pair = (usize, String, Vec<u8>);

fn modifications(pairs: Vec<Pair>) -> Result<Vec<Modification>, LdifError> {
    let mut found: Vec<Modification> = Vec::new();
    let mut is_open = false;
    for (line, name, value) in pairs {
        if name == "-" {
            is_open = false;
            continue;
        }
        if is_open && let Some(last) = found.last_mut() {
            if name != last.attribute {
                return Err(LdifError::new(
                    line,
                    format!(
                        "values of `{name}` stand where those of `{}` belong; end with a line `-`",
                        last.attribute
                    ),
                    format!(
                        "значения `{name}` стоят на месте значений `{}`; завершите строкой `-`",
                        last.attribute
                    ),
                ));
            }
            last.values.push(value);
            continue;
        }
        let kind = match name.as_str() {
            "add" => ModificationKind::Add,
            "delete" => ModificationKind::Delete,
            "replace" => ModificationKind::Replace,
            _ => {
                return Err(LdifError::new(
                    line,
                    format!("`{name}` is no modification; add, delete and replace are"),
                    format!("`{name}` не изменение; есть add, delete и replace"),
                ));
            }
        };
        found.push(Modification {
            kind,
            attribute: text_of(line, value)?.to_lowercase(),
            values: Vec::new(),
        });
        is_open = true;
    }
    Ok(found)
}

fn rename(line: usize, pairs: Vec<Pair>) -> Result<Change, LdifError> {
    let (mut rdn, mut delete_old, mut superior_text) = (None, true, None);
    for (line, name, value) in pairs {
        let text = text_of(line, value)?;
        match name.as_str() {
            "newrdn" => rdn = Some(text),
            "deleteoldrdn" => delete_old = text != "0",
            "newsuperior" => superior_text = Some(text),
            _ => {
                return Err(LdifError::new(
                    line,
                    format!("`{name}` does not belong to a rename"),
                    format!("`{name}` не относится к переименованию"),
                ));
            }
        }
    }
    let Some(rdn) = rdn else {
        return Err(LdifError::new(line, "a rename needs `newrdn`", "переименованию нужен `newrdn`"));
    };
    if name_of(line, &rdn)?.depth() != 1 {
        return Err(LdifError::new(
            line,
            format!("`newrdn: {rdn}` must be one step of a name"),
            format!("`newrdn: {rdn}` должен быть одной ступенью имени"),
        ));
    }
    let superior = superior_text.as_deref().map(|text| name_of(line, text)).transpose()?;
    Ok(Change::Rename { rdn, delete_old, superior, superior_text })
}

#[cfg(test)]
mod tests;
