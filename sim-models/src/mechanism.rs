//! Mechanisms that spend a budget, one file each.

pub mod ledger;
pub mod queue;
