//! The engine of synergy. It knows nothing about agents.
//!
//! A *simulation* runs trials and counts them into a *tally*; [`monte_carlo`] hands it blocks of 512 trials on all threads until a stopping
//! rule is satisfied, and turns the tally into *estimates*, each with an interval. Its random numbers come from *streams* that are
//! addressed by what they are for, so results are the same for any number of threads, to the last bit. A simulation may go through
//! the trials of a block one by one, or run them all at once on [`lanes`]:
//!
//! ```
//! use sim_core::estimate::{Confidence, Estimate, Proportion};
//! use sim_core::lanes::{self, Generator, LANES, Lanes, Mask, Task, WORDS};
//! use sim_core::monte_carlo::{self, Block, Control, Simulation, Stop};
//! use sim_core::random::{Address, Family, Purpose, Streams};
//!
//! /// Three voters, each right with the mask's probability.
//! struct Vote(Mask);
//!
//! /// Their majority in the 512 trials of a block.
//! struct VoteOfBlock<'a>(&'a Mask, Generator);
//!
//! impl Task for VoteOfBlock<'_> {
//!     type Output = [u64; WORDS];
//!     #[inline(always)]
//!     fn run<L: Lanes>(mut self) -> [u64; WORDS] {
//!         let mut source = self.1.load::<L>();
//!         let (ann, bob, cid) = (source.mask(self.0), source.mask(self.0), source.mask(self.0));
//!         L::majority(ann, bob, cid).to_words()
//!     }
//! }
//!
//! impl Simulation for Vote {
//!     type Tally = Proportion;
//!
//!     fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
//!         let generator = Generator::new(streams.open(Address::block(block.index())));
//!         let right = lanes::kernel().run(VoteOfBlock(&self.0, generator));
//!         // The last block of a run may be asked for some of its trials only.
//!         for trial in block.trials() {
//!             let lane = (trial % LANES as u64) as usize;
//!             tally.record(right[lane / 64] >> (lane % 64) & 1 == 1);
//!         }
//!     }
//!
//!     fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
//!         vec![tally.estimate(confidence)]
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let run = monte_carlo::run(&Vote(Mask::new(0.6)?), &streams, &Stop::after(100_000)?, &Control::default());
//! let exact = 3.0 * 0.6 * 0.6 * 0.4 + 0.6 * 0.6 * 0.6;
//! assert!(run.estimates[0].low < exact && exact < run.estimates[0].high);
//! # Ok(())
//! # }
//! ```
//!
//! - [`random`]: keyed streams of random numbers,
//! - [`monte_carlo`]: blocks of trials over threads, stopping rules, progress and cancellation,
//! - [`lanes`]: many trials at once, one per bit,
//! - [`graph`]: acyclic graphs with names and a topological order,
//! - [`rollouts`]: networks of activities that are retried, many runs at once,
//! - [`events`]: simulated time: a calendar of events, resources, statistics and traces,
//! - [`budget`]: move-only budgets that cannot be overspent,
//! - [`estimate`]: from tallies to numbers with intervals,
//! - [`design`]: points that fill a cube, level sets seen through noise, sensitivity,
//! - [`special`]: mathematical functions whose last bit is the same on every machine.

pub mod budget;
pub mod design;
pub mod estimate;
pub mod events;
pub mod graph;
pub mod lanes;
pub mod monte_carlo;
pub mod random;
pub mod rollouts;
pub mod special;
