//! A queue: customers that need a server, arriving from outside or coming back after a think time.
//!
//! It is the smallest model of a fleet in front of a model server: agents that think with tools and call (mechanisms B37), or requests
//! that come from everywhere.

mod system;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, Ratio, Tally};
use sim_core::events::resource::{NeverServes, SpeedLaw};
use sim_core::events::{Limits, Trace, run};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Entity, Streams};
use thiserror::Error;

use self::system::QueueSystem;
use crate::law::Law;

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Where customers come from.
    pub source: Source,
    /// Law of the service time, in seconds.
    pub service: Law,
    /// How they are served.
    pub discipline: Discipline,
    /// Most customers in the system; others are lost. `None`: any number.
    pub capacity: Option<u32>,
    /// Customers that leave before anything is counted.
    pub warm_up: u64,
    /// Customers whose leaving is counted.
    pub customers: u64,
}

/// Where customers come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// From outside, a Poisson process of this rate per second.
    Open {
        /// Arrivals per second.
        rate: f64,
    },
    /// A fixed population, each of which thinks for an exponential time and then needs service.
    Closed {
        /// Number of customers.
        population: u32,
        /// Mean think time, in seconds.
        think: f64,
    },
}

/// How customers are served.
#[derive(Clone, Copy, Debug)]
pub enum Discipline {
    /// By some servers; a share of customers is urgent and comes first, with preemption or without.
    Servers {
        /// Number of servers.
        count: u32,
        /// Share of urgent customers, in [0, 1].
        urgent: f64,
        /// Whether urgent ones take the server of others.
        preemptive: bool,
    },
    /// By a server that works on all at once.
    Sharing(SpeedLaw),
}

/// What happened to one class of customers, and to the system, in one trial after its warm-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueResult {
    /// Customers that left, by class: urgent, others.
    pub left: [u64; 2],
    /// Sum of their waits, in seconds: time in system without service.
    pub waits: [f64; 2],
    /// Sum of their times in system, in seconds.
    pub sojourns: [f64; 2],
    /// Customers that came and found no place.
    pub lost: u64,
    /// Customers that came.
    pub arrived: u64,
    /// Time that was observed, in seconds.
    pub time: f64,
    /// Customers in the system, in customer-seconds.
    pub area: f64,
    /// Customers in service, in customer-seconds, or time with any under processor sharing.
    pub busy: f64,
}

/// Customers of a trial beyond which it would take minutes, and gigabytes if all of them wait.
const MOST_ARRIVALS: f64 = 1e8;

/// Most arrivals per second. Simulated time goes in nanoseconds, and would stand still between customers that come faster.
const MOST_RATE: f64 = 1e9;

/// A queue that cannot be simulated.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum InvalidQueue {
    /// Nobody could ever be served.
    #[error(transparent)]
    NeverServes(#[from] NeverServes),
    /// Too many customers.
    #[error("about {arrivals:e} customers would come in a trial; at most {MOST_ARRIVALS:e} are simulated")]
    TooMany {
        /// About how many come.
        arrivals: f64,
    },
    /// Customers that come faster than time is told apart.
    #[error(
        "{rate:e} customers come per second; simulated time goes in nanoseconds, so at most {MOST_RATE:e} are simulated"
    )]
    TooFast {
        /// How many come per second.
        rate: f64,
    },
}

impl Queue {
    /// Whether the line does not grow without end.
    pub fn is_stable(&self) -> bool {
        let Source::Open { rate } = self.source else { return true };
        let load = rate * self.service.mean();
        self.capacity.is_some()
            || match self.discipline {
                Discipline::Servers { count, .. } => load < f64::from(count),
                // As many as ever there are: the total speed tends to a limit.
                Discipline::Sharing(SpeedLaw::Shared) => load < 1.0,
                Discipline::Sharing(SpeedLaw::HalfSpeed(half)) => load < half,
                Discipline::Sharing(_) => true,
            }
    }

    /// About how many customers come in a trial: as many as have to leave, or as come while these are served.
    fn arrivals(&self) -> f64 {
        let leaving = (self.warm_up + self.customers) as f64;
        let Source::Open { rate } = self.source else { return leaving };
        let servers = match (self.discipline, self.capacity.map(f64::from)) {
            (Discipline::Servers { count, .. }, _) => f64::from(count),
            // With as many as there is room for; if `half` is below 1, together they are slower than one alone.
            (Discipline::Sharing(SpeedLaw::HalfSpeed(half)), None) => half,
            (Discipline::Sharing(SpeedLaw::HalfSpeed(half)), Some(room)) => room * half / (half + room - 1.0),
            (Discipline::Sharing(_), _) => 1.0,
        };
        // No more are served at a time than there is room for; others come and are lost.
        let at_once = self.capacity.map_or(servers, |capacity| servers.min(f64::from(capacity)));
        leaving.max(leaving * rate * self.service.mean() / at_once)
    }

    /// Prepares trials.
    ///
    /// # Errors
    /// Nobody could ever be served, or the customers of a trial are too many, or come too fast.
    pub fn simulation(&self) -> Result<SampledQueue, InvalidQueue> {
        QueueSystem::new(self)?;
        if let Source::Open { rate } = self.source
            && rate > MOST_RATE
        {
            return Err(InvalidQueue::TooFast { rate });
        }
        let arrivals = self.arrivals();
        if arrivals > MOST_ARRIVALS {
            return Err(InvalidQueue::TooMany { arrivals });
        }
        Ok(SampledQueue { queue: self.clone(), entity: Entity::named("queue") })
    }
}

/// A queue, prepared for trials.
#[derive(Clone, Debug)]
pub struct SampledQueue {
    queue: Queue,
    entity: Entity,
}

impl SampledQueue {
    /// The queue.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// What happened in one trial.
    ///
    /// # Errors
    /// Nobody could ever be served, which [`Queue::simulation`] has excluded.
    pub fn trial(&self, streams: &Streams, trial: u64) -> Result<QueueResult, NeverServes> {
        let mut system = QueueSystem::new(&self.queue)?;
        Ok(self.run(&mut system, streams, trial))
    }

    /// What happened in one trial, as a trace.
    ///
    /// # Errors
    /// As [`SampledQueue::trial`].
    pub fn trace(&self, streams: &Streams, trial: u64) -> Result<(QueueResult, Trace), NeverServes> {
        let mut system = QueueSystem::new(&self.queue)?.telling();
        let result = self.run(&mut system, streams, trial);
        Ok((result, system.into_trace()))
    }

    fn run(&self, system: &mut QueueSystem<'_>, streams: &Streams, trial: u64) -> QueueResult {
        let mut calendar = system.begin(streams.trial(trial), self.entity);
        run(system, &mut calendar, &Limits::NONE);
        system.result(calendar.now())
    }
}

/// Means over trials; times of customers are ratios of sums.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueTally {
    wait: Ratio,
    sojourn: Ratio,
    urgent_sojourn: Ratio,
    other_sojourn: Ratio,
    number: Ratio,
    busy: Ratio,
    throughput: Ratio,
    loss: Ratio,
    /// Number in system less throughput times time in system, relative to it.
    little: Mean,
}

impl QueueTally {
    /// Counts a trial.
    pub fn record(&mut self, result: &QueueResult, servers: f64) {
        let [urgent, others] = result.left.map(|count| count as f64);
        let left = urgent + others;
        let sojourns = result.sojourns[0] + result.sojourns[1];
        self.wait.record(result.waits[0] + result.waits[1], left);
        self.sojourn.record(sojourns, left);
        self.urgent_sojourn.record(result.sojourns[0], urgent);
        self.other_sojourn.record(result.sojourns[1], others);
        self.number.record(result.area, result.time);
        // Rounding must not make more than all servers busy.
        let all = result.time * servers;
        self.busy.record(result.busy.min(all), all);
        self.throughput.record(left, result.time);
        self.loss.record(result.lost as f64, result.arrived as f64);
        self.little.record(result.area / sojourns - 1.0);
    }

    /// Time in system of urgent customers and of others.
    pub fn sojourns_by_class(&self) -> [&Ratio; 2] {
        [&self.urgent_sojourn, &self.other_sojourn]
    }

    /// Number in system over throughput times time in system, less 1: 0 by Little's law, up to the ends of the runs.
    pub fn little(&self) -> &Mean {
        &self.little
    }
}

impl Tally for QueueTally {
    fn merge(&mut self, later: &Self) {
        for (own, other) in [
            (&mut self.wait, &later.wait),
            (&mut self.sojourn, &later.sojourn),
            (&mut self.urgent_sojourn, &later.urgent_sojourn),
            (&mut self.other_sojourn, &later.other_sojourn),
            (&mut self.number, &later.number),
            (&mut self.busy, &later.busy),
            (&mut self.throughput, &later.throughput),
            (&mut self.loss, &later.loss),
        ] {
            own.merge(other);
        }
        self.little.merge(&later.little);
    }
}

impl Simulation for SampledQueue {
    type Tally = QueueTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut QueueTally) {
        let servers = match self.queue.discipline {
            Discipline::Servers { count, .. } => f64::from(count),
            Discipline::Sharing(_) => 1.0,
        };
        for trial in block.trials() {
            if let Ok(result) = self.trial(streams, trial) {
                tally.record(&result, servers);
            }
        }
    }

    /// Wait, time in system, number in system, utilization, throughput, loss.
    fn estimates(&self, tally: &QueueTally, confidence: Confidence) -> Vec<Estimate> {
        [&tally.wait, &tally.sojourn, &tally.number, &tally.busy, &tally.throughput, &tally.loss]
            .map(|ratio| ratio.estimate(confidence))
            .to_vec()
    }
}
