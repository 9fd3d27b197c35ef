//! Policies: what to launch for the subtasks that are ready.
//!
//! A policy of one's own is one method:
//!
//! ```
//! use sim_models::workflow::policy::NodePolicy;
//! use sim_models::workflow::{Launch, View};
//!
//! /// The first model, one sample more at every attempt.
//! struct OneMore;
//!
//! impl NodePolicy for OneMore {
//!     fn launch(&self, view: &View<'_>, node: usize) -> Option<Launch> {
//!         let (model, _) = view.problem().workflow().choices(node).next()?;
//!         Some(Launch { model, count: 1 + view.attempts(node) })
//!     }
//! }
//! ```

mod allocating;
mod critical;
mod greedy;
mod hindsight;
mod idle;
mod knapsack;
mod named;
mod optimum;
mod perfect_information;
mod planner;
mod relaxation;
mod statics;
mod top_up;

use sim_core::graph::Node;
use sim_core::random::Streams;

use super::{Launch, Problem, RunResult, Running, View};

pub(super) use critical::critical_path;
pub(super) use idle::Idle;

pub use allocating::{Allocating, Sharing};
pub use greedy::{BestModel, CheapestModel, CostOfPass, Escalation, Sequential};
pub use hindsight::{BestSequential, best_sequential};
pub use named::{Named, UnknownPolicy};
pub use optimum::Optimum;
pub use perfect_information::PerfectInformation;
pub use planner::{Allocation, Recommended, RecommendedSettings, Reference, ReferenceSettings};
pub use statics::{Shares, Static};
pub use top_up::TopUp;

/// What a policy decides.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// What is launched now, at most once per ready subtask. Subtasks left out wait.
    pub launches: Vec<(Node, Launch)>,
    /// Simulations that were made for it.
    pub simulations: u64,
    /// The policy's own estimate of the completion probability, if it has one.
    pub score: Option<f64>,
}

impl Decision {
    pub(super) fn clear(&mut self) {
        self.launches.clear();
        (self.simulations, self.score) = (0, None);
    }
}

/// What becomes of a batch that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revision {
    /// It runs on as it is.
    #[default]
    Keep,
    /// So many samples of the same model begin now, and belong to it.
    Add(u32),
    /// What still runs of it is cancelled, and it ends now with what has ended.
    Cancel,
}

/// Decides what is launched.
pub trait Policy {
    /// A run begins. What a policy draws, it draws under its own purpose, never from the world's streams.
    fn begin(&mut self, problem: &Problem, streams: &Streams, trial: u64) {
        let _ = (problem, streams, trial);
    }

    /// What a run comes to at best, if this is no policy but a bound on all of them; it then decides nothing.
    fn bound(&mut self, problem: &Problem, streams: &Streams, trial: u64) -> Option<RunResult> {
        let _ = (problem, streams, trial);
        None
    }

    /// Decides when something is ready: at the beginning, and after each end of a batch. `decision` is empty.
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision);

    /// Decides about a batch that runs, when a sample of it has ended and the rules ask then
    /// ([`Replanning::SampleEnd`](super::Replanning::SampleEnd)). It runs on unless a policy says otherwise.
    fn revise(&mut self, view: &View<'_>, batch: &Running) -> Revision {
        let _ = (view, batch);
        Revision::Keep
    }

    /// About how many bytes it keeps from one run to the next. Policies that keep little wait to be used again in any number.
    fn memory(&self) -> usize {
        0
    }
}

/// A policy that looks at one subtask at a time, and never lets one wait that it has something for.
pub trait NodePolicy {
    /// What is launched for a ready subtask.
    fn launch(&self, view: &View<'_>, node: Node) -> Option<Launch>;
}

impl<T: NodePolicy> Policy for T {
    fn decide(&mut self, view: &View<'_>, decision: &mut Decision) {
        let launches = view.ready().iter().filter_map(|&node| Some((node, self.launch(view, node)?)));
        decision.launches.extend(launches);
    }
}
