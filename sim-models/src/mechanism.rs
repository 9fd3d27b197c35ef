//! Mechanisms that spend a budget, one file each; what they share is in [`primitives`] and [`trial`].

pub mod architecture;
pub mod cascade;
pub mod churn;
pub mod deliberation;
pub mod expert_dilution;
pub mod ledger;
pub mod log_reweighting;
pub mod margin_vote;
pub mod matched_budget;
pub mod pipeline;
pub mod plan_mismatch;
pub mod price_reversal;
pub mod primitives;
pub mod queue;
pub mod restart;
pub mod retry;
pub mod routing;
pub mod swiss;
pub mod tool_budget;
pub mod trial;
pub mod value_tree;
pub mod vote;
