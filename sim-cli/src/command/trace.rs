//! `synergy trace`: look at one trial.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use sim_core::events::{Record, Trace};
use sim_core::monte_carlo::Cancellation;
use sim_models::registry::{Registry, Replay, nearest};

use super::options::{ParameterOptions, cancelled_by_signal};
use crate::cell::Prepared;
use crate::dataset::write_file;
use crate::drawing::draw_into;
use crate::figure::{Figure, Panel, Style, Width};
use crate::gantt;
use crate::output::say;
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;
use crate::scenario::{Opened, Overrides};
use crate::search::Studied;

/// Run one trial of a scenario again and show what happened in it
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy trace organization-in-time --set deadline='5 s' --where outcome=deadline
  synergy trace organization-in-time --replication 7 --out run.svg
  synergy trace queue --set customers=50 --format chrome --out queue.json    # open it in ui.perfetto.dev")]
pub(super) struct Arguments {
    /// A model's name, or a scenario file (contains a slash, or ends in .toml or .json)
    #[arg(value_name = "MODEL|FILE")]
    scenario: String,
    #[command(flatten)]
    parameters: ParameterOptions,
    /// Root of all randomness, 1 if not given; as for `synergy run`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64), allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of the trial, from 0
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    replication: u64,
    /// Look for the first trial, from --replication on, that ended like this: outcome=deadline; may be repeated
    #[arg(long = "where", value_name = "KEY=VALUE")]
    conditions: Vec<String>,
    /// Most trials that --where looks at
    #[arg(long, value_name = "N", default_value_t = 100_000, allow_negative_numbers = true)]
    within: u64,
    /// How to show it; if not given, the ending of --out decides, and text is printed without
    #[arg(long, value_enum)]
    format: Option<TraceFormat>,
    /// File to write: .svg, .pdf or .png for a Gantt figure, .json for Perfetto, .jsonl for JSON lines, .txt
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// How a trial is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TraceFormat {
    /// A table in order of time.
    Text,
    /// One JSON object per record.
    Jsonl,
    /// Trace Event Format, for ui.perfetto.dev and chrome://tracing.
    Chrome,
    /// A Gantt figure; needs --out with .svg, .pdf or .png.
    Gantt,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let format = self.format()?;
        let conditions = self.conditions()?;
        let overrides = Overrides { seed: self.seed, ..self.parameters.overrides() };
        let opened = Opened::open(registry, &self.scenario, &overrides)?;
        opened.must_be_one_cell(&self.scenario)?;
        let scenario = &opened.scenario;
        let studied = Studied::of(scenario, registry)?;
        let model = &*studied;
        let values = opened.values(model)?;
        let prepared =
            Prepared::new(model, values, scenario.randomness()).map_err(|error| opened.explain(&error))?;
        let cancellation = cancelled_by_signal()?;
        let search = Search { prepared: &prepared, model: &scenario.model, conditions: &conditions };
        let range = self.replication..self.replication.saturating_add(self.within.max(1));
        let found = if conditions.is_empty() {
            Some((self.replication, search.replay(self.replication)?))
        } else {
            let bar = Bar::trials(range.end - range.start, self.quiet);
            let found = search.first(range, &cancellation, &bar);
            bar.finish();
            found?
        };
        let Some((trial, replay)) = found else { return Ok(Exit::Cancelled) };
        show(trial, &replay, format, self.out.as_deref())?;
        Ok(Exit::Success)
    }

    fn format(&self) -> Outcome<TraceFormat> {
        let ending = self.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
        let figure = matches!(ending, Some("svg" | "pdf" | "png"));
        match (self.format, ending) {
            (Some(TraceFormat::Gantt), _) if !figure => Err(Problem::input(
                "a Gantt figure is written to a file that ends in .svg, .pdf or .png".to_owned(),
            )
            .help("add --out run.svg")),
            (Some(format), _) => Ok(format),
            (None, _) if figure => Ok(TraceFormat::Gantt),
            (None, Some("json")) => Ok(TraceFormat::Chrome),
            (None, Some("jsonl")) => Ok(TraceFormat::Jsonl),
            (None, Some("txt") | None) => Ok(TraceFormat::Text),
            (None, Some(other)) => Err(Problem::input(format!("a trace cannot be written as .{other}"))
                .help("use .svg, .pdf, .png, .json, .jsonl or .txt, or say --format")),
        }
    }

    fn conditions(&self) -> Outcome<Vec<(String, String)>> {
        let condition = |text: &String| match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok((key.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(Problem::input(format!(
                "--where {text}: a condition is KEY=VALUE, such as outcome=deadline"
            ))),
        };
        self.conditions.iter().map(condition).collect()
    }
}

/// Trials of one cell, and what is asked of them.
struct Search<'a> {
    prepared: &'a Prepared<'a>,
    model: &'a str,
    conditions: &'a [(String, String)],
}

impl Search<'_> {
    fn replay(&self, trial: u64) -> Outcome<Replay> {
        match self.prepared.replay(trial) {
            Ok(Some(replay)) => Ok(replay),
            Ok(None) => Err(Problem::input(format!(
                "the trials of model `{}` have no course in time that could be told",
                self.model
            ))
            .help("models with one are organization-in-time, workflow, queue and ledger")),
            Err(failure) => Err(Problem::failure(failure.to_string())),
        }
    }

    /// The first trial that fits; `None` if somebody cancelled.
    fn first(
        &self,
        trials: std::ops::Range<u64>,
        cancellation: &Cancellation,
        bar: &Bar,
    ) -> Outcome<Option<(u64, Replay)>> {
        let count = trials.end - trials.start;
        for trial in trials {
            if cancellation.is_cancelled() {
                return Ok(None);
            }
            let replay = self.replay(trial)?;
            self.check_keys(&replay)?;
            if self.fits(&replay) {
                return Ok(Some((trial, replay)));
            }
            sim_core::monte_carlo::Progress::advance(bar, 1);
        }
        let wanted: Vec<String> =
            self.conditions.iter().map(|(key, value)| format!("{key}={value}")).collect();
        Err(Problem::input(format!("none of {count} trials has {}", wanted.join(" and ")))
            .help("look at more with --within, or begin later with --replication"))
    }

    fn fits(&self, replay: &Replay) -> bool {
        self.conditions
            .iter()
            .all(|(key, value)| replay.facts.iter().any(|(known, is)| known == key && is == value))
    }

    fn check_keys(&self, replay: &Replay) -> Outcome<()> {
        let known: Vec<&str> = replay.facts.iter().map(|(key, _)| *key).collect();
        match self.conditions.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, _)) => {
                let problem = Problem::input(format!("a trial of model `{}` has no `{key}`", self.model));
                let near = nearest(key, known.iter().copied()).map(|near| format!("did you mean `{near}`? "));
                Err(problem.help(format!("{}a trial has {}", near.unwrap_or_default(), known.join(", "))))
            }
        }
    }
}

fn show(trial: u64, replay: &Replay, format: TraceFormat, out: Option<&Path>) -> Outcome<()> {
    let text = match format {
        TraceFormat::Text => table(trial, replay),
        TraceFormat::Jsonl => replay.trace.to_json_lines(),
        TraceFormat::Chrome => replay.trace.to_chrome_json(),
        TraceFormat::Gantt => {
            // Without a file the format was refused before.
            let Some(out) = out else { return Ok(()) };
            return draw(trial, replay, out);
        }
    };
    match out {
        None => say(format_args!("{}", text.trim_end())),
        Some(out) => {
            write_file(out, text.as_bytes())?;
            say(format_args!("trial {trial}: {}", out.display()))
        }
    }
}

fn draw(trial: u64, replay: &Replay, out: &Path) -> Outcome<()> {
    let (gantt, notes) = gantt::chart(&replay.trace);
    let figure =
        Figure { title: None, width: Width::Double, style: Style::PAPER, panel: Panel::Gantt(gantt) };
    let own = draw_into(&figure, out)?;
    notes.iter().chain(&own).for_each(|note| crate::output::warn(note));
    say(format_args!("trial {trial}: {}", out.display()))
}

/// Records in order of time, one a line.
fn table(trial: u64, replay: &Replay) -> String {
    let mut text = format!("trial {trial}");
    for (key, value) in &replay.facts {
        text += &format!("  {key}={value}");
    }
    text.push('\n');
    let rows = rows(&replay.trace);
    let width = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0);
    for (time, track, what) in rows {
        text += &format!("\n{:>14.6}  {track:width$}  {what}", time as f64 * 1e-9);
    }
    text
}

/// Time in nanoseconds, track, and what happened.
fn rows(trace: &Trace) -> Vec<(u64, &str, String)> {
    let details = |details: &[(&'static str, String)]| -> String {
        details.iter().map(|(key, value)| format!(" {key}={value}")).collect()
    };
    let mut rows = Vec::new();
    for record in trace.records() {
        rows.push(match record {
            Record::Span { track, name, kind, start, end, details: more } => {
                let length = end.since(*start);
                let what = if name == kind { (*kind).to_owned() } else { format!("{kind}: {name}") };
                (start.as_nanoseconds(), trace.name(*track), format!("{what}, {length}{}", details(more)))
            }
            Record::Mark { track, name, time, details: more } => {
                (time.as_nanoseconds(), trace.name(*track), format!("{name}{}", details(more)))
            }
            Record::Flow { name, from, start, to, end } => {
                let took = end.since(*start);
                let what = format!("{name} -> {}, {took}", trace.name(*to));
                (start.as_nanoseconds(), trace.name(*from), what)
            }
            Record::Level { name, time, value } => (time.as_nanoseconds(), "", format!("{name} = {value}")),
        });
    }
    rows.sort_by_key(|row| row.0);
    rows
}
