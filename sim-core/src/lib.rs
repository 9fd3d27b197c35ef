//! The engine of synergy. It knows nothing about agents.
//!
//! - [`random`]: keyed streams of random numbers,
//! - [`monte_carlo`]: blocks of trials over threads, stopping rules, progress and cancellation,
//! - [`lanes`]: many trials at once, one per bit,
//! - [`graph`]: acyclic graphs with names and a topological order,
//! - [`estimate`]: from tallies to numbers with intervals,
//! - [`special`]: mathematical functions whose last bit is the same on every machine.

pub mod estimate;
pub mod graph;
pub mod lanes;
pub mod monte_carlo;
pub mod random;
pub mod special;
