//! How to spend a budget: many cheap leaves, or one strong agent (spec 4).
//!
//! [`relaxed`] has the closed forms, which ignore saturation and whole numbers; [`exact`] the optimum of
//! the full map; [`window`] the budgets between which a tree beats one agent; [`message`] the best
//! length of a message.

pub mod exact;
pub mod message;
pub mod relaxed;
pub mod window;
