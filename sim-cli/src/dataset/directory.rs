//! The directory of a data set.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::columns::{Done, Layout, Row, ending_named};
use super::manifest::{Manifest, Program, RunRecord};
use super::parquet_file::{UNFINISHED, write_file, write_parquet};
use super::table::Table;
use crate::output::warn;
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;

/// Held by the program that writes to the directory; the system lets go of it when the program ends, however that is.
const LOCK: &str = ".lock";

/// A directory that holds a data set, or will.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// Number of the next part.
    next_part: usize,
    /// Held while this program writes; `None` where it only reads.
    _lock: Option<File>,
}

impl Directory {
    /// Opens a directory for the results of `scenario`, and creates it if need be. What is in it must belong to the same
    /// scenario.
    pub fn create(path: &Path, scenario: &Scenario) -> Outcome<Self> {
        let fail = |error: &dyn std::fmt::Display| Problem::file("create", path, error);
        if path.exists() && !path.is_dir() {
            let sentence = format!("{} is a file; results need a directory", path.display());
            return Err(Problem::input(sentence).help("choose an empty or new directory with --out"));
        }
        fs::create_dir_all(path).map_err(|error| fail(&error))?;
        let mut directory = Self { path: path.to_owned(), next_part: 0, _lock: None };
        match directory.manifest()? {
            Some(manifest) => {
                let differences = manifest.differences(scenario);
                if !differences.is_empty() {
                    let sentence = format!(
                        "{} holds results of another scenario: {}",
                        path.display(),
                        differences.join("; ")
                    );
                    return Err(Problem::input(sentence)
                        .help("choose another directory with --out, or remove this one"));
                }
                let (there, here) = (&manifest.program.commit, Program::this().commit);
                if *there != here {
                    let place = path.display();
                    warn(&format!(
                        "rows in {place} were made by commit {there} and are kept; this is {here}"
                    ));
                }
            }
            None => directory.refuse_foreign_files()?,
        }
        directory._lock = Some(directory.lock()?);
        directory.next_part = directory.part_paths()?.len();
        Ok(directory)
    }

    fn lock(&self) -> Outcome<File> {
        let path = self.path.join(LOCK);
        let file = File::create(&path).map_err(|error| Problem::file("create", &path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                let sentence = format!("another synergy is writing to {}", self.path.display());
                Err(Problem::input(sentence).help("wait for it, or choose another directory with --out"))
            }
            Err(TryLockError::Error(error)) => Err(Problem::file("lock", &path, &error)),
        }
    }

    /// Opens a directory that holds results.
    pub fn open(path: &Path) -> Outcome<(Self, Manifest)> {
        let directory = Self { path: path.to_owned(), next_part: 0, _lock: None };
        match directory.manifest()? {
            Some(manifest) => Ok((directory, manifest)),
            None => {
                let sentence = format!("{} holds no data set: there is no manifest.json", path.display());
                Err(Problem::input(sentence).help("name the directory that `synergy sweep` wrote"))
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The compacted results.
    pub fn data_path(&self) -> PathBuf {
        self.path.join("data.parquet")
    }

    fn manifest_path(&self) -> PathBuf {
        self.path.join("manifest.json")
    }

    fn manifest(&self) -> Outcome<Option<Manifest>> {
        let path = self.manifest_path();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Problem::file("read", &path, &error)),
        };
        let manifest = serde_json::from_str(&text).map_err(|error| {
            Problem::input(format!("{} is not a manifest of this program: {error}", path.display()))
        })?;
        Ok(Some(manifest))
    }

    /// A directory with other things in it was named by mistake.
    fn refuse_foreign_files(&self) -> Outcome<()> {
        let entries = fs::read_dir(&self.path).map_err(|error| Problem::file("read", &self.path, &error))?;
        for entry in entries {
            let name = entry.map_err(|error| Problem::file("read", &self.path, &error))?.file_name();
            let name = name.to_string_lossy();
            if name != "parts" && name != LOCK && !name.starts_with(UNFINISHED) {
                let sentence =
                    format!("{} holds files that are no data set, such as {name}", self.path.display());
                return Err(Problem::input(sentence).help("choose an empty or new directory with --out"));
            }
        }
        Ok(())
    }

    /// What is known of each cell, by hash: the row with the most trials.
    pub fn rows(&self) -> Outcome<HashMap<String, Done>> {
        let mut rows: HashMap<String, Done> = HashMap::new();
        let mut paths = self.part_paths()?;
        if self.data_path().exists() {
            paths.push(self.data_path());
        }
        for path in paths {
            for (hash, done) in read_rows(&Table::read(&path)?) {
                let known = rows.get(&hash).map_or(0, |known| known.trials);
                if known == 0 || done.trials > known {
                    rows.insert(hash, done);
                }
            }
        }
        Ok(rows)
    }

    /// Adds rows of a running sweep.
    pub fn add_part(&mut self, layout: &Layout, rows: &[Row]) -> Outcome<()> {
        let parts = self.path.join("parts");
        fs::create_dir_all(&parts).map_err(|error| Problem::file("create", &parts, &error))?;
        let path = parts.join(format!("{:06}.parquet", self.next_part));
        self.write_rows(&path, layout, rows, &[])?;
        self.next_part += 1;
        Ok(())
    }

    /// Writes all rows as one file and removes the parts.
    pub fn compact(&mut self, layout: &Layout, rows: &[Row], manifest: &Manifest) -> Outcome<()> {
        let metadata = [
            ("synergy.model".to_owned(), manifest.scenario.model.clone()),
            ("synergy.seed".to_owned(), manifest.scenario.seed.to_string()),
            ("synergy.version".to_owned(), manifest.program.version.clone()),
        ];
        self.write_rows(&self.data_path(), layout, rows, &metadata)?;
        self.write_manifest(manifest)?;
        self.remove_parts()?;
        self.next_part = 0;
        self.remove_unfinished();
        Ok(())
    }

    /// Removes files that a killed run was writing. One that stays does no harm.
    fn remove_unfinished(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn write_rows(
        &self,
        path: &Path,
        layout: &Layout,
        rows: &[Row],
        metadata: &[(String, String)],
    ) -> Outcome<()> {
        let batch = layout.batch(rows, metadata).map_err(|error| Problem::file("write", path, &error))?;
        write_parquet(path, &batch)
    }

    /// Writes the manifest.
    pub fn write_manifest(&self, manifest: &Manifest) -> Outcome<()> {
        let path = self.manifest_path();
        let json =
            serde_json::to_string_pretty(manifest).map_err(|error| Problem::file("write", &path, &error))?;
        write_file(&path, format!("{json}\n").as_bytes())
    }

    /// Writes what the cells were tested for, and what came of it.
    pub fn write_verdict(&self, verdict: &impl serde::Serialize) -> Outcome<()> {
        let path = self.path.join("test.json");
        let json =
            serde_json::to_string_pretty(verdict).map_err(|error| Problem::file("write", &path, &error))?;
        write_file(&path, format!("{json}\n").as_bytes())
    }

    /// Adds a line to `runs.jsonl`.
    pub fn log(&self, record: &RunRecord) -> Outcome<()> {
        let path = self.path.join("runs.jsonl");
        let line = serde_json::to_string(record).map_err(|error| Problem::file("write", &path, &error))?;
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        written.map_err(|error| Problem::file("write", &path, &error))
    }

    /// Paths of the parts, in the order they were written.
    fn part_paths(&self) -> Outcome<Vec<PathBuf>> {
        let parts = self.path.join("parts");
        let entries = match fs::read_dir(&parts) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Problem::file("read", &parts, &error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| Problem::file("read", &parts, &error))?.path();
            if path.extension().is_some_and(|extension| extension == "parquet") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn remove_parts(&self) -> Outcome<()> {
        let parts = self.path.join("parts");
        match fs::remove_dir_all(&parts) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Problem::file("remove", &parts, &error))
            }
            _ => Ok(()),
        }
    }
}

/// What the rows of a file say about their cells. The estimates are made anew from the tallies.
fn read_rows(table: &Table) -> Vec<(String, Done)> {
    let text = |name: &str, row: usize| table.texts(name).and_then(|column| column.get(row)?.clone());
    let cell = |row: usize| {
        let hash = text("cell", row)?;
        if let Some(error) = text("error", row) {
            return Some((hash, Done::failed(error)));
        }
        let trials = table.numbers("trials").and_then(|column| *column.get(row)?)? as u64;
        let ending = ending_named(&text("ending", row)?)?;
        let (estimates, error) = (Vec::new(), None);
        Some((hash, Done { estimates, trials, ending, tally: text("tally", row)?, error }))
    };
    (0..table.rows()).filter_map(cell).collect()
}
