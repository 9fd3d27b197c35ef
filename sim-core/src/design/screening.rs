//! Which input matters at all: elementary effects by Morris's scheme, for a fraction of what indices cost.
//!
//! A trajectory starts on a grid of four levels, 0, 1/3, 2/3, 1, in every dimension and moves its inputs one after the other, in a random order, by 2/3 to where
//! the grid goes on. What a move changes, divided by the move, is an elementary effect of its input: in units of the function over the input's
//! whole range. n trajectories of k inputs take n (k + 1) evaluations.
//!
//! Sources: Morris, "Factorial sampling plans for preliminary computational experiments", Technometrics 33(2), 1991; Campolongo, Cariboni and Saltelli, "An effective
//! screening design for sensitivity analysis of large models", Environ. Model. Softw. 22(10), 2007 (the mean of absolute effects).

use serde::{Deserialize, Serialize};

use super::sensitivity::{Index, RESAMPLES, index};
use crate::estimate::Confidence;
use crate::random::Stream;

/// Levels of the grid.
const LEVELS: f64 = 4.0;

/// The place of an input before and after its move, from a number in (0, 1) that is uniform: all levels are equally likely, before as after.
///
/// ```
/// use sim_core::design::screening::move_of;
/// assert_eq!(move_of(0.1), (0.0, 2.0 / 3.0));
/// assert_eq!(move_of(0.9), (1.0, 1.0 / 3.0));
/// ```
pub fn move_of(uniform: f64) -> (f64, f64) {
    let level = libm::floor(LEVELS * uniform).clamp(0.0, LEVELS - 1.0);
    let below_the_middle = level < LEVELS / 2.0;
    let after = if below_the_middle { level + 2.0 } else { level - 2.0 };
    (level / (LEVELS - 1.0), after / (LEVELS - 1.0))
}

/// The effects of one input over all trajectories.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// Mean of the absolute effects: how much the input matters. The interval is of percentiles of resampled trajectories (bootstrap).
    pub importance: Index,
    /// Mean of the effects: less in size than the importance where the function goes up and down.
    pub mean: f64,
    /// Standard deviation of the effects: what is not linear in the input, or depends on others, or is noise.
    pub deviation: f64,
}

impl Effects {
    /// From the elementary effects of an input, one per trajectory. Not a number without any; the deviation needs two.
    pub fn of(effects: &[f64], confidence: Confidence, stream: &mut Stream) -> Self {
        let n = effects.len() as f64;
        let mean = effects.iter().sum::<f64>() / n;
        let squares: f64 = effects.iter().map(|effect| (effect - mean) * (effect - mean)).sum();
        let importance = effects.iter().map(|effect| effect.abs()).sum::<f64>() / n;
        let resample = |_| {
            let draw = |_| effects[stream.below(effects.len() as u64) as usize].abs();
            (0..effects.len()).map(draw).sum::<f64>() / n
        };
        let resampled = (0..RESAMPLES).map(resample).collect();
        let deviation = if effects.len() < 2 { f64::NAN } else { libm::sqrt(squares / (n - 1.0)) };
        Self { importance: index(importance, resampled, confidence), mean, deviation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Address, Family, Purpose, Streams};

    /// How far an input moves, up or down.
    const STEP: f64 = 2.0 / 3.0;

    /// Effects of the inputs of a function of the unit square, over so many trajectories. The order of the moves alternates.
    fn effects(f: impl Fn(f64, f64) -> f64) -> [Effects; 2] {
        let streams = Streams::new(1, Purpose::SamplingPlan, Family::common());
        let mut stream = streams.open(Address::trial(0));
        let mut found = [Vec::new(), Vec::new()];
        for trajectory in 0..4000 {
            let [x, y] = [0, 1].map(|_| move_of(stream.uniform()));
            let (first, second) = if trajectory % 2 == 0 {
                (f(x.1, y.0) - f(x.0, y.0), f(x.1, y.1) - f(x.1, y.0))
            } else {
                (f(x.1, y.1) - f(x.0, y.1), f(x.0, y.1) - f(x.0, y.0))
            };
            found[0].push(first / (x.1 - x.0));
            found[1].push(second / (y.1 - y.0));
        }
        found.map(|effects| Effects::of(&effects, Confidence::DEFAULT, &mut stream))
    }

    /// A linear function has its coefficients for effects, without deviation.
    #[test]
    fn a_linear_function_has_its_coefficients() {
        let [x, y] = effects(|x, y| 3.0 * x - 0.5 * y + 7.0);
        for (found, slope) in [(x, 3.0f64), (y, -0.5)] {
            assert!((found.mean - slope).abs() < 1e-9 && (found.importance.value - slope.abs()).abs() < 1e-9);
            assert!(found.deviation < 1e-9, "{found:?}");
        }
    }

    /// The effect of x on x y is y, uniform on 0, 1/3, 2/3, 1: mean 1/2, variance 5/36. Within five standard errors of 4000 (false alarm 6e-7).
    #[test]
    fn an_interaction_shows_in_the_deviation() {
        for found in effects(|x, y| x * y) {
            let deviation = (5.0f64 / 36.0).sqrt();
            assert!((found.importance.value - 0.5).abs() < 5.0 * deviation / 4000f64.sqrt(), "{found:?}");
            assert!((found.deviation - deviation).abs() < 0.01, "{found:?}");
            assert!(found.importance.low < 0.5 && 0.5 < found.importance.high, "{found:?}");
        }
    }

    /// Every move is one of 2/3, and stays in the range.
    #[test]
    fn moves_stay_on_the_grid() {
        for i in 0..100 {
            let (before, after) = move_of((f64::from(i) + 0.5) / 100.0);
            assert!(((after - before).abs() - STEP).abs() < 1e-12, "{before} to {after}");
            assert!((0.0..=1.0).contains(&before) && (0.0..=1.0).contains(&after));
        }
        assert_eq!((move_of(0.0), move_of(1.0)), ((0.0, STEP), (1.0, 1.0 / 3.0)));
    }
}
