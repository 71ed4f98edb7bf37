//! What every benchmark writes beside its table.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

/// Writes the figures as JSON.
pub(crate) fn write(path: &Path, figures: &serde_json::Value) -> anyhow::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let text = serde_json::to_string_pretty(figures)?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// What it ran on.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processors: usize,
    processor: Option<String>,
    memory: Option<String>,
    kernel: Option<String>,
    load_before: Option<String>,
    optimised: bool,
}

/// This machine.
pub(crate) fn machine() -> Machine {
    let line = |path: &str, name: &str| {
        let text = fs::read_to_string(path).ok()?;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
        found.map(|(_, value)| value.trim().to_owned())
    };
    Machine {
        processors: std::thread::available_parallelism().map_or(1, Into::into),
        processor: line("/proc/cpuinfo", "model name"),
        memory: line("/proc/meminfo", "MemTotal"),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| text.trim().to_owned()),
        load_before: fs::read_to_string("/proc/loadavg").ok().map(|text| text.trim().to_owned()),
        optimised: !cfg!(debug_assertions),
    }
}
