//! Long work beside those who decide: it takes what time they leave.

use std::panic::resume_unwind;
use std::thread;

use rustix::process::nice;

/// By how much such work gives way: a third of a processor where somebody serves on it all the time, all of it otherwise
/// (nice(2); each step is a factor of about 1.25). More, and a busy node would come late to a policy.
const STEPS: i32 = 5;

/// Does `work` on a thread that gives way to the others, as do those that it starts, and waits for it.
///
/// A thread of its own, because the kernel lets nobody but an administrator take the priority back.
pub fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let work = || {
        // Where it is refused, the work is done all the same, and disturbs.
        let _refused = nice(STEPS);
        work()
    };
    thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_way_and_leaves_the_caller_as_it_was() {
        let before = nice(0).unwrap();
        let there = aside(|| thread::scope(|scope| scope.spawn(|| nice(0).unwrap()).join().unwrap()));
        assert_eq!((there, nice(0).unwrap()), ((before + STEPS).min(19), before));
    }
}
