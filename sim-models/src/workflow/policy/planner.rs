//! Planners: policies that simulate what would become of their decisions.

mod allocation;
mod base;
mod far;
mod laws;
mod lockstep;
mod pruning;
mod recommended;
mod reference;
mod rollout;
mod tails;

pub(super) use laws::{BatchLaws, LARGEST, Moments};

pub use allocation::Allocation;
pub use recommended::{Recommended, RecommendedSettings};
pub use reference::{Reference, ReferenceSettings};
