//! One chunk.

use sim_core::monte_carlo::Control;
use sim_models::registry::AnyModel;

use super::Plan;
use crate::dataset::{Chunk, Directory};
use crate::problem::Outcome;
use crate::progress::Bar;
use crate::sweep::{self, Swept};

/// Runs the cells of a chunk, as far as its part does not have them, and writes the part. `None` if another program runs it now.
pub fn run_chunk(
    plan: &Plan,
    chunk: usize,
    model: &dyn AnyModel,
    directory: &Directory,
    control: &Control,
    bar: &Bar,
) -> Outcome<Option<Swept>> {
    let Some(taken) = Chunk::take(directory, chunk)? else { return Ok(None) };
    sweep::run_chunk(&plan.scenario, model, &taken, plan.range(chunk), &plan.stamp(), control, bar).map(Some)
}
