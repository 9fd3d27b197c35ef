//! Planners: policies that simulate what would become of their decisions.

mod base;
mod laws;
mod recommended;
mod reference;
mod rollout;

pub use recommended::{Recommended, RecommendedSettings};
pub use reference::{Reference, ReferenceSettings};
