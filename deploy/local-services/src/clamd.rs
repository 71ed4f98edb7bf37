//! A private clamd, on a unix socket only, which knows the signatures that it is given and no others.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::probe::answers_with;
use crate::process::{Program, Service};
use crate::{Account, Error, tools};

/// A running scanner. Dropping it stops it.
#[derive(Debug)]
pub struct Clamd {
    socket: PathBuf,
    service: Service,
}

impl Clamd {
    /// Starts one in `directory`. A signature is a name, and octets by which a file is known to be that.
    pub fn start(directory: &Path, signatures: &[(&str, &[u8])]) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        let mut known = String::new();
        for (name, octets) in signatures {
            // Any kind of file, anywhere in it.
            let _ = write!(known, "{name}:0:*:");
            for octet in *octets {
                let _ = write!(known, "{octet:02x}");
            }
            known.push('\n');
        }
        account.write_file(&directory.join("own.ndb"), &known)?;
        let socket = directory.join("clamd.sock");
        let config = directory.join("clamd.conf");
        let settings = format!(
            "Foreground yes\nLocalSocket {}\nFixStaleSocket yes\nDatabaseDirectory {}\nTemporaryDirectory {}\n\
             StreamMaxLength 1024M\nLogTime yes\n",
            socket.display(),
            directory.display(),
            directory.display(),
        );
        account.write_file(&config, &settings)?;
        let program = Program {
            name: "clamd",
            path: tools::find("clamd", "clamav-daemon")?,
            arguments: vec!["--config-file".to_owned(), config.display().to_string()],
            account,
            directory: directory.clone(),
        };
        let service =
            program.serve(&directory.join("log"), |_| answers_with(&socket, b"zPING\0", b"PONG\0"))?;
        Ok(Self { socket, service })
    }

    /// Where it is, as Chancery's configuration has it.
    pub fn address(&self) -> String {
        format!("clamd:{}", self.socket.display())
    }

    /// Stops it and waits until it is gone.
    pub fn stop(mut self) -> Result<(), Error> {
        self.service.stop()
    }
}
