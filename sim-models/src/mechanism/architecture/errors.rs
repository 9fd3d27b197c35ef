//! Errors that breed: an error that nobody catches leads to others in what builds on it.

use sim_core::random::Stream;

/// How errors arise and spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// Probability that a call makes an error of its own.
    pub rate: f64,
    /// Mean number of errors that an error leads to which is not caught, a Poisson number; below 1.
    pub spread: f64,
    /// Probability that an error is caught.
    pub catch: f64,
}

/// How many errors there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErrorCount {
    /// All.
    pub events: u64,
    /// Those that nobody caught.
    pub uncaught: u64,
}

impl Errors {
    /// Errors in the mean to which one leads that is not caught yet, itself not included.
    pub fn reproduction(&self) -> f64 {
        self.spread * (1.0 - self.catch)
    }

    /// Mean number of errors of so many calls: `N/(1 - R (1 - v))`, a branching process with `N` errors at first, where one leads to less
    /// than one.
    pub fn mean_events(&self, calls: u64) -> f64 {
        calls as f64 * self.rate / (1.0 - self.reproduction())
    }

    /// Mean number of errors that nobody catches.
    pub fn mean_uncaught(&self, calls: u64) -> f64 {
        (1.0 - self.catch) * self.mean_events(calls)
    }

    /// The errors of so many calls. It ends with certainty if [`reproduction`](Self::reproduction) is below 1.
    pub fn draw(&self, calls: u64, draws: &mut Stream) -> ErrorCount {
        let mut count = ErrorCount::default();
        let mut open = (0..calls).filter(|_| draws.uniform() < self.rate).count() as u64;
        while open > 0 {
            open -= 1;
            count.events += 1;
            if draws.uniform() >= self.catch {
                count.uncaught += 1;
                open += poisson(self.spread, draws);
            }
        }
        count
    }
}

/// A Poisson number of small mean: how many exponential times fit into it.
fn poisson(mean: f64, draws: &mut Stream) -> u64 {
    let (mut count, mut time) = (0, draws.exponential());
    while time < mean {
        count += 1;
        time += draws.exponential();
    }
    count
}
