//! The science of synergy. No files, no terminal, no threads of its own.
//!
//! - [`theory`]: closed forms and recursions as pure functions; it knows nothing of the engine,
//! - [`organization`]: agents, channels and aggregators, with an exact and a sampled evaluator,
//! - [`models`]: what scenario files can name,
//! - [`registry`]: models by name, with their parameters, metrics and predictions.

pub mod models;
pub mod organization;
pub mod registry;
pub mod theory;
