//! The directory of the demo: its lock, its keys, its configuration.

use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::ExposeSecret;

use super::parts::Services;
use crate::auth::Tokens;

/// The database of the demo.
pub(super) const DATABASE: &str = "chancery";

/// The role of the database that the server and the sync work under: it may not change the log.
pub(super) const SERVERS_ROLE: &str = "chancery_server";

/// The directory, held by this process alone.
pub(super) struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the directory if there is none, and makes sure that no other demo uses it.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot create {}", path.display()))?;
        let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
        let lock_path = path.join("lock");
        let lock =
            File::create(&lock_path).with_context(|| format!("cannot write {}", lock_path.display()))?;
        lock.try_lock().with_context(|| {
            format!("another demo uses {}; stop it, or choose another DATA_DIR", path.display())
        })?;
        Ok(Self { path, _lock: lock })
    }

    /// A path within it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The whole path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the configuration is.
    pub(super) fn configuration_path(&self) -> PathBuf {
        self.join("chancery.toml")
    }

    /// The secret of this name, made the first time.
    pub(super) fn secret(
        &self,
        name: &str,
        make: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<String> {
        let path = self.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if !text.is_empty() => Ok(text),
            Ok(_) => self.make_secret(name, make),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.make_secret(name, make),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// The password of this name, made the first time.
    pub(super) fn password(&self, name: &str) -> anyhow::Result<String> {
        self.secret(name, || {
            let mut bytes = [0; 16];
            SysRng.try_fill_bytes(&mut bytes)?;
            Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
        })
    }

    /// That of the role that the server works under.
    pub(super) fn servers_password(&self) -> anyhow::Result<String> {
        self.password("database-server.password")
    }

    fn make_secret(
        &self,
        name: &str,
        make: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<String> {
        let text = make()?;
        self.write_private(name, &text)?;
        Ok(text)
    }

    /// Writes a file that only its owner can read: beside its place first, so that it is whole or not there.
    fn write_private(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let (path, new) = (self.join(name), self.join(&format!("{name}.new")));
        let write = || -> std::io::Result<()> {
            let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))
    }

    /// Writes the configuration of the server and of the sync, and hands it back.
    pub(super) fn write_configuration(
        &self,
        address: SocketAddr,
        web_root: &Path,
        services: &Services,
    ) -> anyhow::Result<String> {
        self.secret("audit.pem", || Ok(Tokens::generate_key()?.expose_secret().to_owned()))?;
        self.secret("token.pem", || Ok(Tokens::generate_key()?.expose_secret().to_owned()))?;
        self.secret("files.key", || {
            let mut key = [0; 32];
            SysRng.try_fill_bytes(&mut key)?;
            Ok(STANDARD.encode(key))
        })?;
        let ca_file = services.slapd.ca_pem_path();
        let sources = sample_ministry::sources(sample_ministry::Access {
            url: &services.slapd.ldap_url(),
            tls: "starttls",
            ca_file: &ca_file,
            every: None,
        });
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let path = |path: &Path| quoted(&path.display().to_string());
        let text = format!(
            "# Written at every start of the demo; changes are lost.\n\
             [server]\nlisten = {listen}\n\n\
             [database]\nurl = {url}\n\n\
             [auth]\ntoken_key_file = {key}\n\n\
             [audit]\norigin = \"demo.chancery.example/audit\"\nsigning_key_file = {audit_key}\n\
             [[audit.receivers]]\nname = \"drop\"\ntakes = \"checkpoints\"\nto = {drop}\n\n\
             [policy]\ntrust_files = true\n\n\
             [files]\nstore = {files}\nkey_file = {files_key}\n\n\
             [web]\nroot = {root}\n\n\
             [log]\nfilter = \"warn\"\n\n\
             {sources}",
            listen = quoted(&address.to_string()),
            url = quoted(&services.postgres.url_of(SERVERS_ROLE, &self.servers_password()?, DATABASE)),
            key = path(&self.join("token.pem")),
            drop = quoted(&format!("file:{}", self.join("checkpoints").display())),
            audit_key = path(&self.join("audit.pem")),
            files = quoted(&format!("file:{}", self.join("files").display())),
            files_key = path(&self.join("files.key")),
            root = path(web_root),
        );
        self.write_private("chancery.toml", &text)?;
        Ok(text)
    }
}
