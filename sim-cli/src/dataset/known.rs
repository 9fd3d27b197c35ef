//! What earlier runs found, by cell, wherever in the directory it stands.

use std::collections::HashMap;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use sim_core::monte_carlo::Ending;

use super::columns::{Done, ending_named};
use super::manifest::Counts;
use super::parquet_file::{count_rows, read_columns, read_row_at, read_selected};
use super::table::Table;
use crate::problem::Outcome;

/// Columns from which a cell goes on.
const COLUMNS: [&str; 5] = ["cell", "trials", "ending", "error", "tally"];

/// The rows of earlier runs. Only where each of them stands is in memory, 48 bytes per cell.
#[derive(Debug, Default)]
pub struct Known {
    files: Vec<PathBuf>,
    /// By cell.
    places: Vec<Place>,
}

/// The row of a cell with the most trials.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// [Key](key_of) of the cell.
    key: u128,
    file: u32,
    row: u32,
    trials: u64,
    state: State,
}

/// What a row says about its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    Begun,
    Failed,
}

impl Known {
    /// Looks through these files. Of several rows of a cell that with the most trials counts.
    pub(super) fn of(files: Vec<PathBuf>) -> Outcome<Self> {
        let rows = files.iter().map(|path| count_rows(path)).sum::<Outcome<usize>>()?;
        let mut places = Vec::with_capacity(rows);
        for (file, path) in files.iter().enumerate() {
            let mut first = 0;
            for batch in read_columns(path, &COLUMNS[..4])? {
                let table = Table::of(vec![batch?]);
                for row in 0..table.rows() {
                    let Some((key, trials, state)) = identity(&table, row) else { continue };
                    let (file, row) = (file as u32, (first + row) as u32);
                    places.push(Place { key, file, row, trials, state });
                }
                first += table.rows();
            }
        }
        // Of equally many trials the first row counts; of none, which is a failure, the last.
        let order = |place: &Place| match place.trials {
            0 => (u64::MAX, u32::MAX - place.file, u32::MAX - place.row),
            trials => (u64::MAX - trials, place.file, place.row),
        };
        places.sort_unstable_by_key(|place| (place.key, order(place)));
        places.dedup_by_key(|place| place.key);
        Ok(Self { files, places })
    }

    /// Whether nothing is known of any cell.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Counts of the cells, of which there are so many in the sweep; those that were begun are not done.
    pub fn counts(&self, cells: usize) -> Counts {
        let count = |state| self.places.iter().filter(|place| place.state == state).count();
        let failed = count(State::Failed);
        let trials = self.places.iter().map(|place| place.trials).sum();
        Counts { cells, done: count(State::Whole) + failed, failed, trials }
    }

    /// Number of cells of which there is a row.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether a cell was begun and interrupted.
    pub fn is_begun(&self, hash: &str) -> bool {
        self.place(hash).is_some_and(|place| place.state == State::Begun)
    }

    /// The row of a cell with all its columns, and how many trials are behind it.
    pub fn stored(&self, hash: &str) -> Outcome<Option<(RecordBatch, u64)>> {
        let Some(place) = self.place(hash) else { return Ok(None) };
        let rows = read_row_at(&self.files[place.file as usize], place.row as usize)?;
        Ok(rows.map(|row| (row, place.trials)))
    }

    fn place(&self, hash: &str) -> Option<&Place> {
        let key = key(hash)?;
        Some(&self.places[self.places.binary_search_by_key(&key, |place| place.key).ok()?])
    }

    /// What is known of these cells, by hash.
    pub fn rows<'a>(&self, hashes: impl IntoIterator<Item = &'a str>) -> Outcome<HashMap<String, Done>> {
        let mut wanted: Vec<Vec<usize>> = vec![Vec::new(); self.files.len()];
        for place in hashes.into_iter().filter_map(|hash| self.place(hash)) {
            wanted[place.file as usize].push(place.row as usize);
        }
        let mut found = HashMap::new();
        for (path, mut rows) in self.files.iter().zip(wanted).filter(|(_, rows)| !rows.is_empty()) {
            rows.sort_unstable();
            rows.dedup();
            let table = Table::of(read_selected(path, &COLUMNS, &rows)?);
            found.extend((0..table.rows()).filter_map(|row| read_row(&table, row)));
        }
        Ok(found)
    }
}

/// The first half of a hash, which is more than enough to tell cells apart.
pub fn key_of(hash: &[u8; 32]) -> u128 {
    hash.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte))
}

/// That of a hash as text.
fn key(hash: &str) -> Option<u128> {
    u128::from_str_radix(hash.get(..32)?, 16).ok()
}

fn text(table: &Table, name: &str, row: usize) -> Option<String> {
    table.texts(name)?.get(row)?.clone()
}

fn trials(table: &Table, row: usize) -> Option<u64> {
    table.numbers("trials")?.get(row)?.map(|trials| trials as u64)
}

/// The cell of a row that can be gone on from, and its trials; a failed one has none.
fn identity(table: &Table, row: usize) -> Option<(u128, u64, State)> {
    let hash = key(&text(table, "cell", row)?)?;
    if text(table, "error", row).is_some() {
        return Some((hash, 0, State::Failed));
    }
    let state = match ending_named(&text(table, "ending", row)?)? {
        Ending::Cancelled => State::Begun,
        Ending::Complete | Ending::Precise | Ending::Imprecise => State::Whole,
    };
    Some((hash, trials(table, row)?, state))
}

/// What a row says about its cell. The estimates are made anew from the tally.
fn read_row(table: &Table, row: usize) -> Option<(String, Done)> {
    let hash = text(table, "cell", row)?;
    if let Some(error) = text(table, "error", row) {
        return Some((hash, Done::failed(error)));
    }
    let (estimates, error) = (Vec::new(), None);
    let ending = ending_named(&text(table, "ending", row)?)?;
    let (trials, tally) = (trials(table, row)?, text(table, "tally", row)?);
    Some((hash, Done { estimates, trials, ending, tally, error }))
}
