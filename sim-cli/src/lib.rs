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

mod cell;
mod command;
pub mod dataset;
mod drawing;
pub mod figure;
mod gantt;
pub mod output;
pub mod problem;
mod progress;
mod record;
pub mod scenario;
mod sweep;
mod verdict;

pub use command::main;
