//! The application: scenario files, sweeps, data sets, figures. It is the only crate that reads and writes files.
//!
//! [`main`] gives a registry of models, also with models of your own, the whole command line:
//!
//! ```no_run
//! use sim_models::registry::Registry;
//!
//! fn main() -> std::process::ExitCode {
//!     synergy::main(Registry::builtin())
//! }
//! ```

mod against;
mod area;
mod cell;
mod command;
pub mod dataset;
mod derived;
mod drawing;
mod expression;
pub mod figure;
mod gantt;
pub mod journal;
mod log;
pub mod output;
mod page;
mod pilot;
mod pool;
pub mod problem;
mod progress;
mod record;
mod reproduce;
pub mod scenario;
pub mod search;
mod sensitivity;
mod several;
mod shards;
mod summary;
mod sweep;
mod trials;
mod verdict;

pub use command::main;

/// The Rust code of the book in `docs/`, so that its tests are those of this crate.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../docs/tutorial-toolsmith.md")]
    mod toolsmith {}
    #[doc = include_str!("../../docs/how-to-add-a-model.md")]
    mod model {}
}
