//! Workflows: acyclic graphs of subtasks, each of which several language models can try, under a budget and a deadline.
//!
//! A subtask is tried with a *batch*: `k` parallel samples of one model. A sample is right or wrong, costs money or tokens, and takes time.
//! A workflow is complete when every subtask has had a sample that passed its verifier. What a *policy* launches when, under which
//! [`Rules`], decides how likely it is to be complete within budget and deadline: the *constrained completion probability*
//! (mechanisms A1, A2).
//!
//! ```
//! use sim_core::events::Duration;
//! use sim_core::random::{Family, Purpose, Streams};
//! use sim_models::workflow::policy::Sequential;
//! use sim_models::workflow::{Budget, Launch, Problem, Rules, SampleLaw, Workflow};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Two subtasks, one after the other; a sample is right with probability 0.4, costs one token and takes a second.
//! let workflow = Workflow::builder()
//!     .model("small", 0.0)
//!     .subtask("parse")
//!     .option("small", SampleLaw::constant(0.4, 1.0, 1)?)
//!     .subtask("solve")
//!     .needs(["parse"])
//!     .option("small", SampleLaw::constant(0.4, 1.0, 1)?)
//!     .build()?;
//! let deadline = Duration::from_nanoseconds(4_000_000_000);
//! let problem = Problem::new(workflow, Rules::reference(), Budget::Tokens(8), deadline)?;
//! let mut policy = Sequential(Launch { model: 0, count: 2 });
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let completed = (0..2000).filter(|&trial| problem.run(&mut policy, &streams, trial).is_done()).count();
//! // 0.863764 by dynamic programming (mechanisms A7, G2a); the tolerance is four standard errors.
//! assert!((completed as f64 / 2000.0 - 0.863764).abs() < 0.031);
//! # Ok(())
//! # }
//! ```

mod batch;
mod bound;
mod build;
mod capacity;
mod comparison;
mod dot;
mod estimates;
mod execution;
mod export;
mod file;
pub mod forecast;
mod format;
pub mod generate;
mod nominal;
pub mod oracle;
pub mod policy;
mod problem;
mod records;
mod result;
mod rollouts;
mod rules;
mod sample;
mod sampled;
mod situation;
mod state;
mod turns;
mod wfformat;
mod world;

pub use batch::{Batch, Launch};
pub use build::{Choice, InvalidWorkflow, LanguageModel, Workflow, WorkflowBuilder};
pub use capacity::{Capacity, ProviderLimits};
pub use comparison::{Comparison, ComparisonTally, PairTally};
pub use estimates::Estimates;
pub use export::{Exported, NotExportable};
pub use file::{InvalidOption, InvalidWorkflowFile};
pub use format::{Format, Reading};
pub use nominal::{nominal_budget, nominal_deadline};
pub use problem::{Budget, InvalidProblem, Problem};
pub use result::{Attempt, Ending, RunResult};
pub use rollouts::{InvalidRollouts, RolloutTally, Rollouts, Workers};
pub use rules::{
    BatchEnd, DeadlineRule, Dependence, Idle, InvalidRules, Overspend, Replanning, Rules, RunningInfo,
    Verifier,
};
pub use sample::{InvalidSampleLaw, Record, Sample, SampleLaw};
pub use sampled::{SampledWorkflow, WorkflowTally};
pub use situation::{InvalidSituation, Situation};
pub use state::{Running, View};
pub use turns::Turns;
pub use wfformat::{InvalidWfFormat, MACHINE, TaskLaw};
