//! The forecast of any model: the distributions of its metrics over single trials.

use serde_json::{Map, json};
use sim_core::estimate::{Confidence, Estimate, Proportion, Quantiles};
use sim_core::monte_carlo::{Control, Progress, Stop};
use sim_models::registry::{AnyPlan, CellMetric, Registry, Unit};

use super::Arguments;
use super::condition::{Condition, Judged, Known, Subject, amount, unknown};
use super::distribution::{self, Distribution};
use crate::command::options::cancelled_by_signal;
use crate::dataset::Cell;
use crate::output::{Format, grouped, say, write_bytes};
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;
use crate::scenario::{Opened, Overrides};
use crate::search::Studied;
use crate::trials::single_trials;

const TRIALS: u64 = 10_000;

pub(super) fn forecast(
    arguments: &Arguments,
    registry: &Registry,
    name: &str,
    condition: Option<Condition>,
) -> Outcome<Exit> {
    let trials = arguments.trials.unwrap_or(TRIALS);
    let overrides = Overrides {
        set: arguments.workflow.set.clone(),
        seed: arguments.workflow.seed,
        trials: Some(trials),
        ..Overrides::default()
    };
    let opened = Opened::open(registry, name, &overrides)?;
    opened.must_be_one_cell(name)?;
    if let Some(search) = opened.scenario.search() {
        let sentence = format!("{name} is a search: {search}; a forecast is about trials of one cell");
        return Err(Problem::input(sentence).help("leave out [boundary] and [optimize]"));
    }
    let studied = Studied::below(&opened.scenario, registry)?;
    let model = &*studied;
    let values = opened.values(model)?;
    let cell = Cell::new(model, values.clone());
    let plan = model.prepare(&values).map_err(|error| opened.explain(&error))?;
    if let Some(condition) = &condition {
        let metrics = plan.metrics();
        let known = metrics.iter().map(|metric| Known {
            name: &metric.name,
            unit: metric.unit,
            has_quantiles: true,
            range: metric.range,
        });
        condition.check(&known.collect::<Vec<_>>())?;
    }
    let streams = opened.scenario.randomness().streams(cell.digest);
    let stop = Stop::after(trials).map_err(|error| Problem::input(error.to_string()))?;
    let bar = Bar::trials(trials, arguments.quiet);
    let control = Control::new(cancelled_by_signal()?);
    let failed = |error: sim_models::registry::Failure| Problem::failure(error.to_string());
    let means = plan.run(&streams, &stop, &control).map_err(failed)?;
    let done = |trials| bar.advance(trials);
    let runs = single_trials(&*plan, 0..trials, &streams, &control, |run| run, done).map_err(failed)?;
    bar.finish();
    let Some(runs) = runs else { return Ok(Exit::Cancelled) };
    let distributions = distributions(plan.as_ref(), &means.estimates, &runs);
    let judged = condition.map(|it| {
        let probability = probability(&it, plan.metrics(), &runs)?;
        distribution::judge(&it, &distributions, probability)
    });
    let judged = judged.transpose()?;
    match arguments.format {
        Format::Csv => distribution::print_csv(&distributions)?,
        Format::Json => {
            print_json(model.about().name, trials, &distributions, plan.notes(), judged.as_ref())?
        }
        Format::Table => {
            let name = model.about().name;
            say(format_args!("{} trials of the model `{name}` (intervals: 95 %)", grouped(trials)))?;
            say(format_args!("\n{}", distribution::table(&distributions)))?;
            plan.notes().iter().try_for_each(|note| say(format_args!("\nnote: {note}")))?;
        }
    }
    distribution::conclude(judged.as_ref(), arguments.strict, arguments.format)
}

/// The metrics, with quantiles where trials differ by more than a yes or a no. What is a quantile itself has none, and neither has a ratio
/// that single trials do not have, such as the cost per right answer.
fn distributions(plan: &dyn AnyPlan, means: &[Estimate], runs: &[Vec<f64>]) -> Vec<Distribution> {
    let of = |(position, (metric, mean)): (usize, (&CellMetric, &Estimate))| {
        let column = || runs.iter().filter_map(|run| run.get(position)).copied();
        let is_share = column().all(|value| value == 0.0 || value == 1.0 || value.is_nan());
        let is_constant = column().all(|value| value == mean.value);
        let is_finite = column().all(f64::is_finite);
        let has_quantiles = is_finite && !is_share && !is_constant && !is_quantile(&metric.name);
        let mut quantiles = Quantiles::default();
        if has_quantiles {
            column().filter(|value| !value.is_nan()).for_each(|value| quantiles.record(value));
        }
        Distribution {
            name: metric.name.to_string(),
            unit: metric.unit,
            mean: *mean,
            quantiles: has_quantiles.then_some(quantiles),
            scale: 1.0,
        }
    };
    plan.metrics().iter().zip(means).enumerate().map(of).collect()
}

/// Whether a metric is a quantile over trials, such as `makespan_p95`.
fn is_quantile(name: &str) -> bool {
    name.rsplit_once("_p").is_some_and(|(_, digits)| digits.parse::<f64>().is_ok())
}

/// The share of trials that a condition asks for.
fn probability(
    condition: &Condition,
    metrics: &[CellMetric],
    runs: &[Vec<f64>],
) -> Outcome<Option<Estimate>> {
    let Subject::Probability { quantity, order, amount: text } = &condition.subject else { return Ok(None) };
    let Some(position) = metrics.iter().position(|metric| metric.name == *quantity) else {
        let names: Vec<&str> = metrics.iter().map(|metric| metric.name.as_ref()).collect();
        return Err(unknown(quantity, &names));
    };
    if is_quantile(quantity) {
        let sentence =
            format!("--fail-if: `{quantity}` is one number, not one of every run; compare it itself");
        return Err(Problem::input(sentence));
    }
    let bound = amount(text, metrics.get(position).map_or(Unit::One, |metric| metric.unit))?;
    let mut share = Proportion::default();
    let values = runs.iter().filter_map(|run| run.get(position)).filter(|value| !value.is_nan());
    values.for_each(|&value| share.record(order.holds(value, bound)));
    Ok(Some(share.estimate(Confidence::DEFAULT)))
}

fn print_json(
    model: &str,
    trials: u64,
    distributions: &[Distribution],
    notes: &[String],
    judged: Option<&Judged>,
) -> Outcome<()> {
    let quantities = distributions.iter().map(|one| (one.name.clone(), one.json()));
    let report = json!({
        "model": model,
        "trials": trials,
        "quantities": Map::from_iter(quantities),
        "notes": notes,
        "condition": judged.map(Judged::json),
    });
    write_bytes(format!("{report:#}\n").as_bytes())
}
