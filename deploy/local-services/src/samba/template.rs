//! The domain that others are copies of: making one takes seconds, copying it milliseconds.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::SambaOptions;
use super::configuration::{HOST, configuration, workgroup};
use crate::process::Program;
use crate::{Account, Error, tools};

/// Fills the domain.
const SEED: &str = include_str!("seed.py");

/// The distribution's, whatever else is first on the search path: only it has Samba's modules.
const PYTHON: &str = "/usr/bin/python3";

/// Raised when what is made changes otherwise than by the options and the script.
const EDITION: &str = "1";

/// Copies the domain that `options` describe to `directory`; it is made first if it is not in the cache.
pub(crate) fn copy(directory: &Path, options: &SambaOptions) -> Result<(), Error> {
    let template = find_or_make(options)?;
    let arguments = ["-a", "--reflink=auto", "--"].map(str::to_owned).into_iter();
    let ends = [template.display().to_string(), directory.display().to_string()];
    run("cp", tools::find("cp", "coreutils")?, arguments.chain(ends).collect(), &template)?;
    Ok(())
}

fn find_or_make(options: &SambaOptions) -> Result<PathBuf, Error> {
    fs::create_dir_all(&options.cache).map_err(Error::io("cannot create", &options.cache))?;
    let cache = options.cache.canonicalize().map_err(Error::io("cannot find", &options.cache))?;
    let template = cache.join(format!("samba-{}", fingerprint(options)));
    if template.exists() {
        return Ok(template);
    }
    // Of several processes that want it one makes it, and the others wait.
    let lock_path = template.with_extension("lock");
    let lock = File::create(&lock_path).map_err(Error::io("cannot create", &lock_path))?;
    lock.lock().map_err(Error::io("cannot lock", &lock_path))?;
    if !template.exists() {
        let new = template.with_extension("new");
        if new.exists() {
            fs::remove_dir_all(&new).map_err(Error::io("cannot remove", &new))?;
        }
        fs::create_dir(&new).map_err(Error::io("cannot create", &new))?;
        provision(&new, options)?;
        seed(&new, options)?;
        // A half-made one is never taken for whole.
        fs::rename(&new, &template).map_err(Error::io("cannot rename", &new))?;
    }
    Ok(template)
}

/// What the template is made from.
fn fingerprint(options: &SambaOptions) -> String {
    let mut hash = Sha256::new();
    let parts = [EDITION, SEED, &options.realm, &options.admin_password, &options.ldif];
    for part in parts.into_iter().chain(options.may_see_deleted.iter().map(String::as_str)) {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let number = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:016x}")
}

fn provision(directory: &Path, options: &SambaOptions) -> Result<(), Error> {
    let arguments = [
        "domain".to_owned(),
        "provision".to_owned(),
        format!("--targetdir={}", directory.display()),
        format!("--realm={}", options.realm.to_uppercase()),
        format!("--domain={}", workgroup(&options.realm)),
        "--server-role=dc".to_owned(),
        "--dns-backend=NONE".to_owned(),
        format!("--adminpass={}", options.admin_password),
        format!("--host-name={HOST}"),
        "--host-ip=127.0.0.1".to_owned(),
        "--option=interfaces=127.0.0.1/8".to_owned(),
        "--option=bind interfaces only=yes".to_owned(),
    ];
    let program = tools::find("samba-tool", super::PACKAGES)?;
    run("samba-tool", program, arguments.to_vec(), directory)
}

fn seed(directory: &Path, options: &SambaOptions) -> Result<(), Error> {
    let [conf, ldif, script] = ["seed.conf", "seed.ldif", "seed.py"].map(|name| directory.join(name));
    let text = configuration(directory, &options.realm, Ipv4Addr::LOCALHOST);
    for (path, text) in [(&conf, text.as_str()), (&ldif, &options.ldif), (&script, SEED)] {
        fs::write(path, text).map_err(Error::io("cannot write", path))?;
    }
    let paths = [&script, &conf, &ldif].map(|path| path.display().to_string());
    let arguments = paths.into_iter().chain(options.may_see_deleted.iter().cloned()).collect();
    run("seed.py", PathBuf::from(PYTHON), arguments, directory)?;
    for path in [&conf, &ldif, &script] {
        fs::remove_file(path).map_err(Error::io("cannot remove", path))?;
    }
    Ok(())
}

pub(super) fn run(
    name: &'static str,
    path: PathBuf,
    arguments: Vec<String>,
    directory: &Path,
) -> Result<(), Error> {
    let program =
        Program { name, path, arguments, account: Account::ourselves(), directory: directory.to_owned() };
    program.run().map(drop)
}
