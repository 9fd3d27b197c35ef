//! The science of synergy: organizations of agents and what becomes of their answers. No files, no terminal, no threads of its
//! own.
//!
//! # A guided tour
//!
//! An *agent* answers a question with a right or a wrong answer. How much it knows is its *bias* `mu = 2p - 1`, where `p` is its
//! accuracy. A *channel* carries a message of some tokens and keeps the share `gamma` of its bias, its *fidelity*. An agent that
//! decides on what others sent is an *aggregator*; as many messages as fit into its context window are its *fan-in*. Errors can be
//! shared: that is *dependence*, measured by the pairwise correlation `rho`. Agents, channels and aggregators make an
//! *organization*: a star, a chain, a tree, or any other acyclic graph.
//!
//! ## The first organization
//!
//! ```
//! use sim_models::organization::graph::{Agent, Organization, Rule};
//! use sim_models::organization::{Bias, Channel, Fidelity};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let channel = Channel::new(200.0, Fidelity::new(0.9)?);
//! let organization = Organization::builder()
//!     .agent(Agent::leaf("ann", Bias::new(0.4)?))
//!     .agent(Agent::leaf("bob", Bias::new(0.2)?))
//!     .agent(Agent::leaf("cid", Bias::new(0.2)?))
//!     .agent(Agent::aggregator("judge", Rule::majority()))
//!     .channels(["ann", "bob", "cid"], "judge", channel)
//!     .window(1000.0)
//!     .output("judge")
//!     .build()?;
//! // The exact law of the judge's vote.
//! let law = &organization.exact()?[0];
//! assert!((law.bias() - 0.354_168).abs() < 1e-12);
//!
//! // What cannot be is refused with the agent's name and the arithmetic.
//! let error = Organization::builder()
//!     .agents([Agent::leaf("ann", Bias::new(0.4)?), Agent::aggregator("judge", Rule::majority())])
//!     .channel("ann", "judge", channel)
//!     .window(150.0)
//!     .output("judge")
//!     .build()
//!     .unwrap_err();
//! assert!(error.to_string().contains("agent `judge`"), "{error}");
//! # Ok(())
//! # }
//! ```
//!
//! ## One graph, three evaluators
//!
//! The *exact* evaluator follows the joint law of the votes that are still to be read; in a tree that is the recursion of the theory. The
//! *scalar* one samples a trial at a time and is easy to believe. The *lanes* sample 512 trials at a time, one per bit, hundreds of times
//! faster. They agree, and that agreement is the strongest test of each:
//!
//! ```
//! use sim_core::monte_carlo::{self, Control, Stop};
//! use sim_core::random::{Family, Purpose, Streams};
//! use sim_models::organization::graph::shapes::{Debate, Shape};
//! use sim_models::organization::{Bias, LaneOrganization, ScalarOrganization};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let debate = Debate::new(3, 2, Bias::new(0.3)?).organization()?;
//! let exact = debate.exact()?[0].accuracy();
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let (scalar, lanes) = (ScalarOrganization::new(&debate)?, LaneOrganization::new(&debate)?);
//! let scalar = monte_carlo::run(&scalar, &streams, &Stop::after(20_000)?, &Control::default());
//! let lanes = monte_carlo::run(&lanes, &streams, &Stop::after(200_000)?, &Control::default());
//! // Estimates come per output: accuracy, bias, abstention.
//! assert!((scalar.estimates[0].value - exact).abs() < 0.02);
//! assert!((lanes.estimates[0].value - exact).abs() < 0.006);
//! # Ok(())
//! # }
//! ```
//!
//! ## Errors that are shared
//!
//! Votes become dependent where they meet ([`Coupling`](organization::graph::Coupling), at one agent) or because agents have something in
//! common ([`Cause`](organization::graph::Cause): a model family, or the whole organization):
//!
//! ```
//! use sim_models::organization::graph::shapes::{Shape, Star};
//! use sim_models::organization::graph::{Cause, CauseLaw};
//! use sim_models::organization::{Bias, Correlation};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let star = Star::new(5, Bias::new(0.4)?);
//! let alone = star.organization()?.exact()?[0].accuracy();
//! let cause = Cause::everyone(CauseLaw::Difficulty, Correlation::new(0.2)?);
//! let together = star.builder()?.cause(cause).build()?.exact()?[0].accuracy();
//! // Five votes of accuracy 0.7, independent and beta-binomial (mechanisms B0.2).
//! assert!((alone - 0.83692).abs() < 5e-6 && (together - 0.76486).abs() < 5e-6);
//! # Ok(())
//! # }
//! ```
//!
//! ## Files
//!
//! [`Organization::from_json`](organization::graph::Organization::from_json) and `to_json`, `from_dot` and `to_dot` read and write the
//! same graph; the command line takes these files as they are (`synergy run organization --set file=org.json`).
//!
//! ## Trees, deep and many
//!
//! A tree of equal layers needs no graph: [`AgentTree`](organization::AgentTree) has its layers only, and
//! [`LaneTree`](organization::LaneTree) evaluates trees of a million nodes in memory for one path. Several trees with slightly different
//! numbers are best compared under common random numbers: [`TreeGrid`](organization::TreeGrid).
//!
//! ## Where to go next
//!
//! - `examples/custom_topology.rs`, `custom_aggregator.rs`, `custom_dependence.rs`: what nobody has named yet,
//! - [`organization`]: the three evaluators; [`sim_core::lanes`] explains how bits become votes,
//! - [`theory`]: closed forms and recursions as pure functions; it knows nothing of the engine,
//! - [`models`]: what scenario files can name,
//! - [`registry`]: models by name, with their parameters, metrics and predictions; a model of one's own is one file.

pub mod models;
pub mod organization;
pub mod registry;
pub mod theory;
