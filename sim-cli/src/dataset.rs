//! Data sets: what a sweep leaves behind, readable by pandas, polars, DuckDB and R.
//!
//! ```text
//! results/phase-boundary/
//!   data.parquet     one row per cell, in the order of the sweep; the same bytes for the same (scenario, version)
//!   manifest.json    the scenario, the program's version and the counts
//!   runs.jsonl       one line per attempt, and one per run that came to an end: times, host, threads, what came of it
//!   parts/           rows of an unfinished sweep
//! ```

mod chunk;
mod columns;
mod compaction;
mod directory;
mod export;
mod fork;
mod known;
mod manifest;
mod parquet_file;
mod parts;
mod preview;
mod table;

pub use chunk::Chunk;
pub use columns::{Cell, Done, Layout, OWN_COLUMNS, Row, Shape};
pub use directory::Directory;
pub use export::{ExportFormat, export};
pub use fork::Fork;
pub use known::{Known, key_of};
pub use manifest::{Attempt, Counts, Manifest, Program, RunRecord};
pub use parquet_file::write_file;
pub use parts::Parts;
pub use preview::Preview;
pub use table::Table;
