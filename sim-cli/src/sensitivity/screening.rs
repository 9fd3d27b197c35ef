//! Morris's screening: elementary effects of all parameters.

use std::fmt;

use serde::Serialize;
use sim_core::design::screening::Effects;
use sim_core::design::sensitivity::Index;

use super::Study;
use crate::output::{align, percent};
use crate::problem::Outcome;

/// The effects of all parameters.
#[derive(Clone, Debug, Serialize)]
pub struct Screening {
    quantity: String,
    method: &'static str,
    /// Trajectories that all cells of which have the quantity.
    trajectories: usize,
    /// Trajectories that were left out, because a cell failed or does not have it.
    left_out: usize,
    confidence: f64,
    /// The most important first.
    parameters: Vec<OfParameter>,
}

#[derive(Clone, Debug, Serialize)]
struct OfParameter {
    parameter: String,
    #[serde(flatten)]
    effects: Effects,
}

impl Screening {
    pub(super) fn of(study: &Study<'_>) -> Outcome<Self> {
        let sample = study.sample;
        let seed = study.scenario.seed;
        let points = study.points()?;
        let mut effects: Vec<Vec<f64>> = vec![Vec::new(); sample.ranges.len()];
        for (point, values) in &points {
            for ((input, step), pair) in sample.moves(*point, seed).into_iter().zip(values.windows(2)) {
                effects[input].push((pair[1] - pair[0]) / step);
            }
        }
        let confidence = study.scenario.stop.confidence;
        let mut stream = study.resampling();
        let mut parameters: Vec<OfParameter> = sample
            .keys()
            .zip(&effects)
            .map(|(key, effects)| OfParameter {
                parameter: key.to_owned(),
                effects: Effects::of(effects, confidence, &mut stream),
            })
            .collect();
        parameters.sort_by(|a, b| b.effects.importance.value.total_cmp(&a.effects.importance.value));
        Ok(Self {
            quantity: study.quantity.to_owned(),
            method: "morris",
            trajectories: points.len(),
            left_out: sample.points - points.len(),
            confidence: confidence.get(),
            parameters,
        })
    }
}

impl fmt::Display for Screening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (quantity, count, percent) = (&self.quantity, self.trajectories, percent(self.confidence));
        write!(f, "effects on {quantity} over whole ranges, {count} trajectories, intervals of {percent} %")?;
        if self.left_out > 0 {
            write!(f, "; {} left out", self.left_out)?;
        }
        let heading = ["parameter", "mean size", "mean", "deviation"].map(str::to_owned).to_vec();
        let row = |OfParameter { parameter, effects }: &OfParameter| {
            let Index { value, low, high } = effects.importance;
            let size = format!("{value:.4} [{low:.4}, {high:.4}]");
            vec![parameter.clone(), size, format!("{:.4}", effects.mean), format!("{:.4}", effects.deviation)]
        };
        let rows: Vec<_> = std::iter::once(heading).chain(self.parameters.iter().map(row)).collect();
        write!(f, "\n{}", align(&rows).trim_end())
    }
}
