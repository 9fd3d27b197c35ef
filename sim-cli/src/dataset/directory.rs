//! The directory of a data set.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::columns::{Layout, Shape};
use super::compaction::compact;
use super::known::Known;
use super::manifest::{Attempt, Counts, Manifest, Program, RunRecord};
use super::parquet_file::{UNFINISHED, write_file};
use super::parts::Parts;
use crate::output::warn;
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;
use crate::shards::PLAN_FILE;

/// Held by the program that writes to the directory; the system lets go of it when the program ends, however that is.
const LOCK: &str = ".lock";

/// What the directory holds, and what made it.
const MANIFEST: &str = "manifest.json";

/// Attempts and runs, a line each.
const RUNS: &str = "runs.jsonl";

/// Held by the program that makes a plan of chunks.
const PLAN_LOCK: &str = ".lock-plan";

/// Where rows are that are not compacted yet.
const PARTS: &str = "parts";

/// A directory that holds a data set, or will.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    parts: Parts,
    /// Held while this program writes; `None` where it only reads.
    _lock: Option<File>,
}

impl Directory {
    /// Opens a directory for the results of `scenario`, and creates it if need be. What is in it must belong to the same
    /// scenario. No other program can write to it meanwhile.
    pub fn create(path: &Path, scenario: &Scenario) -> Outcome<Self> {
        let mut directory = Self::prepare(path)?;
        directory._lock = Some(directory.lock(File::try_lock)?);
        directory.parts = Parts::at(path.join(PARTS))?;
        if !directory.belongs_to(scenario)? {
            // Before anything else is written, so that whatever a killed program leaves is known as its own.
            let counts = Counts { cells: scenario.cell_count()?, ..Counts::default() };
            directory.write_manifest(&Manifest::new(scenario.clone(), counts))?;
        }
        Ok(directory)
    }

    /// Opens or creates it for chunks of the sweep: others can work on other chunks, but no sweep can write to it meanwhile.
    pub fn share(path: &Path, scenario: &Scenario) -> Outcome<Self> {
        let mut directory = Self::prepare(path)?;
        directory._lock = Some(directory.lock(File::try_lock_shared)?);
        directory.belongs_to(scenario)?;
        Ok(directory)
    }

    /// Opens or creates a directory that is a data set, or is empty.
    fn prepare(path: &Path) -> Outcome<Self> {
        if path.exists() && !path.is_dir() {
            let sentence = format!("{} is a file; results need a directory", path.display());
            return Err(Problem::input(sentence).help("choose an empty or new directory with --out"));
        }
        fs::create_dir_all(path).map_err(|error| Problem::file("create", path, &error))?;
        let directory = Self::at(path)?;
        if directory.manifest()?.is_none() {
            directory.refuse_foreign_files()?;
        }
        Ok(directory)
    }

    /// Whether it has a manifest, which must be of this scenario.
    fn belongs_to(&self, scenario: &Scenario) -> Outcome<bool> {
        let Some(manifest) = self.manifest()? else { return Ok(false) };
        let (place, differences) = (self.path.display(), manifest.differences(scenario));
        if !differences.is_empty() {
            let sentence = format!("{place} holds results of another scenario: {}", differences.join("; "));
            return Err(Problem::input(sentence).help(
                "--fork begins a directory beside it with the rows that still hold; --out names another one",
            ));
        }
        let (there, here) = (&manifest.program.commit, Program::this().commit);
        if *there != here {
            warn(&format!("rows in {place} were made by commit {there} and are kept; this is {here}"));
        }
        Ok(true)
    }

    pub(super) fn at(path: &Path) -> Outcome<Self> {
        Ok(Self { path: path.to_owned(), parts: Parts::at(path.join(PARTS))?, _lock: None })
    }

    pub(super) fn lock(&self, take: fn(&File) -> Result<(), TryLockError>) -> Outcome<File> {
        let path = self.path.join(LOCK);
        let file = File::create(&path).map_err(|error| Problem::file("create", &path, &error))?;
        match take(&file) {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                let sentence = format!("another synergy is writing to {}", self.path.display());
                Err(Problem::input(sentence).help("wait for it, or choose another directory with --out"))
            }
            Err(TryLockError::Error(error)) => Err(Problem::file("lock", &path, &error)),
        }
    }

    /// Waits until no other program makes a plan of chunks here, and keeps others from it as long as the lock lives.
    pub fn lock_plan(&self) -> Outcome<File> {
        let path = self.path.join(PLAN_LOCK);
        let file = File::create(&path).map_err(|error| Problem::file("create", &path, &error))?;
        file.lock().map_err(|error| Problem::file("lock", &path, &error))?;
        Ok(file)
    }

    /// Opens a directory that holds results.
    pub fn open(path: &Path) -> Outcome<(Self, Manifest)> {
        let directory = Self::at(path)?;
        match directory.manifest()? {
            Some(manifest) => Ok((directory, manifest)),
            None => {
                let sentence = format!("{} holds no data set: there is no manifest.json", path.display());
                Err(Problem::input(sentence).help("name the directory that `synergy sweep` wrote"))
            }
        }
    }

    /// Whether the compacted results are those of this very scenario, with all its cells and trials.
    pub fn is_complete(&self, scenario: &Scenario) -> Outcome<bool> {
        let manifest = self.manifest()?;
        Ok(self.data_path().exists()
            && manifest.is_some_and(|manifest| {
                manifest.scenario == *scenario && manifest.counts.done == manifest.counts.cells
            }))
    }

    /// Whether a program writes to it now.
    pub fn is_busy(&self) -> bool {
        let Ok(file) = File::open(self.path.join(LOCK)) else { return false };
        matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// The rows that are not compacted yet.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Number of files that a compaction would join.
    pub fn count_parts(&self) -> Outcome<usize> {
        Ok(self.parts.paths()?.len())
    }

    /// The runs so far that came to an end.
    pub fn runs(&self) -> Outcome<Vec<RunRecord>> {
        self.log_lines()
    }

    /// The attempts so far.
    pub fn attempts(&self) -> Outcome<Vec<Attempt>> {
        self.log_lines()
    }

    /// The lines of the log that are records of this kind. One that was cut off is none.
    fn log_lines<T: serde::de::DeserializeOwned>(&self) -> Outcome<Vec<T>> {
        let path = self.path.join(RUNS);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
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

    /// The compacted results, which must be there.
    ///
    /// # Errors
    /// The sweep did not come to its end, and nobody compacted what there is.
    pub fn finished_data(&self) -> Outcome<PathBuf> {
        let path = self.data_path();
        if path.exists() {
            return Ok(path);
        }
        let sentence = format!("the sweep in {} is not finished", self.path.display());
        Err(Problem::input(sentence).help(
            "repeat the `synergy sweep` that began it, or put what there is into one file with `synergy compact`",
        ))
    }

    fn manifest_path(&self) -> PathBuf {
        self.path.join(MANIFEST)
    }

    fn manifest(&self) -> Outcome<Option<Manifest>> {
        Self::manifest_at(&self.path)
    }

    /// The manifest of the data set in a directory, if it is one.
    pub(super) fn manifest_at(directory: &Path) -> Outcome<Option<Manifest>> {
        let path = directory.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(Problem::file("read", &path, &error)),
        };
        let manifest = serde_json::from_str(&text).map_err(|error| {
            Problem::input(format!("{} is not a manifest of this program: {error}", path.display())).help(
                "without it nobody knows what the rows beside it are; choose another directory with --out",
            )
        })?;
        Ok(Some(manifest))
    }

    /// A directory with other things in it was named by mistake.
    fn refuse_foreign_files(&self) -> Outcome<()> {
        let entries = fs::read_dir(&self.path).map_err(|error| Problem::file("read", &self.path, &error))?;
        for entry in entries {
            let name = entry.map_err(|error| Problem::file("read", &self.path, &error))?.file_name();
            let name = name.to_string_lossy();
            if name != PARTS && name != PLAN_FILE && !name.starts_with(LOCK) && !name.starts_with(UNFINISHED)
            {
                let sentence =
                    format!("{} holds files that are no data set, such as {name}", self.path.display());
                return Err(Problem::input(sentence).help("choose an empty or new directory with --out"));
            }
        }
        Ok(())
    }

    /// What earlier runs found.
    pub fn known(&self) -> Outcome<Known> {
        Known::of(self.files_of_rows()?)
    }

    /// The files in which rows stand.
    pub(super) fn files_of_rows(&self) -> Outcome<Vec<PathBuf>> {
        let mut paths = self.parts.readable()?;
        if self.data_path().exists() {
            paths.push(self.data_path());
        }
        Ok(paths)
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
        self.parts.clear()?;
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

    /// Removes what was said of a sweep as a whole in a file of this name, if it was.
    pub fn remove_summary(&self, name: &str) -> Outcome<()> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Problem::file("remove", &path, &error)),
            _ => Ok(()),
        }
    }

    /// Writes what came of a sweep as a whole into a file of this name.
    pub fn write_summary(&self, name: &str, summary: &impl serde::Serialize) -> Outcome<()> {
        let path = self.path.join(name);
        let json =
            serde_json::to_string_pretty(summary).map_err(|error| Problem::file("write", &path, &error))?;
        write_file(&path, format!("{json}\n").as_bytes())
    }

    /// Adds a line to `runs.jsonl`.
    pub fn log(&self, record: &impl serde::Serialize) -> Outcome<()> {
        let path = self.path.join(RUNS);
        let line = serde_json::to_string(record).map_err(|error| Problem::file("write", &path, &error))?;
        // Behind a line that was cut off begins a new one.
        let start =
            if fs::read(&path).is_ok_and(|log| !log.is_empty() && !log.ends_with(b"\n")) { "\n" } else { "" };
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(format!("{start}{line}\n").as_bytes()));
        written.map_err(|error| Problem::file("write", &path, &error))
    }
}
