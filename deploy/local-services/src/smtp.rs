//! A private mail server: takes mail over STARTTLS only and keeps it in a mailbox where a test can read it.

use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{Program, Service};
use crate::{Account, Ca, Error, tools};

/// A port may be taken between being found free and being listened on.
const PORT_ATTEMPTS: u32 = 5;

/// A running mail server (aiosmtpd). Dropping it stops it.
#[derive(Debug)]
pub struct Smtp {
    program: Program,
    directory: PathBuf,
    port: u16,
    service: Service,
}

impl Smtp {
    /// Starts one in `directory`; mail of more than `largest` bytes is refused for good.
    pub fn start(directory: &Path, largest: usize) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        let ca = Ca::generate()?;
        for (name, text) in
            [("ca.pem", ca.ca_pem()), ("server.pem", ca.server_pem()), ("server.key", ca.server_key_pem())]
        {
            account.write_file(&directory.join(name), text)?;
        }
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            let program = program(&account, &directory, port, largest)?;
            match serve(&program, &directory, port) {
                Ok(service) => return Ok(Self { program, directory, port, service }),
                Err(Error::Ended { .. }) if attempt < PORT_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with the certificate of the authority, to be trusted.
    pub fn ca_pem_path(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// The mails that it took, as they came, in the order of their arrival.
    pub fn mails(&self) -> Result<Vec<String>, Error> {
        let new = self.directory.join("mailbox").join("new");
        let mut found = Vec::new();
        for entry in fs::read_dir(&new).into_iter().flatten() {
            let path = entry.map_err(Error::io("cannot list", &new))?.path();
            let modified = fs::metadata(&path).and_then(|about| about.modified());
            let bytes = fs::read(&path).map_err(Error::io("cannot read", &path))?;
            found.push((modified.map_err(Error::io("cannot read", &path))?, path, bytes));
        }
        found.sort();
        Ok(found.into_iter().map(|(_, _, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect())
    }

    /// Kills the server as a crash would.
    pub fn kill9(&mut self) -> Result<(), Error> {
        self.service.kill9()
    }

    /// Starts it again on the same port, with the same mailbox.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.service.stop()?;
        self.service = serve(&self.program, &self.directory, self.port)?;
        Ok(())
    }
}

fn program(account: &Account, directory: &Path, port: u16, largest: usize) -> Result<Program, Error> {
    let file = |name: &str| directory.join(name).display().to_string();
    let arguments = vec![
        "-n".to_owned(),
        "-s".to_owned(),
        largest.to_string(),
        "-l".to_owned(),
        format!("127.0.0.1:{port}"),
        "--tlscert".to_owned(),
        file("server.pem"),
        "--tlskey".to_owned(),
        file("server.key"),
        "-c".to_owned(),
        "aiosmtpd.handlers.Mailbox".to_owned(),
        file("mailbox"),
    ];
    Ok(Program {
        name: "aiosmtpd",
        path: tools::find("aiosmtpd", "python3-aiosmtpd")?,
        arguments,
        account: account.clone(),
        directory: directory.to_owned(),
    })
}

fn serve(program: &Program, directory: &Path, port: u16) -> Result<Service, Error> {
    program.serve(&directory.join("log"), |_| greets(port))
}

pub(crate) fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    Ok(listener.map_err(Error::io("cannot listen on", "127.0.0.1"))?.port())
}

/// Whether the server says that it is ready (RFC 5321, 3.1).
fn greets(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut greeting = [0; 4];
        stream.read_exact(&mut greeting)?;
        Ok(&greeting == b"220 ")
    };
    ask().unwrap_or(false)
}
