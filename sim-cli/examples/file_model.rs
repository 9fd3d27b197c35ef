//! A model that reads a file or a table: `cargo run --example file_model -- run panel --set file=panel.json`, where the file
//! says how often each member is right, such as `{ "ann": 0.9, "bob": 0.6 }`.

use std::collections::BTreeMap;

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Streams};
use sim_models::registry::*;

/// A panel that is right if all of its members are.
struct Panel;

/// Name and accuracy of each member, and a factor of all accuracies.
#[derive(Clone)]
struct Members(BTreeMap<String, f64>, f64);

impl Parameters for Members {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let file = document("file").help("accuracy of each member, as JSON").or_word("none", "no file");
        let table = table("members").help("the same as a table").or_word("none", "no table");
        let scale = real("scale", 1.0).between(0.0, 1.0).help("factor of all accuracies");
        let (file, table, scale) = (form.read(file)?, form.read(table)?, form.read(scale)?);
        let members = match (file, table) {
            (Some(file), None) => serde_json::from_str(file.text()).map_err(|error| {
                ParameterError::impossible(&["file"], format!("{} is no panel: {error}", file.name()))
            })?,
            (None, Some(table)) => {
                let member = |(name, value): (String, Value)| match value.as_number() {
                    Some(accuracy) => Ok((name, accuracy)),
                    None => Err(ParameterError::impossible(
                        &["members"],
                        format!("the accuracy of `{name}` is a number; found the {} `{value}`", value.kind()),
                    )),
                };
                table.into_iter().map(member).collect::<Result<_, _>>()?
            }
            (None, None) => BTreeMap::from([("alone".to_owned(), 0.75)]),
            (Some(_), Some(_)) => {
                let sentence = "the members stand in a file or in a table, not in both";
                return Err(ParameterError::impossible(&["file", "members"], sentence));
            }
        };
        Ok(Self(members, scale))
    }
}

impl Simulation for Members {
    type Tally = Proportion;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
        for trial in block.trials() {
            let mut draws = streams.open(Address::trial(trial));
            tally.record(self.0.values().all(|accuracy| draws.uniform() < accuracy * self.1));
        }
    }

    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.estimate(confidence)]
    }
}

impl Model for Panel {
    type Parameters = Members;
    type Plan = Members;

    fn about(&self) -> About {
        About { name: "panel", summary: "A panel whose members stand in a file", references: &[] }
    }

    fn metrics(&self) -> Vec<Metric> {
        vec![Metric { name: "agreement", help: "all are right", unit: Unit::One, range: (0.0, 1.0) }]
    }

    fn predictions(&self) -> Vec<Prediction<Members>> {
        let agreement = |p: &Members| Some(p.0.values().map(|accuracy| accuracy * p.1).product());
        vec![Prediction::new("agreement", "product of the accuracies", agreement)]
    }

    fn prepare(&self, members: &Members) -> Result<Members, ParameterError> {
        Ok(members.clone())
    }
}

fn main() -> std::process::ExitCode {
    synergy::main(Registry::empty().with(Panel))
}
