//! Writes LDIF (RFC 2849) as it comes, without keeping it. Lines are not folded: nobody reads this file.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// LDIF on its way to somewhere.
pub(super) struct Ldif<W: Write> {
    to: W,
    /// Room for what is encoded.
    text: String,
}

impl<W: Write> Ldif<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, text: String::new() }
    }

    /// Begins an entry.
    pub(super) fn entry(&mut self, dn: &str, classes: &[&str]) -> io::Result<()> {
        self.to.write_all(b"\n")?;
        self.value("dn", dn)?;
        self.values("objectClass", classes)
    }

    pub(super) fn value(&mut self, name: &str, value: &str) -> io::Result<()> {
        let bytes = value.as_bytes();
        let begins_safe =
            !matches!(bytes.first(), None | Some(b' ' | b':' | b'<')) && bytes.last() != Some(&b' ');
        if !begins_safe || !bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return self.bytes(name, bytes);
        }
        self.line(name, b": ", bytes)
    }

    pub(super) fn values(&mut self, name: &str, values: &[&str]) -> io::Result<()> {
        values.iter().try_for_each(|value| self.value(name, value))
    }

    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.value(name, value))
    }

    pub(super) fn bytes(&mut self, name: &str, value: &[u8]) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        BASE64.encode_string(value, &mut text);
        let written = self.line(name, b":: ", text.as_bytes());
        self.text = text;
        written
    }

    fn line(&mut self, name: &str, between: &[u8], value: &[u8]) -> io::Result<()> {
        [name.as_bytes(), between, value, b"\n"].into_iter().try_for_each(|part| self.to.write_all(part))
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.to.flush()
    }
}
