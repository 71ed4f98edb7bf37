//! Where the programs are.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// Where administrators' programs are even when an ordinary account's search path leaves them out.
const ALWAYS: [&str; 4] = ["/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin"];

/// Where Debian keeps the versions of Postgres side by side.
const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";

/// The search path of this process, and the usual places.
pub(crate) fn search_path() -> Vec<PathBuf> {
    let own: OsString = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&own).chain(ALWAYS.map(PathBuf::from)).collect()
}

/// The program's full path.
pub(crate) fn find(tool: &'static str, package: &str) -> Result<PathBuf, Error> {
    search_path()
        .into_iter()
        .map(|directory| directory.join(tool))
        .find(|path| path.is_file())
        .ok_or_else(|| Error::MissingTool { tool, package: package.to_owned() })
}

/// The directory of Postgres' programs: of the wanted major version, or of the newest one.
pub(crate) fn postgres(wanted: Option<&str>) -> Result<PathBuf, Error> {
    let versions = fs::read_dir(POSTGRES_VERSIONS).into_iter().flatten().flatten();
    let installed: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| has_postgres(bin))
        .collect();
    let chosen = match wanted {
        Some(wanted) => installed.into_iter().find(|(version, _)| version.to_string() == wanted),
        None => installed.into_iter().max(),
    };
    // Elsewhere than on Debian, the programs are on the path, in one version.
    chosen.map(|(_, bin)| bin).or_else(|| search_path().into_iter().find(|bin| has_postgres(bin))).ok_or_else(
        || Error::MissingTool {
            tool: "postgres",
            package: wanted
                .map_or_else(|| "postgresql".to_owned(), |version| format!("postgresql-{version}")),
        },
    )
}

fn has_postgres(bin: &Path) -> bool {
    ["postgres", "initdb", "psql", "createdb", "dropdb"].into_iter().all(|tool| bin.join(tool).is_file())
}
