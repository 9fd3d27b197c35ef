//! Closed forms, recursions and optimizers of budgeted multi-agent synergy, as pure functions.
//!
//! The model is that of B. Liu, L. Kong and J. Pei, "Phase Transition for Budgeted Multi-Agent Synergy"
//! (arXiv 2601.17311), called "the paper" here; "the spec" is this project's theory specification, whose
//! section numbers the documentation gives. What is marked "derived" follows from the stated model and is
//! not a quotation.
//!
//! Nothing here draws random numbers or knows a simulator, so a prediction cannot lean on the simulation
//! that checks it. The one thing it shares with the engine are the normal distribution and its quantile in
//! `sim_core::special`, which are tested on their own against 50-digit values. A **bias** is a signed correctness `mu = 2p - 1` in [-1, 1], with `p` the probability
//! of a correct vote; a **fidelity** `gamma` in [0, 1] is the factor by which a channel shrinks a bias; a
//! **correlation** `rho` in [0, 1] is that of two votes received at the same node.
//!
//! Outside its domain a function returns NaN, or `None` where it returns an option; no argument makes one
//! panic. Transcendental functions come from `libm`, so the last bit is the same on every machine.
//!
//! ```
//! use sim_models::theory::{fixed_point, layer::Layer, phase, recursion};
//!
//! // Five children per node, correlation 0.1, fidelity 0.6: the signal grows by 7 % per layer.
//! let layer = Layer::new(5, 0.1, 0.6);
//! assert!((layer.gain() - 1.0725).abs() < 1e-14);
//! // It would stop growing at correlation 5/21 ...
//! assert!((phase::critical_correlation(&layer).unwrap() - 5.0 / 21.0).abs() < 1e-14);
//! // ... and it saturates at a bias of 5/9, of which thirty layers above a weak leaf reach 1/3.
//! assert!((fixed_point::fixed_point(&layer).unwrap() - 5.0 / 9.0).abs() < 1e-13);
//! assert!((recursion::uniform_bias(&layer, 30, 0.05) - 0.333079374272).abs() < 1e-12);
//! ```

pub mod allocation;
pub mod averaging;
pub mod channel;
pub mod common_cause;
pub mod cost;
pub mod counts;
pub mod critical;
pub mod debate;
pub mod dependence;
pub mod exponent;
pub mod fixed_point;
pub mod layer;
pub mod leaf;
pub mod ledger;
pub mod majority;
pub(crate) mod numeric;
pub mod order_statistics;
pub mod phase;
pub mod predictors;
pub(crate) mod quadrature;
pub mod queueing;
pub mod recursion;
pub mod ruin;
pub mod window;
