//! Organizations of well-known shapes, as constructors of the same graph.
//!
//! Every shape is a small table of options that begins with `new` and is changed by naming fields. It gives a builder, to which
//! dependence, a window or more agents can be added, or the organization at once:
//!
//! ```
//! use sim_models::organization::graph::shapes::{Shape, Star};
//! use sim_models::organization::graph::{Cause, CauseLaw};
//! use sim_models::organization::{Bias, Channel, Correlation, Fidelity};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let star = Star { channel: Channel::new(50.0, Fidelity::new(0.9)?), ..Star::new(9, Bias::new(0.2)?) };
//! let cause = Cause::everyone(CauseLaw::SharedVote, Correlation::new(0.1)?);
//! let organization = star.builder()?.cause(cause).window(500.0).build()?;
//! assert_eq!(organization.graph().edge_count(), 9);
//! # Ok(())
//! # }
//! ```

mod architecture;
mod blackboard;
mod debate;
mod effort;
mod layered;
mod star;
mod tree;

use thiserror::Error;

pub use architecture::Team;
pub use blackboard::Blackboard;
pub use debate::{Debate, Partners, Turns};
pub use effort::{Architecture, Counts, Effort};
pub use layered::Layered;
pub use star::{Chain, Star};

use super::{InvalidOrganization, Organization, OrganizationBuilder, Rule, Tie};
use crate::registry::number;

/// Most agents of a shape.
pub const MOST_AGENTS: f64 = 1e6;

/// Most channels of a shape.
pub const MOST_CHANNELS: f64 = 2e6;

/// Something that organizations can be made from.
pub trait Shape {
    /// The agents and channels, to which more can be added.
    ///
    /// # Errors
    /// The options give no organization, or one that is too large to be built agent by agent.
    fn builder(&self) -> Result<OrganizationBuilder, InvalidShape>;

    /// The organization.
    ///
    /// # Errors
    /// As [`Shape::builder`], and as [`OrganizationBuilder::build`].
    fn organization(&self) -> Result<Organization, InvalidShape> {
        Ok(self.builder()?.build()?)
    }
}

/// Why options give no organization.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidShape {
    /// Nothing of what there must be something of.
    #[error("a {shape} has at least one {what}; found 0")]
    None {
        /// The shape.
        shape: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// Too many agents or channels.
    #[error(
        "this {shape} has {} agents and {} channels; at most {MOST_AGENTS:e} and {MOST_CHANNELS:e} are built one by one",
        number(*agents), number(*channels)
    )]
    TooLarge {
        /// The shape.
        shape: &'static str,
        /// Its agents.
        agents: f64,
        /// Its channels.
        channels: f64,
    },
    /// More senders than there are.
    #[error(
        "layer {layer} has fan-in {fan_in}, but the layer before it has {width} agents; a fan-in is from 1 to that"
    )]
    FanIn {
        /// The layer, from 1.
        layer: usize,
        /// The fan-in.
        fan_in: usize,
        /// Width of the layer before.
        width: usize,
    },
    /// Votes that are dependent before their channels.
    #[error(
        "the votes into layer {layer} have the correlation {} before their channels; in a graph, votes are coupled after \
         them (sharing: after-channel)", number(*correlation)
    )]
    BeforeChannel {
        /// The layer of the tree, from 1 at the leaves' parents.
        layer: usize,
        /// The correlation.
        correlation: f64,
    },
    /// A shape, but no organization.
    #[error(transparent)]
    Organization(#[from] InvalidOrganization),
}

/// At least one of each.
fn check_some(shape: &'static str, counts: &[(&'static str, usize)]) -> Result<(), InvalidShape> {
    match counts.iter().find(|(_, count)| *count == 0) {
        Some(&(what, _)) => Err(InvalidShape::None { shape, what }),
        None => Ok(()),
    }
}

/// Not more than can be built. In floats, because products of counts soon leave the range of integers.
fn check_size(shape: &'static str, agents: f64, channels: f64) -> Result<(), InvalidShape> {
    if agents <= MOST_AGENTS && channels <= MOST_CHANNELS {
        Ok(())
    } else {
        Err(InvalidShape::TooLarge { shape, agents, channels })
    }
}

/// What agents of a shape do unless told: the majority, a fair coin if it is even.
fn fair_majority() -> Rule {
    Rule::majority().with_tie(Tie::Fair)
}
