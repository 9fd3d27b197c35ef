//! Any organization: agents, the channels between them, and how their errors are shared, as an acyclic graph.

mod agent;
mod aggregator;
mod answer;
mod builder;
mod decision;
mod dependence;
mod dot;
mod draws;
mod error;
mod file;
mod organization;
mod received;
pub mod shapes;

pub use agent::{Agent, Link};
pub use aggregator::{Aggregator, Law, Rule, Tie, Weights, WordAggregator, WordVotes};
pub use answer::{Answer, Answers, InvalidAnswers};
pub use builder::OrganizationBuilder;
pub use decision::{Decision, IntegerWeights, needed_weight};
pub use dependence::{Cause, CauseLaw, Coupling, Group, Members, VoteCoupling};
pub use draws::Draws;
pub use error::InvalidOrganization;
pub use file::{FileDefaults, InvalidFile, NotExportable};
pub use organization::Organization;
pub use received::{AccuracyUnknown, received_accuracies, received_accuracy};
