//! `synergy calibrate`: from the logs of a fleet to a scenario.

mod answer;
mod figures;
mod fleet;
mod replay;
mod report;
mod scenario;
mod workflow;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use sim_core::estimate::Confidence;
use sim_models::calibration::{Bootstrap, Calibration, Gathering, Limits};
use sim_models::registry::Registry;

use super::options::confidence;
use crate::dataset::write_file;
use crate::log::{self, Column, Layout, LogOptions, Mapping, Unread};
use crate::output::{Format, say, warn, write_bytes};
use crate::problem::{Exit, Outcome, Problem};
use answer::Answer;

/// Estimate the parameters of a fleet from its logs, and write a scenario that runs
///
/// Every parameter comes with an interval that resamples whole questions, or with the reason why the logs do not determine it.
#[derive(Args, Debug)]
#[command(after_long_help = after_help())]
pub(super) struct Arguments {
    /// Logs: .jsonl, .ndjson, .json (also OpenTelemetry spans), .csv, .tsv, .parquet
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// Say which column of the log means what; may be repeated. `--help` lists the columns
    #[arg(long, value_name = "COLUMN=NAME")]
    map: Vec<String>,
    /// How the rows of a CSV file are arranged
    #[arg(long, value_enum, default_value_t)]
    layout: Layout,
    /// Score from which an answer is right
    #[arg(long, value_name = "S", default_value_t = 0.5, allow_negative_numbers = true)]
    threshold: f64,
    /// Directory for scenario.toml, fleet.toml (for advise), report.md, report.html and calibration.json
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Resamples of the questions for the intervals
    #[arg(long, value_name = "N", default_value_t = 1999, value_parser = value_parser!(u32).range(100..=100_000))]
    replicates: u32,
    /// Confidence of the intervals, between 0 and 1; 0.95 if not given
    #[arg(long, value_name = "C", value_parser = confidence, allow_negative_numbers = true)]
    confidence: Option<Confidence>,
    /// Root of all randomness
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn after_help() -> String {
    format!(
        "\
Columns, found under their usual names or mapped with --map; only `question` is needed, and what is missing narrows what is estimated:
{}
Examples:
  synergy calibrate runs.jsonl --out fleet && synergy run fleet/scenario.toml
  synergy advise fleet/fleet.toml --budget '0.01 USD' --deadline '1 min'
  synergy calibrate runs.parquet --map correct=is_right --map question=task.id
  synergy calibrate leaderboard.csv --layout matrix
  synergy calibrate spans.json --map correct=app.passed --format json",
        Column::help()
    )
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        if !self.threshold.is_finite() {
            return Err(Problem::input(format!("--threshold takes a number; found {}", self.threshold)));
        }
        if let Some(out) = &self.out {
            check_directory(out)?;
        }
        let mapping = Mapping::parse(&self.map)?;
        let options = LogOptions { layout: self.layout, mapping, threshold: self.threshold };
        let (mut gathering, mut unread) = (Gathering::new(Limits::default()), Unread::default());
        for path in &self.logs {
            log::read(path, &options, &mut gathering, &mut unread)?;
        }
        let presence = gathering.presence();
        if presence.records == 0 {
            let names: Vec<String> = self.logs.iter().map(|path| path.display().to_string()).collect();
            return Err(Problem::input(format!("{}: no record that can be used", names.join(", ")))
                .help("a record names its question; `synergy calibrate --help` lists the columns"));
        }
        let bootstrap = Bootstrap {
            replicates: self.replicates,
            confidence: self.confidence.unwrap_or_default(),
            seed: self.seed,
        };
        let calibration = Calibration::of(gathering, &bootstrap);
        let mut warnings = unread.sentences(self.threshold);
        warnings.extend(calibration.irregularities.sentences());
        warnings.extend(cautions(&calibration));
        warnings.iter().for_each(|sentence| warn(sentence));
        let replayed = replay::replay(registry, &calibration, bootstrap.confidence, self.seed)?;
        let logs = self.logs.iter().map(|path| path.display().to_string()).collect();
        let answer = Answer { logs, warnings, calibration, replayed };
        if let Some(out) = &self.out {
            write(&answer, out)?;
        }
        match self.format {
            Format::Json => write_bytes(answer.json()?.as_bytes())?,
            Format::Csv => write_bytes(answer.csv().as_bytes())?,
            Format::Table => {
                say(format_args!("{}", report::text(&answer)))?;
                match &self.out {
                    Some(out) => say(format_args!("scenario and report: {}", out.display()))?,
                    None => say(format_args!("--out DIR writes a scenario and a report"))?,
                }
            }
        }
        Ok(Exit::Success)
    }
}

/// What a reader of the estimates must know, beyond what is wrong with the log.
fn cautions(calibration: &Calibration) -> Vec<String> {
    let mut cautions = Vec::new();
    let presence = &calibration.presence;
    if presence.labels > 0 && presence.labels < presence.records {
        let without = presence.records - presence.labels;
        cautions.push(format!("{without} records have no label; they count for lengths and times alone"));
    }
    if presence.labels > 0 && presence.parents == 0 && presence.attempts > 0 && calibration.real_agents > 1 {
        cautions.push(
            "no parents are given: answers of several agents with the same attempt number are taken for siblings".to_owned(),
        );
    }
    if calibration.unclassed > 0 {
        cautions.push(format!(
            "{} of {} questions have no difficulty class and are left out of the correlation within classes",
            calibration.unclassed, calibration.questions
        ));
    }
    cautions
}

/// Refuses a directory that holds something else.
fn check_directory(out: &Path) -> Outcome<()> {
    if out.exists() && !out.is_dir() {
        let sentence = format!("{} is a file; a calibration needs a directory", out.display());
        return Err(Problem::input(sentence).help("choose an empty or new directory with --out"));
    }
    let foreign = out.is_dir()
        && !out.join(answer::FILE).exists()
        && fs::read_dir(out).map_err(|error| Problem::file("read", out, &error))?.next().is_some();
    if foreign {
        let sentence = format!("{} holds files that are no calibration", out.display());
        return Err(Problem::input(sentence).help("choose an empty or new directory with --out"));
    }
    Ok(())
}

fn write(answer: &Answer, out: &Path) -> Outcome<()> {
    fs::create_dir_all(out).map_err(|error| Problem::file("create", out, &error))?;
    let figures = figures::figures(answer)?;
    // First what marks the directory as a calibration's.
    write_file(&out.join(answer::FILE), answer.json()?.as_bytes())?;
    for figure in &figures {
        write_file(&out.join(figure.file()), figure.svg.as_bytes())?;
    }
    for (name, text) in scenario::files(answer)? {
        write_file(&out.join(name), text.as_bytes())?;
    }
    write_file(&out.join("report.md"), report::markdown(answer, &figures).as_bytes())?;
    write_file(&out.join("report.html"), report::html(answer, &figures).as_bytes())
}
