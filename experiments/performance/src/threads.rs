//! Two threads against one: the same counts, in how much less time on the wall.

use crate::{measure::Effort, product::Parallel, rows::TWO_THREADS_TARGET, stats::median, tree::TreeCase};
use std::time::Instant;

/// What came of the comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum TwoThreads {
    /// It could not be made, and why.
    Skipped(String),
    /// The counts differ: the promise of the same result for any number of threads is broken.
    Unequal(u64, u64),
    /// Seconds on the wall, medians.
    Compared {
        /// With one thread.
        one: f64,
        /// With two.
        two: f64,
    },
}

/// Compares on the tree of depth 8, the two sides in turn. The process must not be pinned.
pub fn compare(parallel: Option<Parallel>, effort: Effort) -> TwoThreads {
    let Some(mut run) = parallel else {
        return TwoThreads::Skipped("the product has no such kernel yet".into());
    };
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        return TwoThreads::Skipped("only one core may be used".into());
    }
    let case = TreeCase::reference(8);
    let mut timed = |trials, seed, threads| {
        let start = Instant::now();
        let correct = run(&case, trials, seed, threads);
        (correct, start.elapsed().as_secs_f64())
    };
    // Long runs: starting and joining threads must not count.
    let wanted = 4.0 * effort.seconds;
    let mut trials = 512;
    while timed(trials, 0, 1).1 < wanted {
        trials *= 2;
    }
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for round in 0..u64::from(effort.rounds) {
        let seed = effort.seed.wrapping_add(round);
        let (alone, seconds_alone) = timed(trials, seed, 1);
        let (both, seconds_both) = timed(trials, seed, 2);
        if alone != both {
            return TwoThreads::Unequal(alone, both);
        }
        one.push(seconds_alone);
        two.push(seconds_both);
    }
    TwoThreads::Compared { one: median(&one), two: median(&two) }
}

impl TwoThreads {
    /// The row of the table.
    pub fn row(&self) -> String {
        let (measured, verdict) = match self {
            Self::Skipped(why) => ("| |".to_owned(), format!("skipped: {why}")),
            Self::Unequal(one, two) => {
                ("| |".to_owned(), format!("wrong: {one} right roots with one, {two} with two"))
            }
            Self::Compared { one, two } => {
                let met = if one / two >= TWO_THREADS_TARGET { "met" } else { "missed" };
                (format!("{two:.3} s | {one:.3} s | {:.2}", one / two), format!("{met}, counts identical"))
            }
        };
        format!(
            "| two threads, L = 8 (wall clock) | one thread | {measured} | {TWO_THREADS_TARGET} | {verdict} |"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{TwoThreads, compare};
    use crate::measure::Effort;

    const EFFORT: Effort = Effort { rounds: 2, seconds: 0.001, seed: 1 };

    fn work(trials: u64) {
        std::hint::black_box((0..trials * 10).fold(1u64, |hash, i| hash.rotate_left(5) ^ i));
    }

    #[test]
    fn unequal_counts_are_wrong() {
        let unequal = Box::new(|_: &_, trials, _, threads| {
            work(trials);
            threads as u64
        });
        let outcome = compare(Some(unequal), EFFORT);
        if !matches!(outcome, TwoThreads::Skipped(_)) {
            assert_eq!(outcome, TwoThreads::Unequal(1, 2));
        }
    }

    #[test]
    fn missing_kernel_is_skipped() {
        let row = compare(None, EFFORT).row();
        assert!(row.ends_with("| | | | 1.8 | skipped: the product has no such kernel yet |"), "{row}");
    }

    #[test]
    fn ratio_decides() {
        assert!(TwoThreads::Compared { one: 2.0, two: 1.0 }.row().contains("| 2.00 | 1.8 | met,"));
        assert!(TwoThreads::Compared { one: 2.0, two: 1.2 }.row().contains("missed"));
    }
}
