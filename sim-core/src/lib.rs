//! Engine of synergy. It knows nothing about agents.

pub mod estimate;
pub mod special;
