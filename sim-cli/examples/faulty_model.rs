//! A model with a defect: it panics where `x` is 3. Its cell fails, and the other cells of a sweep do not.

use std::process::ExitCode;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;
use sim_models::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Registry, Unit, integer,
};

struct Faulty;

struct Place(u32);

impl Parameters for Place {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        Ok(Self(form.read(integer("x", 1).help("where it stands"))?))
    }
}

impl Simulation for Place {
    type Tally = Proportion;

    fn run(&self, block: &Block, _: &Streams, tally: &mut Proportion) {
        for _ in block.trials() {
            assert_ne!(self.0, 3, "three is too much");
            tally.record(true);
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
        vec![Metric { name: "share", help: "always 1", unit: Unit::One, range: (0.0, 1.0) }]
    }

    fn predictions(&self) -> Vec<Prediction<Place>> {
        Vec::new()
    }

    fn prepare(&self, place: &Place) -> Result<Place, ParameterError> {
        Ok(Place(place.0))
    }
}

fn main() -> ExitCode {
    synergy::main(Registry::empty().with(Faulty))
}
