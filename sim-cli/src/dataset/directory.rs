//! The directory of a data set.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::columns::{Layout, Row, Shape};
use super::compaction::compact;
use super::known::Known;
use super::manifest::{Manifest, Program, RunRecord};
use super::parquet_file::{UNFINISHED, write_file, write_parquet};
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
    next_part: AtomicUsize,
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
        let mut directory = Self { path: path.to_owned(), next_part: AtomicUsize::new(0), _lock: None };
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
        directory.next_part = AtomicUsize::new(directory.first_free_part()?);
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
        let directory = Self { path: path.to_owned(), next_part: AtomicUsize::new(0), _lock: None };
        match directory.manifest()? {
            Some(manifest) => Ok((directory, manifest)),
            None => {
                let sentence = format!("{} holds no data set: there is no manifest.json", path.display());
                Err(Problem::input(sentence).help("name the directory that `synergy sweep` wrote"))
            }
        }
    }

    /// Whether a program writes to it now.
    pub fn is_busy(&self) -> bool {
        let Ok(file) = File::open(self.path.join(LOCK)) else { return false };
        matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// Number of files that a compaction would join.
    pub fn parts(&self) -> Outcome<usize> {
        Ok(self.part_paths()?.len())
    }

    /// What is said of the runs so far, a line each that can be read.
    pub fn runs(&self) -> Outcome<Vec<RunRecord>> {
        let path = self.path.join("runs.jsonl");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Problem::file("read", &path, &error)),
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

    /// What earlier runs found.
    pub fn known(&self) -> Outcome<Known> {
        let mut paths = self.part_paths()?;
        if self.data_path().exists() {
            paths.push(self.data_path());
        }
        Known::of(paths)
    }

    /// Adds rows of a running sweep, in a file of their own.
    pub fn add_part(&self, layout: &Layout, rows: &[Row]) -> Outcome<PathBuf> {
        let parts = self.path.join("parts");
        fs::create_dir_all(&parts).map_err(|error| Problem::file("create", &parts, &error))?;
        let number = self.next_part.fetch_add(1, Ordering::Relaxed);
        let path = parts.join(format!("{number:06}.parquet"));
        let batch = layout.batch(rows).map_err(|error| Problem::file("write", &path, &error))?;
        write_parquet(&path, batch)?;
        Ok(path)
    }

    /// Writes the rows of `parts`, which hold those of the whole sweep in its order, as one file, and removes all parts.
    pub fn compact(
        &self,
        layout: &Layout,
        shape: &Shape,
        parts: &[PathBuf],
        manifest: &Manifest,
    ) -> Outcome<()> {
        let metadata = [
            ("synergy.model".to_owned(), manifest.scenario.model.clone()),
            ("synergy.seed".to_owned(), manifest.scenario.seed.to_string()),
            ("synergy.version".to_owned(), manifest.program.version.clone()),
        ];
        let path = self.data_path();
        let schema =
            layout.schema(shape, &metadata).map_err(|error| Problem::file("write", &path, &error))?;
        compact(&path, &schema, parts)?;
        self.write_manifest(manifest)?;
        self.remove_parts()?;
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

    /// Writes the manifest.
    pub fn write_manifest(&self, manifest: &Manifest) -> Outcome<()> {
        let path = self.manifest_path();
        let json =
            serde_json::to_string_pretty(manifest).map_err(|error| Problem::file("write", &path, &error))?;
        write_file(&path, format!("{json}\n").as_bytes())
    }

    /// Removes what is said of an earlier test.
    pub fn remove_verdict(&self) -> Outcome<()> {
        let path = self.path.join("test.json");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Problem::file("remove", &path, &error))
            }
            _ => Ok(()),
        }
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

    /// A number that is greater than that of any part.
    fn first_free_part(&self) -> Outcome<usize> {
        let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<usize>().ok();
        Ok(self.part_paths()?.iter().filter_map(number).max().map_or(0, |last| last + 1))
    }

    /// Removes parts whose rows stand elsewhere now.
    pub fn remove(&self, parts: &[PathBuf]) -> Outcome<()> {
        parts
            .iter()
            .try_for_each(|part| fs::remove_file(part).map_err(|error| Problem::file("remove", part, &error)))
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
