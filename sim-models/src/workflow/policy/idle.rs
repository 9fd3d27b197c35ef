//! Policies that are used again, with what they have compiled.

use std::sync::{Arc, Mutex, PoisonError};

use sim_core::random::Streams;

use super::{Named, Policy, UnknownPolicy};
use crate::workflow::{Problem, Turns};

/// Most memory of the policies that wait, in bytes: a planner's tables may take ten megabytes, and most other policies take none.
const MOST_BYTES: usize = 1 << 30;
/// Most policies that wait, however little they keep.
const MOST_WAITING: usize = 10_000;

/// A named policy for several problems, whose instances are used again by later blocks of trials. What an instance has compiled depends on
/// its problem and its streams alone, not on the trials that it was used for, so results do not depend on which one is used.
#[derive(Clone, Debug)]
pub(in crate::workflow) struct Idle {
    named: Named,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    /// With the identity of the problem, and the streams.
    policies: Vec<(u64, Streams, Box<dyn Policy + Send>)>,
    /// What they keep.
    bytes: usize,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} policies", self.policies.len())
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
        let mut known = waiting.policies.iter();
        match known.position(|(known, drawn, _)| *known == problem.id() && drawn == streams) {
            Some(place) => {
                let (_, _, policy) = waiting.policies.swap_remove(place);
                waiting.bytes -= policy.memory();
                Some(policy)
            }
            None => {
                drop(waiting);
                // Whether there is one was asked before.
                self.named.policy(problem).ok()
            }
        }
    }

    /// Keeps an instance for later, if there is room.
    pub(in crate::workflow) fn put_back(
        &self,
        problem: &Problem,
        streams: &Streams,
        policy: Box<dyn Policy + Send>,
    ) {
        let bytes = policy.memory();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.policies.len() < MOST_WAITING && waiting.bytes + bytes <= MOST_BYTES {
            waiting.policies.push((problem.id(), streams.clone(), policy));
            waiting.bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use sim_core::events::Duration;
    use sim_core::random::{Address, Family as Streaming, Purpose};

    use super::*;
    use crate::workflow::generate::Family;
    use crate::workflow::{Budget, Rules};

    fn problems(count: u64) -> Vec<Problem> {
        let drawn = Streams::new(0, Purpose::SamplingPlan, Streaming::common());
        let problem = |number| {
            let workflow = Family::Tiny.draw(3, &mut drawn.open(Address::trial(number))).unwrap();
            Problem::new(
                workflow,
                Rules::reference(),
                Budget::Money(1 << 40),
                Duration::from_seconds_saturating(100.0),
            )
            .unwrap()
        };
        (0..count).map(problem).collect()
    }

    /// What a policy has compiled is there when its problem has its turn again, however many problems there are.
    #[test]
    fn policies_of_many_problems_wait() {
        let problems = problems(100);
        let streams = Streams::new(1, Purpose::World, Streaming::common());
        let idle =
            Idle::new(Named::parse("price-table").unwrap(), &Turns::from(problems[0].clone())).unwrap();
        for problem in &problems {
            let mut policy = idle.take(problem, &streams).unwrap();
            assert_eq!(policy.memory(), 0, "a new one has compiled nothing");
            policy.begin(problem, &streams, 0);
            idle.put_back(problem, &streams, policy);
        }
        let bytes = idle.waiting.lock().unwrap().bytes;
        let taken: Vec<_> = problems.iter().filter_map(|problem| idle.take(problem, &streams)).collect();
        assert!(taken.iter().all(|policy| policy.memory() > 0), "each is the one that was put back");
        assert_eq!(bytes, taken.iter().map(|policy| policy.memory()).sum::<usize>());
        assert_eq!(idle.waiting.lock().unwrap().bytes, 0);
    }

    /// A policy that would need more memory than all together may take does not wait.
    #[test]
    fn memory_is_limited() {
        struct Large;
        impl Policy for Large {
            fn decide(&mut self, _: &crate::workflow::View<'_>, _: &mut super::super::Decision) {}

            fn memory(&self) -> usize {
                MOST_BYTES / 2 + 1
            }
        }
        let problems = problems(2);
        let streams = Streams::new(1, Purpose::World, Streaming::common());
        let idle = Idle::new(Named::parse("myopic").unwrap(), &Turns::from(problems[0].clone())).unwrap();
        problems.iter().for_each(|problem| idle.put_back(problem, &streams, Box::new(Large)));
        assert_eq!(idle.waiting.lock().unwrap().policies.len(), 1);
    }
}
