//! The optimum of tiny problems, as a policy.

use super::{Decision, Policy};
use crate::workflow::oracle::{NotExact, Oracle};
use crate::workflow::{Problem, View};

/// Sizes of batches that it chooses among.
const COUNTS: [u32; 4] = [1, 2, 3, 4];

/// The policy with the largest completion probability among all whose batches have one to four samples, by dynamic programming
/// (mechanisms A6.18, A7). It exists for problems within the limits of the [exact oracle](crate::workflow::oracle).
#[derive(Debug)]
pub struct Optimum(Oracle);

impl Optimum {
    /// The optimum of a problem.
    ///
    /// # Errors
    /// It has none that could be computed, with the reason.
    pub fn new(problem: &Problem) -> Result<Self, NotExact> {
        let mut oracle = Oracle::new(problem, &COUNTS)?;
        oracle.best();
        oracle.check_work()?;
        Ok(Self(oracle))
    }
}

impl Policy for Optimum {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        self.0.best_policy().decide(view, decision);
    }

    fn memory(&self) -> usize {
        self.0.memory()
    }
}
