//! The forecast of a workflow.

use serde_json::{Map, Value, json};
use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::events::Duration;
use sim_core::monte_carlo::{self, Control, Ending as RunEnding, Stop};
use sim_core::random::{Family, Purpose, Streams};
use sim_models::registry::{Registry, Unit};
use sim_models::workflow::forecast::{ForecastTally, Forecasting, Measure, SubtaskTally, Threshold};
use sim_models::workflow::policy::Named;
use sim_models::workflow::{Budget, Ending, Problem, Turns, Workflow};

use super::Arguments;
use super::condition::{Condition, Judged, Known, Order, Subject, amount, unknown};
use super::distribution::{self, Distribution};
use crate::command::options::cancelled_by_signal;
use crate::command::workflow::GivenWorkflow;
use crate::output::{Format, align, brief_text, grouped, say, write_bytes};
use crate::problem::{Exit, Outcome, Problem as Trouble};
use crate::progress::Bar;

const TRIALS: u64 = 1000;

/// Names of shares of runs.
const SHARES: [&str; 5] = ["completion", "over_budget", "past_deadline", "wrong", "stalled"];

/// Names of what is measured, in the order of [`Measure::ALL`].
const MEASURES: [&str; 3] = ["cost", "tokens", "time"];

pub(super) fn forecast(
    arguments: &Arguments,
    registry: &Registry,
    scenario: Option<&str>,
    condition: Option<Condition>,
) -> Outcome<Exit> {
    let own: Vec<String> = arguments.policy.iter().map(|name| format!("policy={name}")).collect();
    let given = match scenario {
        Some(file) => arguments.workflow.open_scenario(registry, file, &own)?,
        None => arguments.workflow.open(registry, &own)?,
    };
    if given.policy.is_bound() {
        let sentence =
            format!("--policy: `{}` is a bound on policies and launches nothing", given.policy.name());
        return Err(Trouble::input(sentence));
    }
    let budget = given.problems.of(0).budget();
    if let Some(condition) = &condition {
        check(condition, budget)?;
    }
    let threshold = condition.as_ref().map(|it| threshold(it, budget)).transpose()?.flatten();
    let thresholds = threshold.iter().map(|(threshold, _)| *threshold).collect();
    let (seed, policy) = (given.seed, given.policy.clone());
    let workflow = only(&given.problems).map(|problem| problem.workflow().clone());
    let runs = if arguments.unlimited {
        unlimited(given, thresholds)?
    } else {
        Forecasting::new(given.problems, given.policy, thresholds)
            .map_err(|error| Trouble::input(error.to_string()))?
    };
    let trials = arguments.trials.unwrap_or(TRIALS);
    let stop = Stop::after(trials).map_err(|error| Trouble::input(error.to_string()))?;
    let bar = Bar::trials(trials, arguments.quiet);
    let control = Control::new(cancelled_by_signal()?).watched_by(bar.watcher());
    let streams = Streams::new(seed, Purpose::World, Family::common());
    let run = monte_carlo::run(&runs, &streams, &stop, &control);
    bar.finish();
    let report = Report {
        tally: run.tally,
        budget,
        policy,
        workflow,
        trials: run.trials,
        unlimited: arguments.unlimited,
    };
    let distributions = report.distributions();
    let judged = condition.map(|it| {
        let above = report.tally.above().first().map(|above| above.estimate(Confidence::DEFAULT));
        let complement = threshold.is_some_and(|(_, complement)| complement);
        let probability = above.map(|above| if complement { above.affine(1.0, -1.0) } else { above });
        distribution::judge(&it, &distributions, probability)
    });
    let judged = judged.transpose()?;
    match arguments.format {
        Format::Json => report.print_json(&distributions, judged.as_ref())?,
        Format::Csv => distribution::print_csv(&distributions)?,
        Format::Table => report.print_tables(&distributions)?,
    }
    if run.ending == RunEnding::Cancelled {
        return Ok(Exit::Cancelled);
    }
    distribution::conclude(judged.as_ref(), arguments.strict, arguments.format)
}

/// Refuses a condition about what the forecast does not have.
fn check(condition: &Condition, budget: Budget) -> Outcome<()> {
    let measures = Measure::ALL.into_iter().zip(MEASURES);
    let measures = measures.map(|(measure, name)| Known {
        name,
        unit: unit(measure, budget),
        has_quantiles: true,
        range: (0.0, f64::INFINITY),
    });
    let shares = SHARES.map(|name| Known { name, unit: Unit::One, has_quantiles: false, range: (0.0, 1.0) });
    condition.check(&measures.chain(shares).collect::<Vec<_>>())
}

fn only(problems: &Turns) -> Option<&Problem> {
    match problems.problems() {
        [problem] => Some(problem),
        _ => None,
    }
}

/// The number of a run's measure that a condition asks about, and whether it asks for the runs that are not above it. A share has no
/// threshold.
fn threshold(condition: &Condition, budget: Budget) -> Outcome<Option<(Threshold, bool)>> {
    let Subject::Probability { quantity, order, amount: text } = &condition.subject else { return Ok(None) };
    let position = MEASURES.iter().position(|name| name == quantity);
    let position = position.ok_or_else(|| unknown(quantity, &MEASURES))?;
    let (measure, unit) = (Measure::ALL[position], unit(Measure::ALL[position], budget));
    let scale = if measure == Measure::Cost { budget.unit() } else { 1.0 };
    // Money is counted in whole nanodollars: 0.1 USD is 1e8 of them, not 99 999 999.99.
    let exact = amount(text, unit)? / scale;
    let amount =
        if measure == Measure::Cost && exact.abs() < 1e15 { (exact * 1e3).round() / 1e3 } else { exact };
    let (inclusive, complement) = match order {
        Order::Above => (false, false),
        Order::AtLeast => (true, false),
        Order::Below => (true, true),
        Order::AtMost => (false, true),
    };
    Ok(Some((Threshold { measure, amount, inclusive }, complement)))
}

fn unit(measure: Measure, budget: Budget) -> Unit {
    match (measure, budget) {
        (Measure::Cost, Budget::Money(_)) => Unit::Dollars,
        (Measure::Cost, Budget::Tokens(_)) | (Measure::Tokens, _) => Unit::Tokens,
        (Measure::Time, _) => Unit::Seconds,
    }
}

/// Runs without limits, under a policy that does not look at them.
fn unlimited(given: GivenWorkflow, thresholds: Vec<Threshold>) -> Outcome<Forecasting> {
    let input = |error: &dyn std::fmt::Display| Trouble::input(error.to_string());
    for problem in given.problems.problems() {
        if given.policy.plan(problem).map_err(|error| input(&error))?.is_none() {
            let name = given.policy.name();
            let sentence = format!("--unlimited: `{name}` may decide by what is left of budget and time");
            let help =
                "--policy takes those that do not: cop-greedy, best-model, cheapest, seq:MODEL:SAMPLES";
            return Err(Trouble::input(sentence).help(help));
        }
    }
    let budget = match given.problems.of(0).budget() {
        Budget::Money(_) => Budget::Money(u64::MAX / 4),
        Budget::Tokens(_) => Budget::Tokens(u64::MAX / 4),
    };
    let long = Duration::from_seconds_saturating(1e9);
    Forecasting::beyond_limits(&given.problems, budget, long, given.policy, thresholds)
        .map_err(|error| input(&error))
}

struct Report {
    tally: ForecastTally,
    budget: Budget,
    policy: Named,
    /// If there is one only.
    workflow: Option<Workflow>,
    trials: u64,
    unlimited: bool,
}

impl Report {
    fn share(name: &str, proportion: &Proportion) -> Distribution {
        Distribution {
            name: name.to_owned(),
            unit: Unit::One,
            mean: proportion.estimate(Confidence::DEFAULT),
            quantiles: None,
            scale: 1.0,
        }
    }

    fn distributions(&self) -> Vec<Distribution> {
        let tally = &self.tally;
        let measures = Measure::ALL.into_iter().zip(MEASURES).map(|(measure, name)| {
            let scale = if measure == Measure::Cost { self.budget.unit() } else { 1.0 };
            Distribution {
                name: name.to_owned(),
                unit: unit(measure, self.budget),
                mean: tally.mean(measure).estimate(Confidence::DEFAULT).affine(0.0, scale),
                quantiles: Some(tally.quantiles(measure).clone()),
                scale,
            }
        });
        let shares = [
            tally.ending(Ending::Done),
            tally.over_budget(),
            tally.past_deadline(),
            tally.ending(Ending::Verifier),
            tally.ending(Ending::Stalled),
        ];
        let shares = SHARES.into_iter().zip(shares).map(|(name, share)| Self::share(name, share));
        measures.chain(shares).collect()
    }

    fn cost(&self, mean: &sim_core::estimate::Mean) -> Estimate {
        mean.estimate(Confidence::DEFAULT).affine(0.0, self.budget.unit())
    }

    /// The subtasks with their names; none where several workflows took turns.
    fn subtasks(&self) -> Vec<(&str, &SubtaskTally)> {
        let Some(workflow) = &self.workflow else { return Vec::new() };
        self.tally
            .subtasks()
            .iter()
            .enumerate()
            .map(|(node, tally)| (workflow.graph().name(node), tally))
            .collect()
    }

    /// From a subtask without successors, the most critical one, back through the most critical ones that it waits for.
    fn critical_path(&self) -> Vec<&str> {
        let Some(workflow) = &self.workflow else { return Vec::new() };
        let (graph, subtasks) = (workflow.graph(), self.tally.subtasks());
        let critical = |nodes: &mut dyn Iterator<Item = usize>| {
            let share = |node: usize| subtasks.get(node).map_or(0.0, |tally| tally.critical.value());
            nodes.reduce(|best, node| if share(node) > share(best) { node } else { best })
        };
        let mut path = Vec::new();
        let mut next = critical(&mut (0..graph.len()).filter(|&node| graph.outgoing(node).is_empty()));
        while let Some(node) = next {
            path.push(graph.name(node));
            next = critical(&mut graph.senders(node));
        }
        path.reverse();
        path
    }

    /// The subtask whose retries add the most time, or the most cost where none add time.
    fn dominant_retry(&self) -> Option<(&str, &SubtaskTally)> {
        let subtasks = self.subtasks();
        let most = |of: &dyn Fn(&SubtaskTally) -> f64| {
            let best = subtasks.iter().max_by(|a, b| of(a.1).total_cmp(&of(b.1))).copied();
            best.filter(|(_, tally)| of(tally) > 0.0)
        };
        most(&|tally| tally.retry_time.value()).or_else(|| most(&|tally| tally.retry_cost.value()))
    }

    /// A mean over the mean of the whole.
    fn part(mean: &sim_core::estimate::Mean, whole: &sim_core::estimate::Mean) -> f64 {
        if whole.value() > 0.0 { mean.value() / whole.value() } else { 0.0 }
    }

    fn retry_sentence(&self) -> String {
        let Some((name, tally)) = self.dominant_retry() else {
            return "no subtask is tried again".to_owned();
        };
        let cost = 100.0 * Self::part(&tally.retry_cost, self.tally.mean(Measure::Cost));
        let time = 100.0 * Self::part(&tally.retry_time, self.tally.mean(Measure::Time));
        let often = 100.0 * tally.retried.value();
        format!(
            "retries of {name} weigh most: in {often:.0} % of the runs, {time:.0} % of the time and {cost:.0} % of the cost"
        )
    }

    fn print_tables(&self, distributions: &[Distribution]) -> Outcome<()> {
        let limits = if self.unlimited { ", which go on beyond budget and deadline" } else { "" };
        say(format_args!(
            "{} runs under the policy `{}`{limits} (intervals: 95 %)\n\n{}",
            grouped(self.trials),
            self.policy.name(),
            distribution::table(distributions)
        ))?;
        let Some(workflow) = &self.workflow else { return Ok(()) };
        say(format_args!("\n{}", self.spending(workflow).trim_end()))?;
        say(format_args!("\n{}", self.critical().trim_end()))?;
        say(format_args!("\nlikely critical path: {}", self.critical_path().join(" -> ")))?;
        say(format_args!("{}", self.retry_sentence()))
    }

    /// Cost and tokens by subtask and model, where there are any.
    fn spending(&self, workflow: &Workflow) -> String {
        let cost = format!("cost ({})", unit(Measure::Cost, self.budget).name());
        let head = ["subtask", "model", &cost, "of all cost", "tokens"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for (name, tally) in self.subtasks() {
            for (position, model) in workflow.models().iter().enumerate() {
                let (cost, tokens) = (&tally.cost[position], &tally.tokens[position]);
                if tokens.value() == 0.0 && cost.value() == 0.0 {
                    continue;
                }
                let share = 100.0 * Self::part(cost, self.tally.mean(Measure::Cost));
                rows.push(vec![
                    name.to_owned(),
                    model.name.clone(),
                    brief_text(&self.cost(cost)),
                    format!("{share:.0} %"),
                    brief_text(&tokens.estimate(Confidence::DEFAULT)),
                ]);
            }
        }
        align(&rows)
    }

    fn critical(&self) -> String {
        let cost = format!("cost of retries ({})", unit(Measure::Cost, self.budget).name());
        let head = [
            "subtask",
            "critical in",
            "time on the path (s)",
            "tried again in",
            "time of retries (s)",
            &cost,
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let percent = |proportion: &Proportion| format!("{:.0} % of runs", 100.0 * proportion.value());
        for (name, tally) in self.subtasks() {
            rows.push(vec![
                name.to_owned(),
                percent(&tally.critical),
                brief_text(&tally.critical_time.estimate(Confidence::DEFAULT)),
                percent(&tally.retried),
                brief_text(&tally.retry_time.estimate(Confidence::DEFAULT)),
                brief_text(&self.cost(&tally.retry_cost)),
            ]);
        }
        align(&rows)
    }

    fn print_json(&self, distributions: &[Distribution], judged: Option<&Judged>) -> Outcome<()> {
        let confidence = Confidence::DEFAULT;
        let quantities = distributions.iter().map(|one| (one.name.clone(), one.json()));
        let mut report = json!({
            "policy": self.policy.name(),
            "trials": self.trials,
            "unlimited": self.unlimited,
            "quantities": Map::from_iter(quantities),
            "condition": judged.map(Judged::json),
        });
        if let (Value::Object(report), Some(workflow)) = (&mut report, &self.workflow) {
            let subtasks = self.subtasks().into_iter().map(|(name, tally)| {
                let models = workflow.models().iter().enumerate().map(|(position, model)| {
                    let tokens = tally.tokens[position].estimate(confidence);
                    (
                        model.name.clone(),
                        json!({ "cost": self.cost(&tally.cost[position]), "tokens": tokens }),
                    )
                });
                json!({
                    "id": name,
                    "models": Map::from_iter(models),
                    "critical": tally.critical.estimate(confidence),
                    "critical_time": tally.critical_time.estimate(confidence),
                    "retried": tally.retried.estimate(confidence),
                    "retry_cost": self.cost(&tally.retry_cost),
                    "retry_time": tally.retry_time.estimate(confidence),
                })
            });
            report.insert("subtasks".to_owned(), subtasks.collect());
            report.insert("critical_path".to_owned(), json!(self.critical_path()));
            report.insert("dominant_retry".to_owned(), json!(self.dominant_retry().map(|(name, _)| name)));
        }
        write_bytes(format!("{report:#}\n").as_bytes())
    }
}
