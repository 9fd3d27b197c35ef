//! Sobol indices by Saltelli's scheme.

use std::fmt;

use serde::Serialize;
use sim_core::design::sensitivity::{self, Index, Saltelli};

use super::Study;
use crate::output::percent;
use crate::problem::Outcome;

/// Points below which resampling gives intervals that hold less often than they say.
const FEW_POINTS: usize = 32;

/// First-order and total indices of all parameters.
#[derive(Clone, Debug, Serialize)]
pub struct Indices {
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
    indices: sensitivity::Indices,
}

impl Indices {
    pub(super) fn of(study: &Study<'_>) -> Outcome<Self> {
        let sample = study.sample;
        let mut saltelli = Saltelli { ab: vec![Vec::new(); sample.ranges.len()], ..Saltelli::default() };
        for (_, values) in study.points()? {
            let [a, b, ab @ ..] = values.as_slice() else { continue };
            saltelli.a.push(*a);
            saltelli.b.push(*b);
            for (values, value) in saltelli.ab.iter_mut().zip(ab) {
                values.push(*value);
            }
        }
        let points = saltelli.a.len();
        let confidence = study.scenario.stop.confidence;
        let indices = saltelli.indices(confidence, &mut study.resampling());
        let named = sample.keys().map(str::to_owned).zip(indices);
        Ok(Self {
            quantity: study.quantity.to_owned(),
            points,
            left_out: sample.points - points,
            confidence: confidence.get(),
            parameters: named.map(|(parameter, indices)| OfParameter { parameter, indices }).collect(),
        })
    }
}

impl fmt::Display for Indices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (quantity, points, percent) = (&self.quantity, self.points, percent(self.confidence));
        write!(f, "sensitivity of {quantity}, {points} points, intervals of {percent} %")?;
        if self.left_out > 0 {
            write!(
                f,
                "\n  {} points without a value left out: this is the sensitivity where there is one",
                self.left_out
            )?;
        }
        if self.points < FEW_POINTS {
            write!(f, "\n  intervals from fewer than {FEW_POINTS} points are too narrow")?;
        }
        if self.parameters.iter().all(|of| of.indices.total.value.is_nan()) {
            return write!(f, "\n  it does not vary");
        }
        let show = |Index { value, low, high }: Index| format!("{value:.3} [{low:.3}, {high:.3}]");
        for OfParameter { parameter, indices } in &self.parameters {
            let (first, total) = (show(indices.first_order), show(indices.total));
            write!(f, "\n  {parameter}: first order {first}, total {total}")?;
        }
        Ok(())
    }
}
