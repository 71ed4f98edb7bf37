//! Reads the text of a name: one pass, and limits on everything that can grow.

use super::{DEEPEST, Dn, DnError, LONGEST, LONGEST_KEY, Pair, Value, WIDEST};

pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn name(mut self) -> Result<Dn, DnError> {
        if self.text.len() > LONGEST {
            return Err(DnError { at: LONGEST, message: "the name is too long" });
        }
        let mut parts = Vec::new();
        self.skip_spaces();
        while self.peek().is_some() {
            if !parts.is_empty() && !self.take(',') && !self.take(';') {
                return Err(self.wrong("a comma was expected"));
            }
            if parts.len() == DEEPEST {
                return Err(self.wrong("the name has too many parts"));
            }
            parts.push(self.part()?);
        }
        let dn = Dn::new(parts);
        if dn.key_len() > LONGEST_KEY {
            return Err(DnError { at: self.text.len(), message: "the name is too long" });
        }
        Ok(dn)
    }

    fn part(&mut self) -> Result<Vec<Pair>, DnError> {
        let mut pairs = vec![self.pair()?];
        while self.take('+') {
            if pairs.len() == WIDEST {
                return Err(self.wrong("this part of the name has too many attributes"));
            }
            pairs.push(self.pair()?);
        }
        Ok(pairs)
    }

    fn pair(&mut self) -> Result<Pair, DnError> {
        self.skip_spaces();
        let start = self.at;
        let belongs = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
        while let Some(letter) = self.peek().filter(belongs) {
            self.step(letter);
        }
        let name = self.since(start).to_owned();
        if !is_attribute(&name) {
            return Err(DnError { at: start, message: "the name of an attribute was expected" });
        }
        self.skip_spaces();
        if !self.take('=') {
            return Err(self.wrong("`=` was expected"));
        }
        self.skip_spaces();
        let value = match self.peek() {
            Some('#') => self.hex_value()?,
            Some('"') => Value::Text(self.quoted_value()?),
            _ => Value::Text(self.plain_value()?),
        };
        self.skip_spaces();
        Ok(Pair { name, value })
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

    /// `#` and the BER of the value. A text within is the value.
    fn hex_value(&mut self) -> Result<Value, DnError> {
        self.step('#');
        let mut bytes = Vec::new();
        while self.peek().is_some_and(|letter| letter.is_ascii_hexdigit()) {
            bytes.push(self.hex_pair()?);
        }
        if bytes.is_empty() {
            return Err(self.wrong("hexadecimal digits were expected after `#`"));
        }
        Ok(text_in(&bytes).map_or(Value::Ber(bytes), Value::Text))
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
        let pair = self.text.get(self.at..self.at + 2);
        let pair = pair.filter(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let byte = byte.ok_or_else(|| self.wrong("two hexadecimal digits were expected"))?;
        self.at += 2;
        Ok(byte)
    }

    fn text_of(&self, bytes: Vec<u8>) -> Result<String, DnError> {
        String::from_utf8(bytes).map_err(|_| self.wrong("the escaped bytes are not UTF-8"))
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
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
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    fn wrong(&self, message: &'static str) -> DnError {
        DnError { at: self.at, message }
    }
}

/// A word that begins with a letter, or a number of numbers and dots, with `OID.` before it in old spellings.
fn is_attribute(name: &str) -> bool {
    let number = match name.split_at_checked(4) {
        Some((prefix, number)) if prefix.eq_ignore_ascii_case("oid.") => number,
        _ if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) => return !name.contains('.'),
        _ => name,
    };
    number.split('.').all(|arc| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text that these bytes of BER hold, if they hold one and nothing else.
fn text_in(ber: &[u8]) -> Option<String> {
    let (&tag, rest) = ber.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, value) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        // The long form: how many bytes say the length. More than two say more than a name can have.
        let (length, value) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(l, _)| l.len() <= 2)?;
        (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), value)
    };
    if value.len() != length {
        return None;
    }
    match tag {
        // OCTET STRING, UTF8String, NumericString, PrintableString, IA5String, VisibleString.
        0x04 | 0x0c | 0x12 | 0x13 | 0x16 | 0x1a => String::from_utf8(value.to_vec()).ok(),
        // BMPString, which Windows writes.
        0x1e if length.is_multiple_of(2) => {
            let units = value.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_be_bytes));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        _ => None,
    }
}

fn push(bytes: &mut Vec<u8>, letter: char) {
    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}
