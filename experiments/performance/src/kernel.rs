//! What is compared: a kernel simulates a case for a number of trials and counts the right outputs.

use crate::{clock::thread_cpu_seconds, graph::Graph, tree::TreeCase};
use std::error::Error;

/// What one run of a kernel gave.
#[derive(Debug, Clone, Copy)]
pub struct Timed {
    /// Trials in which the output was right.
    pub correct: u64,
    /// Processor time of the thread that computed, in seconds.
    pub seconds: f64,
}

/// One side of a comparison. `C` is what it simulates: a [`TreeCase`] or a [`Graph`].
pub trait Kernel<C> {
    /// The name by which a row of the table refers to it.
    fn name(&self) -> &str;

    /// Why this kernel cannot run on this machine, if it cannot; its rows are then skipped and say so.
    fn unavailable(&self) -> Option<String> {
        None
    }

    /// Simulates exactly `trials` independent trials on the calling thread (or in one other process with one
    /// thread).
    ///
    /// # Errors
    /// When a kernel in another process does not answer.
    fn run(&mut self, case: &C, trials: u64, seed: u64) -> Result<Timed, Box<dyn Error>>;
}

/// A kernel that simulates trees.
pub type TreeKernel = dyn Kernel<TreeCase>;
/// A kernel that simulates general graphs.
pub type GraphKernel = dyn Kernel<Graph>;

/// A function as a kernel, timed on the calling thread.
pub struct InProcess<F> {
    name: &'static str,
    unavailable: Option<String>,
    count: F,
}

impl<F> InProcess<F> {
    /// A kernel from a function `(case, trials, seed) -> correct`, and why this machine must not call it, if
    /// so.
    pub fn boxed<C>(name: &'static str, unavailable: Option<String>, count: F) -> Box<dyn Kernel<C>>
    where
        F: FnMut(&C, u64, u64) -> u64 + 'static,
    {
        Box::new(Self { name, unavailable, count })
    }
}

impl<C, F: FnMut(&C, u64, u64) -> u64> Kernel<C> for InProcess<F> {
    fn name(&self) -> &str {
        self.name
    }

    fn unavailable(&self) -> Option<String> {
        self.unavailable.clone()
    }

    fn run(&mut self, case: &C, trials: u64, seed: u64) -> Result<Timed, Box<dyn Error>> {
        let start = thread_cpu_seconds();
        let correct = (self.count)(case, trials, seed);
        Ok(Timed { correct, seconds: thread_cpu_seconds() - start })
    }
}

/// A function that prepares something once and times itself, as a kernel.
pub struct Prepared<F> {
    name: &'static str,
    unavailable: Option<String>,
    run: F,
}

impl<F> Prepared<F> {
    /// A kernel from a function `(case, trials, seed) -> Timed`, and why this machine must not call it, if so.
    pub fn boxed<C>(name: &'static str, unavailable: Option<String>, run: F) -> Box<dyn Kernel<C>>
    where
        F: FnMut(&C, u64, u64) -> Timed + 'static,
    {
        Box::new(Self { name, unavailable, run })
    }
}

impl<C, F: FnMut(&C, u64, u64) -> Timed> Kernel<C> for Prepared<F> {
    fn name(&self) -> &str {
        self.name
    }

    fn unavailable(&self) -> Option<String> {
        self.unavailable.clone()
    }

    fn run(&mut self, case: &C, trials: u64, seed: u64) -> Result<Timed, Box<dyn Error>> {
        Ok((self.run)(case, trials, seed))
    }
}
