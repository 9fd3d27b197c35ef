//! Policies that are used again, with what they have compiled.

use std::sync::{Arc, Mutex, PoisonError};

use sim_core::random::Streams;

use super::{Named, Policy, UnknownPolicy};
use crate::workflow::{Problem, Turns};

/// Most policies that wait: a planner's tables may take ten megabytes.
const MOST_WAITING: usize = 64;

/// A named policy for several problems, whose instances are used again by later blocks of trials. What an instance has compiled depends on
/// its problem and its streams alone, not on the trials that it was used for, so results do not depend on which one is used.
#[derive(Clone, Debug)]
pub(in crate::workflow) struct Idle {
    named: Named,
    waiting: Arc<Mutex<Waiting>>,
}

/// With the identity of the problem, and the streams.
#[derive(Default)]
struct Waiting(Vec<(u64, Streams, Box<dyn Policy + Send>)>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} policies", self.0.len())
    }
}

impl Idle {
    /// A policy that all of these problems have.
    ///
    /// # Errors
    /// One of them does not have it.
    pub(in crate::workflow) fn new(named: Named, problems: &Turns) -> Result<Self, UnknownPolicy> {
        for problem in problems.problems() {
            named.policy(problem)?;
        }
        Ok(Self { named, waiting: Arc::default() })
    }

    /// Its name.
    pub(in crate::workflow) fn named(&self) -> &Named {
        &self.named
    }

    /// An instance for a problem. [`Idle::put_back`] it after use.
    pub(in crate::workflow) fn take(
        &self,
        problem: &Problem,
        streams: &Streams,
    ) -> Option<Box<dyn Policy + Send>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.0.iter().position(|(known, drawn, _)| *known == problem.id() && drawn == streams) {
            Some(place) => Some(waiting.0.swap_remove(place).2),
            None => {
                drop(waiting);
                // Whether there is one was asked before.
                self.named.policy(problem).ok()
            }
        }
    }

    /// Keeps an instance for later.
    pub(in crate::workflow) fn put_back(
        &self,
        problem: &Problem,
        streams: &Streams,
        policy: Box<dyn Policy + Send>,
    ) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.0.len() < MOST_WAITING {
            waiting.0.push((problem.id(), streams.clone(), policy));
        }
    }
}
