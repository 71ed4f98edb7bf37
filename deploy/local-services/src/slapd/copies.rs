//! Copies of a directory's data, as an administrator keeps them: taken and put back while the server is stopped.

use std::fs;
use std::path::Path;

use super::{Slapd, serve};
use crate::process::Program;
use crate::{Error, tools};

/// What is copied: the data, and the log of its changes.
const PARTS: [&str; 2] = ["db", "log.db"];

impl Slapd {
    /// Stops the server, keeps a copy of what it holds under `name`, and starts it on the same ports.
    pub fn save(&mut self, name: &str) -> Result<(), Error> {
        self.service.stop()?;
        let copy = self.directory.join(name);
        self.account.own_directory(&copy)?;
        for part in PARTS {
            self.copy(&self.directory.join(part), &copy.join(part))?;
        }
        self.serve_again()
    }

    /// Stops the server, puts back the copy called `name`, and starts it on the same ports.
    pub fn restore(&mut self, name: &str) -> Result<(), Error> {
        self.service.stop()?;
        let copy = self.directory.join(name);
        for part in PARTS {
            self.copy(&copy.join(part), &self.directory.join(part))?;
        }
        self.serve_again()
    }

    /// As the account that the server runs as, who must be able to read and write the copy.
    fn copy(&self, from: &Path, to: &Path) -> Result<(), Error> {
        if to.exists() {
            fs::remove_dir_all(to).map_err(Error::io("cannot remove", to))?;
        }
        let program = Program {
            name: "cp",
            path: tools::find("cp", "coreutils")?,
            arguments: vec!["-a".to_owned(), from.display().to_string(), to.display().to_string()],
            account: self.account.clone(),
            directory: self.directory.clone(),
        };
        program.run().map(drop)
    }

    fn serve_again(&mut self) -> Result<(), Error> {
        self.service = serve(&self.account, &self.directory, &self.program, &self.options, self.ports)?;
        Ok(())
    }
}
