//! The science of synergy: organizations of agents and what becomes of their answers. No files, no terminal, no threads of its
//! own.
//!
//! # A guided tour
//!
//! An *agent* answers a question with a right or a wrong answer. How much it knows is its *bias* `mu = 2p - 1`, where `p` is its
//! accuracy. A *channel* carries a message of some tokens and keeps the share `gamma` of its bias, its *fidelity*. An agent that
//! decides on what others sent is an *aggregator*; as many messages as fit into its context window are its *fan-in*. Errors can be
//! shared: that is *dependence*, measured by the pairwise correlation `rho`. Agents, channels and aggregators make an
//! *organization*: a star, a chain, a tree, or any other acyclic graph. What one or several of its agents say, the *outputs*, is what is asked
//! for: how often it is right, how often wrong, and how often there is no answer at all.
//!
//! ## The first organization
//!
//! ```
//! use sim_models::organization::graph::{Agent, Organization, Rule};
//! use sim_models::organization::{Bias, Channel, Fidelity};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Messages of 200 tokens.
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
//! # Ok(())
//! # }
//! ```
//!
//! What cannot be is refused with the agent's name and the arithmetic:
//!
//! ```
//! # use sim_models::organization::graph::{Agent, Organization, Rule};
//! # use sim_models::organization::{Bias, Channel, Fidelity};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let channel = Channel::new(200.0, Fidelity::new(0.9)?);
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
//! faster. They agree, and that agreement is the strongest test of each. Here on a shape that has a name, a debate of three agents over
//! two rounds ([`shapes`](organization::graph::shapes) has stars, chains, trees, layers, debates, blackboards and five architectures):
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
//! // Random numbers depend on the seed, here 1, and on what they are for; not on the number of threads.
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let (scalar, lanes) = (ScalarOrganization::new(&debate)?, LaneOrganization::new(&debate)?);
//! let scalar = monte_carlo::run(&scalar, &streams, &Stop::after(20_000)?, &Control::default());
//! let lanes = monte_carlo::run(&lanes, &streams, &Stop::after(200_000)?, &Control::default());
//! // Estimates with intervals of 95 %, per output: accuracy, bias, abstention.
//! for run in [scalar, lanes] {
//!     let accuracy = run.estimates[0];
//!     assert!(accuracy.low < exact && exact < accuracy.high);
//! }
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
//! The same graph as a file: JSON for programs and by hand, DOT for Graphviz, which draws it. Both are read back without loss.
//!
//! ```
//! use sim_models::organization::graph::Organization;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let organization = Organization::from_json(
//!     r#"{
//!         "agents": [
//!             { "id": "ann", "bias": 0.4 }, { "id": "bob", "bias": 0.2 }, { "id": "cid", "bias": 0.2 },
//!             { "id": "judge" }
//!         ],
//!         "channels": [
//!             { "from": "ann", "to": "judge", "fidelity": 0.9 },
//!             { "from": "bob", "to": "judge", "fidelity": 0.9 },
//!             { "from": "cid", "to": "judge", "fidelity": 0.9 }
//!         ]
//!     }"#,
//! )?;
//! assert!((organization.exact()?[0].bias() - 0.354_168).abs() < 1e-12);
//! let figure = organization.to_dot();
//! assert!(figure.starts_with("digraph"));
//! assert_eq!(Organization::from_dot(&figure)?.to_json()?, organization.to_json()?);
//! # Ok(())
//! # }
//! ```
//!
//! The command line takes these files as they are: `synergy run organization --set file=org.json`.
//!
//! ## Trees, deep and many
//!
//! A tree of equal layers needs no graph: [`AgentTree`](organization::AgentTree) has its layers only, and
//! [`LaneTree`](organization::LaneTree) evaluates trees of a million nodes in memory for one path. Several trees with slightly different
//! numbers are best compared under *common random numbers*: [`TreeGrid`](organization::TreeGrid) holds every uniform number against the
//! probabilities of all trees, so that they differ in few trials and their difference is known well.
//!
//! ```
//! use sim_core::estimate::Confidence;
//! use sim_core::monte_carlo::{self, Control, Stop};
//! use sim_core::random::{Family, Purpose, Streams};
//! use sim_models::organization::{AgentTree, Bias, Channel, Fidelity, Layer, Leaf, Node, TreeGrid};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Is a tree of 81 agents better with channels of fidelity 0.81 than with those of 0.80?
//! let tree = |fidelity| -> Result<AgentTree, Box<dyn std::error::Error>> {
//!     let layer = Layer { node: Node::independent(3), channel: Channel::new(50.0, Fidelity::new(fidelity)?) };
//!     Ok(AgentTree::uniform(Leaf::Bias(Bias::new(0.1)?), layer, 4)?)
//! };
//! let grid = TreeGrid::new(&[tree(0.80)?, tree(0.81)?])?;
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let run = monte_carlo::run(&grid, &streams, &Stop::after(50_000)?, &Control::default());
//! let [low, high] = [run.estimates[0], run.estimates[1]];
//! assert!(low.high > high.low, "each for itself, the two biases cannot be told apart");
//! assert!(run.tally.difference(1, 0, Confidence::DEFAULT).low > 0.0);
//! # Ok(())
//! # }
//! ```
//!
//! ## Where to go next
//!
//! - What nobody has named yet, in the folder `examples`; each is run with `cargo run --release -p sim-models --example NAME`:
//!   `custom_topology` builds an organization agent by agent, `custom_aggregator` has a rule of its own
//!   ([`Aggregator`](organization::graph::Aggregator)) and the same rule for 64 trials at once, `custom_dependence` a coupling of its own
//!   ([`VoteCoupling`](organization::graph::VoteCoupling)).
//! - [`organization`]: which evaluators there are; [`organization::graph`]: what organizations are made of.
//! - [`sim_core::lanes`]: how bits become votes; [`sim_core::monte_carlo`]: stopping rules, threads, cancellation.
//! - [`theory`]: closed forms and recursions as pure functions; it knows nothing of the engine.
//! - [`models`]: what scenario files can name.
//! - [`registry`]: models by name, with their parameters, metrics and predictions; a model of one's own is one file.

pub mod advice;
pub mod calibration;
pub mod claims;
pub mod file;
pub mod law;
pub mod literature;
pub mod mechanism;
pub mod models;
pub mod money;
pub mod organization;
pub mod registry;
pub mod theory;
pub mod workflow;
