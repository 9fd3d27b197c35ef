//! Debates: agents answer, exchange their answers, and take the majority, again and again; then a judge hears all of them.
//!
//! On a question of known difficulty the first answers err independently, and what an agent concludes depends on the others only by how many of
//! them are right. So that number is a Markov chain, and everything is exact.

use super::counts::{binomial, convolved};

/// A debate among some agents whose messages are lost to noise.
///
/// Every exchange, each agent hears all others, each message being wrong with probability `(1 - fidelity)/2` on its own, and takes the
/// majority of what it hears and of its own answer. A judge hears every agent's last answer, and takes the majority. Halves are decided by a
/// fair coin. Derived; it is the organization [`Debate`](crate::organization::graph::shapes::Debate) with agents that remember.
#[derive(Clone, Debug)]
pub struct Debate {
    agents: u32,
    /// Row `k`: probabilities of 0, ..., n right answers after an exchange before which `k` were right.
    exchange: Vec<Vec<f64>>,
    /// By how many are right at the end: probability that the judge is.
    judge: Vec<f64>,
}

impl Debate {
    /// A debate of so many agents over channels of this fidelity, in [0, 1].
    pub fn new(agents: u32, fidelity: f64) -> Self {
        let kept = 0.5 * (1.0 + fidelity);
        // Of `right` right messages and `wrong` wrong ones, how many say what is right.
        let heard = |right: u32, wrong: u32| convolved(&binomial(right, kept), &binomial(wrong, 1.0 - kept));
        let row = |right: u32| {
            let wrong = agents - right;
            let stays = if right > 0 { majority(&heard(right - 1, wrong), 1, agents) } else { 0.0 };
            let turns = if wrong > 0 { majority(&heard(right, wrong - 1), 0, agents) } else { 0.0 };
            convolved(&binomial(right, stays), &binomial(wrong, turns))
        };
        Self {
            agents,
            exchange: (0..=agents).map(row).collect(),
            judge: (0..=agents).map(|right| majority(&heard(right, agents - right), 0, agents)).collect(),
        }
    }

    /// Probability that the judge is right after so many exchanges, if `first` are the probabilities of 0, ..., n right first answers.
    ///
    /// ```
    /// use sim_models::theory::counts::binomial;
    /// use sim_models::theory::debate::Debate;
    /// // Without noise the majority of three convinces everybody: 0.7^3 + 3 * 0.7^2 * 0.3.
    /// let right = Debate::new(3, 1.0).right(&binomial(3, 0.7), 2);
    /// assert!((right - 0.784).abs() < 1e-12);
    /// ```
    pub fn right(&self, first: &[f64], exchanges: u32) -> f64 {
        let mut law = first.to_vec();
        law.resize(self.agents as usize + 1, 0.0);
        for _ in 0..exchanges {
            let mut next = vec![0.0; law.len()];
            for (mass, row) in law.iter().zip(&self.exchange) {
                next.iter_mut().zip(row).for_each(|(next, share)| *next += mass * share);
            }
            law = next;
        }
        law.iter().zip(&self.judge).map(|(mass, right)| mass * right).sum()
    }
}

/// Probability that more than half of `votes` are right, if `own` are and as many more as a law says; half of them is decided by a coin.
fn majority(law: &[f64], own: u32, votes: u32) -> f64 {
    let share = |right: u32| match (2 * right).cmp(&votes) {
        std::cmp::Ordering::Less => 0.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Greater => 1.0,
    };
    law.iter().zip(own..).map(|(mass, right)| mass * share(right)).sum()
}
