//! Models of synergy.

pub mod theory;
