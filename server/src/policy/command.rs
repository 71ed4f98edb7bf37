//! `chancery policy …`: checks the files of a policy. Needs no database.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use policies::gate::{PolicyFiles, Snapshot};

use super::{Rejected, files};
use crate::config::Config;

/// The commands around a policy.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Loads the policy as the server would, and names file, line and key of everything that is wrong.
    Lint {
        /// The directory of the policy, instead of that of the configuration.
        #[arg(long)]
        directory: Option<PathBuf>,
    },
}

/// Runs one of them.
pub fn run(command: &PolicyCommand, config: Option<&Config>) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Lint { directory } => {
            let configured = config.and_then(|config| config.policy.directory.as_deref());
            let files: PolicyFiles = files(directory.as_deref().or(configured))?;
            Snapshot::load(&files, 1).map_err(Rejected)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
