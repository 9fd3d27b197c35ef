//! A temporary directory for a test, and the program run in it.

#![allow(dead_code, reason = "every test file uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::Value as Json;
use tempfile::TempDir;

/// A directory of its own for a test; removed at the end.
pub struct Place(TempDir);

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and its directory if need be.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn json(&self, name: &str) -> Json {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Names in a directory, sorted.
    pub fn names(&self, name: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(name)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        // The locks of a data set are nobody's business.
        names.retain(|name| !name.starts_with(".lock"));
        names.sort();
        names
    }

    /// Runs `synergy` here, with words that contain no spaces.
    pub fn synergy(&self, line: &str) -> Ended {
        self.synergy_with(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `synergy` here with these arguments.
    pub fn synergy_with(&self, arguments: &[&str]) -> Ended {
        run(program(), self.0.path(), arguments)
    }
}

/// A change of a scenario that makes it wrong: what is replaced, by what, the place that is named, and a part of the sentence.
pub type Wrong<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Tries each change alone: it is explained, and nothing is written.
#[track_caller]
pub fn assert_explained(scenario: &str, changes: &[Wrong<'_>]) {
    for (from, to, line, sentence) in changes {
        let place = Place::new();
        assert!(scenario.contains(from), "{from}");
        place.write("s.toml", scenario.replace(from, to));
        let said = place.synergy("sweep s.toml -q --out out").expect(2).err;
        assert!(said.contains(sentence) && said.contains(line), "{to}: {said}");
        assert!(!place.path("out").exists(), "{to}");
    }
}

/// The program under test.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_synergy"))
}

/// An example of this package. It stands beside the program.
pub fn example(name: &str) -> PathBuf {
    let path = program().parent().unwrap().join("examples").join(name);
    let path = path.with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.exists(), "a whole `cargo test` builds it; alone: `cargo build --profile test --examples`");
    path
}

/// Runs a program; one that takes longer than a minute hangs, and is killed.
pub fn run(program: &Path, directory: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(program);
    command.current_dir(directory).args(arguments).timeout(Duration::from_secs(60));
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ended = Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ended.err.contains("panicked") && ended.code != Some(101), "{arguments:?}: {ended:?}");
    ended
}

impl Ended {
    /// The same, having ended with this exit code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }
}

/// Waits until something holds, but not for longer than 20 s.
pub fn wait_until(mut holds: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !holds() && clock.elapsed() < Duration::from_secs(20) {
        sleep(Duration::from_millis(1));
    }
}
