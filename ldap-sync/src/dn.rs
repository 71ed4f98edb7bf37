//! Distinguished names (RFC 4514), parsed: two spellings of one name have one key.
//!
//! Servers write `\2C`, people and Active Directory write `\,`; case and the order within a multi-valued part
//! carry no meaning. So names are never compared as text, and never split at commas.

use std::fmt;

/// A distinguished name, from the entry up to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dn {
    parts: Vec<Part>,
}

/// One step of a name: usually one attribute and value, sometimes several (`cn=A+uid=b`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// Attribute name and value, in the order written.
    pairs: Vec<(String, String)>,
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
    /// semicolons).
    pub fn parse(text: &str) -> Result<Self, DnError> {
        Parser { text, at: 0 }.name()
    }

    /// What two spellings of one name have in common: folded case, one escape for everything, sorted parts.
    pub fn key(&self) -> String {
        let mut key = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                key.push(',');
            }
            part.write_key(&mut key);
        }
        key
    }

    /// The name of the entry above; none at the top.
    pub fn parent(&self) -> Option<Self> {
        match self.parts.split_first() {
            Some((_, rest)) if !rest.is_empty() => Some(Self { parts: rest.to_vec() }),
            _ => None,
        }
    }

    /// How many steps the name has.
    pub fn depth(&self) -> usize {
        self.parts.len()
    }

    /// Whether this is `top` or something below it.
    pub fn is_within(&self, top: &Self) -> bool {
        let Some(below) = self.parts.len().checked_sub(top.parts.len()) else { return false };
        self.parts.iter().skip(below).zip(&top.parts).all(|(mine, theirs)| mine.key() == theirs.key())
    }

    /// The values of the lowest part: what the entry calls itself.
    pub fn own_values(&self) -> impl Iterator<Item = &str> {
        self.parts.first().into_iter().flat_map(|part| part.pairs.iter().map(|(_, value)| value.as_str()))
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            for (index, (name, value)) in part.pairs.iter().enumerate() {
                if index > 0 {
                    f.write_str("+")?;
                }
                write!(f, "{name}={}", escaped(value))?;
            }
        }
        Ok(())
    }
}

impl Part {
    fn key(&self) -> String {
        let mut key = String::new();
        self.write_key(&mut key);
        key
    }

    fn write_key(&self, key: &mut String) {
        let mut pairs: Vec<String> = self
            .pairs
            .iter()
            .map(|(name, value)| format!("{}={}", name.to_lowercase(), escaped(&folded(value))))
            .collect();
        pairs.sort();
        key.push_str(&pairs.join("+"));
    }
}

/// Lower case, and single spaces within: how directories compare names (RFC 4518, sections 2.2 and 2.6.1).
fn folded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The value with everything escaped that has a meaning in a name.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, letter) in value.chars().enumerate() {
        let at_edge = (letter == ' ' && (index == 0 || index == last)) || (letter == '#' && index == 0);
        if letter == '\0' {
            text.push_str("\\00");
            continue;
        }
        if at_edge || matches!(letter, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn name(mut self) -> Result<Dn, DnError> {
        let mut parts = Vec::new();
        self.skip_spaces();
        if self.peek().is_none() {
            return Ok(Dn { parts });
        }
        loop {
            let mut pairs = vec![self.pair()?];
            while self.take('+') {
                pairs.push(self.pair()?);
            }
            parts.push(Part { pairs });
            if self.peek().is_none() {
                return Ok(Dn { parts });
            }
            if !self.take(',') && !self.take(';') {
                return Err(self.wrong("a comma was expected"));
            }
        }
    }

    fn pair(&mut self) -> Result<(String, String), DnError> {
        self.skip_spaces();
        let mut name = String::new();
        while let Some(letter) = self.peek() {
            if !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '.' || letter == '_') {
                break;
            }
            name.push(letter);
            self.step(letter);
        }
        if name.is_empty() {
            return Err(self.wrong("the name of an attribute was expected"));
        }
        self.skip_spaces();
        if !self.take('=') {
            return Err(self.wrong("`=` was expected"));
        }
        self.skip_spaces();
        let value = match self.peek() {
            Some('#') => self.hex_value()?,
            Some('"') => self.quoted_value()?,
            _ => self.plain_value()?,
        };
        self.skip_spaces();
        Ok((name, value))
    }

    /// Ends at a separator. Spaces at the end count only where they are escaped.
    fn plain_value(&mut self) -> Result<String, DnError> {
        let mut bytes = Vec::new();
        let mut meant = 0;
        while let Some(letter) = self.peek() {
            match letter {
                ',' | '+' | ';' => break,
                '"' => return Err(self.wrong("a quotation mark must be escaped here")),
                '\\' => {
                    self.escape(&mut bytes)?;
                    meant = bytes.len();
                }
                letter => {
                    push(&mut bytes, letter);
                    self.step(letter);
                    if letter != ' ' {
                        meant = bytes.len();
                    }
                }
            }
        }
        bytes.truncate(meant);
        self.text_of(bytes)
    }

    fn quoted_value(&mut self) -> Result<String, DnError> {
        self.step('"');
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.wrong("the quotation mark is not closed")),
                Some('"') => {
                    self.step('"');
                    return self.text_of(bytes);
                }
                Some('\\') => self.escape(&mut bytes)?,
                Some(letter) => {
                    push(&mut bytes, letter);
                    self.step(letter);
                }
            }
        }
    }

    /// `#` and the BER of the value. A string within is the value; anything else stays as written.
    fn hex_value(&mut self) -> Result<String, DnError> {
        let start = self.at;
        self.step('#');
        let mut bytes = Vec::new();
        while self.peek().is_some_and(|letter| letter.is_ascii_hexdigit()) {
            bytes.push(self.hex_pair()?);
        }
        match bytes.split_first_chunk::<2>() {
            // OCTET STRING, UTF8String, PrintableString, IA5String, in the short form.
            Some(([0x04 | 0x0c | 0x13 | 0x16, length], value)) if usize::from(*length) == value.len() => {
                match std::str::from_utf8(value) {
                    Ok(text) => Ok(text.to_owned()),
                    Err(_) => Ok(self.text.get(start..self.at).unwrap_or_default().to_owned()),
                }
            }
            Some(_) => Ok(self.text.get(start..self.at).unwrap_or_default().to_owned()),
            None => Err(self.wrong("hexadecimal digits were expected after `#`")),
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), DnError> {
        self.step('\\');
        match self.peek() {
            Some(letter) if letter.is_ascii_hexdigit() => bytes.push(self.hex_pair()?),
            Some(letter) if matches!(letter, ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\') => {
                push(bytes, letter);
                self.step(letter);
            }
            _ => return Err(self.wrong("this cannot be escaped")),
        }
        Ok(())
    }

    fn hex_pair(&mut self) -> Result<u8, DnError> {
        let pair = self
            .text
            .get(self.at..self.at + 2)
            .filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let byte = byte.ok_or_else(|| self.wrong("two hexadecimal digits were expected"))?;
        self.at += 2;
        Ok(byte)
    }

    fn text_of(&self, bytes: Vec<u8>) -> Result<String, DnError> {
        String::from_utf8(bytes).map_err(|_| self.wrong("the escaped bytes are not UTF-8"))
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn step(&mut self, letter: char) {
        self.at += letter.len_utf8();
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.step(wanted);
        }
        found
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|letter| letter == ' ') {
            self.at += 1;
        }
    }

    fn wrong(&self, message: &'static str) -> DnError {
        DnError { at: self.at, message }
    }
}

fn push(bytes: &mut Vec<u8>, letter: char) {
    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests;
