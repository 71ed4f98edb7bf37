//! A program of our own that runs beside this one.

use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use crate::process::{Program, Service};
use crate::{Account, Error};

/// A running program. Dropping it stops it.
#[derive(Debug)]
pub struct Companion(Service);

impl Companion {
    /// Starts it as ourselves, in `directory`, with nothing of our environment but the search path.
    pub fn start(
        name: &'static str,
        program: &Path,
        arguments: &[&str],
        directory: &Path,
        log: &Path,
    ) -> Result<Self, Error> {
        let program = Program {
            name,
            path: program.to_owned(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            account: Account::ourselves(),
            directory: directory.to_owned(),
        };
        // What it said before says nothing about this time.
        fs::write(log, "").map_err(Error::io("cannot write", log))?;
        Ok(Self(program.serve(log, |_| true)?))
    }

    /// How it ended and what it said last, if it did end.
    pub fn ended(&mut self) -> Result<Option<(ExitStatus, String)>, Error> {
        Ok(self.0.ended()?.map(|status| (status, self.0.said())))
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Kills it in mid-air, as a crash would.
    pub fn kill9(&mut self) -> Result<(), Error> {
        self.0.kill9()
    }

    /// Stops it and waits until it is gone.
    pub fn stop(mut self) -> Result<(), Error> {
        self.0.stop()
    }
}
