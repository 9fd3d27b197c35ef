//! Which cells each chunk has.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::dataset::{Program, write_file};
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;

/// Name of the plan in the directory of the data set.
pub const PLAN_FILE: &str = "shards.json";

/// Most chunks: each is a file.
const MOST_CHUNKS: usize = 100_000;

/// A sweep in chunks of equally many cells, in the order of the sweep; the last may have fewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What runs it: other versions may come to other numbers, and are refused.
    pub program: Program,
    /// The effective scenario.
    pub scenario: Scenario,
    /// All cells.
    pub cells: usize,
    /// Cells of a chunk.
    pub cells_per_chunk: usize,
    /// Number of chunks.
    pub chunks: usize,
    /// What a chunk takes on one thread, as a pilot found, in seconds.
    pub seconds_per_chunk: f64,
}

impl Plan {
    /// Chunks that take about so many seconds each, where a cell takes `seconds_per_cell`.
    pub fn new(scenario: Scenario, seconds_per_cell: f64, seconds: f64) -> Outcome<Self> {
        let cells = scenario.cell_count()?;
        let fitting = (seconds / seconds_per_cell.max(1e-9)).clamp(1.0, cells.max(1) as f64) as usize;
        let cells_per_chunk = fitting.max(cells.div_ceil(MOST_CHUNKS)).max(1);
        Ok(Self {
            program: Program::this(),
            scenario,
            cells,
            cells_per_chunk,
            chunks: cells.div_ceil(cells_per_chunk),
            seconds_per_chunk: seconds_per_cell * cells_per_chunk as f64,
        })
    }

    /// The cells of a chunk.
    pub fn range(&self, chunk: usize) -> Range<usize> {
        let from = chunk * self.cells_per_chunk;
        from..self.cells.min(from + self.cells_per_chunk)
    }

    /// Tells parts of this plan from those of others: of fewer trials, of other chunks.
    pub fn stamp(&self) -> String {
        let text = serde_json::to_string(&(&self.scenario, self.cells_per_chunk)).unwrap_or_default();
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// Reads a plan.
    pub fn read(path: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Problem::input(format!("there is no plan {}", path.display()))
                .help("`synergy shards plan FILE` makes one"),
            _ => Problem::file("read", path, &error),
        })?;
        let plan: Self = serde_json::from_str(&text).map_err(|error| {
            Problem::input(format!("{} is not a plan of this program: {error}", path.display()))
        })?;
        let (there, here) = (&plan.program, Program::this());
        if there.version != here.version || there.kernel != here.kernel {
            let sentence = format!(
                "{} is a plan of version {} with the kernel {}; this is {} with {}",
                path.display(),
                there.version,
                there.kernel,
                here.version,
                here.kernel
            );
            return Err(Problem::input(sentence).help("make a new plan, or run the same version everywhere"));
        }
        let whole = plan.cells_per_chunk > 0 && plan.chunks == plan.cells.div_ceil(plan.cells_per_chunk);
        if !whole || plan.scenario.cell_count()? != plan.cells {
            let sentence =
                format!("{} is damaged: its chunks do not have the cells of its scenario", path.display());
            return Err(Problem::input(sentence).help("make a new plan"));
        }
        Ok(plan)
    }

    /// Writes it into a directory.
    pub fn write(&self, directory: &Path) -> Outcome<()> {
        let path = directory.join(PLAN_FILE);
        let json =
            serde_json::to_string_pretty(self).map_err(|error| Problem::file("write", &path, &error))?;
        write_file(&path, format!("{json}\n").as_bytes())
    }
}

/// Which chunks a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One.
    Chunk(usize),
    /// Every `of`-th, from `number` on.
    Shard {
        /// Number of the worker, from 0.
        number: usize,
        /// Number of workers.
        of: usize,
    },
}

impl Selection {
    /// The chunks, of so many.
    pub fn chunks(self, count: usize) -> Outcome<Vec<usize>> {
        match self {
            Self::Chunk(chunk) if chunk >= count => Err(Problem::input(format!(
                "the plan has the chunks 0 to {}; found {chunk}",
                count.saturating_sub(1)
            ))),
            Self::Chunk(chunk) => Ok(vec![chunk]),
            Self::Shard { number, of } => Ok((number..count).step_by(of).collect()),
        }
    }
}

impl FromStr for Selection {
    type Err = String;

    /// Reads a shard, `0/4`.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
        match numbers {
            Some((number, of)) if number < of => Ok(Self::Shard { number, of }),
            _ => Err("a shard is i/n with i from 0 to n - 1, such as 0/4".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_have_every_chunk_once() {
        let mut all: Vec<usize> =
            (0..3).flat_map(|number| Selection::Shard { number, of: 3 }.chunks(10).unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn shards_are_read_as_people_write_them() {
        assert_eq!("1/4".parse(), Ok(Selection::Shard { number: 1, of: 4 }));
        for wrong in ["4/4", "1", "-1/4", "a/b", "1/0", "0/0"] {
            assert!(wrong.parse::<Selection>().is_err(), "{wrong}");
        }
    }
}
