//! Processor time of this thread, and the core that it runs on.

use rustix::time::{ClockId, clock_gettime};

/// Seconds of processor time that the calling thread has used. Waiting for a busy core does not count.
pub fn thread_cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// The process's thread on one core, until dropped. Threads and processes started meanwhile inherit the core.
pub struct Pinned {
    #[cfg(target_os = "linux")]
    before: rustix::thread::CpuSet,
}

#[cfg(target_os = "linux")]
impl Pinned {
    /// Pins the calling thread to the last core that it may use; the first ones serve most interrupts.
    ///
    /// # Errors
    /// A sentence that says why it stays unpinned.
    pub fn new() -> Result<(Self, usize), String> {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
        let refused = |error| format!("not pinned to a core: {error}");
        let before = sched_getaffinity(None).map_err(refused)?;
        let core = (0..CpuSet::MAX_CPU)
            .rev()
            .find(|&core| before.is_set(core))
            .ok_or_else(|| "not pinned to a core: the system names none that may be used".to_owned())?;
        let mut one = CpuSet::new();
        one.set(core);
        sched_setaffinity(None, &one).map_err(refused)?;
        Ok((Self { before }, core))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Pinned {
    fn drop(&mut self) {
        // If the cores are not given back, the two-thread row is slow and shows it.
        let _ = rustix::thread::sched_setaffinity(None, &self.before);
    }
}

#[cfg(not(target_os = "linux"))]
impl Pinned {
    /// Other systems offer no pinning that this program knows.
    ///
    /// # Errors
    /// Always.
    pub fn new() -> Result<(Self, usize), String> {
        Err("not pinned to a core: only done on Linux".to_owned())
    }
}
