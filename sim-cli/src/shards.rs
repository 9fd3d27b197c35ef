//! A sweep in chunks, which any engine can run anywhere: each is a pure function of scenario and chunk, and becomes one part of the data set.
//!
//! ```text
//! results/NAME/shards.json               the effective scenario, the program, and which cells each chunk has
//! results/NAME/parts/chunk-000012.parquet   the rows of chunk 12, whole or not there
//! ```
//!
//! The engine places, repeats and kills as it likes: to run a chunk twice does no harm, and two programs never run the same one at once. In the end the
//! parts are merged to the bytes that one process would have written.

mod engine;
mod plan;
mod process;
mod run;

pub use engine::{Engine, Job, submit};
pub use plan::{PLAN_FILE, Plan, Selection};
pub use run::run_chunk;
