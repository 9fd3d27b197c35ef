//! Many trials at once: lane `j` of a vector of 512 bits is trial `j` of a block.
//!
//! A vote of one agent in 512 trials is one [`Lanes`] value, right where its bit is set. Votes are combined with logic: three of them
//! become their majority by one or two instructions, whatever the trials say. What costs time is chance: masks
//! of independent bits that are set with a given probability. [`Mask`] draws them four lanes at a time by the alias
//! method, [`Thresholds`] where the probability differs between trials.
//!
//! # One algorithm, three instruction sets
//! [`Lanes`] is implemented for plain words, AVX2 and AVX-512. The algorithms are written once, on the trait, and draw the
//! same numbers in the same order on each, so results are equal to the last bit. A [`Task`] is such an algorithm; [`Kernel::run`]
//! compiles it for each instruction set and calls the one that the processor has:
//!
//! ```
//! use sim_core::lanes::{Generator, Kernel, Lanes, Mask, Task};
//! use sim_core::random::{Address, Coin, Family, Purpose, Streams};
//!
//! /// How often three voters that are right with 60 % are right together, in 512 trials.
//! struct Majority(Generator);
//!
//! impl Task for Majority {
//!     type Output = u32;
//!     #[inline(always)]
//!     fn run<L: Lanes>(mut self) -> u32 {
//!         let vote = Mask::new(0.6).expect("a probability");
//!         let mut source = self.0.load::<L>();
//!         let (a, b, c) = (source.mask(&vote), source.mask(&vote), source.mask(&vote));
//!         L::majority(a, b, c).count()
//!     }
//! }
//!
//! let streams = Streams::new(1, Purpose::World, Family::common());
//! let generator = || Generator::new(streams.open(Address::block(0)));
//! let right = Kernel::best().run(Majority(generator()));
//! assert_eq!(right, Kernel::Portable.run(Majority(generator())));
//! assert!((280..=380).contains(&right)); // 332 expected
//! ```
//!
//! # Where to read on
//! [`Mask`] explains how bits of a given probability are made, [`PlaneCounter`] how votes are counted, [`BitQueue`] how a
//! deep tree is evaluated on demand. Unsafe code stands in the two modules of intrinsics only.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod common;
mod counter;
mod generator;
mod kernel;
mod mask;
mod portable;
mod queue;
mod thresholds;
mod vector;

pub use common::CommonMasks;
pub use counter::{PlaneCounter, VoteCounter, WeightCounter, majority};
pub use generator::{Generator, Source};
pub use kernel::{Kernel, NoSuchKernel, Task, kernel, select};
pub use mask::{AliasTable, Mask};
pub use queue::BitQueue;
pub use thresholds::Thresholds;
pub use vector::{Lanes, Outlined};

/// Trials in one vector: one block.
pub const LANES: usize = 512;

/// Words of 64 bits in one vector.
pub const WORDS: usize = LANES / 64;
