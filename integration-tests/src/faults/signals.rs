//! Processes that are frozen, or may not write any more.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::measure;

/// Processes that stand still until this is dropped.
pub struct Frozen(Vec<Pid>);

/// Freezes a process and its children.
pub fn freeze(process: u32) -> Frozen {
    // The parent first, so that it has no more children meanwhile.
    let mut frozen = Frozen(Vec::new());
    frozen.add(process);
    for child in measure::children_of(process) {
        frozen.add(child);
    }
    frozen
}

impl Frozen {
    fn add(&mut self, process: u32) {
        // One that has ended meanwhile stands still.
        if let Some(pid) = pid(process)
            && kill_process(pid, Signal::STOP).is_ok()
        {
            self.0.push(pid);
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        for pid in self.0.iter().rev() {
            // Whoever has ended meanwhile needs nothing.
            let _ = kill_process(*pid, Signal::CONT);
        }
    }
}

/// Kills a process and nothing that belongs to it.
pub fn kill9(process: u32) {
    kill_process(pid(process).expect("a process"), Signal::KILL).expect("it was there");
}

fn pid(process: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(process).ok()?)
}

/// Lets a process and its children write no file beyond so many bytes; `None` lets them again.
pub fn limit_files(process: u32, bytes: Option<u64>) {
    let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    // Only the soft limit, which may be raised again.
    let limit = format!("--fsize={limit}:");
    for process in std::iter::once(process).chain(measure::children_of(process)) {
        let Ok(found) = fs::metadata(format!("/proc/{process}")) else { continue };
        // As the account of the process: root of a container may not do it to others.
        let mut command = Command::new("setpriv");
        if rustix::process::geteuid().is_root() {
            command.args([format!("--reuid={}", found.uid()), format!("--regid={}", found.gid())]);
            command.arg("--clear-groups");
        }
        command.args(["prlimit", &format!("--pid={process}"), &limit]);
        let output = command.output().expect("setpriv and prlimit of util-linux");
        let is_gone = fs::metadata(format!("/proc/{process}")).is_err();
        assert!(output.status.success() || is_gone, "prlimit: {}", String::from_utf8_lossy(&output.stderr));
    }
}
