//! The root of a function that crosses zero once and is only seen through noise, with an interval on the root itself.
//!
//! A point is *decided* when the sign of the function there is beyond doubt. Two decided points of opposite signs hold the root between them.
//! Looks at a point happen after fixed numbers of trials, each twice the one before, and all looks that a search may take share one error
//! rate (Bonferroni); so the bracket holds the root with the stated confidence, whenever the search stops.
//!
//! Between two decided points the middle and the quarters are tried together, with more and more trials, until one of them is decided. A point
//! at the root is never decided, but at least one quarter is a fourth of the bracket away from it: a bracket of width W costs at most three
//! times what decides a point at distance W/4. Brackets shrink geometrically, so the last ones cost nearly all, where a grid pays the same for
//! each of its points (derived).

use thiserror::Error;

/// What a search may spend, and how precise it shall be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Lower end of where the root is looked for.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// Width of the interval at which the search ends, in the unit of `from`.
    pub width: f64,
    /// Trials before the first look at a point.
    pub first_look: u64,
    /// Most trials at a point.
    pub most_trials: u64,
    /// Probability that the interval misses the root, in (0, 1).
    pub error_rate: f64,
}

/// A search that cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum InvalidSearch {
    /// The ends are no interval.
    #[error("a level set is looked for between two finite numbers, the smaller first; found {0} and {1}")]
    Ends(f64, f64),
    /// The width is not positive.
    #[error("the width of the interval is a positive number; found {0}")]
    Width(f64),
    /// The trials are no range.
    #[error(
        "a point has at least one trial before the first look, and at most as many as allowed; found {0} and {1}"
    )]
    Trials(u64, u64),
    /// The error rate is no probability.
    #[error("the error rate is a number between 0 and 1; found {0}")]
    ErrorRate(f64),
}

/// Most points of a search: enough to shrink a bracket 10^4 times when only quarters are cut off.
const MOST_POINTS: u32 = 100;

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Where the root is.
    pub root: Root,
    /// Points that were looked at.
    pub points: u32,
    /// Trials at all points together.
    pub trials: u64,
}

/// Where a root is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Root {
    /// Between two numbers.
    Between {
        /// Lower end of the interval.
        low: f64,
        /// Upper end of the interval.
        high: f64,
    },
    /// The function has the same sign at both ends: positive or not.
    NoCrossing {
        /// Whether it is positive.
        positive: bool,
    },
    /// The sign at an end remained open.
    UndecidedEnd(f64),
}

/// One point and how often it was looked at.
#[derive(Clone, Copy, Debug)]
struct Point {
    x: f64,
    looks: u32,
}

impl Search {
    /// Looks for the root.
    ///
    /// `observe(x, trials, confidence)` gives the interval of the function at `x` after that many trials in all, the ends of which are each
    /// wrong with probability (1 - confidence) / 2.
    ///
    /// # Errors
    /// An [`InvalidSearch`], or what `observe` fails with.
    pub fn run<E: From<InvalidSearch>>(
        &self,
        observe: impl FnMut(f64, u64, f64) -> Result<(f64, f64), E>,
    ) -> Result<Found, E> {
        self.check()?;
        let mut run = Run { search: self, observe, points: Vec::new(), trials: 0 };
        let root = run.root()?;
        Ok(Found { root, points: run.points.len() as u32, trials: run.trials })
    }

    fn check(&self) -> Result<(), InvalidSearch> {
        if !(self.from < self.to && (self.to - self.from).is_finite()) {
            return Err(InvalidSearch::Ends(self.from, self.to));
        }
        if self.width.is_nan() || self.width <= 0.0 {
            return Err(InvalidSearch::Width(self.width));
        }
        if self.first_look == 0 || self.most_trials < self.first_look {
            return Err(InvalidSearch::Trials(self.first_look, self.most_trials));
        }
        if !(self.error_rate > 0.0 && self.error_rate < 1.0) {
            return Err(InvalidSearch::ErrorRate(self.error_rate));
        }
        Ok(())
    }

    /// Looks at one point at most.
    pub fn looks(&self) -> u32 {
        (self.most_trials / self.first_look).ilog2() + 1
    }

    /// Confidence of one look: a wrong decision is an error on one side of a two-sided interval.
    pub fn confidence(&self) -> f64 {
        1.0 - 2.0 * self.error_rate / f64::from(MOST_POINTS * self.looks())
    }
}

/// A search on its way.
struct Run<'a, F> {
    search: &'a Search,
    observe: F,
    /// All points so far: one that is met again goes on where it was.
    points: Vec<Point>,
    trials: u64,
}

impl<E, F: FnMut(f64, u64, f64) -> Result<(f64, f64), E>> Run<'_, F> {
    fn root(&mut self) -> Result<Root, E> {
        let (mut low, mut high) = (self.search.from, self.search.to);
        let Some(at_low) = self.decide(low)? else { return Ok(Root::UndecidedEnd(low)) };
        let Some(at_high) = self.decide(high)? else { return Ok(Root::UndecidedEnd(high)) };
        if at_low == at_high {
            return Ok(Root::NoCrossing { positive: at_low });
        }
        let mut center = (low + high) / 2.0;
        while high - low > self.search.width && self.points.len() + 3 <= MOST_POINTS as usize {
            let candidates = [center, 0.75 * low + 0.25 * high, 0.25 * low + 0.75 * high];
            let places = candidates.map(|x| self.place(x));
            let Some((decided, positive)) = self.race(&places)? else { break };
            if positive == at_low {
                low = decided;
            } else {
                high = decided;
            }
            // What an undecided point near the new middle has seen is of use.
            let middle = (low + high) / 2.0;
            let is_near = |x: &f64| *x != decided && (x - middle).abs() < 0.2 * (high - low);
            center = candidates.into_iter().find(is_near).unwrap_or(middle);
        }
        Ok(Root::Between { low, high })
    }

    /// The sign at a point, with as many trials as it takes.
    fn decide(&mut self, x: f64) -> Result<Option<bool>, E> {
        let place = self.place(x);
        Ok(self.race(&[place])?.map(|(_, positive)| positive))
    }

    /// Place of a point among all.
    fn place(&mut self, x: f64) -> usize {
        self.points.iter().position(|point| point.x == x).unwrap_or_else(|| {
            self.points.push(Point { x, looks: 0 });
            self.points.len() - 1
        })
    }

    /// Looks at some points after more and more trials, until the sign at one of them is known.
    fn race(&mut self, places: &[usize]) -> Result<Option<(f64, bool)>, E> {
        for look in 0..self.search.looks() {
            for &place in places {
                let Point { x, looks } = self.points[place];
                if looks > look {
                    continue;
                }
                let trials = self.search.first_look << look;
                self.trials += trials - if looks == 0 { 0 } else { self.search.first_look << (looks - 1) };
                self.points[place].looks = look + 1;
                let (low, high) = (self.observe)(x, trials, self.search.confidence())?;
                if low > 0.0 || high < 0.0 {
                    return Ok(Some((x, low > 0.0)));
                }
            }
        }
        Ok(None)
    }
}

/// Where a root goes as a signal vanishes: the polynomial in the square of the signal through the roots at some signals, at zero.
///
/// An odd map moves its roots by even powers of the signal (synergy-theory 3.4: T(u) = alpha u - kappa u^3 + ...), so n signals leave an error
/// proportional to the signal to the power 2 n. The interval holds the value wherever all given intervals hold their roots. `None` for
/// fewer than two signals, or two of the same size.
///
/// ```
/// let roots = [(0.1, (0.51, 0.51)), (0.2, (0.54, 0.54))];
/// let (low, high) = sim_core::design::level_set::vanishing_signal(&roots).unwrap_or_default();
/// assert!((low - 0.5).abs() < 1e-12 && (high - 0.5).abs() < 1e-12);
/// ```
pub fn vanishing_signal(roots: &[(f64, (f64, f64))]) -> Option<(f64, f64)> {
    if roots.len() < 2 {
        return None;
    }
    let (mut low, mut high) = (0.0, 0.0);
    for (i, (signal, interval)) in roots.iter().enumerate() {
        let others = roots.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, (other, _))| other * other);
        // Lagrange's basis polynomial of this signal, at zero.
        let weight: f64 = others.map(|other| other / (other - signal * signal)).product();
        let ends = (weight * interval.0, weight * interval.1);
        low += ends.0.min(ends.1);
        high += ends.0.max(ends.1);
    }
    (f64::is_finite(low) && f64::is_finite(high)).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::random::{Address, Family, Purpose, Streams};
    use crate::special::normal_quantile;

    const SEARCH: Search =
        Search { from: 0.0, to: 1.0, width: 0.02, first_look: 64, most_trials: 1 << 24, error_rate: 0.05 };

    /// Looks for the root of a line of slope -2 in normal noise of deviation 1. `nerve` scales the intervals: below 1 they are too narrow.
    fn search(search: &Search, root: f64, seed: u64, nerve: f64) -> Found {
        let mut stream = Streams::new(seed, Purpose::World, Family::common()).open(Address::trial(0));
        let mut sums = HashMap::new();
        let observe = |x: f64, trials: u64, confidence: f64| {
            let (n, sum) = sums.entry(x.to_bits()).or_insert((0u64, 0.0));
            let more = (trials - *n) as f64;
            *sum += more * 2.0 * (root - x) + more.sqrt() * stream.normal();
            *n = trials;
            let mean = *sum / trials as f64;
            let reach = nerve * normal_quantile((1.0 + confidence) / 2.0) / (trials as f64).sqrt();
            Ok::<_, InvalidSearch>((mean - reach, mean + reach))
        };
        search.run(observe).unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn misses(nerve: f64) -> (usize, u64) {
        let mut trials = 0;
        let missed = (0..400).filter(|&seed| {
            let root = 0.1 + 0.8 * seed as f64 / 400.0;
            let found = search(&SEARCH, root, seed, nerve);
            trials += found.trials / 400;
            match found.root {
                Root::Between { low, high } => {
                    assert!(high - low <= SEARCH.width, "{low} to {high} after {} trials", found.trials);
                    !(low <= root && root <= high)
                }
                other => unreachable!("{other:?}"),
            }
        });
        (missed.count(), trials)
    }

    /// At most 5 % of 400 roots are missed: more than 43 would be seen with probability 1e-6 if it were exactly 5 %. Intervals that
    /// ignore how often one looks (1.96 standard errors instead of 4) do worse, so that the test can fail.
    #[test]
    fn roots_are_covered_and_careless_intervals_are_seen() {
        let (honest, _) = misses(1.0);
        assert!(honest <= 43, "{honest} of 400 missed");
        let (careless, _) = misses(0.3);
        assert!(careless > 43, "{careless} of 400 missed");
    }

    /// A grid of spacing s that decides all points farther than d from the root has intervals of width s + 2 d at most. With s = d = w / 3 it
    /// is cheapest, and needs 3 / w points with (z / (slope w / 3))^2 trials each.
    #[test]
    fn it_costs_a_twentieth_of_a_grid() {
        let (_, trials) = misses(1.0);
        let z = normal_quantile((1.0 + SEARCH.confidence()) / 2.0);
        let per_point = (z / (2.0 * SEARCH.width / 3.0)).powi(2);
        let grid = 3.0 / SEARCH.width * per_point;
        assert!(20.0 * trials as f64 <= grid, "{trials} of {grid}");
    }

    #[test]
    fn what_has_no_root_is_said() {
        assert_eq!(search(&SEARCH, 3.0, 1, 1.0).root, Root::NoCrossing { positive: true });
        assert_eq!(search(&SEARCH, -3.0, 1, 1.0).root, Root::NoCrossing { positive: false });
        let few = Search { most_trials: 64, ..SEARCH };
        assert_eq!(search(&few, 1.001, 1, 1.0).root, Root::UndecidedEnd(1.0));
        // Too few trials for the width leave a wider interval that still holds the root.
        match search(&few, 0.5, 1, 1.0).root {
            Root::Between { low, high } => assert!(low < 0.5 && 0.5 < high && high - low > SEARCH.width),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn invalid_searches_are_refused() {
        let refused = |search: Search| search.run(|_, _, _| Ok::<_, InvalidSearch>((1.0, 1.0))).err();
        assert_eq!(refused(Search { to: 0.0, ..SEARCH }), Some(InvalidSearch::Ends(0.0, 0.0)));
        assert_eq!(refused(Search { width: 0.0, ..SEARCH }), Some(InvalidSearch::Width(0.0)));
        assert_eq!(refused(Search { first_look: 0, ..SEARCH }), Some(InvalidSearch::Trials(0, 1 << 24)));
        assert_eq!(refused(Search { error_rate: 1.0, ..SEARCH }), Some(InvalidSearch::ErrorRate(1.0)));
    }
}
