//! The exact evaluators: recursions, frontiers and quadrature instead of trials.

mod tree;
