//! `synergy reproduce`: the data, figures and numbers of the experiments, made again and compared.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use rayon::{ThreadPool, ThreadPoolBuilder};
use sim_core::monte_carlo::Control;
use sim_models::registry::Registry;

use super::options::cancelled_by_signal;
use super::sweep::simulate;
use crate::dataset::{Directory, Table, write_file};
use crate::drawing::{self, FileType, Sheet};
use crate::output::say;
use crate::problem::{Exit, Outcome, Problem};
use crate::reproduce::{Described, SCENARIO, disagreements, rewritten, tables};
use crate::scenario::{Opened, Overrides};
use crate::search::Studied;
use crate::sweep::Choice;

/// With `--fast`, one trial of so many is run.
const FASTER: u64 = 10;

/// With `--fast`, estimates agree if they differ by less than this times the sum of the widths of their 95 % intervals: more than five
/// deviations of the difference, so that less than one number in a million is a false alarm.
const TOLERANCE: f64 = 1.0;

/// Make the data, figures and numbers of experiments again; exit code 1 if a number of a README no longer agrees
///
/// An experiment is a folder with a scenario.toml, a figure.svg and a README.md, whose tables say in a comment from which columns of the data set they
/// come. What no longer agrees is told, and written anew.
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
        let run = Run { registry, pool, control, data, fast: self.fast, quiet: self.quiet };
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
        let described = tables(&readme).map_err(|problem| problem.context(&path.display().to_string()))?;
        let mut sources = vec![SCENARIO.to_owned()];
        for table in &described {
            if !sources.contains(&table.data) {
                sources.push(table.data.clone());
            }
        }
        let (mut found, mut figures_agree) = (Vec::new(), true);
        for source in sources {
            let Some(table) = self.sweep(name, &folder.join(&source), &mut figures_agree)? else {
                return Ok(None);
            };
            found.push((source, table));
        }
        let rendered = |described: &Described| {
            let table = found.iter().find(|(source, _)| *source == described.data).map(|(_, table)| table);
            let text = table.map_or(Ok(String::new()), |table| described.render(table));
            text.map_err(|problem| problem.context(&path.display().to_string()))
        };
        let fresh: Vec<(Described, String)> =
            described.iter().map(|table| Ok((table.clone(), rendered(table)?))).collect::<Outcome<_>>()?;
        let tolerance = if self.fast { TOLERANCE } else { 0.0 };
        let unlike: Vec<(String, String)> = fresh
            .iter()
            .flat_map(|(table, text)| disagreements(table.written(&readme), text, tolerance))
            .collect();
        let numbers =
            fresh.iter().map(|(_, text)| text.matches(" | ").count() + text.lines().count()).sum::<usize>();
        match unlike.len() {
            0 => say(format_args!("{name}: {numbers} entries of {} tables agree", fresh.len()))?,
            n => say(format_args!("{name}: {n} of {numbers} entries do not agree"))?,
        }
        for (was, is) in &unlike {
            say(format_args!("  {was}  is now  {is}"))?;
        }
        if !self.fast && !unlike.is_empty() {
            write_file(&path, rewritten(&readme, &fresh).as_bytes())?;
            say(format_args!("  {} was written anew", path.display()))?;
        }
        Ok(Some(unlike.is_empty() && figures_agree))
    }

    /// Sweeps a scenario and draws its figure beside it, as its name is: that of `scenario.toml` is `figure.svg`.
    fn sweep(&self, name: &str, path: &Path, figures_agree: &mut bool) -> Outcome<Option<Table>> {
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
        let swept =
            simulate(scenario, model, &directory, Choice::default(), &self.pool, &self.control, self.quiet)?;
        if swept.cancelled {
            return Ok(None);
        }
        if !self.fast && scenario.figure.is_some() {
            let sheet = Sheet { double: false, types: vec![FileType::Svg], ..Sheet::default() };
            drawing::draw(&directory, scenario, &sheet, directory.path())?;
            let drawn = directory.path().join("figure.svg");
            let bytes = fs::read(&drawn).map_err(|error| Problem::file("read", &drawn, &error))?;
            let stem = if stem == "scenario" { "figure".to_owned() } else { stem };
            let kept = path.with_file_name(format!("{stem}.svg"));
            if fs::read(&kept).ok().as_deref() != Some(&bytes[..]) {
                *figures_agree = false;
                write_file(&kept, &bytes)?;
                say(format_args!("{name}: {} was drawn anew", kept.display()))?;
            }
        }
        Table::read(&directory.data_path()).map(Some)
    }
}
