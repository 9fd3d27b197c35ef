//! `synergy status`: how far a sweep has come.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use sim_models::registry::Registry;

use crate::dataset::{Counts, Directory, RunRecord};
use crate::output::{grouped, say};
use crate::problem::{Exit, Outcome, Problem};

/// Runs that are shown to people.
const SHOWN: usize = 5;

/// Tell how far the sweep of a data set has come
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the data set
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Status {
    model: String,
    seed: u64,
    version: String,
    commit: String,
    #[serde(flatten)]
    counts: Counts,
    /// Cells that are there again among those of a sample; they are not counted.
    repeated: usize,
    begun: usize,
    /// Cells of which there is no row.
    open: usize,
    /// Files that are not compacted yet.
    parts: usize,
    /// Whether a program writes to the directory now.
    running: bool,
    /// Times a sweep was begun here; more than came to an end where some were killed.
    attempts: usize,
    runs: Vec<RunRecord>,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let (directory, manifest) = Directory::open(&self.directory)?;
        let known = directory.known()?;
        let repeated = manifest.scenario.repetitions_in(registry);
        let counts = known.counts(manifest.scenario.cell_count()?.saturating_sub(repeated));
        let status = Status {
            model: manifest.scenario.model,
            seed: manifest.scenario.seed,
            version: manifest.program.version,
            commit: manifest.program.commit,
            repeated,
            begun: known.len() - counts.done,
            open: counts.cells.saturating_sub(known.len()),
            counts,
            parts: directory.count_parts()?,
            running: directory.is_busy(),
            attempts: directory.attempts()?.len(),
            runs: directory.runs()?,
        };
        if self.json {
            let json = serde_json::to_string_pretty(&status);
            say(format_args!(
                "{}",
                json.map_err(|error| Problem::failure(format!("cannot write JSON: {error}")))?
            ))?;
        } else {
            say(format_args!("{}", status.text()))?;
        }
        Ok(Exit::Success)
    }
}

impl Status {
    fn text(&self) -> String {
        let Counts { cells, done, failed, trials } = self.counts;
        let mut lines = vec![
            format!("{}, seed {}, version {} ({})", self.model, self.seed, self.version, self.commit),
            format!(
                "{done} of {cells} cells done, {failed} of them failed, {} begun, {} open",
                self.begun, self.open
            ),
            format!("{} trials", grouped(trials)),
        ];
        if self.repeated > 0 {
            lines.push(format!("{} cells more are the same as others", self.repeated));
        }
        lines.push(match (self.running, self.parts) {
            (true, _) => "a program is writing to it now".to_owned(),
            (false, 0) if self.open + self.begun == 0 => "complete".to_owned(),
            (false, 0) => "not complete: the command that began it goes on from here".to_owned(),
            (false, parts) => {
                format!("interrupted, with {parts} parts: the command that began it goes on from here")
            }
        });
        let ended = self.runs.iter().filter(|run| run.chunk.is_none()).count();
        // One that is running has not ended, either.
        let killed = self.attempts.saturating_sub(ended + usize::from(self.running));
        if killed > 0 {
            lines.push(format!("{} attempts, {killed} of them were killed or failed", self.attempts));
        }
        for run in self.runs.iter().rev().take(SHOWN).rev() {
            lines.push(format!(
                "  {}  {}: {} cells, {} trials in {} s on {} threads of {}",
                run.started,
                run.ending,
                run.cells,
                grouped(run.trials),
                run.seconds,
                run.threads,
                run.host
            ));
        }
        if self.runs.len() > SHOWN {
            lines.push(format!("  and {} runs before", self.runs.len() - SHOWN));
        }
        lines.join("\n")
    }
}
