//! Any organization: agents, the channels between them, and how their errors are shared, as an acyclic graph.
//!
//! | part | types |
//! |---|---|
//! | who answers or decides | [`Agent`], with a [`Rule`]; a rule of one's own is an [`Aggregator`] |
//! | who hears whom | [`Channel`](super::Channel)s, as [`Link`]s |
//! | errors shared where votes meet | [`Coupling`]; one of one's own is a [`VoteCoupling`] |
//! | errors shared by what agents have in common | [`Cause`], for a [`Group`] |
//! | the question | [`Answers`]: one right answer, one or several wrong ones |
//! | all of it, checked | [`Organization`], from an [`OrganizationBuilder`], a file or one of the [`shapes`] |

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
pub(in crate::organization) use decision::is_ahead;
pub use decision::{Decision, IntegerWeights, needed_weight};
pub use dependence::{Cause, CauseLaw, Coupling, Group, Members, VoteCoupling};
pub use draws::Draws;
pub use error::InvalidOrganization;
pub use file::{FileDefaults, InvalidFile, NotExportable};
pub use organization::Organization;
pub use received::{AccuracyUnknown, received_accuracies, received_accuracy};
