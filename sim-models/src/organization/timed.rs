//! Organizations in time: the same agents, channels and rules, with calls that take time and cost money, messages that travel, limits,
//! and faults.
//!
//! [`Timing`] is laid over an [`Organization`](super::graph::Organization); [`TimedOrganization`] runs both as a discrete-event simulation, trial by trial. Where
//! nothing takes time, costs anything or fails, it is one more sampled evaluator of the same law.
//!
//! ```
//! use sim_core::monte_carlo::{self, Control, Stop};
//! use sim_core::random::{Family, Purpose, Streams};
//! use sim_models::law::Law;
//! use sim_models::organization::graph::shapes::{Shape, Star};
//! use sim_models::organization::timed::{Service, TimedOrganization, Timing, Until, Waiting};
//! use sim_models::organization::Bias;
//!
//! // Nine agents whose calls last a second on average; the judge stops to wait when the vote is decided.
//! let star = Star::new(9, Bias::new(0.4)?).organization()?;
//! let waiting = Waiting { until: Until::Decided, ..Waiting::default() };
//! let timing = Timing::instant(10).serving(0..9, &Service::lasting(Law::exponential(1.0)?)).waiting(waiting);
//! let timed = TimedOrganization::new(&star, &timing)?;
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let run = monte_carlo::run(&timed, &streams, &Stop::after(2_000)?, &Control::default());
//! let makespan = run.tally.makespan().value();
//! // Waiting for the last of nine would take 2.83 seconds.
//! assert!(makespan < 1.6, "{makespan}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What happens in a trial
//! An agent without senders begins its call at once. Another one waits until it has heard enough ([`Waiting`]); then it looks no more at
//! what else arrives, couples the votes that it has, makes its call if it has one ([`Service`]), decides, and sends its vote. An agent
//! that fails, because its call fails or nothing can be paid, tells its receivers, who stop to wait for it; one that fails silently does
//! not. An agent all of whose senders failed has nothing to decide on and fails too.
//!
//! The run is *done* when every output has its vote. At the deadline, an output that waits decides on the votes that it has: the best
//! answer so far.
//!
//! # Draws
//! What is drawn for an agent, a channel or a fault comes from a stream of its own, so that two timings or two sets of faults can be
//! compared trial by trial: what they have in common is drawn alike.

mod build;
mod catalog;
mod check;
mod draws;
mod endpoint;
mod faults;
mod outcome;
mod sampled;
mod tally;
mod timing;
mod world;

pub use build::{InvalidTiming, TimedOrganization};
pub use catalog::{Catalog, InvalidLanguageModel, LanguageModel};
pub use endpoint::{Endpoint, EndpointLimits, Meters, Prices, picodollars_per_token};
pub use faults::{Fault, FaultMode};
pub use outcome::{Outcome, TrialResult};
pub use sampled::Trials;
pub use tally::TimedTally;
pub use timing::{
    Allowance, Cache, CallPolicy, CancelledBilling, Context, Delivery, Overflow, Service, Timing, Tool,
    Until, Waiting,
};
