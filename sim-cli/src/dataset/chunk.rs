//! The part of a data set that one chunk of a sharded sweep becomes.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;

use super::columns::{Layout, Shape};
use super::compaction::compact;
use super::known::Known;
use super::parquet_file::read_metadata;
use super::{Directory, Parts};
use crate::problem::{Outcome, Problem};

/// Key of the stamp in the part's metadata.
const STAMP: &str = "synergy.chunk";

/// A chunk that this program runs; no other one does at the same time.
#[derive(Debug)]
pub struct Chunk {
    /// Its part, whole or not there.
    path: PathBuf,
    data: PathBuf,
    parts: Parts,
    _lock: File,
}

impl Chunk {
    /// Takes a chunk of a directory; `None` if another program has it.
    pub fn take(directory: &Directory, number: usize) -> Outcome<Option<Self>> {
        let folder = directory.parts().folder().to_owned();
        fs::create_dir_all(&folder).map_err(|error| Problem::file("create", &folder, &error))?;
        let name = Self::name(number);
        let lock_path = folder.join(format!(".{name}.lock"));
        let lock = File::create(&lock_path).map_err(|error| Problem::file("create", &lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(Problem::file("lock", &lock_path, &error)),
        }
        let path = folder.join(format!("{name}.parquet"));
        let parts = Parts::at(folder.join(name))?;
        Ok(Some(Self { path, data: directory.data_path(), parts, _lock: lock }))
    }

    /// Whether a directory has the part of a chunk, with this stamp: what it was made from.
    pub fn is_done(directory: &Directory, number: usize, stamp: &str) -> bool {
        let path = directory.parts().folder().join(format!("{}.parquet", Self::name(number)));
        // A part that cannot be read is run again.
        path.exists() && read_metadata(&path, STAMP).is_ok_and(|found| found.as_deref() == Some(stamp))
    }

    fn name(number: usize) -> String {
        format!("chunk-{number:06}")
    }

    /// What is known of its cells, from an earlier run of the chunk or of the sweep.
    pub fn known(&self) -> Outcome<Known> {
        let mut paths = self.parts.readable()?;
        // A part that cannot be read is no part.
        if self.path.exists() && read_metadata(&self.path, STAMP).is_ok() {
            paths.push(self.path.clone());
        }
        if self.data.exists() {
            paths.push(self.data.clone());
        }
        Known::of(paths)
    }

    /// Where its rows go while it runs.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Makes one part of those that hold its rows in order.
    pub fn finish(&self, layout: &Layout, shape: &Shape, parts: &[PathBuf], stamp: &str) -> Outcome<()> {
        let metadata = [(STAMP.to_owned(), stamp.to_owned())];
        let schema =
            layout.schema(shape, &metadata).map_err(|error| Problem::file("write", &self.path, &error))?;
        compact(&self.path, &schema, parts)?;
        self.parts.clear()
    }
}
