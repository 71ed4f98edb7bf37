//! A private OpenLDAP server with certificates of its own authority.

mod configuration;
mod copies;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use crate::probe::answers;
use crate::process::{Program, Service};
use crate::{Account, Ca, Durability, Error, tools};
use configuration::configuration;

/// How often other free ports are tried when somebody else took the chosen ones in between.
const PORT_ATTEMPTS: u32 = 5;

/// What the directory is about.
#[derive(Debug, Clone)]
pub struct SlapdOptions {
    /// The name of the topmost entry.
    pub suffix: String,
    /// Who may do everything.
    pub admin_dn: String,
    /// Their password.
    pub admin_password: String,
    /// Schema files besides core, cosine and inetOrgPerson: name and text.
    pub schema: Vec<(String, String)>,
    /// What the directory holds when it is made. Later starts find it as it was left.
    pub ldif: String,
    /// Lines of slapd.conf (`limits …`), one limit each.
    pub limits: Vec<String>,
    /// Lines of slapd.conf (`access to …`), which come before those that let everyone signed in read.
    pub access: Vec<String>,
    /// What it tells of its changes.
    pub changes: Changes,
    /// Whether it survives the loss of power.
    pub durability: Durability,
}

/// What the server tells of its changes to those who follow it (RFC 4533).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Changes {
    /// Nothing: it refuses to be followed.
    Untold,
    /// Everything; what was deleted is remembered until the next stop.
    #[default]
    UntilStop,
    /// Everything; what was deleted is remembered in a log on the disk, from the first start with this setting on.
    Logged,
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Slapd {
    options: SlapdOptions,
    directory: PathBuf,
    account: Account,
    program: PathBuf,
    ports: Ports,
    service: Service,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    ldap: u16,
    ldaps: u16,
}

impl Slapd {
    /// Starts the directory of `directory`, which is made and filled if there is none.
    pub fn start(directory: &Path, options: SlapdOptions) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        account.own_directory(&directory.join("run"))?;
        write_certificates(&account, &directory)?;
        for (name, text) in &options.schema {
            account.write_file(&directory.join(name), text)?;
        }
        let program = tools::find("slapd", "slapd")?;
        if !directory.join("db").exists() {
            fill(&account, &directory, &options)?;
        }
        let mut attempt = 1;
        let (ports, service) = loop {
            let ports = Ports::free()?;
            match serve(&account, &directory, &program, &options, ports) {
                Ok(service) => break (ports, service),
                Err(Error::Ended { .. }) if attempt < PORT_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        Ok(Self { options, directory, account, program, ports, service })
    }

    /// For StartTLS.
    pub fn ldap_url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.ports.ldap)
    }

    /// For TLS from the first byte.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.ports.ldaps)
    }

    /// The file with the certificate of the authority, to be trusted.
    pub fn ca_pem_path(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// Who may do everything.
    pub fn admin_dn(&self) -> &str {
        &self.options.admin_dn
    }

    /// Their password.
    pub fn admin_password(&self) -> &str {
        &self.options.admin_password
    }

    /// The server's process id.
    pub fn id(&self) -> u32 {
        self.service.id()
    }

    /// Kills the server as a crash would.
    pub fn kill9(&mut self) -> Result<(), Error> {
        self.service.kill9()
    }

    /// Freezes the server: its connections stay, and nothing answers.
    pub fn pause(&self) -> Result<(), Error> {
        self.service.pause()
    }

    /// Lets a frozen server go on.
    pub fn resume(&self) -> Result<(), Error> {
        self.service.resume()
    }

    /// Stops the server, if it still runs, and starts it on the same ports.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.restart_with(|_| ())
    }

    /// The same with other options, say another access rule. What the directory holds stays.
    pub fn restart_with(&mut self, change: impl FnOnce(&mut SlapdOptions)) -> Result<(), Error> {
        change(&mut self.options);
        self.service.stop()?;
        self.service = serve(&self.account, &self.directory, &self.program, &self.options, self.ports)?;
        Ok(())
    }

    /// Stops the server and waits until it is gone.
    pub fn stop(mut self) -> Result<(), Error> {
        self.service.stop()
    }
}

impl Ports {
    fn free() -> Result<Self, Error> {
        let listen =
            || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|found| Ok((found.local_addr()?, found)));
        let failed = || Error::io("cannot listen on", "127.0.0.1");
        // Both are held until both are known, so that they differ.
        let (ldap, _held) = listen().map_err(failed())?;
        let (ldaps, _held_too) = listen().map_err(failed())?;
        Ok(Self { ldap: ldap.port(), ldaps: ldaps.port() })
    }
}

/// The certificates stay the same from start to start, for those who chose to trust them.
fn write_certificates(account: &Account, directory: &Path) -> Result<(), Error> {
    let [ca_path, server_path, key_path] =
        ["ca.pem", "server.pem", "server.key"].map(|name| directory.join(name));
    if ca_path.exists() {
        return Ok(());
    }
    let ca = Ca::generate()?;
    account.write_file(&key_path, ca.server_key_pem())?;
    account.write_file(&server_path, ca.server_pem())?;
    // Last, because its presence says that all are there.
    account.write_file(&ca_path, ca.ca_pem())
}

/// Fills the database beside its place and then moves it there: a half-filled one is never taken for whole.
fn fill(account: &Account, directory: &Path, options: &SlapdOptions) -> Result<(), Error> {
    let new = directory.join("db.new");
    if new.exists() {
        fs::remove_dir_all(&new).map_err(Error::io("cannot remove", &new))?;
    }
    account.own_directory(&new)?;
    let (conf, ldif) = (directory.join("slapadd.conf"), directory.join("first.ldif"));
    // What is filled in is no change to be logged.
    let filled = SlapdOptions { changes: Changes::UntilStop, ..options.clone() };
    account.write_file(&conf, &configuration(directory, &new, &filled))?;
    account.write_file(&ldif, &options.ldif)?;
    // -q skips what a second reader would need. Never with -w, which can abort at its end.
    let arguments = ["-q".to_owned(), "-f".to_owned(), conf.display().to_string(), "-l".to_owned()];
    let program = Program {
        name: "slapadd",
        path: tools::find("slapadd", "slapd")?,
        arguments: arguments.into_iter().chain([ldif.display().to_string()]).collect(),
        account: account.clone(),
        directory: directory.to_owned(),
    };
    program.run()?;
    for path in [&conf, &ldif] {
        fs::remove_file(path).map_err(Error::io("cannot remove", path))?;
    }
    fs::rename(&new, directory.join("db")).map_err(Error::io("cannot rename", &new))
}

fn serve(
    account: &Account,
    directory: &Path,
    program: &Path,
    options: &SlapdOptions,
    ports: Ports,
) -> Result<Service, Error> {
    account.own_directory(&directory.join("log.db"))?;
    let conf = directory.join("slapd.conf");
    account.write_file(&conf, &configuration(directory, &directory.join("db"), options))?;
    let urls = format!("ldap://127.0.0.1:{} ldaps://127.0.0.1:{}", ports.ldap, ports.ldaps);
    let arguments =
        ["-d", "none", "-f", &conf.display().to_string(), "-h", &urls].map(str::to_owned).to_vec();
    let program = Program {
        name: "slapd",
        path: program.to_owned(),
        arguments,
        account: account.clone(),
        directory: directory.to_owned(),
    };
    program.serve(&directory.join("log"), |_| answers((Ipv4Addr::LOCALHOST, ports.ldap)))
}
