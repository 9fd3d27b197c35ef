//! Monte Carlo: blocks of trials over threads, with stopping rules, progress and cancellation.
//!
//! A [`Simulation`] is asked for [`Block`]s of trials. Blocks run on the threads of the current rayon pool and their
//! tallies are merged in block order, so the answer is the same to the last bit for any number of threads.
//!
//! ```
//! use sim_core::estimate::{Confidence, Estimate, Proportion};
//! use sim_core::monte_carlo::{self, Block, Control, Simulation, Stop};
//! use sim_core::random::{Address, Coin, Family, Purpose, Streams};
//!
//! struct Toss(Coin);
//!
//! impl Simulation for Toss {
//!     type Tally = Proportion;
//!     fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
//!         for trial in block.trials() {
//!             tally.record(streams.open(Address::trial(trial)).toss(&self.0));
//!         }
//!     }
//!     fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
//!         vec![tally.estimate(confidence)]
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let simulation = Toss(Coin::new(0.3)?);
//! let run = monte_carlo::run(&simulation, &streams, &Stop::after(10_000)?, &Control::default());
//! assert_eq!(run.trials, 10_000);
//! assert!(run.estimates[0].low < 0.3 && 0.3 < run.estimates[0].high);
//! # Ok(())
//! # }
//! ```

mod block;
mod control;
mod stop;

pub use block::{Block, TRIALS_PER_BLOCK};
pub use control::{Cancellation, Control, Progress};
pub use stop::{InvalidStop, Precision, Stop};

use rayon::prelude::*;

use crate::estimate::{Confidence, Estimate, Tally};
use crate::random::Streams;

/// What can be simulated: trials that are counted into a tally.
pub trait Simulation: Sync {
    /// What the trials are counted into.
    type Tally: Tally;

    /// Runs the trials of `block` and adds them to `tally`. The draws come from `streams`, addressed by the numbers
    /// of the trials or of the block, never from a state that outlives the call.
    fn run(&self, block: &Block, streams: &Streams, tally: &mut Self::Tally);

    /// The estimates of all metrics, in a fixed order.
    fn estimates(&self, tally: &Self::Tally, confidence: Confidence) -> Vec<Estimate>;
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The fixed number of trials was run.
    Complete,
    /// The wanted precision was reached.
    Precise,
    /// The largest number of trials was run without reaching the wanted precision.
    Imprecise,
    /// Somebody cancelled; the trials that were finished are in the estimates.
    Cancelled,
}

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Run<T> {
    /// All trials, counted.
    pub tally: T,
    /// How many trials there were.
    pub trials: u64,
    /// One estimate per metric.
    pub estimates: Vec<Estimate>,
    /// Why there were no more trials.
    pub ending: Ending,
}

/// Blocks handed to the threads at once. It bounds the memory of unmerged tallies and does not influence results.
const BATCH: usize = 256;

/// What an earlier run left: its tally and how many trials are in it.
#[derive(Clone, Debug, Default)]
pub struct Start<T> {
    /// The first trials, counted.
    pub tally: T,
    /// How many they are.
    pub trials: u64,
}

/// Runs `simulation` until `stop` is satisfied or `control` is cancelled.
pub fn run<S: Simulation>(
    simulation: &S,
    streams: &Streams,
    stop: &Stop,
    control: &Control,
) -> Run<S::Tally> {
    extend(simulation, streams, stop, control, Start::default())
}

/// Goes on from an earlier run of the same simulation and streams, under the same or a more demanding rule. The result is the
/// same to the last bit as that of one uninterrupted run; a start that would not give that (more trials than the rule
/// allows, or floating-point sums that end inside a block) is not used.
pub fn extend<S: Simulation>(
    simulation: &S,
    streams: &Streams,
    stop: &Stop,
    control: &Control,
    start: Start<S::Tally>,
) -> Run<S::Tally> {
    let usable = start.trials <= stop.trials()
        && (S::Tally::EXACT || start.trials % TRIALS_PER_BLOCK == 0 || start.trials == stop.trials());
    let Start { mut tally, mut trials } = if usable { start } else { Start::default() };
    control.advance(trials);
    let first = trials;
    for checkpoint in stop.checkpoints().filter(|&checkpoint| checkpoint >= first) {
        let whole = advance(simulation, streams, control, &mut tally, &mut trials, checkpoint);
        let estimates = simulation.estimates(&tally, stop.confidence());
        let ending = match (whole, stop.precision()) {
            (false, _) => Some(Ending::Cancelled),
            (true, Some(precision)) if estimates.iter().all(|e| precision.reached_by(e)) => {
                Some(Ending::Precise)
            }
            (true, precision) if checkpoint == stop.trials() => {
                Some(if precision.is_some() { Ending::Imprecise } else { Ending::Complete })
            }
            _ => None,
        };
        if let Some(ending) = ending {
            return Run { tally, trials, estimates, ending };
        }
    }
    // Unreachable: the last checkpoint is `stop.trials()`. Said without a panic.
    let estimates = simulation.estimates(&tally, stop.confidence());
    Run { tally, trials, estimates, ending: Ending::Complete }
}

/// Runs the blocks of trials `*trials..end` and merges them in order. False when cancelled on the way; then the tally
/// holds the unbroken sequence of blocks up to the first one that did not run.
fn advance<S: Simulation>(
    simulation: &S,
    streams: &Streams,
    control: &Control,
    tally: &mut S::Tally,
    trials: &mut u64,
    end: u64,
) -> bool {
    while *trials < end {
        let blocks: Vec<Block> = Block::cover(*trials..end).take(BATCH).collect();
        let tallies: Vec<Option<S::Tally>> = blocks
            .par_iter()
            .map(|block| {
                if control.is_cancelled() {
                    return None;
                }
                let mut tally = S::Tally::default();
                simulation.run(block, streams, &mut tally);
                control.advance(block.len());
                Some(tally)
            })
            .collect();
        for (block, part) in blocks.iter().zip(tallies) {
            let Some(part) = part else { return false };
            tally.merge(&part);
            *trials = block.trials().end;
        }
    }
    true
}
