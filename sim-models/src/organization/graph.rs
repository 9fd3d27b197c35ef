//! Any organization: agents, the channels between them, and how their errors are shared, as an acyclic graph.

mod aggregator;
mod answer;
mod decision;
mod dependence;
mod draws;
mod organization;

pub use aggregator::{Aggregator, Law, Rule, Tie, Weights, WordAggregator, WordVotes};
pub use answer::{Answer, Answers, InvalidAnswers};
pub use decision::{Decision, IntegerWeights, needed_weight};
pub use dependence::{Cause, CauseLaw, Coupling, Group, Members, VoteCoupling};
pub use draws::Draws;
pub use organization::{Agent, Link, Organization};
