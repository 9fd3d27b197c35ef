//! `synergy run`: simulate one scenario.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use clap::Args;
use sim_core::monte_carlo::{Control, Ending};
use sim_models::registry::Registry;

use super::options::{ParameterOptions, SimulationOptions, cancelled_by_signal};
use crate::cell::Prepared;
use crate::dataset::{Counts, Directory, Layout, Manifest};
use crate::output::{Format, Report, print};
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;
use crate::record::record;
use crate::scenario::Opened;
use crate::search::Studied;

/// Simulate one scenario and print the estimates beside the predictions
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// A model's name, or a scenario file (contains a slash, or ends in .toml or .json)
    #[arg(value_name = "MODEL|FILE", required_unless_present = "point")]
    scenario: Option<String>,
    /// Ask and tell: a scenario of one cell as an outer optimizer writes it, in JSON or TOML; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    point: Option<PathBuf>,
    #[command(flatten)]
    parameters: ParameterOptions,
    #[command(flatten)]
    simulation: SimulationOptions,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Also write a data set of one row to this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let overrides = self.simulation.overrides(self.parameters);
        let (opened, name) = match (&self.point, &self.scenario) {
            (Some(point), _) => {
                (Opened::open_point(registry, point, &overrides)?, point.display().to_string())
            }
            (None, name) => {
                let name = name.clone().unwrap_or_default();
                (Opened::open(registry, &name, &overrides)?, name)
            }
        };
        let scenario = &opened.scenario;
        opened.must_be_one_cell(&name)?;
        if scenario.refine.is_some() {
            return Err(Problem::input(format!("{name}: [refine] spreads trials over the cells of a sweep"))
                .help(format!("run it with `synergy sweep {name}`")));
        }
        let studied = Studied::of(scenario, registry)?;
        let model = &*studied;
        let stop = scenario.stop.rule()?;
        let values = opened.values(model)?;
        let prepared =
            Prepared::new(model, values, scenario.randomness()).map_err(|error| opened.explain(&error))?;
        let directory = self.out.as_deref().map(|path| Directory::create(path, scenario)).transpose()?;
        self.simulation.select_kernel();
        let pool = self.simulation.pool()?;
        let cancellation = cancelled_by_signal()?;
        let bar = Bar::trials(stop.trials(), self.simulation.quiet);
        let (started, clock) = (SystemTime::now(), Instant::now());
        let control = Control::new(cancellation).watched_by(bar.watcher());
        let earlier = match &directory {
            Some(directory) => directory.known()?.rows([prepared.hash()])?,
            None => HashMap::new(),
        };
        let row = pool.install(|| prepared.run(earlier.get(prepared.hash()), &stop, &control));
        bar.finish();
        if let Some(error) = &row.done.error {
            return Err(Problem::failure(error.clone()));
        }
        let cancelled = row.done.ending == Ending::Cancelled;
        print(&Report::of_run(model, &row, scenario.seed, prepared.notes(), &stop), self.format)?;
        if let Some(directory) = &directory {
            let counts =
                Counts { cells: 1, done: usize::from(!cancelled), failed: 0, trials: row.done.trials };
            let layout = Layout::new(model, stop.confidence().get());
            let rows = [row];
            let parts = [directory.parts().add(&layout, &rows)?];
            directory.compact(
                &layout,
                &layout.shape(&rows),
                &parts,
                &Manifest::new(scenario.clone(), counts),
            )?;
            directory.log(&record(started, clock, pool.current_num_threads(), counts, cancelled))?;
        }
        Ok(if cancelled { Exit::Cancelled } else { Exit::Success })
    }
}
