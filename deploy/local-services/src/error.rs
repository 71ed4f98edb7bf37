//! The crate's one error.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a service could not be started or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not installed.
    #[error("{tool} is not installed; on Debian: apt-get install {package}")]
    MissingTool {
        /// The program.
        tool: &'static str,
        /// The Debian package that holds it.
        package: String,
    },
    /// The operating system refused.
    #[error("{doing} {}", path.display())]
    Io {
        /// What was being done, as "cannot …".
        doing: &'static str,
        /// To which file or directory.
        path: PathBuf,
        /// What it answered.
        #[source]
        source: std::io::Error,
    },
    /// The services do not run as root, and the account they run as cannot get at their directory.
    #[error(
        "{} is out of reach of the account `{account}`, which the services run as because they refuse to be root: \
         {} is closed to it; choose a directory elsewhere, such as /var/lib/chancery",
        path.display(), closed.display()
    )]
    OutOfReach {
        /// The directory of the service.
        path: PathBuf,
        /// The directory above it that the account may not enter.
        closed: PathBuf,
        /// The account.
        account: String,
    },
    /// No account to run as.
    #[error("running as root, and /etc/passwd has neither `postgres` nor `nobody` to run the services as")]
    NoAccount,
    /// A program that should have done one thing failed at it.
    #[error("{tool} failed ({status}): {output}")]
    Failed {
        /// The program.
        tool: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// What it said last.
        output: String,
    },
    /// A service ended by itself.
    #[error("{service} ended by itself ({status}): {output}")]
    Ended {
        /// The service.
        service: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// What it said last.
        output: String,
    },
    /// A service runs and does not answer.
    #[error("{service} gave no answer within {} s: {output}", after.as_secs())]
    NoAnswer {
        /// The service.
        service: &'static str,
        /// How long it was waited for.
        after: Duration,
        /// What it said last.
        output: String,
    },
    /// Samba is a domain controller only as root: it writes protected attributes of files and listens on port 389.
    #[error(
        "the Active Directory of the tests (Samba) must be started as root: run the tests as root (`sudo ./run test`), \
         or in a container, as CI does"
    )]
    NotRoot,
    /// None of the loopback addresses that were tried is free.
    #[error("none of {tried} loopback addresses has the ports 389, 636, 3268 and 3269 free: {source}")]
    NoAddress {
        /// How many.
        tried: u32,
        /// What the last one answered.
        #[source]
        source: std::io::Error,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
}

impl Error {
    /// For `map_err`: names what was being done to which path.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
