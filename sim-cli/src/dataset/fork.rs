//! A data set beside another one, which begins with the rows of that one that still hold.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::directory::Directory;
use super::manifest::{Counts, Manifest};
use super::parquet_file::UNFINISHED;
use crate::problem::{Outcome, Problem};
use crate::scenario::Scenario;

/// A directory that is younger than this may not have its lock yet.
const JUST_BEGUN: Duration = Duration::from_secs(60);

/// Where the results of a scenario go if its directory may be that of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Where they go.
    pub path: PathBuf,
    /// What it is forked from, if it is not there yet.
    from: Option<PathBuf>,
}

impl Fork {
    /// `path` if what is there can go on, else the first of `path-2`, `path-3`, … that can or is not there.
    /// So the same fork again goes on.
    pub fn of(path: &Path, scenario: &Scenario) -> Outcome<Self> {
        let mut candidate = path.to_owned();
        for number in 2.. {
            let goes_on = match Directory::manifest_at(&candidate)? {
                Some(manifest) => manifest.differences(scenario).is_empty(),
                // Whatever else is there is not ours to judge, but that a fork cannot take its place.
                None => candidate == path || !candidate.exists(),
            };
            if goes_on {
                break;
            }
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            candidate = path.with_file_name(format!("{name}-{number}"));
        }
        let from = (candidate != path && !candidate.exists()).then(|| path.to_owned());
        Ok(Self { path: candidate, from })
    }

    /// Makes the directory, whole or not at all, if it is to be made. Gives what is to be told about it.
    pub fn make(&self, scenario: &Scenario) -> Outcome<Option<String>> {
        let Some(from) = &self.from else { return Ok(None) };
        let (source, manifest) = Directory::open(from)?;
        if source.is_busy() {
            let sentence = format!("another synergy is writing to {}", from.display());
            return Err(Problem::input(sentence).help("wait for it; its rows can be used then"));
        }
        let rows = if manifest.holds_in(scenario) { source.files_of_rows()? } else { Vec::new() };
        let fail = |error: &dyn std::fmt::Display| Problem::file("create", &self.path, error);
        // The parent of a bare name is empty.
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        remove_abandoned(parent);
        let unfinished =
            tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(parent).map_err(|error| fail(&error))?;
        let target = Directory::at(unfinished.path())?;
        let counts = Counts { cells: scenario.cell_count()?, ..Counts::default() };
        // Until it has its name, the lock tells it from one that a killed program left.
        let _lock = target.lock(File::try_lock)?;
        target.write_manifest(&Manifest::new(scenario.clone(), counts))?;
        target.parts().adopt(&rows)?;
        // A result is as readable as any other directory of the user.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(unfinished.path(), fs::Permissions::from_mode(0o755))
                .map_err(|error| fail(&error))?;
        }
        sync(unfinished.path()).map_err(|error| fail(&error))?;
        fs::rename(unfinished.path(), &self.path).map_err(|error| fail(&error))?;
        // It has another name now, under which nothing shall remove it.
        let _ = unfinished.keep();
        sync(parent).map_err(|error| fail(&error))?;
        let begin = match rows.is_empty() {
            true => format!("with none of the rows of {}, which do not hold", from.display()),
            false => format!("with the rows of {} that hold", from.display()),
        };
        let why = manifest.differences(scenario).join("; ");
        Ok(Some(format!("{} begins {begin}: {why}", self.path.display())))
    }
}

/// Removes what programs left that were killed while they made a fork here. Others may be making one: theirs is locked, or just begun.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_old = || entry.metadata().ok()?.modified().ok()?.elapsed().ok().map(|age| age > JUST_BEGUN);
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(UNFINISHED) || !entry.path().is_dir() || is_old() != Some(true)
        {
            continue;
        }
        let Ok(directory) = Directory::at(&entry.path()) else { continue };
        if !directory.is_busy() {
            // One that stays does no harm.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes the names in a directory durable.
pub(super) fn sync(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Gives a file, which nobody changes any more, a second name, or copies it where there are none.
pub(super) fn link(from: &Path, to: &Path) -> Outcome<()> {
    let linked = match fs::hard_link(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            fs::copy(from, to).and_then(|_| File::open(to)?.sync_all())
        }
        linked => linked,
    };
    linked.map_err(|error| Problem::file("copy", from, &error))
}
