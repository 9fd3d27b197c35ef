//! The trials of a block through a network.

use std::cell::Cell;

use super::activity::{Network, Workers};
use super::attempt::{Any, Attempt, Plain};
use super::tables::Loaded;
use super::{MOST_ATTEMPTS, schedule};
use crate::lanes::{self, Generator, Kernel, LANES, Lanes, NUMBERS, Source, Task, WORDS};
use crate::random::Stream;

/// Vectors of numbers in a block.
pub(super) const VECTORS: usize = LANES / NUMBERS;

/// Numbers of sixteen trials, which one access to memory takes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Sixteen(pub(super) [f32; NUMBERS]);

impl Sixteen {
    pub(super) const ZERO: Self = Self([0.0; NUMBERS]);
}

/// A number per trial.
pub(super) type Row = [Sixteen; VECTORS];

/// What the 512 trials of a block came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    pub(super) makespan: Row,
    cost: Row,
    given_up: [u64; WORDS],
}

impl Outcomes {
    /// When the last activity of a trial ended, in seconds.
    pub fn makespan(&self, lane: usize) -> f64 {
        f64::from(self.makespan[lane / NUMBERS].0[lane % NUMBERS])
    }

    /// What a trial cost.
    pub fn cost(&self, lane: usize) -> f64 {
        f64::from(self.cost[lane / NUMBERS].0[lane % NUMBERS])
    }

    /// Whether a trial did not succeed at an activity in [`MOST_ATTEMPTS`] attempts.
    pub fn is_given_up(&self, lane: usize) -> bool {
        self.given_up[lane / 64] >> (lane % 64) & 1 == 1
    }
}

impl Network {
    /// Runs the 512 trials of the block whose stream this is, on the kernel of this process.
    pub fn run(&self, stream: Stream) -> Outcomes {
        self.run_on(lanes::kernel(), stream)
    }

    /// The same on a given kernel, with the same result.
    pub fn run_on(&self, kernel: Kernel, stream: Stream) -> Outcomes {
        let mut rows = ROWS.take();
        rows.resize(self.len() * VECTORS, Sixteen::ZERO);
        let outcomes = kernel.run(RunBlock {
            network: self,
            generator: Generator::new(stream),
            // What an earlier run left in it is written over before it is read.
            rows: &mut rows,
        });
        ROWS.set(rows);
        outcomes
    }
}

thread_local! {
    /// The numbers of all activities, which are used again by the next block.
    static ROWS: Cell<Vec<Sixteen>> = const { Cell::new(Vec::new()) };
}

struct RunBlock<'a> {
    network: &'a Network,
    generator: Generator,
    /// Unlimited workers: by node and vector, when it ends. Limited ones: by group of 64 trials, node and vector, how long it takes.
    rows: &'a mut [Sixteen],
}

impl Task for RunBlock<'_> {
    type Output = Outcomes;

    #[inline(always)]
    fn run<L: Lanes>(mut self) -> Outcomes {
        let Self { network, rows, .. } = self;
        let mut source = self.generator.load::<L>();
        let tables = Loaded::<L>::new();
        let zero = [Sixteen::ZERO; VECTORS];
        let mut outcomes = Outcomes { makespan: zero, cost: zero, given_up: [0; WORDS] };
        for &node in &network.order {
            let activity = &network.activities[node];
            let mut durations = zero;
            match activity.plain() {
                Some(law) => {
                    let attempt = Plain::<L>::new(activity, law);
                    perform(attempt, &mut source, &tables, &mut durations, &mut outcomes);
                }
                None => perform(Any(activity), &mut source, &tables, &mut durations, &mut outcomes),
            }
            match network.workers {
                Workers::Unlimited => {
                    schedule::unlimited::<L>(network, node, &durations, rows, &mut outcomes.makespan);
                }
                Workers::Limited(_) => schedule::remember(network, node, &durations, rows),
            }
            if outcomes.given_up == [u64::MAX; WORDS] {
                // Nothing that is left can change that; times of trials that are given up mean nothing.
                return outcomes;
            }
        }
        if let Workers::Limited(workers) = network.workers {
            schedule::limited::<L>(network, workers, rows, &mut outcomes.makespan);
        }
        outcomes
    }
}

/// Numbers of trials in one vector.
const NUMBERED: [f32; NUMBERS] =
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0];

/// Attempts an activity in all trials until it succeeds: adds up durations and costs.
#[inline(always)]
fn perform<L: Lanes, A: Attempt<L>>(
    attempt: A,
    source: &mut Source<'_, L>,
    tables: &Loaded<L>,
    durations: &mut Row,
    outcomes: &mut Outcomes,
) {
    // Trials that failed, with room for the whole vector that is stored at the end.
    let mut failed = [0.0; LANES + NUMBERS];
    let mut count = 0;
    let mut lanes = L::load_numbers(&NUMBERED);
    for (duration, cost) in durations.iter_mut().zip(&mut outcomes.cost) {
        let drawn = attempt.draw(source, tables);
        drawn.duration.store_numbers(&mut duration.0);
        L::load_numbers(&cost.0).plus(drawn.cost).store_numbers(&mut cost.0);
        count = push(lanes, drawn.failed, &mut failed, count);
        lanes = lanes.plus(L::splat_number(NUMBERS as f32));
    }
    let mut attempts = 1;
    while count > 0 && attempts < MOST_ATTEMPTS {
        attempts += 1;
        let mut left = 0;
        let mut start = 0;
        while start < count {
            let drawn = attempt.draw(source, tables);
            let Some(lanes) = failed[start..].first_chunk::<NUMBERS>() else { break };
            let (mut duration, mut cost) = ([0.0; NUMBERS], [0.0; NUMBERS]);
            drawn.duration.store_numbers(&mut duration);
            drawn.cost.store_numbers(&mut cost);
            let here = (count - start).min(NUMBERS);
            for i in 0..here {
                let lane = lanes[i] as usize % LANES;
                durations[lane / NUMBERS].0[lane % NUMBERS] += duration[i];
                outcomes.cost[lane / NUMBERS].0[lane % NUMBERS] += cost[i];
            }
            let lanes = L::load_numbers(lanes);
            left = push(lanes, drawn.failed & (u16::MAX >> (NUMBERS - here)), &mut failed, left);
            start += NUMBERS;
        }
        count = left;
    }
    for &lane in &failed[..count] {
        let lane = lane as usize % LANES;
        outcomes.given_up[lane / 64] |= 1 << (lane % 64);
    }
}

/// Stores those of sixteen numbers that are chosen behind the first `count`, and gives the new count.
#[inline(always)]
fn push<L: Lanes>(numbers: L, chosen: u16, list: &mut [f32], count: usize) -> usize {
    if let Some(room) = list[count..].first_chunk_mut() {
        numbers.pack(chosen).store_numbers(room);
    }
    count + chosen.count_ones() as usize
}
