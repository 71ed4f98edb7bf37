//! A cluster that others follow, and those that follow it.

use std::fs;
use std::path::Path;

use super::{Postgres, RELAXED};
use crate::process::Program;
use crate::{Account, Durability, Error};

/// A relaxed cluster that others follow: the log tells all, an acknowledged commit is in it, and it is there as long as a copy on
/// a busy machine may take.
fn followed() -> Vec<&'static str> {
    let told = ["wal_level=replica", "max_wal_senders=10", "synchronous_commit=on", "wal_keep_size=1GB"];
    [&RELAXED[..], &told].concat()
}

impl Postgres {
    /// Starts the cluster of `directory` as a relaxed one that standbys can follow.
    pub fn start_followed(directory: &Path) -> Result<Self, Error> {
        Self::launch(directory, Durability::Relaxed, &[], &followed())
    }

    /// Starts a standby that follows this cluster, which is copied into `directory`.
    pub fn start_standby(&self, directory: &Path) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        let (new, data) = (directory.join("data.new"), directory.join("data"));
        let target = new.display().to_string();
        let url = self.admin_url();
        let arguments = ["-D", &target, "-d", &url, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"];
        let copy = Program {
            name: "pg_basebackup",
            path: self.bin.join("pg_basebackup"),
            arguments: arguments.map(str::to_owned).to_vec(),
            account: account.clone(),
            directory: directory.clone(),
        };
        copy.run()?;
        fs::rename(&new, &data).map_err(Error::io("cannot rename", &new))?;
        Self::serve(account, &directory, self.bin.clone(), self.password.clone(), &followed())
    }

    /// Freezes the server's first process, with which nobody gets a new connection.
    pub fn pause(&self) -> Result<(), Error> {
        self.service.pause()
    }

    /// Lets it go on.
    pub fn resume(&self) -> Result<(), Error> {
        self.service.resume()
    }
}
