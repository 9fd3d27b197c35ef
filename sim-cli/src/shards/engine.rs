//! Engines that run chunks: processes of our own, HyperQueue, Slurm. What an engine loses is given to it again.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use clap::ValueEnum;
use sim_core::monte_carlo::Control;

use super::{PLAN_FILE, Plan};
use crate::dataset::{Chunk, Directory, write_file};
use crate::output::warn;
use crate::problem::{Outcome, Problem};
use crate::progress::Bar;

/// How often chunks are given to the engine that it did not bring back.
const ATTEMPTS: usize = 3;

/// How often it is looked whether chunks are done.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs chunks on HyperQueue workers of this machine, where there is no `hq`.
const HYPERQUEUE_DRIVER: &str = include_str!("hyperqueue.py");

/// What runs the chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Processes on this machine
    Local,
    /// HyperQueue: `hq` if it is on the PATH, else workers on this machine by its Python package
    Hyperqueue,
    /// Slurm: one job step with a task per worker
    Slurm,
}

/// A sweep that is to be run in chunks.
#[derive(Clone, Debug)]
pub struct Job {
    /// The chunks.
    pub plan: Plan,
    /// Directory of the data set.
    pub directory: PathBuf,
    /// How many chunks are run at a time.
    pub workers: usize,
}

/// Runs all chunks that the directory does not have, and returns when it has them.
///
/// # Errors
/// The engine cannot be started, or did not bring back some chunks however often they were given to it.
pub fn submit(job: &Job, engine: Engine, control: &Control, bar: &Bar) -> Outcome<()> {
    for attempt in 1..=ATTEMPTS {
        let missing = job.missing()?;
        if missing.is_empty() || control.is_cancelled() {
            return Ok(());
        }
        if attempt > 1 {
            warn(&format!("{} chunks did not come back and are given to the engine again", missing.len()));
        }
        match engine {
            Engine::Local => job.locally(&missing, control, bar)?,
            Engine::Hyperqueue => job.follow(job.hyperqueue(&missing)?, control, bar)?,
            Engine::Slurm => job.follow(job.slurm()?, control, bar)?,
        }
    }
    let missing = job.missing()?;
    if missing.is_empty() || control.is_cancelled() {
        return Ok(());
    }
    let sentence = format!(
        "{} of {} chunks did not come back after {ATTEMPTS} attempts",
        missing.len(),
        job.plan.chunks
    );
    Err(Problem::failure(sentence).help(format!(
        "look at one of them: {}",
        self::words(&job.worker(&["--chunk".into(), missing[0].to_string().into()]))
    )))
}

/// A command as a person types it.
fn words(command: &[OsString]) -> String {
    command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

impl Job {
    /// Chunks that the directory does not have.
    fn missing(&self) -> Outcome<Vec<usize>> {
        let directory = Directory::share(&self.directory, &self.plan.scenario)?;
        if directory.is_complete(&self.plan.scenario)? {
            return Ok(Vec::new());
        }
        let stamp = self.plan.stamp();
        Ok((0..self.plan.chunks).filter(|&chunk| !Chunk::is_done(&directory, chunk, &stamp)).collect())
    }

    fn plan_path(&self) -> PathBuf {
        self.directory.join(PLAN_FILE)
    }

    /// The command of a worker: this program, on one thread.
    fn worker(&self, which: &[OsString]) -> Vec<OsString> {
        let program = std::env::current_exe().map_or_else(|_| "synergy".into(), PathBuf::into_os_string);
        let fixed = [program, "shards".into(), "run".into(), self.plan_path().into_os_string()];
        let end: [OsString; 3] = ["--threads".into(), "1".into(), "--quiet".into()];
        fixed.into_iter().chain(which.iter().cloned()).chain(end).collect()
    }

    fn locally(&self, missing: &[usize], control: &Control, bar: &Bar) -> Outcome<()> {
        let mut waiting = missing.iter();
        let mut running: Vec<Child> = Vec::new();
        loop {
            let before = running.len();
            running.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
            for _ in running.len()..before {
                bar.step(false);
            }
            while running.len() < self.workers && !control.is_cancelled() {
                let Some(chunk) = waiting.next() else { break };
                let command = self.worker(&["--chunk".into(), chunk.to_string().into()]);
                running.push(
                    quiet(&command[0], &command[1..])?
                        .spawn()
                        .map_err(|error| unable(&command[0], &error))?,
                );
            }
            // Children get a Ctrl-C as this process does, and end by themselves.
            if running.is_empty() {
                return Ok(());
            }
            sleep(LOOK_EVERY / 5);
        }
    }

    /// Waits for an engine, and shows how far it has come.
    fn follow(&self, mut engine: Child, control: &Control, bar: &Bar) -> Outcome<()> {
        let mut shown = 0;
        let before = self.plan.chunks - self.missing()?.len();
        loop {
            let ended = engine
                .try_wait()
                .map_err(|error| Problem::failure(format!("cannot wait for the engine: {error}")))?;
            let done = self.plan.chunks - self.missing()?.len() - before;
            for _ in shown..done {
                bar.step(false);
            }
            shown = shown.max(done);
            if let Some(status) = ended {
                if !status.success() && !control.is_cancelled() {
                    warn(&format!("the engine ended with {status}"));
                }
                return Ok(());
            }
            // An engine in our group gets a Ctrl-C as this process does.
            sleep(LOOK_EVERY);
        }
    }

    fn hyperqueue(&self, missing: &[usize]) -> Outcome<Child> {
        let chunks: String = missing.iter().map(|chunk| format!("{chunk}\n")).collect();
        let list = self.directory.join(".chunks");
        write_file(&list, chunks.as_bytes())?;
        let command = self.worker(&["--chunk".into()]);
        if on_path("hq") {
            // The number of the chunk is a line of the list.
            let line = format!("exec {}", words(&command).replace("--chunk", "--chunk \"$HQ_ENTRY\""));
            let mut hq = quiet("hq".as_ref(), &["submit".into(), "--wait".into(), "--each-line".into()])?;
            hq.arg(&list).args(["--", "sh", "-c", &line]);
            return hq.spawn().map_err(|error| unable("hq".as_ref(), &error));
        }
        let python = std::env::var_os("SYNERGY_PYTHON").unwrap_or_else(|| "python3".into());
        let mut driver = Command::new(&python);
        driver
            .arg("-")
            .arg(self.workers.to_string())
            .arg(&list)
            .args(&command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = driver.spawn().map_err(|error| unable(&python, &error))?;
        if let Some(mut input) = child.stdin.take() {
            // One that ended at once says why by itself.
            let _ = input.write_all(HYPERQUEUE_DRIVER.as_bytes());
        }
        Ok(child)
    }

    fn slurm(&self) -> Outcome<Child> {
        let command = self.worker(&["--shard".into()]);
        let line =
            format!("exec {}", words(&command).replace("--shard", "--shard \"$SLURM_PROCID/$SLURM_NTASKS\""));
        let tasks = format!("--ntasks={}", self.workers);
        // A task that dies does not take the others with it.
        let arguments: [OsString; 6] = [
            tasks.into(),
            "--kill-on-bad-exit=0".into(),
            "--job-name=synergy".into(),
            "sh".into(),
            "-c".into(),
            line.into(),
        ];
        quiet("srun".as_ref(), &arguments)?.spawn().map_err(|error| unable("srun".as_ref(), &error))
    }
}

/// A command whose output nobody needs; what goes wrong it says on the standard error.
fn quiet(program: &std::ffi::OsStr, arguments: &[OsString]) -> Outcome<Command> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(command)
}

fn unable(program: &std::ffi::OsStr, error: &std::io::Error) -> Problem {
    Problem::failure(format!("cannot start {}: {error}", program.to_string_lossy()))
        .help("choose another engine with --engine, or install it")
}

fn on_path(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder: PathBuf| Path::new(&folder).join(program).is_file())
}
