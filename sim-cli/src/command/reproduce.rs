//! `synergy reproduce`: the data, figures and numbers of the experiments, made again and compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use rayon::{ThreadPool, ThreadPoolBuilder};
use sim_core::monte_carlo::Control;
use sim_models::registry::Registry;

use super::options::cancelled_by_signal;
use super::sweep::simulate;
use crate::dataset::{Directory, Table, write_file};
use crate::drawing::{self, Columns, FileType, Paper, Sheet};
use crate::output::say;
use crate::problem::{Exit, Outcome, Problem};
use crate::reproduce::{
    Comparison, Described, SCENARIO, compares_nothing, not_run, records, rewritten, tables,
};
use crate::scenario::{Opened, Overrides};
use crate::search::Studied;
use crate::summary;
use crate::sweep::Choice;

/// With `--fast`, one trial of so many is run.
const FASTER: u64 = 10;

/// With `--fast`, estimates agree if they differ by less than this times the sum of the widths of their 95 % intervals: more than five
/// deviations of the difference, so that less than one number in a million is a false alarm.
const TOLERANCE: f64 = 1.0;

/// Make the data, figures and numbers of experiments again; exit code 1 if a number of a README no longer agrees
///
/// An experiment is a folder with a scenario.toml, a figure.svg and a README.md, whose tables say in a comment from which columns of the data set they
/// come. All scenario files that the README mentions are run. What no longer agrees is told, and written anew. A folder in which nothing is compared
/// does not agree, unless its README says why: `<!-- compares nothing: WHY -->`. A scenario file that takes long is run with `--slow` only, and its tables are left
/// alone without it, where the README says so: `<!-- not run: FILE: WHY -->`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Folders of experiments
    #[arg(value_name = "NAME", required_unless_present = "all")]
    names: Vec<String>,
    /// All experiments
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// A tenth of the trials, numbers compared within their intervals, and nothing written
    #[arg(long)]
    fast: bool,
    /// Run the scenario files, too, that a README says are not run because they take long
    #[arg(long, conflicts_with = "fast")]
    slow: bool,
    /// Where the experiments are
    #[arg(long, value_name = "DIR", default_value = "experiments")]
    experiments: PathBuf,
    /// Keep the data sets in this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// What all experiments of a run share.
struct Run<'a> {
    registry: &'a Registry,
    pool: ThreadPool,
    control: Control,
    data: PathBuf,
    fast: bool,
    slow: bool,
    quiet: bool,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let names = if self.all { all(&self.experiments)? } else { self.names };
        let threads = self.threads.map_or(0, usize::from);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        let pool =
            pool.map_err(|error| Problem::failure(format!("cannot start {threads} threads: {error}")))?;
        // Data of an earlier run would agree with its numbers whatever the program finds today.
        let scratch = tempfile::tempdir();
        let scratch =
            scratch.map_err(|error| Problem::failure(format!("cannot make a directory: {error}")))?;
        let data = self.out.clone().unwrap_or_else(|| scratch.path().to_owned());
        let control = Control::new(cancelled_by_signal()?);
        let run = Run { registry, pool, control, data, fast: self.fast, slow: self.slow, quiet: self.quiet };
        let mut agrees = true;
        for name in &names {
            let folder = self.experiments.join(name);
            if !folder.join(SCENARIO).is_file() {
                let sentence =
                    format!("`{name}` is no experiment: there is no {}", folder.join(SCENARIO).display());
                return Err(Problem::input(sentence)
                    .help("experiments are the folders of experiments/ with a scenario.toml"));
            }
            match run.experiment(name, &folder)? {
                Some(found) => agrees &= found,
                None => return Ok(Exit::Cancelled),
            }
        }
        Ok(if agrees { Exit::Success } else { Exit::Failure })
    }
}

/// Names of all experiments, in alphabetical order.
fn all(experiments: &Path) -> Outcome<Vec<String>> {
    let entries = fs::read_dir(experiments).map_err(|error| Problem::file("read", experiments, &error))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok())
        .filter(|entry| entry.path().join(SCENARIO).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

impl Run<'_> {
    /// Whether the numbers and figures of an experiment agree; `None` if it was cancelled.
    fn experiment(&self, name: &str, folder: &Path) -> Outcome<Option<bool>> {
        let path = folder.join("README.md");
        let readme = fs::read_to_string(&path).map_err(|error| Problem::file("read", &path, &error))?;
        let context = |problem: Problem| problem.context(&path.display().to_string());
        let mut described = tables(&readme).map_err(context)?;
        let slow = if self.slow { BTreeMap::new() } else { not_run(&readme) };
        let sources = sources(folder, &readme, &described, &slow)?;
        let all = described.len();
        described.retain(|table| !slow.contains_key(table.data.as_str()));
        let left = all - described.len();
        let mut figures = Figures::of(folder, &readme, &slow)?;
        let mut found = Vec::new();
        for source in sources {
            let Some(directory) = self.sweep(name, &folder.join(&source), &mut figures)? else {
                return Ok(None);
            };
            found.push((source, directory));
        }
        let (mut comparison, mut fresh) = (Comparison::default(), Vec::new());
        for described in described {
            let directory =
                found.iter().find(|(source, _)| *source == described.data).map(|(_, directory)| directory);
            let Some(directory) = directory else { continue };
            let table = read(directory, &described).map_err(context)?;
            let text = described.render(&table).map_err(context)?;
            let left_out = if self.fast { described.inexact(&table) } else { Vec::new() };
            let tolerance = if self.fast { TOLERANCE } else { 0.0 };
            comparison.add(described.written(&readme), &text, &left_out, tolerance);
            fresh.push((described, text));
        }
        let Comparison { compared, unlike } = comparison;
        let of = format!(
            "{} of {}",
            counted(compared, "entry", "entries"),
            counted(fresh.len(), "table", "tables")
        );
        match unlike.len() {
            0 if compared == 0 && figures.compared == 0 => match compares_nothing(&readme) {
                Some(why) => say(format_args!("{name}: nothing is compared: {why}"))?,
                None => {
                    let fast = if self.fast { " with --fast, which leaves figures out" } else { "" };
                    say(format_args!(
                        "{name}: nothing is compared{fast}; a table of its README can say from which data it comes, or `<!-- compares nothing: WHY -->` why there is none"
                    ))?;
                    return Ok(Some(false));
                }
            },
            0 if compared == 0 => {
                let drawn = counted(figures.compared, "figure", "figures");
                say(format_args!("{name}: {drawn} compared, and no table"))?;
            }
            0 => {
                let verb = if compared == 1 { "agrees" } else { "agree" };
                let left = match left {
                    0 => String::new(),
                    n => format!("; {} left to --slow", counted(n, "table is", "tables are")),
                };
                say(format_args!("{name}: {of} {verb}{}{left}", figures.told(self.fast)))?;
            }
            1 => say(format_args!("{name}: 1 of {of} does not agree"))?,
            n => say(format_args!("{name}: {n} of {of} do not agree"))?,
        }
        for (was, is) in &unlike {
            say(format_args!("  {was}  is now  {is}"))?;
        }
        if !self.fast && !unlike.is_empty() {
            write_file(&path, rewritten(&readme, &fresh).as_bytes())?;
            say(format_args!("  {} was written anew", path.display()))?;
        }
        let undrawn = if self.fast { Vec::new() } else { figures.undrawn() };
        for figure in &undrawn {
            say(format_args!("{name}: no scenario that the README mentions draws {figure}"))?;
        }
        Ok(Some(unlike.is_empty() && figures.agree && undrawn.is_empty()))
    }

    /// Sweeps a scenario and draws its figure beside it.
    fn sweep(&self, name: &str, path: &Path, figures: &mut Figures) -> Outcome<Option<Directory>> {
        let text = path.display().to_string();
        let opened = Opened::open(self.registry, &text, &Overrides::default())?;
        let fewer = (opened.scenario.stop.rule()?.trials() / FASTER).max(1);
        let opened = match self.fast {
            true => Opened::open(
                self.registry,
                &text,
                &Overrides { trials: Some(fewer), ..Overrides::default() },
            )?,
            false => opened,
        };
        let scenario = &opened.scenario;
        let studied = Studied::of(scenario, self.registry)?;
        let model = &*studied;
        opened.check_cells(self.registry, model)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let directory = Directory::create(&self.data.join(name).join(&stem), scenario)?;
        let choice = Choice { keep_rows: scenario.test.is_some(), ..Choice::default() };
        let swept = simulate(scenario, model, &directory, choice, &self.pool, &self.control, self.quiet)?;
        if swept.cancelled {
            return Ok(None);
        }
        if let (false, true, Some(kept)) = (self.fast, scenario.figure.is_some(), figures.of_scenario(&stem))
        {
            let paper = Paper { columns: Columns::Single, ..Paper::default() };
            let sheet = Sheet { paper, types: vec![FileType::Svg], ..Sheet::default() };
            let write = || drawing::write_trials(scenario, model, &directory, &self.control);
            if !self.pool.install(write)? {
                return Ok(None);
            }
            drawing::draw(&directory, scenario, &sheet, directory.path())?;
            let drawn = directory.path().join("figure.svg");
            let bytes = fs::read(&drawn).map_err(|error| Problem::file("read", &drawn, &error))?;
            let kept = path.with_file_name(kept);
            figures.compared += 1;
            if fs::read(&kept).ok().as_deref() != Some(&bytes[..]) {
                figures.agree = false;
                write_file(&kept, &bytes)?;
                say(format_args!("{name}: {} was drawn anew", kept.display()))?;
            }
        }
        summary::write(scenario, model, &directory, &swept)?;
        Ok(Some(directory))
    }
}

/// The numbers that a table comes from: those of the data set, or of a list of one of its summaries.
fn read(directory: &Directory, described: &Described) -> Outcome<Table> {
    let Some(list) = &described.summary else { return Table::read(&directory.data_path()) };
    for (file, _) in summary::FILES {
        let Ok(text) = fs::read(directory.path().join(file)) else { continue };
        let summary: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| Problem::failure(format!("{file}: {error}")))?;
        if let Some(table) = summary.get(list).and_then(records) {
            return Ok(table);
        }
    }
    Err(Problem::input(format!("the sweep of {} has no summary with a list `{list}`", described.data))
        .help("searches have `searches` and `limits`, sensitivities `parameters`, areas `surfaces`"))
}

/// The scenario files to run: `scenario.toml`, those that a table names, and those that the README mentions, but for some.
fn sources(
    folder: &Path,
    readme: &str,
    described: &[Described],
    left_out: &BTreeMap<&str, &str>,
) -> Outcome<Vec<String>> {
    let mentioned = files(folder, ".toml")?.into_iter();
    let mentioned = mentioned.filter(|file| file != EXPECTED && readme.contains(file.as_str()));
    let mut sources = vec![SCENARIO.to_owned()];
    for source in described.iter().map(|table| table.data.clone()).chain(mentioned) {
        if !sources.contains(&source) && !left_out.contains_key(source.as_str()) {
            sources.push(source);
        }
    }
    Ok(sources)
}

/// Numbers computed elsewhere, which no scenario has.
const EXPECTED: &str = "expected.toml";

/// Names of the files of a folder that end like this, in order.
fn files(folder: &Path, ending: &str) -> Outcome<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(|error| Problem::file("read", folder, &error))?;
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    Ok(names)
}

/// The figures of an experiment.
struct Figures {
    /// Those that are there, and whether a scenario has drawn them.
    kept: Vec<(String, bool)>,
    /// The scenario that draws `figure.svg`, without its ending.
    main: String,
    agree: bool,
    compared: usize,
}

impl Figures {
    /// `figure.svg` is that of `scenario.toml`, or of another that the README says in words: "The figure is that of `morris.toml`".
    fn of(folder: &Path, readme: &str, left_out: &BTreeMap<&str, &str>) -> Outcome<Self> {
        // What draws it is not run.
        let is_left_out = |name: &str| {
            left_out.keys().any(|file| file.trim_end_matches(".toml") == name.trim_end_matches(".svg"))
        };
        let kept = files(folder, ".svg")?;
        let kept = kept.into_iter().map(|name| (name.clone(), is_left_out(&name))).collect();
        let said = readme.split_once("figure is that of `").and_then(|(_, rest)| rest.split_once(".toml`"));
        let main = said.map_or("scenario", |(stem, _)| stem).to_owned();
        Ok(Self { kept, main, agree: true, compared: 0 })
    }

    /// The file with the figure of a scenario: one that is there, or `figure.svg`.
    fn of_scenario(&mut self, stem: &str) -> Option<String> {
        let name = if stem == self.main { FIGURE.to_owned() } else { format!("{stem}.svg") };
        match self.kept.iter_mut().find(|(kept, _)| *kept == name) {
            Some((_, drawn)) => *drawn = true,
            None if name != FIGURE => return None,
            None => {}
        }
        Some(name)
    }

    fn undrawn(&self) -> Vec<&str> {
        self.kept.iter().filter(|(_, drawn)| !drawn).map(|(name, _)| name.as_str()).collect()
    }

    fn told(&self, fast: bool) -> String {
        match self.compared {
            _ if fast => String::new(),
            n if self.agree => format!(", and {}", counted(n, "figure", "figures")),
            _ => String::new(),
        }
    }
}

const FIGURE: &str = "figure.svg";

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
