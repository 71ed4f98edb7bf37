//! Distinguished names (RFC 4514), parsed: two spellings of one name have one key.
//!
//! Servers write `\2C`, people and Active Directory write `\,`; case and the order within a multi-valued part
//! carry no meaning. So names are never compared as text, and never split at commas.

mod compare;
mod parse;
mod place;

use std::fmt;
use std::sync::Arc;

use compare::{folded, known_name};
use parse::Parser;

/// The longest text that is read, in bytes. OpenLDAP takes 8 KiB; fully escaped that is three times as long.
pub const LONGEST: usize = 32 * 1024;

/// The longest key, in bytes: what an index of the database can hold beside the number of the source.
pub const LONGEST_KEY: usize = 2_500;

/// The most steps of a name.
pub const DEEPEST: usize = 128;

/// The most attributes of one step.
pub const WIDEST: usize = 16;

/// A distinguished name, from the entry up to the root.
///
/// Equal are names of one spelling; what names the same entry has the same [`Dn::key`].
#[derive(Clone)]
pub struct Dn {
    /// Shared with the names of all entries above, which begin further on.
    parts: Arc<[Part]>,
    /// Where this name begins.
    from: usize,
}

/// One step of a name: usually one attribute and value, sometimes several (`cn=A+uid=b`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// In the order written.
    pairs: Vec<Pair>,
    /// What all spellings of the part have in common.
    key: String,
}

/// An attribute and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    name: String,
    value: Value,
}

/// What an attribute of a name holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    /// A text.
    Text(String),
    /// The BER of something that is no text.
    Ber(Vec<u8>),
}

/// Why a text is not a distinguished name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a distinguished name, at byte {at}: {message}")]
pub struct DnError {
    /// Where in the text.
    pub at: usize,
    /// What is wrong there.
    pub message: &'static str,
}

impl Dn {
    /// Reads a name as RFC 4514 writes it, and leniently where older servers do (quotes, spaces around separators,
    /// semicolons). Values must be UTF-8, as every attribute is by which entries are named.
    ///
    /// Takes time in proportion to the text, whatever the text is.
    pub fn parse(text: &str) -> Result<Self, DnError> {
        Parser::new(text).name()
    }

    fn new(parts: Vec<Vec<Pair>>) -> Self {
        Self { parts: parts.into_iter().map(Part::new).collect(), from: 0 }
    }

    fn parts(&self) -> &[Part] {
        self.parts.get(self.from..).unwrap_or_default()
    }

    /// What two spellings of one name have in common: folded case, one escape for everything, sorted parts.
    ///
    /// It is itself a name whose key it is.
    pub fn key(&self) -> String {
        let mut key = String::with_capacity(self.key_len());
        for (index, part) in self.parts().iter().enumerate() {
            if index > 0 {
                key.push(',');
            }
            key.push_str(&part.key);
        }
        key
    }

    fn key_len(&self) -> usize {
        self.parts().iter().map(|part| part.key.len() + 1).sum()
    }

    /// The name of the entry above; none at the top. Copies nothing.
    pub fn parent(&self) -> Option<Self> {
        let from = self.from + 1;
        (from < self.parts.len()).then(|| Self { parts: Arc::clone(&self.parts), from })
    }

    /// How many steps the name has.
    pub fn depth(&self) -> usize {
        self.parts().len()
    }

    /// Whether this is `top` or something below it.
    pub fn is_within(&self, top: &Self) -> bool {
        let Some(below) = self.depth().checked_sub(top.depth()) else { return false };
        self.parts().iter().skip(below).zip(top.parts()).all(|(mine, theirs)| mine.key == theirs.key)
    }

    /// The values of the lowest part: what the entry calls itself.
    pub fn own_values(&self) -> impl Iterator<Item = &str> {
        let pairs = self.parts().first().into_iter().flat_map(|part| &part.pairs);
        pairs.filter_map(|pair| match &pair.value {
            Value::Text(text) => Some(text.as_str()),
            Value::Ber(_) => None,
        })
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Dn {}

impl fmt::Debug for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dn({self})")
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            for (index, Pair { name, value }) in part.pairs.iter().enumerate() {
                if index > 0 {
                    f.write_str("+")?;
                }
                write!(f, "{name}=")?;
                match value {
                    Value::Text(text) => write_escaped(f, text)?,
                    Value::Ber(bytes) => write_hex(f, bytes)?,
                }
            }
        }
        Ok(())
    }
}

impl Part {
    fn new(pairs: Vec<Pair>) -> Self {
        let mut keys: Vec<String> = pairs.iter().map(Pair::key).collect();
        keys.sort_unstable();
        Self { key: keys.join("+"), pairs }
    }
}

impl Pair {
    fn key(&self) -> String {
        let mut key = known_name(&self.name);
        key.push('=');
        // Writing to a string never fails.
        let _: fmt::Result = match &self.value {
            Value::Text(text) => write_escaped(&mut key, &folded(text)),
            Value::Ber(bytes) => write_hex(&mut key, bytes),
        };
        key
    }
}

/// Writes a value with everything escaped that has a meaning in a name, and what nobody would see in a log.
fn write_escaped(to: &mut impl fmt::Write, value: &str) -> fmt::Result {
    for (at, letter) in value.char_indices() {
        let first = at == 0;
        let last = at + letter.len_utf8() == value.len();
        if letter.is_ascii_control() {
            write!(to, "\\{:02X}", u32::from(letter))?;
            continue;
        }
        let at_edge = (letter == ' ' && (first || last)) || (letter == '#' && first);
        if at_edge || matches!(letter, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=') {
            to.write_char('\\')?;
        }
        to.write_char(letter)?;
    }
    Ok(())
}

fn write_hex(to: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    to.write_char('#')?;
    bytes.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
}

#[cfg(test)]
mod tests;
