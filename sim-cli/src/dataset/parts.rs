//! The files of rows that a running sweep leaves, until they are compacted.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::columns::{Layout, Row};
use super::fork::{link, sync};
use super::parquet_file::{damage, write_parquet};
use crate::output::warn;
use crate::problem::{Outcome, Problem};

/// A folder of parts, which need not be there. Only one program at a time adds to it.
#[derive(Debug)]
pub struct Parts {
    folder: PathBuf,
    /// Number of the next part.
    next: AtomicUsize,
}

impl Parts {
    /// The parts in a folder.
    pub(super) fn at(folder: PathBuf) -> Outcome<Self> {
        let parts = Self { folder, next: AtomicUsize::new(0) };
        let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<usize>().ok();
        let next = parts.paths()?.iter().filter_map(number).max().map_or(0, |last| last + 1);
        Ok(Self { next: AtomicUsize::new(next), ..parts })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Their paths, in the order of their names.
    pub(super) fn paths(&self) -> Outcome<Vec<PathBuf>> {
        let fail = |error: &dyn std::fmt::Display| Problem::file("read", &self.folder, error);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fail(&error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| fail(&error))?.path();
            if path.extension().is_some_and(|extension| extension == "parquet") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Those of them that are whole. Of the others the cells can be run again, so they are told and no more.
    pub(super) fn readable(&self) -> Outcome<Vec<PathBuf>> {
        let mut whole = Vec::new();
        for part in self.paths()? {
            match damage(&part)? {
                None => whole.push(part),
                Some(damage) => {
                    warn(&format!("{} is damaged, and its cells are run again: {damage}", part.display()));
                }
            }
        }
        Ok(whole)
    }

    /// Adds rows as a part.
    pub fn add(&self, layout: &Layout, rows: &[Row]) -> Outcome<PathBuf> {
        fs::create_dir_all(&self.folder).map_err(|error| Problem::file("create", &self.folder, &error))?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number:06}.parquet"));
        let batch = layout.batch(rows).map_err(|error| Problem::file("write", &path, &error))?;
        write_parquet(&path, batch)?;
        Ok(path)
    }

    /// Takes files of another data set as parts. That data set keeps them.
    pub(super) fn adopt(&self, files: &[PathBuf]) -> Outcome<()> {
        let fail = |error: &dyn std::fmt::Display| Problem::file("create", &self.folder, error);
        fs::create_dir_all(&self.folder).map_err(|error| fail(&error))?;
        for file in files {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            link(file, &self.folder.join(format!("{number:06}.parquet")))?;
        }
        sync(&self.folder).map_err(|error| fail(&error))
    }

    /// Removes parts whose rows stand elsewhere now.
    pub fn remove(&self, parts: &[PathBuf]) -> Outcome<()> {
        parts
            .iter()
            .try_for_each(|part| fs::remove_file(part).map_err(|error| Problem::file("remove", part, &error)))
    }

    /// Removes the folder with all that is in it.
    pub(super) fn clear(&self) -> Outcome<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Problem::file("remove", &self.folder, &error))
            }
            _ => Ok(()),
        }
    }
}
