//! `synergy predict`: closed forms and exact algorithms, no simulation.

use clap::Args;
use sim_models::registry::Registry;

use super::options::ParameterOptions;
use crate::output::{Format, Report, print};
use crate::problem::{Exit, Outcome, Problem};
use crate::scenario::Opened;
use crate::search::Studied;

/// Print what theory predicts, without simulating
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// A model's name, or a scenario file (contains a slash, or ends in .toml or .json)
    #[arg(value_name = "MODEL|FILE")]
    scenario: String,
    #[command(flatten)]
    parameters: ParameterOptions,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let opened = Opened::open(registry, &self.scenario, &self.parameters.overrides())?;
        if !opened.scenario.sweep.is_empty() {
            let axes: Vec<_> = opened.scenario.sweep.iter().map(|axis| axis.key.as_str()).collect();
            let sentence =
                format!("{} sweeps over {}; a prediction is for one cell", self.scenario, axes.join(", "));
            let all: Vec<_> = axes.iter().map(|axis| format!("--set {axis}=…")).collect();
            return Err(Problem::input(sentence).help(format!("choose a cell with {}", all.join(" "))));
        }
        opened.must_be_one_cell(&self.scenario)?;
        let studied = Studied::of(&opened.scenario, registry)?;
        let model = &*studied;
        let values = opened.values(model)?;
        let forecast = model.predict(&values).map_err(|error| opened.explain(&error))?;
        print(&Report::of_forecast(model, values, forecast, opened.scenario.seed), self.format)?;
        Ok(Exit::Success)
    }
}
