//! Looking for malware, by clamd. What cannot be looked at is not taken.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clamav_client::tokio::{Socket, Tcp, ping, scan_stream};
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How many pieces of a file wait for the scanner at most.
const WAITING: usize = 16;
/// How long it may take after the last of them.
const PATIENCE: Duration = Duration::from_mins(2);

/// What it is, for the record.
pub(super) const NAME: &str = "clamd";

/// Where it is.
#[derive(Debug, Clone)]
pub(super) enum Scanner {
    /// At a socket of this machine.
    Socket(PathBuf),
    /// At a host and port.
    Tcp(String),
}

/// What it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It knows nothing bad of it.
    Clean,
    /// It found this.
    Found(String),
}

impl Scanner {
    /// As the configuration names it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(host) = text.strip_prefix("clamd://") {
            return Ok(Self::Tcp(host.to_owned()));
        }
        match text.strip_prefix("clamd:") {
            Some(path) if path.starts_with('/') => Ok(Self::Socket(path.into())),
            _ => Err("must be clamd:/path/of/the/socket or clamd://host:port"),
        }
    }

    /// Whether it answers.
    pub(super) async fn ping(&self) -> io::Result<()> {
        match self {
            Self::Socket(path) => ping(Socket { socket_path: path }).await,
            Self::Tcp(host) => ping(Tcp { host_address: host.as_str() }).await,
        }
        .map(drop)
    }

    /// Begins to look at a file that comes piece by piece.
    pub(super) fn begin(&self) -> Scan {
        let (pieces, coming) = mpsc::channel::<Bytes>(WAITING);
        let scanner = self.clone();
        let looking = tokio::spawn(async move {
            let coming = stream::unfold(coming, |mut coming| async move {
                coming.recv().await.map(|piece| (Ok(piece), coming))
            });
            match scanner {
                Self::Socket(path) => scan_stream(coming, Socket { socket_path: path }, None).await,
                Self::Tcp(host) => scan_stream(coming, Tcp { host_address: host }, None).await,
            }
        });
        Scan { pieces, looking }
    }
}

/// A file that is being looked at.
pub(super) struct Scan {
    pieces: mpsc::Sender<Bytes>,
    looking: JoinHandle<io::Result<Vec<u8>>>,
}

impl Scan {
    /// Gives it more.
    pub(super) async fn push(&self, piece: Bytes) {
        // Where it does not listen any more it has something to say, or is gone: the end tells.
        let _ = self.pieces.send(piece).await;
    }

    /// That was all: what it said.
    pub(super) async fn end(self) -> io::Result<Said> {
        drop(self.pieces);
        let answer = tokio::time::timeout(PATIENCE, self.looking).await??;
        said(&answer?)
    }
}

/// `stream: OK`, `stream: <name> FOUND`, or why it could not look.
fn said(answer: &[u8]) -> io::Result<Said> {
    let text = String::from_utf8_lossy(answer);
    let text = text.trim_end_matches(['\0', '\n', ' ']).trim_start_matches("stream: ");
    match text.strip_suffix(" FOUND") {
        Some(name) => Ok(Said::Found(name.to_owned())),
        None if text == "OK" => Ok(Said::Clean),
        None => Err(io::Error::other(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ok_is_clean() {
        assert_eq!(said(b"stream: OK\0").unwrap(), Said::Clean);
        let found = Said::Found("Chancery.Test-1".to_owned());
        assert_eq!(said(b"stream: Chancery.Test-1 FOUND\0").unwrap(), found);
        for trouble in ["INSTREAM size limit exceeded. ERROR\0", "", "OK FOUND"] {
            assert_ne!(said(trouble.as_bytes()).ok(), Some(Said::Clean), "{trouble}");
        }
    }

    #[test]
    fn its_address_is_a_socket_or_a_host() {
        assert!(matches!(Scanner::parse("clamd:/run/clamd.ctl"), Ok(Scanner::Socket(_))));
        assert!(
            matches!(Scanner::parse("clamd://scanner:3310"), Ok(Scanner::Tcp(host)) if host == "scanner:3310")
        );
        for wrong in ["clamd", "clamd:relative", "icap://host", "/run/clamd.ctl"] {
            assert!(Scanner::parse(wrong).is_err(), "{wrong}");
        }
    }
}
