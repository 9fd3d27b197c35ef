//! What a network is made of.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::attempt::Compiled;
use crate::graph::{Graph, Node};
use crate::random::Stream;

/// The law of a positive quantity of a sample.
#[derive(Clone)]
pub enum Quantity {
    /// Always the same.
    Constant(f64),
    /// The exponential of a normal quantity: the fast one.
    Lognormal {
        /// Mean of the logarithm.
        log_mean: f64,
        /// Standard deviation of the logarithm.
        log_deviation: f64,
    },
    /// Any other, drawn one at a time.
    Drawn(Arc<dyn Fn(&mut Stream) -> f64 + Send + Sync>),
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(value) => f.debug_tuple("Constant").field(value).finish(),
            Self::Lognormal { log_mean, log_deviation } => {
                f.debug_tuple("Lognormal").field(log_mean).field(log_deviation).finish()
            }
            Self::Drawn(_) => f.write_str("Drawn"),
        }
    }
}

/// Draws whether a sample is right, its size and its duration in seconds together.
pub type Joint = Arc<dyn Fn(&mut Stream) -> (bool, f64, f64) + Send + Sync>;

/// How long a sample takes, in seconds.
#[derive(Clone)]
pub enum Lasting {
    /// `fixed` seconds and `per_unit` for every unit of its size.
    BySize {
        /// Seconds per unit of size.
        per_unit: f64,
        /// Seconds that every sample takes besides.
        fixed: f64,
    },
    /// Independent of its size.
    Own(Quantity),
    /// Drawn with size and success, one sample at a time; the activity's own laws of these are not used.
    Joint(Joint),
}

impl fmt::Debug for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BySize { per_unit, fixed } => f.debug_tuple("BySize").field(per_unit).field(fixed).finish(),
            Self::Own(quantity) => f.debug_tuple("Own").field(quantity).finish(),
            Self::Joint(_) => f.write_str("Joint"),
        }
    }
}

/// Something that is attempted until it succeeds.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Parallel samples of an attempt, at least 1. The attempt ends with the last of them and succeeds if one is right.
    pub samples: u32,
    /// Probability that a sample is right, if it is not cut off.
    pub success: f64,
    /// Size of a sample, which is rounded up to whole units.
    pub size: Quantity,
    /// By how many of its deviations the logarithm of a lognormal size is moved in right and in wrong samples.
    pub shifts: [f64; 2],
    /// Size at which a sample is cut off, and wrong.
    pub cap: Option<f64>,
    /// Time of a sample.
    pub duration: Lasting,
    /// Cost of a unit of size.
    pub price: f64,
}

/// How many activities can be under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// As many as are ready.
    Unlimited,
    /// So many, at least 1. A worker keeps an activity until it has succeeded, then takes the ready one of the lowest position. All that ends
    /// at one time is known before anything is taken.
    Limited(u32),
}

/// Activities that cannot be run.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidNetwork {
    /// Not one activity for each node.
    #[error("a network of {nodes} nodes has as many activities; found {activities}")]
    Activities {
        /// Nodes of the graph.
        nodes: usize,
        /// Activities given.
        activities: usize,
    },
    /// Nobody works.
    #[error("there is at least one worker; found none")]
    NoWorkers,
    /// A number of an activity is out of its range.
    #[error("{quantity} of `{activity}` {allowed}; found {found}")]
    Number {
        /// The name of its node.
        activity: String,
        /// Which number.
        quantity: &'static str,
        /// Its range, as a predicate.
        allowed: &'static str,
        /// What was found.
        found: f64,
    },
}

/// A graph of activities, prepared to be run.
#[derive(Clone, Debug)]
pub struct Network {
    /// In topological order.
    pub(super) order: Vec<Node>,
    /// By node: those it needs.
    pub(super) needs: Vec<Vec<Node>>,
    /// By node: one more than the highest position of those that need it.
    pub(super) reach: Vec<usize>,
    /// By node.
    pub(super) activities: Vec<Compiled>,
    pub(super) workers: Workers,
}

impl Network {
    /// Activities for the nodes of a graph; an edge leads to what needs its beginning.
    ///
    /// # Errors
    /// There is not one for each node, a number is out of its range, or nobody works.
    pub fn new(graph: &Graph, activities: &[Activity], workers: Workers) -> Result<Self, InvalidNetwork> {
        if activities.len() != graph.len() {
            return Err(InvalidNetwork::Activities { nodes: graph.len(), activities: activities.len() });
        }
        if workers == Workers::Limited(0) {
            return Err(InvalidNetwork::NoWorkers);
        }
        let named = |node: Node| {
            Compiled::new(&activities[node]).map_err(|wrong| InvalidNetwork::Number {
                activity: graph.name(node).to_owned(),
                quantity: wrong.quantity,
                allowed: wrong.allowed,
                found: wrong.found,
            })
        };
        Ok(Self {
            order: graph.order().collect(),
            needs: (0..graph.len()).map(|node| graph.senders(node).collect()).collect(),
            reach: (0..graph.len())
                .map(|node| graph.receivers(node).map(|receiver| receiver + 1).max().unwrap_or(0))
                .collect(),
            activities: (0..graph.len()).map(named).collect::<Result<_, _>>()?,
            workers,
        })
    }

    /// Number of activities.
    pub fn len(&self) -> usize {
        self.activities.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.activities.is_empty()
    }
}
