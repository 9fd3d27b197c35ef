//! Ledgers under study: ways in which fleets of agents keep, or fail to keep, to a common budget (mechanisms B60).
//!
//! The engine's own budgets cannot be overspent ([`sim_core::budget`]). Those in use often can: what is read before a call is not what is
//! true when it is paid. Here children of one parent make calls against a cap, under one of six ledgers, and the true spending is
//! compared with the cap.

mod system;
mod tally;

use sim_core::events::{Calendar, Duration, Limits, Trace, run};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Entity, InvalidProbability, Streams};
use thiserror::Error;

use self::system::{Event, LedgerSystem};
pub use self::tally::LedgerTally;
use crate::law::{InvalidLaw, Law};
use crate::theory::ledger::Plan;

/// How the cap is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Every child gets an equal part as a move-only budget of its own, and reserves every call from it.
    Split,
    /// One budget behind a lock: every call reserves its estimate from it, and gets the rest back.
    Reserve,
    /// Check, then act: a call starts if what is debited so far and its estimate are within the cap, and is debited when it ends.
    Racy,
    /// As [`Guard::Racy`], but a child sees only its own calls and what the others had debited when it last synchronized.
    Cached {
        /// Time between two synchronizations.
        every: Duration,
    },
    /// Only the first call of a child is checked, as under [`Guard::Racy`]; retries of failed calls are not.
    RetryLoop,
    /// Nothing is checked.
    Absent,
}

/// Children that make calls against a cap. Money is in whole nanodollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// How the cap is guarded.
    pub guard: Guard,
    /// The cap.
    pub cap: u64,
    /// Number of children; with `random_children` drawn uniformly from 1 to this.
    pub children: u32,
    /// Whether the number of children is drawn.
    pub random_children: bool,
    /// Calls that every child tries, one after the other.
    pub calls: u32,
    /// Time between the starts of a child's calls; `None`: each starts when the one before has ended.
    pub interval: Option<Duration>,
    /// What a call is thought to cost, before it is made.
    pub estimate: u64,
    /// Law of what it costs, in nanodollars.
    pub cost: Law,
    /// Law of how long it takes until it is debited, in seconds.
    pub duration: Law,
    /// Probability that a call fails: it is paid, and tried again as the child's next call.
    pub failure: f64,
    /// Probability that a call is cancelled at a uniform moment, and paid in part.
    pub cancellation: f64,
    /// What is reserved ends a call: it cannot cost more. Otherwise the cap is only as good as the estimate.
    pub truncated: bool,
    /// The provider reports this fraction of the cost: 5 is a fifth.
    pub under_report: u64,
    /// The true cost is found out after this many calls; `None`: never.
    pub reconcile_every: Option<u64>,
}

impl Default for Fleet {
    /// Three children with one call each, as in the golden numbers of B60, under the lock.
    fn default() -> Self {
        Self {
            guard: Guard::Reserve,
            cap: 60,
            children: 3,
            random_children: false,
            calls: 1,
            interval: None,
            estimate: 31,
            cost: Law::ZERO,
            duration: Law::ZERO,
            failure: 0.0,
            cancellation: 0.0,
            truncated: true,
            under_report: 1,
            reconcile_every: None,
        }
    }
}

/// What a trial came to, in nanodollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerResult {
    /// What was truly spent.
    pub spent: u64,
    /// What was truly spent beyond the cap.
    pub overshoot: u64,
    /// Calls that were made.
    pub admitted: u64,
    /// Calls that were not allowed.
    pub refused: u64,
    /// Calls that came to their end with an answer.
    pub completed: u64,
    /// Calls that cost more than their estimate.
    pub underestimated: u64,
    /// What was reserved, in all.
    pub reserved: u64,
    /// What was left in budgets at the end.
    pub unspent: u64,
}

/// A fleet that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidFleet {
    /// A law that is none.
    #[error(transparent)]
    Law(#[from] InvalidLaw),
    /// A probability outside [0, 1].
    #[error(transparent)]
    Probability(#[from] InvalidProbability),
    /// Nothing where there must be something.
    #[error("{0} is at least 1; found 0")]
    Zero(&'static str),
    /// A cache that is synchronized too often.
    #[error(
        "the cache would be synchronized about {times:e} times in a trial; at most {MOST_SYNCHRONIZATIONS:e} are simulated"
    )]
    Synchronizations {
        /// How often.
        times: f64,
    },
    /// Too many calls.
    #[error("{calls} calls would be tried in a trial; at most {MOST_CALLS} are simulated")]
    Calls {
        /// How many.
        calls: u64,
    },
    /// A cost that is beyond what sums can hold.
    #[error("{calls} calls of about {cost:e} nanodollars each are beyond what is counted")]
    TooMuch {
        /// Number of calls.
        calls: u64,
        /// Cost of each.
        cost: f64,
    },
}

/// Synchronizations and calls of a trial beyond which it would take minutes.
const MOST_SYNCHRONIZATIONS: f64 = 1e7;
const MOST_CALLS: u64 = 100_000_000;

/// A fleet, prepared for trials.
#[derive(Clone, Debug)]
pub struct SampledFleet {
    fleet: Fleet,
    entity: Entity,
}

impl Fleet {
    /// Prepares trials.
    ///
    /// # Errors
    /// There is nobody, nothing to do, or a number out of its range.
    pub fn simulation(&self) -> Result<SampledFleet, InvalidFleet> {
        for (count, what) in [
            (u64::from(self.children), "the number of children"),
            (u64::from(self.calls), "the number of calls"),
            (self.under_report, "the factor of an under-report"),
            (self.reconcile_every.unwrap_or(1), "the number of calls between reconciliations"),
        ] {
            if count == 0 {
                return Err(InvalidFleet::Zero(what));
            }
        }
        if self.guard == (Guard::Cached { every: Duration::ZERO }) {
            return Err(InvalidFleet::Zero("the time between synchronizations, in nanoseconds,"));
        }
        if self.interval == Some(Duration::ZERO) {
            return Err(InvalidFleet::Zero("the interval between calls, in nanoseconds,"));
        }
        for probability in [self.failure, self.cancellation] {
            sim_core::random::Coin::new(probability)?;
        }
        let calls = u64::from(self.children) * u64::from(self.calls);
        if let Guard::Cached { every } = self.guard {
            let each = self.interval.map_or(self.duration.mean(), Duration::as_seconds);
            let times = each * f64::from(self.calls) / every.as_seconds();
            if times > MOST_SYNCHRONIZATIONS {
                return Err(InvalidFleet::Synchronizations { times });
            }
        }
        if calls > MOST_CALLS {
            return Err(InvalidFleet::Calls { calls });
        }
        let cost = self.cost.mean() + 20.0 * self.cost.deviation();
        if calls as f64 * cost.max(self.estimate as f64) > 9e18 {
            return Err(InvalidFleet::TooMuch { calls, cost });
        }
        Ok(SampledFleet { fleet: self.clone(), entity: Entity::named("ledger") })
    }

    /// The same fleet as the theory sees it, where its costs are certain and its calls are paid when they end.
    pub fn plan(&self) -> Option<Plan> {
        let certain = self.cost.deviation() == 0.0
            && self.duration.deviation() == 0.0
            && self.failure == 0.0
            && self.cancellation == 0.0
            && !self.random_children;
        certain.then(|| Plan {
            cap: self.cap,
            children: self.children,
            calls: self.calls,
            estimate: self.estimate,
            cost: self.cost.mean() as u64,
            lag: self.duration.mean(),
            interval: self.interval.map(Duration::as_seconds),
            truncated: self.truncated,
            under_report: self.under_report,
        })
    }
}

impl SampledFleet {
    /// The fleet.
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// What one trial came to.
    pub fn trial(&self, streams: &Streams, trial: u64) -> LedgerResult {
        let (mut system, mut calendar) = self.begin(streams, trial);
        run(&mut system, &mut calendar, &Limits::NONE);
        system.result()
    }

    /// What one trial came to, and what happened in it.
    pub fn trace(&self, streams: &Streams, trial: u64) -> (LedgerResult, Trace) {
        let (system, mut calendar) = self.begin(streams, trial);
        let mut system = system.telling();
        run(&mut system, &mut calendar, &Limits::NONE);
        (system.result(), system.into_trace())
    }

    fn begin(&self, streams: &Streams, trial: u64) -> (LedgerSystem<'_>, Calendar<Event>) {
        let mut calendar = Calendar::new();
        let system = LedgerSystem::new(&self.fleet, streams.trial(trial), self.entity, &mut calendar);
        (system, calendar)
    }
}

impl Simulation for SampledFleet {
    type Tally = LedgerTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut LedgerTally) {
        for trial in block.trials() {
            tally.record(&self.trial(streams, trial), self.fleet.cap);
        }
    }

    fn estimates(
        &self,
        tally: &LedgerTally,
        confidence: sim_core::estimate::Confidence,
    ) -> Vec<sim_core::estimate::Estimate> {
        tally.estimates(confidence)
    }
}
