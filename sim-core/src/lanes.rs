//! Many trials at once: lane `j` of a vector of 512 bits is trial `j` of a block.
//!
//! Write the votes of some agents in some trials as a table, agents down and trials across. A program that takes one trial at a time fills it
//! column by column. Here it is filled row by row: a row is one [`Lanes`] value, eight words of 64 bits, and an operation on it is
//! done for 512 trials by one or a few instructions.
//!
//! ```text
//!            ├────── word 0 ──────┤├── word 1 ──┤ … ├── word 7 ──┤
//!    trial   0 1 2 3 4 …        63  64 …       127  448 …      511
//!    ann     1 0 1 1 0 …                                              1: this agent is right in this trial
//!    bob     1 1 0 1 0 …
//!    cid     0 1 0 1 0 …
//!    judge   1 1 0 1 0 …            L::majority(ann, bob, cid)
//! ```
//!
//! Whatever the trials say, the same instructions run, so nothing is ever asked "if this vote is right": a choice is made by computing
//! both sides and taking, lane by lane, one of them ([`Lanes::select`]). At the end the bits of a row are counted ([`Lanes::count`]).
//!
//! Logic is nearly free. What costs time is chance: rows of bits that are set with a given probability, called *masks*.
//!
//! | bits are set | drawn by | prepared as |
//! |---|---|---|
//! | with probability 1/2 | [`Source::fair`] | |
//! | with one probability in all trials | [`Source::mask`] | [`Mask`] |
//! | with a probability for each trial, as under a common cause | [`Source::below`] | [`Thresholds`] |
//! | with several probabilities from the same random numbers | [`Source::common`] | [`CommonMasks`] |
//!
//! # One algorithm, three instruction sets
//! [`Lanes`] is implemented for plain words, AVX2 and AVX-512. The algorithms are written once, on the trait, and draw the
//! same numbers in the same order on each, so results are equal to the last bit. A [`Task`] is such an algorithm; [`Kernel::run`]
//! compiles it for each instruction set and calls the one that the processor has:
//!
//! ```
//! use sim_core::lanes::{Generator, Kernel, Lanes, Mask, Task};
//! use sim_core::random::{Address, Family, Purpose, Streams};
//!
//! /// How often three voters that are right with 60 % outvote what is wrong, in 512 trials.
//! struct Majority(Generator);
//!
//! impl Task for Majority {
//!     type Output = u32;
//!     #[inline(always)]
//!     fn run<L: Lanes>(mut self) -> u32 {
//!         let vote = Mask::new(0.6).expect("a probability");
//!         let mut source = self.0.load::<L>();
//!         let (ann, bob, cid) = (source.mask(&vote), source.mask(&vote), source.mask(&vote));
//!         L::majority(ann, bob, cid).count()
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
//! The [crate's documentation](crate) makes an estimate with an interval of it.
//!
//! # Rules for code on lanes
//! A function gets the instructions of its kernel only by being inlined into the [`Task`]; compiled for itself it gives the same
//! results slowly, one word at a time or worse. Therefore
//! - everything generic over [`Lanes`] is `#[inline(always)]`, and loops are loops: vectors in closures and iterator adapters may be
//!   compiled apart;
//! - what should be a function of its own (long code, or code that is seldom run beside a tight loop) is an [`Outlined`] value that
//!   [`Lanes::outline`] calls, which is compiled with the kernel's instructions too;
//! - a [`Source`] is moved into such a function and given back, not lent: behind a pointer the state of its generators would live in
//!   memory instead of registers. That is why some functions here take a source and return it, while those that are
//!   always inlined take `&mut self`;
//! - code on numbers, such as a quantile per trial, takes no vectors and is compiled once.
//!
//! # Where to read on
//! In this order: [`Lanes`] has the operations on rows, [`Numbers`] those on a row of sixteen numbers; [`Generator`] and [`Source`] make random ones; [`Mask`] explains how bits of a given
//! probability are made from few random bits; [`PlaneCounter`] counts votes; [`BitQueue`] serves trees that are evaluated
//! on demand. Unsafe code stands in the two modules of intrinsics only, `avx2` and `avx512`; `portable` says the same in plain Rust
//! and is the one to read.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod common;
mod counter;
mod generator;
mod kernel;
mod mask;
mod numbers;
mod portable;
mod queue;
mod thresholds;
mod vector;

pub use common::CommonMasks;
pub use counter::{PlaneCounter, VoteCounter, WeightCounter, majority};
pub use generator::{Generator, Source};
pub use kernel::{Kernel, NoSuchKernel, Task, kernel, select};
pub use mask::{AliasTable, Mask};
pub use numbers::{NUMBERS, Numbers};
pub use queue::BitQueue;
pub use thresholds::Thresholds;
pub use vector::{Lanes, Outlined};

/// Trials in one vector: one [block](crate::monte_carlo::Block).
pub const LANES: usize = 512;

/// Words of 64 bits in one vector.
pub const WORDS: usize = LANES / 64;

const _: () = assert!(LANES as u64 == crate::monte_carlo::TRIALS_PER_BLOCK, "lane j is trial j of a block");
