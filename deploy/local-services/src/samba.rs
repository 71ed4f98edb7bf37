//! A private Active Directory: a Samba domain controller that serves LDAP, with certificates of its own authority.

mod address;
mod configuration;
mod template;

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use crate::probe::answers;
use crate::process::{Program, Service};
use crate::{Account, Ca, Error, tools};
use configuration::{HOST, configuration};

/// The distribution's packages of a domain controller.
const PACKAGES: &str = "samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind ldb-tools \
                        python3-samba";

/// How often another free address is tried when somebody else took the chosen one in between.
const ADDRESS_ATTEMPTS: u32 = 5;

/// What the domain is about.
#[derive(Debug, Clone)]
pub struct SambaOptions {
    /// The DNS name of the domain.
    pub realm: String,
    /// The password of its administrator: at least seven characters, of three kinds.
    pub admin_password: String,
    /// What it holds besides what every domain does: records with `changetype: add` and `changetype: modify`.
    pub ldif: String,
    /// The entries of those who may see what was deleted.
    pub may_see_deleted: Vec<String>,
    /// Where domains that were made are kept, for this process and later ones.
    pub cache: PathBuf,
}

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Samba {
    options: SambaOptions,
    directory: PathBuf,
    program: PathBuf,
    address: Ipv4Addr,
    service: Service,
}

impl Samba {
    /// Starts a domain of its own in `directory`, which must not exist yet.
    pub fn start(directory: &Path, options: SambaOptions) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Err(Error::NotRoot);
        }
        let program = tools::find("samba", PACKAGES)?;
        template::copy(directory, &options)?;
        let directory = directory.canonicalize().map_err(Error::io("cannot find", directory))?;
        for name in ["run", "cache"] {
            let path = directory.join(name);
            fs::create_dir_all(&path).map_err(Error::io("cannot create", &path))?;
        }
        let mut attempt = 1;
        let (address, service) = loop {
            let address = address::free()?;
            write_certificates(&directory, &options, address)?;
            match serve(&directory, &program, &options, address) {
                Ok(service) => break (address, service),
                Err(Error::Ended { .. }) if attempt < ADDRESS_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        Ok(Self { options, directory, program, address, service })
    }

    /// For StartTLS.
    pub fn ldap_url(&self) -> String {
        format!("ldap://{}:389", self.address)
    }

    /// For TLS from the first byte.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://{}:636", self.address)
    }

    /// The file with the certificate of the authority, to be trusted.
    pub fn ca_pem_path(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// Who may do everything, as it signs in.
    pub fn admin_name(&self) -> String {
        format!("Administrator@{}", self.options.realm)
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

    /// Stops the server, if it still runs, and starts it at the same address.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.restart_after_changes("")
    }

    /// The same; while the server is down, `ldif` changes the database past all rules that a server has, as restoring
    /// it from a copy would.
    pub fn restart_after_changes(&mut self, ldif: &str) -> Result<(), Error> {
        self.service.stop()?;
        if !ldif.is_empty() {
            self.change_offline(ldif)?;
        }
        self.service = serve(&self.directory, &self.program, &self.options, self.address)?;
        Ok(())
    }

    fn change_offline(&self, ldif: &str) -> Result<(), Error> {
        let path = self.directory.join("change.ldif");
        fs::write(&path, ldif).map_err(Error::io("cannot write", &path))?;
        let arguments = [
            "-s".to_owned(),
            self.directory.join("smb.conf").display().to_string(),
            "-H".to_owned(),
            self.directory.join("private/sam.ldb").display().to_string(),
            "--relax".to_owned(),
            path.display().to_string(),
        ];
        let program = tools::find("ldbmodify", PACKAGES)?;
        template::run("ldbmodify", program, arguments.to_vec(), &self.directory)
    }

    /// Stops the server and waits until it is gone.
    pub fn stop(mut self) -> Result<(), Error> {
        self.service.stop()
    }
}

/// The names of a certificate depend on the address, which is another with every domain.
fn write_certificates(directory: &Path, options: &SambaOptions, address: Ipv4Addr) -> Result<(), Error> {
    let ca = Ca::generate_for(&[&address.to_string(), &format!("{HOST}.{}", options.realm), "localhost"])?;
    let account = Account::ourselves();
    account.write_file(&directory.join("server.key"), ca.server_key_pem())?;
    account.write_file(&directory.join("server.pem"), ca.server_pem())?;
    account.write_file(&directory.join("ca.pem"), ca.ca_pem())
}

fn serve(
    directory: &Path,
    program: &Path,
    options: &SambaOptions,
    address: Ipv4Addr,
) -> Result<Service, Error> {
    let conf = directory.join("smb.conf");
    let text = configuration(directory, &options.realm, address);
    fs::write(&conf, text).map_err(Error::io("cannot write", &conf))?;
    // One process, in the foreground, which does all and leaves nobody behind.
    let arguments =
        ["-F", "--debug-stdout", "--no-process-group", "-M", "single", "-s", &conf.display().to_string()]
            .map(str::to_owned);
    let program = Program {
        name: "samba",
        path: program.to_owned(),
        arguments: arguments.to_vec(),
        account: Account::ourselves(),
        directory: directory.to_owned(),
    };
    program.serve(&directory.join("log"), |_| answers((address, 389)))
}
