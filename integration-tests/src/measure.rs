//! What a process costs: time, processor, memory, as the kernel counts them.

use std::collections::HashMap;
use std::fs;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use serde::Serialize;

/// The kernel counts processor time in these: a constant of Linux, whatever the machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// How often a running process is looked at. Its peak of memory is the kernel's own, so nothing in between is lost
/// but what it takes in its last moments.
const LOOK: Duration = Duration::from_millis(4);

/// What a program that ran to its end has cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Cost {
    /// From start to end.
    pub seconds: f64,
    /// Its own processor time, of all its threads.
    pub cpu_seconds: f64,
    /// The most memory it held.
    pub peak_mib: f64,
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> anyhow::Result<(ExitStatus, Cost)> {
    let began = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
    let pid = child.id();
    let mut peak_mib: f64 = 0.0;
    loop {
        peak_mib = peak_mib.max(peak_mib_of(pid).unwrap_or_default());
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        // Left unreaped until its processor time has been read.
        if waitid(WaitId::Pid(Pid::from_child(&child)), options)?.is_some() {
            break;
        }
        std::thread::sleep(LOOK);
    }
    let seconds = began.elapsed().as_secs_f64();
    let cpu_seconds = cpu_of(pid)?;
    Ok((child.wait()?, Cost { seconds, cpu_seconds, peak_mib }))
}

/// The most memory that a running process has held.
pub fn peak_mib_of(pid: u32) -> Option<f64> {
    memory_line(pid, "VmHWM:")
}

/// The memory that a running process holds.
pub fn resident_mib_of(pid: u32) -> Option<f64> {
    memory_line(pid, "VmRSS:")
}

fn memory_line(pid: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The processor time that a process has used, in seconds.
pub fn cpu_of(pid: u32) -> anyhow::Result<f64> {
    let Some(stat) = stat_of(pid) else { bail!("there is no process {pid}") };
    Ok(stat.own)
}

/// The processor time of a process, of all its children, and of those who have ended.
pub fn cpu_of_family(pid: u32) -> anyhow::Result<f64> {
    let all: HashMap<u32, Stat> = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat_of(pid)?)))
        .collect();
    let Some(parent) = all.get(&pid) else { bail!("there is no process {pid}") };
    let children = all.values().filter(|stat| stat.parent == pid);
    Ok(parent.own + parent.ended_children + children.map(|stat| stat.own + stat.ended_children).sum::<f64>())
}

/// The children of a process.
pub fn children_of(pid: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten();
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|child| stat_of(*child).is_some_and(|stat| stat.parent == pid))
        .collect()
}

/// The child of this process with that name.
pub fn child_named(name: &str) -> anyhow::Result<u32> {
    let found = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|pid| stat_of(*pid).is_some_and(|stat| stat.parent == std::process::id() && stat.name == name));
    found.with_context(|| format!("no {name} runs here"))
}

struct Stat {
    name: String,
    parent: u32,
    own: f64,
    ended_children: f64,
}

fn stat_of(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in brackets and may hold anything, so what follows is counted from its end.
    let (before, after) = text.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    Some(Stat {
        name: name.to_owned(),
        parent: fields.get(1)?.parse().ok()?,
        own: (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND,
        ended_children: (ticks(13)? + ticks(14)?) / TICKS_PER_SECOND,
    })
}
