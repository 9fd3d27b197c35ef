//! The highest place of a function of the unit cube that is only seen through noise, with what is certain about it.
//!
//! The search goes in rounds. In each, new points fill a box, join the best of the earlier ones, and are looked at after more and more trials; a point is out once it is
//! beyond doubt lower than another. A round ends when few are left, or its share of the trials is spent, and the next box is that around
//! the best quarter, which may lie partly outside the earlier one. Boxes reach beyond the cube, and what falls outside stands on the nearest
//! side: so the sides are tried, too. All looks that the search may take share one error rate (Bonferroni), so what it says at its end holds together: the interval of the best
//! point's value, how much better any other point that was tried may be, and which points may be as good.
//!
//! Nothing is promised about places that were not tried: a narrow peak between the first points is not found, and where the points are that may be as
//! good says where the peak is only as far as the function is smooth at the distance of the points (derived).

use thiserror::Error;

use super::{Design, Filling};
use crate::random::{Entity, Streams};

/// Most rounds: the box shrinks about fourfold in volume per round.
const MOST_ROUNDS: u32 = 12;

/// What a search may spend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hunt {
    /// Dimensions of the cube.
    pub dimensions: usize,
    /// New points per round.
    pub points: usize,
    /// Trials before the first look at a point.
    pub first_look: u64,
    /// Trials at all points together.
    pub trials: u64,
    /// Probability that anything said of the points is wrong, in (0, 1).
    pub error_rate: f64,
}

/// A search that cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum InvalidHunt {
    /// Fewer than four points.
    #[error(
        "an optimum is looked for with at least 4 points per round, in one dimension or more; found {0} in {1}"
    )]
    Points(usize, usize),
    /// The trials do not suffice for one look at each point.
    #[error("{points} points with {first_look} trials each are more than {trials} trials")]
    Trials {
        /// Points of a round.
        points: usize,
        /// Trials before the first look.
        first_look: u64,
        /// Trials that may be spent.
        trials: u64,
    },
    /// The error rate is no probability.
    #[error("the error rate is a number between 0 and 1; found {0}")]
    ErrorRate(f64),
}

/// What is known of the function at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Estimate.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// The best point, as the function sees it: that with the highest lower end.
    pub place: Vec<f64>,
    /// The function there.
    pub seen: Seen,
    /// No other point that was tried is higher than the best one by more than this.
    pub behind: f64,
    /// Where the peak may be, from and to in each dimension: around the points that may be as high and the best quarter of a round, each with what it
    /// speaks for.
    pub region: Vec<(f64, f64)>,
    /// Points that were tried.
    pub points: usize,
    /// Trials at all of them together.
    pub trials: u64,
}

/// A point that was tried.
#[derive(Clone, Debug)]
struct Point {
    /// Where it lies in the cube.
    cube: Vec<f64>,
    /// What the function sees of that.
    place: Vec<f64>,
    /// How far it speaks for its neighborhood, in each dimension.
    reach: Vec<f64>,
    seen: Seen,
    trials: u64,
}

impl Hunt {
    /// Looks for the highest place. The points come from `streams`.
    ///
    /// `place(cube)` is what the function sees of a point of the cube, such as whole numbers: points of the same place are one.
    /// `observe(place, trials, confidence)` gives what is known of the function there after so many trials in all, with an interval the ends of which are each
    /// wrong with probability (1 - confidence) / 2.
    ///
    /// # Errors
    /// An [`InvalidHunt`], or what `observe` fails with.
    pub fn run<E: From<InvalidHunt>>(
        &self,
        streams: &Streams,
        place: impl Fn(&[f64]) -> Vec<f64>,
        observe: impl FnMut(&[f64], u64, f64) -> Result<Seen, E>,
    ) -> Result<Peak, E> {
        self.check()?;
        let mut run = Run { hunt: self, place, observe, tried: Vec::new(), spent: 0 };
        let mut bounds = vec![self.widened((0.0, 1.0), 1.0); self.dimensions];
        let design = Design::new(Filling::Sobol, 0, streams);
        for round in 0..MOST_ROUNDS {
            if self.trials - run.spent < self.points as u64 * self.first_look {
                break;
            }
            let share = if round == 0 { self.trials / 4 } else { (self.trials - run.spent) / 2 };
            let share = share.max(self.points as u64 * self.first_look);
            let new = (0..self.points).map(|i| {
                let number = u64::from(round) * self.points as u64 + i as u64;
                let coordinate = |(dimension, (low, high)): (usize, &(f64, f64))| {
                    let name = Entity::named(&format!("dimension {dimension}"));
                    (low + (high - low) * design.coordinate(number, dimension, name)).clamp(0.0, 1.0)
                };
                bounds.iter().enumerate().map(coordinate).collect::<Vec<f64>>()
            });
            let reach: Vec<f64> = bounds.iter().map(|(low, high)| self.reach(high - low)).collect();
            run.round(new.collect(), &reach, share)?;
            bounds = run.next_box(&bounds);
        }
        Ok(run.peak())
    }

    fn check(&self) -> Result<(), InvalidHunt> {
        if self.points < 4 || self.dimensions == 0 {
            return Err(InvalidHunt::Points(self.points, self.dimensions));
        }
        if self.first_look == 0 || (self.points as u64).saturating_mul(self.first_look) > self.trials {
            let Self { points, first_look, trials, .. } = *self;
            return Err(InvalidHunt::Trials { points, first_look, trials });
        }
        if !(self.error_rate > 0.0 && self.error_rate < 1.0) {
            return Err(InvalidHunt::ErrorRate(self.error_rate));
        }
        Ok(())
    }

    /// How far a point speaks for its neighborhood, in a dimension in which the box of its round is so wide: three quarters of the usual distance. With a
    /// half, searches end beside the top of a steep ridge.
    fn reach(&self, width: f64) -> f64 {
        0.75 * width * libm::pow(self.points as f64, -1.0 / self.dimensions as f64)
    }

    /// A range and what its points speak for on either side, but for what lies further outside the cube.
    fn widened(&self, (low, high): (f64, f64), width: f64) -> (f64, f64) {
        let margin = self.reach(width);
        ((low - margin).max(-margin), (high + margin).min(1.0 + margin))
    }

    /// Confidence of one look: of all looks at all points either end may be wrong.
    pub fn confidence(&self) -> f64 {
        let looks = (self.trials / self.first_look).ilog2() + 1;
        1.0 - self.error_rate / (f64::from(MOST_ROUNDS * looks) * self.points as f64)
    }
}

/// A search on its way.
struct Run<'a, G, F> {
    hunt: &'a Hunt,
    place: G,
    observe: F,
    tried: Vec<Point>,
    spent: u64,
}

impl<E, G: Fn(&[f64]) -> Vec<f64>, F: FnMut(&[f64], u64, f64) -> Result<Seen, E>> Run<'_, G, F> {
    /// Tries new points beside the best of the earlier ones, and spends about `share` trials on telling which are the best.
    fn round(&mut self, new: Vec<Vec<f64>>, reach: &[f64], share: u64) -> Result<(), E> {
        let end = self.spent + share;
        let before = self.tried.len();
        for cube in new {
            let place = (self.place)(&cube);
            // What is rounded to whole numbers is met again.
            if self.tried.iter().all(|point| point.place != place) {
                let seen = Seen { value: f64::NAN, low: f64::NEG_INFINITY, high: f64::INFINITY };
                self.tried.push(Point { cube, place, reach: reach.to_vec(), seen, trials: 0 });
                self.look(self.tried.len() - 1, self.hunt.first_look)?;
            }
        }
        // Where there is nothing new to try, what is left is told apart to the end.
        let few = if self.tried.len() == before { 1 } else { self.hunt.points / 4 };
        loop {
            let alive = self.alive();
            // The least known go on, so that a round looks at all that are left equally often.
            let Some(trials) = alive.iter().map(|&i| self.tried[i].trials).min() else { return Ok(()) };
            let least: Vec<usize> =
                alive.iter().copied().filter(|&i| self.tried[i].trials == trials).collect();
            if alive.len() <= few || self.spent + trials * least.len() as u64 > end {
                return Ok(());
            }
            for i in least {
                self.look(i, 2 * trials)?;
            }
        }
    }

    fn look(&mut self, i: usize, trials: u64) -> Result<(), E> {
        let confidence = self.hunt.confidence();
        let point = &mut self.tried[i];
        point.seen = (self.observe)(&point.place, trials, confidence)?;
        self.spent += trials - point.trials;
        point.trials = trials;
        Ok(())
    }

    /// The highest lower end, which other points must be able to reach.
    fn floor(&self) -> f64 {
        self.tried.iter().map(|point| point.seen.low).fold(f64::NEG_INFINITY, f64::max)
    }

    /// Numbers of the points that may be the highest.
    fn alive(&self) -> Vec<usize> {
        let floor = self.floor();
        (0..self.tried.len()).filter(|&i| self.tried[i].seen.high >= floor).collect()
    }

    /// A quarter of as many points as a round has: the best of all. They span the next box also where all but one are beyond doubt worse: on a
    /// ridge that one may lie far from the top.
    fn best_quarter(&self) -> Vec<usize> {
        // A value that does not exist, such as the cost of what never completes, is no good one.
        let height = |i: usize| {
            Some(self.tried[i].seen.value).filter(|value| value.is_finite()).unwrap_or(f64::NEG_INFINITY)
        };
        let mut numbers: Vec<usize> = (0..self.tried.len()).collect();
        numbers.sort_by(|&a, &b| height(b).total_cmp(&height(a)));
        numbers.truncate((self.hunt.points / 4).max(1));
        numbers
    }

    /// The box around the best points, widened by what they speak for.
    fn next_box(&self, bounds: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let best = self.best_quarter();
        let of = |(dimension, &(low, high)): (usize, &(f64, f64))| {
            self.hunt.widened(extent(best.iter().map(|&i| self.tried[i].cube[dimension])), high - low)
        };
        bounds.iter().enumerate().map(of).collect()
    }

    fn peak(self) -> Peak {
        let floor = self.floor();
        let candidates = [self.alive(), self.best_quarter()].concat();
        let best = self.tried.iter().position(|point| point.seen.low == floor).unwrap_or(0);
        let others = self.tried.iter().enumerate().filter(|(i, _)| *i != best);
        let behind = others.map(|(_, point)| point.seen.high - floor).fold(0.0, f64::max);
        let end = |point: &Point, side: f64| {
            let ends = point.cube.iter().zip(&point.reach);
            (self.place)(&ends.map(|(x, reach)| (x + side * reach).clamp(0.0, 1.0)).collect::<Vec<f64>>())
        };
        let ends: Vec<Vec<f64>> =
            candidates.iter().flat_map(|&i| [-1.0, 1.0].map(|side| end(&self.tried[i], side))).collect();
        let coordinates = |dimension: usize| extent(ends.iter().map(|end| end[dimension]));
        Peak {
            place: self.tried[best].place.clone(),
            seen: self.tried[best].seen,
            behind,
            region: (0..self.tried[best].place.len()).map(coordinates).collect(),
            points: self.tried.len(),
            trials: self.spent,
        }
    }
}

/// The smallest and the largest of some numbers.
fn extent(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::random::{Address, Family, Purpose};
    use crate::special::normal_quantile;

    const HUNT: Hunt = Hunt { dimensions: 2, points: 16, first_look: 64, trials: 1 << 20, error_rate: 0.05 };

    /// A bowl upside down, 1 at its top, in normal noise of deviation 1. `nerve` scales the intervals: below 1 they are too narrow.
    fn hunt(hunt: &Hunt, top: (f64, f64), seed: u64, nerve: f64) -> (Peak, f64) {
        hunt_for(hunt, |x| 1.0 - (x[0] - top.0).powi(2) - 3.0 * (x[1] - top.1).powi(2), seed, nerve)
    }

    /// The same for any function. What is lost is the difference between the best point that was tried and the one that was found.
    fn hunt_for(hunt: &Hunt, f: impl Fn(&[f64]) -> f64, seed: u64, nerve: f64) -> (Peak, f64) {
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let mut stream = streams.open(Address::trial(0));
        let mut sums: HashMap<Vec<u64>, (u64, f64)> = HashMap::new();
        let mut best = f64::NEG_INFINITY;
        let observe = |x: &[f64], trials: u64, confidence: f64| {
            let (n, sum) = sums.entry(x.iter().map(|x| x.to_bits()).collect()).or_default();
            let more = (trials - *n) as f64;
            *sum += more * f(x) + more.sqrt() * stream.normal();
            *n = trials;
            best = best.max(f(x));
            let (mean, reach) = (*sum / trials as f64, nerve * normal_quantile((1.0 + confidence) / 2.0));
            let reach = reach / (trials as f64).sqrt();
            Ok::<_, InvalidHunt>(Seen { value: mean, low: mean - reach, high: mean + reach })
        };
        let peak =
            hunt.run(&streams, <[f64]>::to_vec, observe).unwrap_or_else(|error| unreachable!("{error}"));
        let lost = best - f(&peak.place);
        (peak, lost)
    }

    /// What is said of the best point holds in all but 5 % of 200 searches: more than 26 misses would be seen with probability 1e-5 if they were 5 %.
    /// Intervals that ignore how often one looks fail, so that the test can.
    #[test]
    fn what_is_said_of_the_best_holds() {
        let misses = |nerve: f64| {
            let wrong = |seed: u64| {
                let top = (0.1 + 0.8 * seed as f64 / 200.0, 0.3);
                let small = Hunt { trials: 1 << 16, ..HUNT };
                let (peak, lost) = hunt(&small, top, seed, nerve);
                let value = 1.0 - (peak.place[0] - top.0).powi(2) - 3.0 * (peak.place[1] - top.1).powi(2);
                lost > peak.behind || value < peak.seen.low || value > peak.seen.high
            };
            (0..200).filter(|&seed| wrong(seed)).count()
        };
        assert!(misses(1.0) <= 26, "{} of 200", misses(1.0));
        assert!(misses(0.2) > 26, "{} of 200", misses(0.2));
    }

    /// A million trials of deviation 1 find the top of the bowl: places a fiftieth lower than it are told apart.
    #[test]
    fn the_top_of_a_bowl_is_found() {
        for seed in 0..10 {
            let (peak, _) = hunt(&HUNT, (0.7, 0.2), seed, 1.0);
            let value = 1.0 - (peak.place[0] - 0.7).powi(2) - 3.0 * (peak.place[1] - 0.2).powi(2);
            assert!(value > 0.98, "{peak:?}");
            assert!(peak.trials <= HUNT.trials && peak.points <= 16 * MOST_ROUNDS as usize, "{peak:?}");
            for ((low, high), x) in peak.region.iter().zip(&peak.place) {
                assert!(low <= x && x <= high);
            }
        }
    }

    /// Of 200 searches the region holds the top in at least 95 %, wherever it lies: inside, on a side, in a corner, and on the top of a ridge that runs
    /// across both dimensions, which is 16 times as steep across, also where noise is a hundredth of that.
    #[test]
    fn the_region_holds_the_top() {
        type Function = fn(&[f64]) -> f64;
        let functions: [(&str, Function, [f64; 2]); 5] = [
            ("inside", |x| 1.0 - (x[0] - 0.7).powi(2) - 3.0 * (x[1] - 0.2).powi(2), [0.7, 0.2]),
            ("side", |x| x[0] - 3.0 * (x[1] - 0.4).powi(2), [1.0, 0.4]),
            ("corner", |x| 0.5 * x[0] - x[1], [1.0, 0.0]),
            ("ridge", |x| 1.0 - 8.0 * (x[0] - x[1]).powi(2) - 0.5 * (x[0] - 0.9).powi(2), [0.9, 0.9]),
            ("clear ridge", |x| -800.0 * (x[0] - x[1]).powi(2) - 50.0 * (x[0] - 0.9).powi(2), [0.9, 0.9]),
        ];
        for (name, f, top) in functions {
            let holds = |seed: &u64| {
                let (peak, _) = hunt_for(&HUNT, f, *seed, 1.0);
                peak.region.iter().zip(top).all(|((low, high), x)| *low <= x && x <= *high)
            };
            let held = (0..200).filter(holds).count();
            assert!(held >= 190, "{name}: {held} of 200");
        }
    }

    #[test]
    fn invalid_searches_are_refused() {
        let streams = Streams::new(1, Purpose::World, Family::common());
        let seen = Seen { value: 0.0, low: 0.0, high: 0.0 };
        let refused =
            |hunt: Hunt| hunt.run(&streams, <[f64]>::to_vec, |_, _, _| Ok::<_, InvalidHunt>(seen)).err();
        assert_eq!(refused(Hunt { points: 3, ..HUNT }), Some(InvalidHunt::Points(3, 2)));
        assert_eq!(refused(Hunt { error_rate: 0.0, ..HUNT }), Some(InvalidHunt::ErrorRate(0.0)));
        let few = InvalidHunt::Trials { points: 16, first_look: 64, trials: 100 };
        assert_eq!(refused(Hunt { trials: 100, ..HUNT }), Some(few));
    }

    /// Left of 1/2 the function has no value, and the top is at 0.8: trials go where there are values.
    #[test]
    fn what_has_no_value_is_no_good() {
        let streams = Streams::new(1, Purpose::World, Family::common());
        let hunt = Hunt { dimensions: 1, ..HUNT };
        let mut right = 0;
        let observe = |x: &[f64], _: u64, _: f64| {
            if x[0] < 0.5 {
                return Ok(Seen { value: f64::INFINITY, low: f64::NEG_INFINITY, high: f64::INFINITY });
            }
            right += 1;
            let value = 1.0 - (x[0] - 0.8).powi(2);
            Ok::<_, InvalidHunt>(Seen { value, low: value - 0.01, high: value + 0.01 })
        };
        let peak =
            hunt.run(&streams, <[f64]>::to_vec, observe).unwrap_or_else(|error| unreachable!("{error}"));
        assert!((peak.place[0] - 0.8).abs() < 0.05, "{peak:?}");
        assert!(right > 40, "{right} looks where there are values");
    }
}
