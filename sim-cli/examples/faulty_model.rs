//! A model with a defect: where `x` is 3 it panics, from some trial on. Its cell fails, and the other cells of a sweep do not.

use std::process::ExitCode;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Coin, Streams};
use sim_models::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Registry, Unit, integer, real,
};

struct Faulty;

struct Place {
    x: u32,
    /// First trial that fails where `x` is 3.
    patience: u32,
    chance: Coin,
}

impl Parameters for Place {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let x = form.read(integer("x", 1).help("where it stands"))?;
        let patience = form.read(integer("patience", 0).help("trials before it fails"))?;
        let chance = form.read(real("chance", 1.0).between(0.0, 1.0).help("probability of success"))?;
        let chance =
            Coin::new(chance).map_err(|error| ParameterError::impossible(&["chance"], error.to_string()))?;
        Ok(Self { x, patience, chance })
    }
}

impl Simulation for Place {
    type Tally = Proportion;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
        for trial in block.trials() {
            assert!(self.x != 3 || trial < u64::from(self.patience), "three is too much");
            tally.record(streams.open(Address::trial(trial)).toss(&self.chance));
        }
    }

    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.estimate(confidence)]
    }
}

impl Model for Faulty {
    type Parameters = Place;
    type Plan = Place;

    fn about(&self) -> About {
        About { name: "faulty", summary: "Panics where x is 3", references: &[] }
    }

    fn metrics(&self) -> Vec<Metric> {
        vec![Metric { name: "share", help: "share of successes", unit: Unit::One, range: (0.0, 1.0) }]
    }

    fn predictions(&self) -> Vec<Prediction<Place>> {
        Vec::new()
    }

    fn prepare(&self, place: &Place) -> Result<Place, ParameterError> {
        Ok(Place { ..*place })
    }
}

fn main() -> ExitCode {
    synergy::main(Registry::empty().with(Faulty))
}
