//! Rows on their way to disk.

use std::path::PathBuf;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use crate::dataset::{Layout, Parts, Row, Shape};
use crate::problem::{Outcome, Problem};

/// Rows of a window that takes long are put on disk about this often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// The parts of the windows so far.
#[derive(Default)]
pub(super) struct Written {
    pub(super) parts: Vec<PathBuf>,
    pub(super) shape: Shape,
}

impl Written {
    /// Takes down a part when it is written.
    pub(super) fn wait_for(
        &mut self,
        writing: Option<ScopedJoinHandle<'_, Outcome<(PathBuf, Shape)>>>,
    ) -> Outcome<()> {
        let Some(writing) = writing else { return Ok(()) };
        let written =
            writing.join().unwrap_or_else(|_| Err(Problem::failure("writing a part of the data set failed")));
        let (part, shape) = written?;
        self.parts.push(part);
        self.shape.extend(shape);
        Ok(())
    }
}

/// Puts finished rows on disk while others of their window are still running.
pub(super) struct Saver<'a> {
    into: &'a Parts,
    layout: &'a Layout,
    unsaved: Vec<Row>,
    saved: Instant,
    parts: Vec<PathBuf>,
}

impl<'a> Saver<'a> {
    /// Nothing saved yet.
    pub(super) fn new(into: &'a Parts, layout: &'a Layout) -> Self {
        Self { into, layout, unsaved: Vec::new(), saved: Instant::now(), parts: Vec::new() }
    }

    /// Takes a row, and saves what there is if it is time to.
    pub(super) fn add(&mut self, row: &Row) -> Outcome<()> {
        self.unsaved.push(row.clone());
        if self.saved.elapsed() > SAVE_EVERY {
            self.parts.push(self.into.add(self.layout, &self.unsaved)?);
            self.unsaved.clear();
            self.saved = Instant::now();
        }
        Ok(())
    }

    /// The parts in which rows were saved.
    pub(super) fn into_parts(self) -> Vec<PathBuf> {
        self.parts
    }
}
