//! A model that reads a file or a table, and whose metrics depend on it: `cargo run --example file_model -- run panel --set
//! file=panel.json`, where the file says how often each member is right, such as `{ "ann": 0.9, "bob": 0.6 }`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Proportion, Tally};
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

/// How often all were right, and how often each member was.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Votes(Vec<Proportion>);

impl Tally for Votes {
    fn merge(&mut self, later: &Self) {
        self.0.resize_with(self.0.len().max(later.0.len()), Proportion::default);
        self.0.iter_mut().zip(&later.0).for_each(|(here, there)| here.merge(there));
    }
}

impl Simulation for Members {
    type Tally = Votes;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Votes) {
        tally.0.resize_with(1 + self.0.len(), Proportion::default);
        for trial in block.trials() {
            let mut draws = streams.open(Address::trial(trial));
            let votes: Vec<bool> =
                self.0.values().map(|accuracy| draws.uniform() < accuracy * self.1).collect();
            tally.0[0].record(votes.iter().all(|vote| *vote));
            tally.0[1..].iter_mut().zip(votes).for_each(|(member, vote)| member.record(vote));
        }
    }

    fn estimates(&self, tally: &Votes, confidence: Confidence) -> Vec<Estimate> {
        let count = if self.0.len() > 1 { 1 + self.0.len() } else { 1 };
        let none = Proportion::default();
        (0..count).map(|i| tally.0.get(i).unwrap_or(&none).estimate(confidence)).collect()
    }
}

impl Model for Panel {
    type Parameters = Members;
    type Plan = Members;

    fn about(&self) -> About {
        About { name: "panel", summary: "A panel whose members stand in a file", references: &[] }
    }

    fn metrics(&self) -> Vec<Metric> {
        let help = "all are right; with several members also accuracy.NAME of each";
        vec![Metric { name: "agreement", help, unit: Unit::One, range: (0.0, 1.0) }]
    }

    fn predictions(&self) -> Vec<Prediction<Members>> {
        let agreement = |p: &Members| Some(p.0.values().map(|accuracy| accuracy * p.1).product());
        vec![Prediction::new("agreement", "product of the accuracies", agreement)]
    }

    // The members are known once the parameters are.
    fn metrics_of(&self, members: &Members) -> Option<Vec<CellMetric>> {
        let accuracy = |name: &String| CellMetric {
            name: format!("accuracy.{name}").into(),
            help: "how often the member is right".into(),
            unit: Unit::One,
            range: (0.0, 1.0),
        };
        let mut metrics: Vec<_> = Model::metrics(self).into_iter().map(CellMetric::from).collect();
        metrics.extend(members.0.keys().filter(|_| members.0.len() > 1).map(accuracy));
        Some(metrics)
    }

    fn predictions_of(&self, members: &Members) -> Option<Forecast> {
        let mut forecast = Forecast::of(&Model::predictions(self), members);
        for (name, accuracy) in members.0.iter().filter(|_| members.0.len() > 1) {
            let value = Some(accuracy * members.1).filter(|accuracy| (0.0..=1.0).contains(accuracy));
            if value.is_none() {
                forecast
                    .notes
                    .push(format!("accuracy.{name} is not predicted: {accuracy} is no probability"));
            }
            let (name, help) = (format!("accuracy.{name}").into(), "as given".into());
            forecast.predictions.push(CellPrediction { name, help, unit: Unit::One, value });
        }
        Some(forecast)
    }

    fn prepare(&self, members: &Members) -> Result<Members, ParameterError> {
        Ok(members.clone())
    }
}

fn main() -> std::process::ExitCode {
    synergy::main(Registry::empty().with(Panel))
}
