//! The perfect-information bound: whether anybody who knew the run's own draws could have completed it (mechanisms A6.17).
//!
//! A run has its draws before anything is launched: the `i`-th sample of a model at the `a`-th attempt at a subtask comes to the same,
//! whoever launches it and when. So each subtask has a Pareto front of cost and time in which it can be done, and the run can be
//! completed only if one point of each front can be chosen such that the costs fit the budget and the critical path fits the deadline:
//! the discrete time-cost tradeoff problem.
//!
//! The share of runs that the bound completes is an upper bound on the completion probability of every policy, whatever sizes its batches
//! have, under every rule: reservations, launches that are refused, time for planning and waiting only take away from what the bound
//! allows. Where the budget may be overspent by what is launched together ([`Overspend::AllowBounded`]), the bound looks at time alone.
//! Where a search is given up (too many attempts, samples or combinations), the run counts as completed.

mod options;
mod tradeoff;

use sim_core::events::{Duration, Time};
use sim_core::random::Streams;

use self::options::options;
use self::tradeoff::{Tradeoff, Verdict};
use super::world::World;
use super::{Ending, Overspend, Problem, RunResult};

/// A way to do a subtask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Point {
    /// In units of the budget.
    cost: u64,
    /// In nanoseconds.
    time: u64,
}

impl Point {
    const NOTHING: Self = Self { cost: 0, time: 0 };

    fn then(self, other: Self) -> Self {
        Self { cost: self.cost.saturating_add(other.cost), time: self.time.saturating_add(other.time) }
    }

    fn is_within(self, most: Self) -> bool {
        self.cost <= most.cost && self.time <= most.time
    }
}

/// Keeps the points to which no other is at least equal in both, cheapest first and therefore slowest first.
fn keep_pareto(points: &mut Vec<Point>) {
    points.sort_unstable();
    let mut fastest = u64::MAX;
    let mut is_first = true;
    points.retain(|point| {
        let keep = is_first || point.time < fastest;
        if keep {
            (fastest, is_first) = (point.time, false);
        }
        keep
    });
}

impl Problem {
    /// What a trial comes to at best: completed, at the lowest cost that was found, if anybody who knew its draws could complete it.
    pub(super) fn with_perfect_information(&self, streams: &Streams, trial: u64) -> RunResult {
        let budget = match self.rules().overspend {
            Overspend::AllowBounded => u64::MAX,
            _ => self.budget().amount(),
        };
        let most = Point { cost: budget, time: self.deadline().as_nanoseconds() };
        let world = World::new(self, streams, trial);
        let nodes = 0..self.workflow().len();
        let fronts: Vec<Vec<Point>> = nodes.map(|node| options(self, &world, node, most)).collect();
        let verdict = Tradeoff::new(self.workflow().graph(), &fronts, most).solve();
        let (ending, point) = match verdict {
            Verdict::Feasible(point) => (Ending::Done, point),
            Verdict::TooLate => (Ending::Deadline, Point { cost: 0, ..most }),
            Verdict::TooExpensive => (Ending::Budget, Point::NOTHING),
        };
        RunResult {
            ending,
            cost: point.cost,
            wasted: 0,
            makespan: Time::START + Duration::from_nanoseconds(point.time),
            completed: if ending == Ending::Done { self.workflow().len() } else { 0 },
            batches: 0,
            samples: 0,
            decisions: 0,
            simulations: 0,
            score: None,
        }
    }
}
