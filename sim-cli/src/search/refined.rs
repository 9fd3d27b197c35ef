//! A model whose cells can be looked at on the way: its tally is one per look, so that what was known after fewer trials is known for good.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sim_core::design::refinement::{Looks, Question};
use sim_core::estimate::{Confidence, Estimate};
use sim_core::monte_carlo::{Control, Ending, Stop};
use sim_core::random::Streams;
use sim_models::registry::{
    About, AnyModel, AnyPlan, CellMetric, Failure, Forecast, Metric, Outcome, Parameter, ParameterError,
    PredictionInfo, Replay, Values,
};

use super::Studied;

/// A model with looks. Its estimates have the confidence of the stopping rule although they decide when trials end.
pub struct Refined<'a> {
    model: Studied<'a>,
    looks: Looks,
    question: Question,
}

impl<'a> Refined<'a> {
    /// The model, looked at for an answer.
    pub fn new(model: Studied<'a>, looks: Looks, question: Question) -> Self {
        Self { model, looks, question }
    }
}

impl AnyModel for Refined<'_> {
    fn about(&self) -> About {
        self.model.about()
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.model.parameters()
    }

    fn metrics(&self) -> Vec<Metric> {
        self.model.metrics()
    }

    fn predictions(&self) -> Vec<PredictionInfo> {
        self.model.predictions()
    }

    fn hash(&self, values: &Values) -> [u8; 32] {
        self.model.hash(values)
    }

    fn metrics_of(&self, values: &Values) -> Result<Option<Vec<CellMetric>>, ParameterError> {
        self.model.metrics_of(values)
    }

    fn predictions_of(&self, values: &Values) -> Result<Option<Forecast>, ParameterError> {
        self.model.predictions_of(values)
    }

    fn predict(&self, values: &Values) -> Result<Forecast, ParameterError> {
        self.model.predict(values)
    }

    fn prepare(&self, values: &Values) -> Result<Box<dyn AnyPlan + '_>, ParameterError> {
        let plan = self.model.prepare(values)?;
        Ok(Box::new(RefinedPlan { plan, looks: self.looks, question: self.question }))
    }
}

/// What was seen at each look: tallies by the number of their trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Tallies(BTreeMap<u64, String>);

struct RefinedPlan<'a> {
    plan: Box<dyn AnyPlan + 'a>,
    looks: Looks,
    question: Question,
}

impl RefinedPlan<'_> {
    /// Looks after each of the fixed numbers of trials up to those of the rule. What `known` has costs no trial. Cancelled, it ends with the last block
    /// that is whole.
    fn go_on(
        &self,
        known: &Tallies,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let mut seen = Tallies::default();
        let mut ending = Ending::Complete;
        for trials in self.looks.until(stop.trials()) {
            if let Some(tally) = known.0.get(&trials) {
                seen.0.insert(trials, tally.clone());
                continue;
            }
            let before = [known, &seen].map(|tallies| tallies.0.range(..trials).next_back());
            let before = before.into_iter().flatten().max();
            let rule = self.rule(trials, stop.confidence())?;
            let outcome = match before {
                Some((before, tally)) => self.plan.extend(tally, *before, streams, &rule, control)?,
                None => self.plan.run(streams, &rule, control)?,
            };
            if outcome.ending == Ending::Cancelled {
                // Whole blocks are kept: the look goes on from there.
                if outcome.trials > before.map_or(0, |(trials, _)| *trials) {
                    seen.0.insert(outcome.trials, outcome.tally);
                }
                ending = Ending::Cancelled;
                break;
            }
            seen.0.insert(trials, outcome.tally);
        }
        let tally = serde_json::to_string(&seen).map_err(|error| Failure::Tally(error.to_string()))?;
        let Some((&trials, last)) = seen.0.last_key_value() else {
            return Ok(Outcome { estimates: Vec::new(), trials: 0, ending, tally });
        };
        let rule = self.rule(trials, stop.confidence())?;
        // No trial is left to run, and so nothing to cancel.
        let outcome = self.plan.extend(last, trials, streams, &rule, &Control::default())?;
        // What holds whichever look is the last one has the confidence that was asked for.
        let confidence = stop.confidence();
        let estimates = outcome.estimates.into_iter().map(|own| Estimate { confidence, ..own }).collect();
        Ok(Outcome { estimates, trials, ending, tally })
    }

    /// So many trials, with an interval that may decide whether they are the last ones.
    fn rule(&self, trials: u64, confidence: Confidence) -> Result<Stop, Failure> {
        let impossible = |error: &dyn std::fmt::Display| Failure::Impossible(error.to_string());
        let look = self.looks.number(trials);
        let own = self.question.confidence(confidence, look).map_err(|error| impossible(&error))?;
        let rule = Stop::after(trials).map_err(|error| impossible(&error))?;
        Ok(rule.with_confidence(own))
    }
}

impl AnyPlan for RefinedPlan<'_> {
    fn run(&self, streams: &Streams, stop: &Stop, control: &Control) -> Result<Outcome, Failure> {
        self.go_on(&Tallies::default(), streams, stop, control)
    }

    fn extend(
        &self,
        tally: &str,
        _: u64,
        streams: &Streams,
        stop: &Stop,
        control: &Control,
    ) -> Result<Outcome, Failure> {
        let known = serde_json::from_str(tally).map_err(|error| Failure::Tally(error.to_string()))?;
        self.go_on(&known, streams, stop, control)
    }

    fn single_trials(&self, trials: Range<u64>, streams: &Streams) -> Result<Vec<Vec<f64>>, Failure> {
        self.plan.single_trials(trials, streams)
    }

    fn replay(&self, trial: u64, streams: &Streams) -> Result<Option<Replay>, Failure> {
        self.plan.replay(trial, streams)
    }

    fn metrics(&self) -> &[CellMetric] {
        self.plan.metrics()
    }

    fn notes(&self) -> &[String] {
        self.plan.notes()
    }
}
