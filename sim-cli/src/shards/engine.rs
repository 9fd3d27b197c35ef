//! Engines that run chunks: processes of our own, HyperQueue, Slurm. What an engine loses is given to it again.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use sim_core::monte_carlo::Control;
use tempfile::NamedTempFile;

use super::process::{Process, answer, line};
use super::{PLAN_FILE, Plan};
use crate::dataset::{Chunk, Directory};
use crate::output::warn;
use crate::problem::{Outcome, Problem};
use crate::progress::Bar;

/// How often chunks are given in vain to an engine, one time after the other, until it is given up.
const VAIN_ATTEMPTS: usize = 3;

/// How often it is looked whether chunks are done; less often where looking takes long.
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
    /// Directory of the data set, absolute: workers need not start where we are.
    pub directory: PathBuf,
    /// How many chunks are run at a time.
    pub workers: usize,
}

/// Runs all chunks that the directory does not have, and returns when it has them, or when it is cancelled.
///
/// # Errors
/// The engine cannot be started, or brings nothing back however often it is asked.
pub fn submit(job: &Job, engine: Engine, control: &Control, bar: &Bar) -> Outcome<()> {
    let mut open = Open::of(job)?;
    let mut vain = 0;
    while !open.chunks.is_empty() && !control.is_cancelled() {
        let before = open.chunks.len();
        match engine {
            Engine::Local => job.locally(&open.chunks),
            Engine::Hyperqueue => job.hyperqueue(&open.chunks)?,
            Engine::Slurm => job.slurm()?,
        }
        .follow(&mut open, control, bar)?;
        if open.chunks.is_empty() || control.is_cancelled() {
            break;
        }
        vain = if open.chunks.len() < before { 0 } else { vain + 1 };
        if vain == VAIN_ATTEMPTS {
            return Err(job.given_up(&open.chunks));
        }
        warn(&format!("{} chunks did not come back and are given to the engine again", open.chunks.len()));
    }
    Ok(())
}

/// The chunks that the directory does not have yet.
struct Open {
    directory: Directory,
    stamp: String,
    chunks: Vec<usize>,
}

impl Open {
    fn of(job: &Job) -> Outcome<Self> {
        let directory = Directory::share(&job.directory, &job.plan.scenario)?;
        let all = if directory.is_complete(&job.plan.scenario)? { 0..0 } else { 0..job.plan.chunks };
        let mut open = Self { directory, stamp: job.plan.stamp(), chunks: all.collect() };
        open.look();
        Ok(open)
    }

    /// Looks which have come, and gives their number.
    fn look(&mut self) -> usize {
        let before = self.chunks.len();
        let Self { directory, stamp, chunks } = self;
        chunks.retain(|&chunk| !Chunk::is_done(directory, chunk, stamp));
        before - self.chunks.len()
    }
}

/// What runs for us now.
enum Running {
    /// Processes of our own, so many at a time, and the commands that wait, the next one last.
    Local { processes: Vec<Process>, at_most: usize, waiting: Vec<Vec<OsString>> },
    /// The client of an engine, what cancels the engine's job where its end does not, and a file that it reads.
    Client { process: Process, cancel: Option<Vec<OsString>>, _list: Option<NamedTempFile> },
}

impl Running {
    /// Waits until nothing runs, shows how far it has come, and passes a cancellation on.
    fn follow(mut self, open: &mut Open, control: &Control, bar: &Bar) -> Outcome<()> {
        let mut next_look = Instant::now();
        loop {
            let is_over = self.is_over(control)?;
            if is_over || Instant::now() >= next_look {
                let clock = Instant::now();
                for _ in 0..open.look() {
                    bar.step(false);
                }
                next_look = Instant::now() + LOOK_EVERY.max(20 * clock.elapsed());
            }
            if is_over {
                return Ok(());
            }
            sleep(LOOK_EVERY / 5);
        }
    }

    fn is_over(&mut self, control: &Control) -> Outcome<bool> {
        match self {
            Self::Local { processes, at_most, waiting } => {
                let mut running = Vec::with_capacity(processes.len());
                for mut process in processes.drain(..) {
                    if process.ended()?.is_none() {
                        running.push(process);
                    }
                }
                *processes = running;
                if control.is_cancelled() {
                    waiting.clear();
                    processes.iter_mut().for_each(Process::interrupt);
                }
                while processes.len() < *at_most {
                    let Some(command) = waiting.pop() else { break };
                    processes.push(Process::start(&command[0], &command[1..])?);
                }
                Ok(processes.is_empty())
            }
            Self::Client { process, cancel, .. } => {
                if control.is_cancelled() {
                    if let Some(cancel) = cancel.take() {
                        answer(&cancel[0], &cancel[1..])?;
                    }
                    process.interrupt();
                }
                let Some(status) = process.ended()? else { return Ok(false) };
                if !status.success() && !control.is_cancelled() {
                    warn(&format!("the engine ended with {status}"));
                }
                Ok(true)
            }
        }
    }
}

impl Job {
    /// The command of a worker: this program, on one thread.
    fn worker(&self, which: &[OsString]) -> Vec<OsString> {
        let program = std::env::current_exe().map_or_else(|_| "synergy".into(), PathBuf::into_os_string);
        let plan = self.directory.join(PLAN_FILE).into_os_string();
        let fixed = [program, "shards".into(), "run".into(), plan];
        let end: [OsString; 3] = ["--threads".into(), "1".into(), "--quiet".into()];
        fixed.into_iter().chain(which.iter().cloned()).chain(end).collect()
    }

    /// The command of a worker as a shell's: `variable` of the engine says which chunks.
    fn worker_line(&self, option: &str, variable: &str) -> OsString {
        let end: [OsString; 1] = [option.into()];
        format!("exec {} \"{variable}\"", line(&[self.worker(&[]), end.to_vec()].concat())).into()
    }

    fn locally(&self, open: &[usize]) -> Running {
        let command = |chunk: &usize| self.worker(&["--chunk".into(), chunk.to_string().into()]);
        let waiting = open.iter().rev().map(command).collect();
        Running::Local { processes: Vec::new(), at_most: self.workers, waiting }
    }

    fn hyperqueue(&self, open: &[usize]) -> Outcome<Running> {
        let mut list = NamedTempFile::new().map_err(|error| unwritten(&error))?;
        for chunk in open {
            writeln!(list, "{chunk}").map_err(|error| unwritten(&error))?;
        }
        if on_path("hq") {
            return self.by_hq(list.path());
        }
        let python = std::env::var_os("SYNERGY_PYTHON").unwrap_or_else(|| "python3".into());
        let fixed: [OsString; 4] =
            ["-c".into(), HYPERQUEUE_DRIVER.into(), self.workers.to_string().into(), list.path().into()];
        let arguments = [fixed.to_vec(), self.worker(&[]), vec!["--chunk".into()]].concat();
        Ok(Running::Client { process: Process::start(&python, &arguments)?, cancel: None, _list: Some(list) })
    }

    /// Submits to the server that `hq` knows, and waits for the job. Its workers are those of the server.
    fn by_hq(&self, list: &Path) -> Outcome<Running> {
        let hq = OsStr::new("hq");
        let words = [
            "--output-mode=quiet",
            "submit",
            "--name=synergy",
            "--stdout=none",
            "--stderr=none",
            "--each-line",
        ];
        let mut submit: Vec<OsString> = words.map(OsString::from).to_vec();
        submit.push(list.into());
        submit.extend(["--", "sh", "-c"].map(OsString::from));
        submit.push(self.worker_line("--chunk", "$HQ_ENTRY"));
        let id: OsString = answer(hq, &submit)?.trim().into();
        let process = Process::start(hq, &["job".into(), "wait".into(), id.clone()])?;
        let cancel = Some(vec![hq.into(), "job".into(), "cancel".into(), id]);
        Ok(Running::Client { process, cancel, _list: None })
    }

    fn slurm(&self) -> Outcome<Running> {
        let arguments: [OsString; 7] = [
            format!("--ntasks={}", self.workers).into(),
            // A task that dies does not take the others with it.
            "--kill-on-bad-exit=0".into(),
            "--quit-on-interrupt".into(),
            "--job-name=synergy".into(),
            "sh".into(),
            "-c".into(),
            self.worker_line("--shard", "$SLURM_PROCID/$SLURM_NTASKS"),
        ];
        let process = Process::start("srun".as_ref(), &arguments)?;
        Ok(Running::Client { process, cancel: None, _list: None })
    }

    fn given_up(&self, open: &[usize]) -> Problem {
        let (missing, all) = (open.len(), self.plan.chunks);
        let sentence = format!("{missing} of {all} chunks did not come back, {VAIN_ATTEMPTS} times in a row");
        let which = ["--chunk".into(), open[0].to_string().into()];
        Problem::failure(sentence).help(format!("look at one of them: {}", line(&self.worker(&which))))
    }
}

fn unwritten(error: &std::io::Error) -> Problem {
    Problem::failure(format!(
        "cannot write the list of chunks to {}: {error}",
        std::env::temp_dir().display()
    ))
}

fn on_path(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}
