//! A directory for services that live no longer than this process.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::Error;

const PREFIX: &str = "chancery-";

/// The file whose lock says that the directory is in use.
const LOCK: &str = "in-use";

/// How old a directory must be before it counts as left behind: one that is just being made is not locked yet.
const ABANDONED: Duration = Duration::from_mins(1);

/// A temporary directory that services of another account can reach, with a path short enough for their sockets.
///
/// It goes when dropped; one whose process was killed goes when the next one is made.
#[derive(Debug)]
pub struct Scratch {
    directory: TempDir,
    /// Held open, and so locked, as long as the directory is in use.
    _lock: File,
}

impl Scratch {
    /// Makes one.
    pub fn new() -> Result<Self, Error> {
        Self::new_in(Path::new("/tmp"), ABANDONED)
    }

    fn new_in(home: &Path, abandoned: Duration) -> Result<Self, Error> {
        sweep(home, abandoned);
        let directory = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(home)
            .map_err(Error::io("cannot create", home))?;
        let path = directory.path().join(LOCK);
        let lock = File::create(&path).map_err(Error::io("cannot create", &path))?;
        lock.lock().map_err(Error::io("cannot lock", &path))?;
        fs::set_permissions(directory.path(), Permissions::from_mode(0o711))
            .map_err(Error::io("cannot set the permissions of", directory.path()))?;
        Ok(Self { directory, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Removes what killed processes left behind. What cannot be removed is somebody else's and stays.
fn sweep(home: &Path, abandoned: Duration) {
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        if !entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        let made = lock.metadata().and_then(|found| found.modified());
        let is_old = made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age >= abandoned));
        if is_old && lock.try_lock().is_ok() {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_stays_and_what_was_left_goes() {
        let home = TempDir::new().unwrap();
        let make = || Scratch::new_in(home.path(), Duration::ZERO).unwrap();
        let (kept, left) = (make(), make());
        let left_path = left.path().to_owned();
        fs::write(left_path.join("file"), "text").unwrap();
        let Scratch { directory, _lock: lock } = left;
        drop(lock);
        let abandoned = directory.keep();
        assert!(abandoned.exists());
        let next = make();
        assert!(!left_path.exists(), "nobody holds it");
        assert!(kept.path().exists(), "it is held");
        assert!(next.path().exists());
    }
}
