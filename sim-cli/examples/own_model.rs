//! A model of your own with the whole command line: `cargo run --example own_model -- run committee --set members=5`.

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Streams};
use sim_models::registry::*;

/// A committee that is right only if every member is.
struct Committee;

/// Number of members, and the probability that one is right.
#[derive(Clone)]
struct Members(u32, f64);

impl Parameters for Members {
    // One question per parameter: key, default, bounds, unit and help. Schema, messages and sweeps come from it.
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let number = integer("members", 3).between(1, 100).unit(Unit::Agents).help("agents that must agree");
        let accuracy = real("accuracy", 0.9).between(0.0, 1.0).help("probability that one is right");
        Ok(Self(form.read(number)?, form.read(accuracy)?))
    }
}

impl Simulation for Members {
    type Tally = Proportion;
    // Draws are addressed by the trial's number, so that the answer does not depend on the threads.
    fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
        for trial in block.trials() {
            let mut draws = streams.open(Address::trial(trial));
            tally.record((0..self.0).all(|_| draws.uniform() < self.1));
        }
    }
    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.estimate(confidence)]
    }
}

impl Model for Committee {
    type Parameters = Members;
    type Plan = Members; // Nothing needs to be prepared.
    fn about(&self) -> About {
        About { name: "committee", summary: "A committee that must be of one mind", references: &[] }
    }
    fn metrics(&self) -> Vec<Metric> {
        vec![Metric { name: "agreement", help: "all are right", unit: Unit::One, range: (0.0, 1.0) }]
    }
    // A prediction with the name of a metric is what the metric should come to; figures draw it as a line.
    fn predictions(&self) -> Vec<Prediction<Members>> {
        let agreement = |p: &Members| Some(p.1.powi(p.0.cast_signed()));
        vec![Prediction::new("agreement", "accuracy^members", agreement)]
    }
    fn prepare(&self, members: &Members) -> Result<Members, ParameterError> {
        Ok(members.clone())
    }
}

fn main() -> std::process::ExitCode {
    synergy::main(Registry::builtin().with(Committee))
}
