//! Who wins an auction, and with what success, by the trapezoidal rule, which converges geometrically for such functions.

use sim_core::special::{normal_cdf, normal_pdf};

use super::{Agent, AuctionParameters};

/// Shares of the tasks that the agents carry out, and how often a task is solved.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Won {
    pub(super) shares: Vec<f64>,
    pub(super) success: f64,
}

/// How far the rule goes for standard normal numbers: the rest has a probability of 1e-15.
const REACH: f64 = 8.0;
/// Its step for scores, in deviations of the noise.
const SCORE_STEP: f64 = 0.6;
/// Most terms of an auction's sum, about a second of work.
const MOST_TERMS: f64 = 2e7;

/// Step for a normal number of which a success depends with this many logits per deviation: its poles are `pi/spread` away.
fn step(spread: f64) -> f64 {
    (0.5 / spread).min(0.2)
}

/// Nodes and weights of a standard normal number.
fn normal_nodes(step: f64) -> Vec<(f64, f64)> {
    let last = libm::ceil(REACH / step) as i32;
    (-last..=last).map(|i| step * f64::from(i)).map(|x| (x, step * normal_pdf(x))).collect()
}

/// Scores up to this one: how probable, and with which density at it, alone and together with success.
struct Score {
    up_to: f64,
    density: f64,
    successful: f64,
}

impl AuctionParameters {
    /// Mean success of an agent on tasks of one difficulty.
    fn success_at(&self, agent: &Agent, difficulty: f64) -> f64 {
        normal_nodes(step(self.fit))
            .iter()
            .map(|&(fit, weight)| weight * self.success(agent, difficulty, fit))
            .sum()
    }

    /// Mean success of an agent on all tasks.
    pub(super) fn success_of(&self, agent: usize) -> f64 {
        let at =
            |&(difficulty, weight): &(f64, f64)| weight * self.success_at(&self.agents[agent], difficulty);
        normal_nodes(step(self.difficulty)).iter().map(at).sum()
    }

    /// Success of the smallest agent over that of the largest at one difficulty.
    pub(super) fn ratio_at(&self, difficulty: f64) -> f64 {
        let of = |agent: usize| self.success_at(&self.agents[agent], difficulty);
        of(0) / of(self.largest())
    }

    /// Tasks that are given to agents whatever they are.
    pub(super) fn assigned(&self, share: impl Fn(usize) -> f64) -> Won {
        let shares: Vec<f64> = (0..self.agents.len()).map(share).collect();
        let success = shares.iter().enumerate().map(|(agent, share)| share * self.success_of(agent)).sum();
        Won { shares, success }
    }

    /// The auction; `None` if its noise is too small for a sum that ends soon.
    pub(super) fn auctioned(&self) -> Option<Won> {
        if self.noise == 0.0 {
            return None;
        }
        // As a function of the fit a success has a slope of at most a quarter of the spread, and its score is blurred by the noise.
        let blurred = self.noise / (0.375 * self.fit).max(1e-9);
        let (fit_step, difficulty_step) = (step(self.fit).min(blurred), step(self.difficulty));
        let largest_discount = self.agents.iter().map(|agent| agent.discount).fold(0.0, f64::max);
        let low = -largest_discount - REACH * self.noise;
        let score_step = SCORE_STEP * self.noise;
        let nodes = libm::ceil((1.0 + REACH * self.noise - low) / score_step);
        let terms =
            nodes * self.agents.len() as f64 * (2.0 * REACH / fit_step) * (2.0 * REACH / difficulty_step);
        if terms > MOST_TERMS {
            return None;
        }
        let fits = normal_nodes(fit_step);
        let mut won = Won { shares: vec![0.0; self.agents.len()], success: 0.0 };
        for (difficulty, weight) in normal_nodes(difficulty_step) {
            let successes: Vec<Vec<f64>> = self
                .agents
                .iter()
                .map(|agent| fits.iter().map(|&(fit, _)| self.success(agent, difficulty, fit)).collect())
                .collect();
            for node in 0..=nodes as u32 {
                let score = low + score_step * f64::from(node);
                let scores =
                    self.agents.iter().zip(&successes).map(|(agent, p)| self.score(agent, score, &fits, p));
                let scores: Vec<Score> = scores.collect();
                for (winner, own) in scores.iter().enumerate() {
                    let others = scores.iter().enumerate().filter(|(other, _)| *other != winner);
                    let beaten: f64 = others.map(|(_, other)| other.up_to).product();
                    won.shares[winner] += weight * score_step * own.density * beaten;
                    won.success += weight * score_step * own.successful * beaten;
                }
            }
        }
        Some(won)
    }

    /// The law of an agent's score at one value, with its success at every fit.
    fn score(&self, agent: &Agent, score: f64, fits: &[(f64, f64)], successes: &[f64]) -> Score {
        let mut law = Score { up_to: 0.0, density: 0.0, successful: 0.0 };
        for (&(_, weight), &success) in fits.iter().zip(successes) {
            let distance = (score - success + agent.discount) / self.noise;
            let density = weight * normal_pdf(distance) / self.noise;
            law.up_to += weight * normal_cdf(distance);
            law.density += density;
            law.successful += success * density;
        }
        law
    }
}
