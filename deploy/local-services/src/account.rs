//! The account the services run as. They refuse to be root, and should not be.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::Error;

/// Who the services run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account to become; none where we already are an ordinary one.
    other: Option<Other>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Other {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// Ourselves; or, if we are root, `postgres` or else `nobody`.
    pub fn choose() -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::ourselves());
        }
        let path = Path::new("/etc/passwd");
        let passwd = fs::read_to_string(path).map_err(Error::io("cannot read", path))?;
        let other = ["postgres", "nobody"].into_iter().find_map(|name| find(&passwd, name));
        Ok(Self { other: Some(other.ok_or(Error::NoAccount)?) })
    }

    /// The account of a service, and the directory that it keeps everything in, made its own.
    pub(crate) fn settle(directory: &Path) -> Result<(Self, PathBuf), Error> {
        let account = Self::choose()?;
        account.own_directory(directory)?;
        let directory = directory.canonicalize().map_err(Error::io("cannot find", directory))?;
        Ok((account, directory))
    }

    /// Ourselves, root or not.
    pub(crate) fn ourselves() -> Self {
        Self { other: None }
    }

    /// The arguments with which `setpriv` becomes this account.
    pub(crate) fn setpriv_arguments(&self) -> Vec<String> {
        let Some(other) = &self.other else { return Vec::new() };
        vec![format!("--reuid={}", other.uid), format!("--regid={}", other.gid), "--clear-groups".to_owned()]
    }

    /// Makes `path` a directory of this account that nobody else can enter, and makes sure that the account can.
    pub(crate) fn own_directory(&self, path: &Path) -> Result<(), Error> {
        fs::create_dir_all(path).map_err(Error::io("cannot create", path))?;
        self.reach(path)?;
        self.give(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(Error::io("cannot set the permissions of", path))
    }

    /// Writes a file that only this account, and root, can read.
    pub(crate) fn write_file(&self, path: &Path, text: &str) -> Result<(), Error> {
        fs::write(path, "").map_err(Error::io("cannot write", path))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .map_err(Error::io("cannot set the permissions of", path))?;
        self.give(path)?;
        fs::write(path, text).map_err(Error::io("cannot write", path))
    }

    fn give(&self, path: &Path) -> Result<(), Error> {
        let Some(other) = &self.other else { return Ok(()) };
        chown(path, Some(other.uid), Some(other.gid)).map_err(Error::io("cannot change the owner of", path))
    }

    /// Whether every directory above `path` lets the account pass.
    fn reach(&self, path: &Path) -> Result<(), Error> {
        let Some(other) = &self.other else { return Ok(()) };
        let path = path.canonicalize().map_err(Error::io("cannot find", path))?;
        for above in path.ancestors().skip(1) {
            let found = fs::metadata(above).map_err(Error::io("cannot look at", above))?;
            let pass = if found.uid() == other.uid {
                0o100
            } else if found.gid() == other.gid {
                0o010
            } else {
                0o001
            };
            if found.mode() & pass == 0 {
                let (account, closed) = (other.name.clone(), above.to_owned());
                return Err(Error::OutOfReach { path: path.clone(), closed, account });
            }
        }
        Ok(())
    }
}

fn find(passwd: &str, wanted: &str) -> Option<Other> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Other { name: name.to_owned(), uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_their_whole_name() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:a,b:/var:/bin/bash\n";
        let found = find(passwd, "postgres");
        assert_eq!(found, Some(Other { name: "postgres".to_owned(), uid: 101, gid: 104 }));
        assert_eq!(find(passwd, "nobody"), None);
    }
}
