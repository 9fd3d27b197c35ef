//! What a cell of a sweep costs beside its simulation, from a thousand cells to a million:
//! `cargo run --release -p sim-cli --example cost_of_cells`, or with the numbers of cells behind `--`, such as `-- 1000 10000`.
//!
//! The model simulates nothing, so all that is measured is the program's own: preparing cells, rows, files, compaction. Each sweep is a process
//! of its own, which tells its processor time and its peak of memory at its end. Linux only, since both are read from /proc.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measured")]

use std::io::Error;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;
use sim_models::registry::*;

/// Set in the process that sweeps.
const SWEEPS: &str = "COST_OF_CELLS_SWEEPS";

/// Numbers of cells if none are given.
const CELLS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// A model that costs nothing.
struct Nothing;

/// Its place in the sweep.
#[derive(Clone)]
struct Place;

impl Parameters for Place {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        form.read(integer("row", 0).between(0, 1_000_000).help("row of the cell"))?;
        form.read(integer("column", 0).between(0, 1_000_000).help("column of the cell"))?;
        Ok(Self)
    }
}

impl Simulation for Place {
    type Tally = Proportion;
    fn run(&self, block: &Block, _: &Streams, tally: &mut Proportion) {
        block.trials().for_each(|_| tally.record(true));
    }
    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.estimate(confidence)]
    }
}

impl Model for Nothing {
    type Parameters = Place;
    type Plan = Place;
    fn about(&self) -> About {
        About { name: "nothing", summary: "A model that costs nothing", references: &[] }
    }
    fn metrics(&self) -> Vec<Metric> {
        vec![Metric { name: "one", help: "always 1", unit: Unit::One, range: (0.0, 1.0) }]
    }
    fn predictions(&self) -> Vec<Prediction<Place>> {
        Vec::new()
    }
    fn prepare(&self, place: &Place) -> Result<Place, ParameterError> {
        Ok(place.clone())
    }
}

fn main() -> ExitCode {
    if std::env::var_os(SWEEPS).is_some() {
        let exit = synergy::main(Registry::builtin().with(Nothing));
        println!("{} {}", processor_seconds().unwrap_or(f64::NAN), peak_megabytes().unwrap_or(f64::NAN));
        return exit;
    }
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    match measure(if given.is_empty() { &CELLS } else { &given }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(sizes: &[usize]) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    println!("| cells | sweep | seconds | µs per cell | µs of processor per cell | peak memory, MB |");
    println!("|--:|:--|--:|--:|--:|--:|");
    for &cells in sizes {
        let rows = (cells / 1000).max(1);
        let columns = cells / rows;
        let file = folder.path().join(format!("{cells}.toml"));
        let axis = |key: &str, points: usize| match points {
            1 => format!("{key} = {{ list = [1] }}\n"),
            _ => format!("{key} = {{ from = 1, to = {points}, points = {points} }}\n"),
        };
        let scenario = format!(
            "model = \"nothing\"\n[sweep]\n{}{}[stop]\ntrials = 1\n",
            axis("row", rows),
            axis("column", columns)
        );
        std::fs::write(&file, scenario)?;
        for kind in ["new", "again, all known"] {
            let clock = Instant::now();
            let (processor, memory) = sweep(&file, &folder.path().join(cells.to_string()))?;
            let seconds = clock.elapsed().as_secs_f64();
            let each = |seconds: f64| seconds * 1e6 / (rows * columns) as f64;
            println!(
                "| {} | {kind} | {seconds:.2} | {:.1} | {:.1} | {memory:.0} |",
                rows * columns,
                each(seconds),
                each(processor)
            );
        }
    }
    Ok(())
}

/// Sweeps in a process of its own. Gives its processor time in seconds and its peak of memory in megabytes.
fn sweep(scenario: &Path, out: &Path) -> Result<(f64, f64), Error> {
    let mut program = Command::new(std::env::current_exe()?);
    program.arg("sweep").arg(scenario).arg("--out").arg(out).arg("--quiet").env(SWEEPS, "1");
    let output = program.stderr(std::process::Stdio::inherit()).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut numbers = said.lines().last().unwrap_or_default().split(' ').map(str::parse::<f64>);
    match (output.status.success(), numbers.next(), numbers.next()) {
        (true, Some(Ok(processor)), Some(Ok(memory))) => Ok((processor, memory)),
        _ => Err(Error::other(format!("the sweep ended with {}: {said}", output.status))),
    }
}

/// Processor time of this process, in seconds: its fields 14 and 15, in hundredths.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

/// Most memory that this process ever had, in megabytes.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}
