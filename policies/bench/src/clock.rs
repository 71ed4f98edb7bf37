//! Processor time of this thread and of all threads, medians, and what the kernel says of memory.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

/// How often the same is done at least, and how often at most, for one median.
const PASSES: (usize, usize) = (3, 101);
/// As much processor time is spent on one median, within those bounds.
const ENOUGH_NS: f64 = 1e9;

/// Processor time that this thread has used, in nanoseconds. Others on the machine do not lengthen it, but for what they
/// do to caches and frequency.
pub(crate) fn thread_ns() -> f64 {
    nanoseconds(ClockId::ThreadCPUTime)
}

/// Processor time that all threads of this process have used, in seconds.
pub(crate) fn process_seconds() -> f64 {
    nanoseconds(ClockId::ProcessCPUTime) / 1e9
}

fn nanoseconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    let [seconds, rest] = [time.tv_sec, time.tv_nsec].map(|part| u32::try_from(part).unwrap_or_default());
    f64::from(seconds) * 1e9 + f64::from(rest)
}

/// As a figure.
pub(crate) fn figure(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The smallest number that so many of a thousand do not exceed.
pub(crate) fn of_thousand(sorted: &[f64], share: usize) -> Option<f64> {
    sorted.get((sorted.len() * share).div_ceil(1000).saturating_sub(1)).copied()
}

/// The one in the middle.
pub(crate) fn median(mut all: Vec<f64>) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    of_thousand(&all, 500)
}

/// Nanoseconds of processor time for one of `count` things that `all` does in one pass: the median of many passes. The
/// first, which warms what is cold, does not count.
pub(crate) fn per_thing(
    count: usize,
    mut all: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Option<f64>> {
    all()?;
    let (mut passes, mut spent) = (Vec::new(), 0.0);
    while passes.len() < PASSES.0 || (passes.len() < PASSES.1 && spent < ENOUGH_NS) {
        let began = thread_ns();
        all()?;
        let took = thread_ns() - began;
        spent += took;
        passes.push(took / figure(count.max(1)));
    }
    Ok(median(passes))
}

/// The memory that this process holds now.
pub(crate) fn resident_mib() -> Option<f64> {
    memory_mib("VmRSS:")
}

/// The most memory that this process has held.
pub(crate) fn peak_mib() -> Option<f64> {
    memory_mib("VmHWM:")
}

fn memory_mib(name: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_thousand() {
        let hundred: Vec<f64> = (1..=100_u8).map(f64::from).collect();
        let found = [500, 990, 1000].map(|share| of_thousand(&hundred, share).map(f64::to_bits));
        assert_eq!(found, [50.0, 99.0, 100.0].map(|number: f64| Some(number.to_bits())));
        assert!(median(Vec::new()).is_none());
    }
}
