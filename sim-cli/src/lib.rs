//! Command line of synergy.

pub mod figure;
