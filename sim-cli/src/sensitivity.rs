//! Which parameter matters: Sobol indices from the data set of a sweep.

use std::fmt;

use serde::Serialize;
use sim_core::design::sensitivity::{Index, Indices, Saltelli};
use sim_core::random::{Address, Entity, Family, Purpose, Streams};

use crate::dataset::{Directory, Table};
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;

/// What `[sensitivity]` asks for.
#[derive(Clone, Debug, Serialize)]
pub struct Analysis {
    quantity: String,
    /// Base points that all cells of which have the quantity.
    points: usize,
    /// Base points that were left out, because a cell failed or does not have it.
    left_out: usize,
    confidence: f64,
    parameters: Vec<OfParameter>,
}

#[derive(Clone, Debug, Serialize)]
struct OfParameter {
    parameter: String,
    #[serde(flatten)]
    indices: Indices,
}

impl Analysis {
    /// Sobol indices of the quantity that the scenario names, if it does, from its complete data set. A metric has the name of its column; where
    /// there is none, the name is that of a prediction.
    pub fn of(scenario: &Scenario, directory: &Directory) -> Outcome<Option<Self>> {
        let Some(sample) = &scenario.plan.sample else { return Ok(None) };
        let Some(quantity) = &sample.sensitivity else { return Ok(None) };
        let table = Table::read(&directory.data_path())?;
        let column = table.numbers(quantity).or_else(|| table.numbers(&format!("predicted_{quantity}")));
        let column = column.filter(|column| column.len() == sample.size()).ok_or_else(|| {
            Problem::input(format!("the data set does not have `{quantity}` in every cell of [sample]"))
        })?;
        let mut saltelli = Saltelli { ab: vec![Vec::new(); sample.ranges.len()], ..Saltelli::default() };
        for cells in column.chunks_exact(sample.ranges.len() + 2) {
            let values: Vec<f64> = cells.iter().flatten().copied().filter(|x| x.is_finite()).collect();
            let [a, b, ab @ ..] = values.as_slice() else { continue };
            if ab.len() < sample.ranges.len() {
                continue;
            }
            saltelli.a.push(*a);
            saltelli.b.push(*b);
            for (values, value) in saltelli.ab.iter_mut().zip(ab) {
                values.push(*value);
            }
        }
        let points = saltelli.a.len();
        if points < 2 {
            return Err(Problem::input(format!(
                "fewer than two points have `{quantity}` in all of their cells"
            )));
        }
        let streams = Streams::new(scenario.seed, Purpose::SamplingPlan, Family::common());
        let mut stream = streams.open(Address::block(0).entity(Entity::named("bootstrap")).index(1));
        let indices = saltelli.indices(scenario.stop.confidence, &mut stream);
        let named = sample.keys().map(str::to_owned).zip(indices);
        Ok(Some(Self {
            quantity: quantity.clone(),
            points,
            left_out: sample.points - points,
            confidence: scenario.stop.confidence.get(),
            parameters: named.map(|(parameter, indices)| OfParameter { parameter, indices }).collect(),
        }))
    }
}

impl fmt::Display for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (quantity, points, percent) = (&self.quantity, self.points, 100.0 * self.confidence);
        write!(f, "sensitivity of {quantity}, {points} points, intervals of {percent} %")?;
        if self.left_out > 0 {
            write!(f, "; {} points left out", self.left_out)?;
        }
        let show = |Index { value, low, high }: Index| format!("{value:.3} [{low:.3}, {high:.3}]");
        for OfParameter { parameter, indices } in &self.parameters {
            let (first, total) = (show(indices.first_order), show(indices.total));
            write!(f, "\n  {parameter}: first order {first}, total {total}")?;
        }
        Ok(())
    }
}
