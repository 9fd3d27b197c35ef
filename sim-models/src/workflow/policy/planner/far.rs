//! How far a workflow has come, as a planner keeps it in mind.

use sim_core::events::Duration;
use sim_core::graph::Node;

use crate::workflow::Problem;

/// A set of subtasks that are done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct DoneSet(Vec<u64>);

impl DoneSet {
    /// None of so many.
    pub(super) fn none_of(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    /// Forgets all, keeping the memory.
    pub(super) fn clear(&mut self, nodes: usize) {
        self.0.clear();
        self.0.resize(nodes.div_ceil(64), 0);
    }

    pub(super) fn insert(&mut self, node: Node) {
        self.0[node / 64] |= 1 << (node % 64);
    }

    pub(super) fn contains(&self, node: Node) -> bool {
        self.0[node / 64] >> (node % 64) & 1 == 1
    }
}

/// How far a workflow has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Far {
    pub(super) done: DoneSet,
    /// What is left, in units of the budget.
    pub(super) budget: f64,
    /// Time left before the deadline.
    pub(super) time: Duration,
    /// Whether a batch runs.
    pub(super) is_waiting: bool,
}

impl Far {
    /// Nothing is done.
    pub(super) fn of_beginning(problem: &Problem) -> Self {
        Self {
            done: DoneSet::none_of(problem.workflow().len()),
            budget: problem.budget().amount() as f64,
            time: problem.deadline(),
            is_waiting: false,
        }
    }
}
