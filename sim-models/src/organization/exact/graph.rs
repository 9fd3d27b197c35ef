//! Any organization: a recursion where subtrees are independent given the common causes, else a frontier dynamic programme,
//! with quadrature over the causes that are continuous.

mod automaton;
mod cause;
mod channel;
mod factor;
mod frontier;
mod gaussian;
mod order;
mod quadrature;
mod reading;
mod table;
mod unavailable;

use sim_core::graph::{Edge, Node};

pub use self::unavailable::Unavailable;

use self::cause::CauseValues;
use self::channel::Transmission;
use self::frontier::{Frontier, Plan};
pub(in crate::organization) use self::unavailable::Work;
use crate::organization::graph::{Law, Organization};

/// How far the result may move when the steps of a quadrature are halved. Its error is then about the square: the trapezoidal
/// rule converges exponentially.
const TOLERANCE: f64 = 1e-7;

/// Halvings after which a quadrature is given up.
const MOST_HALVINGS: i32 = 8;

impl Organization {
    /// The exact law of the vote of every output, in the order of [`Organization::outputs`].
    ///
    /// Sums are exact to rounding, and so are means over causes that all votes of up to 79 share alike; means over other
    /// continuous causes and over the Gaussian factors of couplings are accurate to about 1e-10. The work is limited: about 20
    /// binary votes that depend on each other can wait to be read at a time, and all takes some seconds at most.
    ///
    /// # Errors
    /// Why the law is not available; it is never approximated instead.
    ///
    /// ```
    /// use sim_models::organization::Bias;
    /// use sim_models::organization::graph::shapes::{Shape, Star};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let star = Star::new(5, Bias::new(0.4)?).organization()?;
    /// assert!((star.exact()?[0].accuracy() - 0.83692).abs() < 1e-15);
    /// # Ok(())
    /// # }
    /// ```
    pub fn exact(&self) -> Result<Vec<Law>, Unavailable> {
        self.exact_votes(self.outputs())
    }

    /// The exact laws of the votes of any agents.
    ///
    /// # Errors
    /// As [`Organization::exact`].
    pub fn exact_votes(&self, agents: &[Node]) -> Result<Vec<Law>, Unavailable> {
        self.exact_votes_within(agents, &mut Work::new()).map_err(|(_, reason)| reason)
    }

    /// [`Organization::exact_votes`] with what is left of some work, and with the agent whose law is not available.
    pub(in crate::organization) fn exact_votes_within(
        &self,
        agents: &[Node],
        work: &mut Work,
    ) -> Result<Vec<Law>, (Node, Unavailable)> {
        if let [agent] = agents {
            return Ok(vec![self.exact_vote(*agent, work)?]);
        }
        let mut together = work.half();
        if let Ok(laws) = laws(self, agents, &mut together) {
            work.give_back(together);
            return Ok(laws.into_iter().map(law_of).collect());
        }
        // Together they were too many; each alone may not be.
        agents.iter().map(|&agent| self.exact_vote(agent, work)).collect()
    }

    fn exact_vote(&self, agent: Node, work: &mut Work) -> Result<Law, (Node, Unavailable)> {
        let laws = laws(self, &[agent], work).map_err(|reason| (agent, reason))?;
        Ok(laws.into_iter().next().map(law_of).unwrap_or_else(|| law_of(Vec::new())))
    }

    /// The exact law of the vote on a channel as it is received; an abstention is then a vote that is missing.
    ///
    /// # Errors
    /// As [`Organization::exact`].
    pub fn exact_received(&self, edge: Edge) -> Result<Law, Unavailable> {
        let sent = self.exact_votes(&[self.graph().sender(edge)])?.remove(0);
        let channel = Transmission::new(self.channel(edge), self.answers().count());
        Ok(law_of(channel.received_of(&[sent.answers, vec![sent.abstention]].concat())))
    }
}

fn law_of(mut values: Vec<f64>) -> Law {
    let abstention = values.pop().unwrap_or(0.0);
    Law { answers: values, abstention }
}

/// The laws of the votes of some agents, one probability per value.
fn laws(organization: &Organization, agents: &[Node], work: &mut Work) -> Result<Vec<Vec<f64>>, Unavailable> {
    let plan = Plan::new(organization, agents);
    if let Some(&agent) = agents.first() {
        work.take(organization.graph().len(), organization.graph().name(agent))?;
    }
    let mut coarser: Option<Vec<Vec<f64>>> = None;
    for level in 0..=MOST_HALVINGS {
        let causes = CauseValues::all(organization, &plan.relevant, level)?;
        let laws = Frontier::new(&plan, &causes, work).laws(agents)?;
        let settled = !causes.iter().any(|cause| cause.continuous)
            || coarser.is_some_and(|coarser| distance(&coarser, &laws) <= TOLERANCE);
        if settled {
            return Ok(laws);
        }
        coarser = Some(laws);
    }
    let continuous = organization.causes().iter().map(|cause| cause.told());
    let what = continuous.collect::<Vec<_>>().join(" and ");
    Err(Unavailable::Inaccurate { what, points: 1 << MOST_HALVINGS })
}

fn distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
