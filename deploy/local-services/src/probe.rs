//! Whether a server answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Whether an LDAP server answers a bind. Servers open their ports before their database.
pub(crate) fn answers(address: impl Into<SocketAddr>) -> bool {
    // An LDAP message, number 1: bind, version 3, no name, no password.
    const BIND: [u8; 14] =
        [0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, 0x80, 0x00];
    let address = address.into();
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(&BIND)?;
        let mut answer = [0; 1];
        stream.read_exact(&mut answer)?;
        Ok(answer == [0x30])
    };
    ask().unwrap_or(false)
}

/// Whether what listens on a socket gives this answer to that question. Not there yet, or still loading: the same to whoever waits.
pub(crate) fn answers_with(socket: &Path, question: &[u8], expected: &[u8]) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(question)?;
        let mut answer = vec![0; expected.len()];
        stream.read_exact(&mut answer)?;
        Ok(answer == expected)
    };
    ask().unwrap_or(false)
}
