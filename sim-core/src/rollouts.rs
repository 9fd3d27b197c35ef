//! Rollouts of an activity network: many runs at once of a fixed plan, in lanes.
//!
//! A network is an acyclic graph of [`Activity`]s, as in project planning (PERT), each of which is *attempted* until it succeeds: an attempt
//! is some parallel samples, each with a size, a cost and a duration; it ends with the last of them and succeeds if one of them is right.
//! What is asked for is the joint law of the makespan and the cost of the whole network, with as many workers as are wanted or with a
//! few.
//!
//! ```
//! use sim_core::graph::Graph;
//! use sim_core::random::{Address, Family, Purpose, Streams};
//! use sim_core::rollouts::{Activity, Lasting, Network, Quantity, Workers};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let graph = Graph::new(["parse", "solve"], [(0, 1)])?;
//! let activity = Activity {
//!     samples: 1,
//!     success: 0.5,
//!     size: Quantity::Constant(1.0),
//!     shifts: [0.0, 0.0],
//!     cap: None,
//!     duration: Lasting::BySize { per_unit: 2.0, fixed: 0.0 },
//!     price: 3.0,
//! };
//! let network = Network::new(&graph, &[activity.clone(), activity], Workers::Unlimited)?;
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let outcomes = network.run(streams.open(Address::block(0)));
//! // Every attempt takes two seconds and costs three units.
//! assert!((0..512).all(|lane| outcomes.makespan(lane) / 2.0 == outcomes.cost(lane) / 3.0));
//! # Ok(())
//! # }
//! ```
//!
//! # How it is done
//! The 512 trials of a block go through the network together. For one activity after the other, in topological order,
//! 1. the attempts of all trials are drawn, sixteen in a vector; trials that failed are packed together and drawn again until none is left, so
//!    that no number of a vector waits for another one's retries;
//! 2. with unlimited workers the activity ends when the last one that it needs has ended, plus its duration: no events are needed. With a
//!    few workers, the events of 64 trials are simulated in lockstep afterwards.
//!
//! # What is exact and what is not
//! Results are the same to the last bit on every instruction set and for any number of threads. Numbers are in single precision. Normal
//! quantities are quantiles by piecewise polynomials, off by less than 4e-5 standard deviations and cut at 6.3 of them; powers of two are off by
//! less than 1e-6 of them. Probabilities lie on a grid of 2^-32. A trial is given up after [`MOST_ATTEMPTS`] attempts at one activity.

mod activity;
mod attempt;
mod run;
mod schedule;
mod tables;

pub use activity::{Activity, InvalidNetwork, Joint, Lasting, Network, Quantity, Workers};
pub use run::Outcomes;

/// Attempts at one activity after which a trial is given up.
pub const MOST_ATTEMPTS: u32 = 1000;
