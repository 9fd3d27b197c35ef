//! `synergy advise`: which organization to use, how large, with which models.

mod figure;
mod findings;
mod report;
mod scenario;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use rayon::prelude::*;
use sim_core::monte_carlo::Control;
use sim_core::random::{Family, Purpose, Streams};
use sim_models::advice::contest::contest;
use sim_models::advice::sensitivity::{confidence, flip, near};
use sim_models::advice::{Limits, Parameter, Plan, Unit, choose, reasons};
use sim_models::registry::{Registry, Unit as Typed, Value};

use self::findings::Findings;
use self::source::Source;
use super::options::cancelled_by_signal;
use crate::dataset::write_file;
use crate::output::{Format, say, tell, warn};
use crate::problem::{Exit, Outcome, Problem};
use crate::progress::Bar;

/// Recommend an organization: one agent, a vote, a star, tree or debate, retries, a cascade; how large, and with which models
///
/// All plans are sized within the limits and ranked by exact evaluation. The best are then simulated on common draws.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  synergy advise fleet.toml --budget '0.002 USD' --deadline '30 s'
  synergy advise fleet.toml --budget '20k tokens' --window '4k tokens' --accuracy 0.9 --out best.toml && synergy run best.toml

A fleet is a TOML or JSON file. Numbers may be tables { value, low, high } with their 95 % interval:
  [question]              correlation, across (models), dependence, countable (whether a program can count answers)
  [channel]               fidelity, or law and scale (of messages to agents that decide); message_tokens
  [checker]               true_positive, false_positive, dollars, tokens, seconds; leave it out if there is none
  [[models]]              name; accuracy and output_tokens, or scale, exponent and cap; input_tokens,
                          price_per_million_input_tokens, price_per_million_output_tokens,
                          latency_seconds (a number, or { mean, deviation }), seconds_per_token
A model is left out if it has no price, length or time that a limit needs.

The exit code is 5 if no organization keeps the limits; an older recommendation is then removed from --out.")]
pub(super) struct Arguments {
    /// File of the fleet, or a scenario of the models fleet, tree or budget
    #[arg(value_name = "FLEET|SCENARIO")]
    fleet: PathBuf,
    /// File with other [[models]], which replace those of the fleet
    #[arg(long, value_name = "FILE")]
    models: Option<PathBuf>,
    /// Most that a question may cost on average: '0.002 USD' or '20k tokens'
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    budget: Option<String>,
    /// Time in which 95 % of the questions must be answered: '30 s'
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    deadline: Option<String>,
    /// Most tokens of messages that one agent can read: '4k tokens'
    #[arg(long, value_name = "TOKENS", allow_hyphen_values = true)]
    window: Option<String>,
    /// Accuracy that suffices: the cheapest organization that has it is recommended
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    accuracy: Option<String>,
    /// Most simulated questions per organization
    #[arg(long, value_name = "N", default_value_t = 16_384, value_parser = value_parser!(u64).range(1..=10_000_000), allow_negative_numbers = true)]
    trials: u64,
    /// Draws of the uncertain parameters
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = value_parser!(u32).range(100..=100_000), allow_negative_numbers = true)]
    draws: u32,
    /// Root of all randomness
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    seed: u64,
    /// Write the recommended organization as a scenario for `synergy run`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Draw what accuracy costs into a file: .svg, .pdf or .png
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// No progress bar, and no provisional answer
    #[arg(long, short)]
    quiet: bool,
}

/// Accuracy by which a plan may be worse than the best to be simulated, and how many are.
const NEAR: f64 = 0.05;
const MOST_CONTENDERS: usize = 12;

impl Arguments {
    pub(super) fn execute(self, registry: &Registry) -> Outcome<Exit> {
        let source = Source::read(registry, &self.fleet, self.models.as_deref())?;
        let limits = self.limits(&source.limits)?;
        if let Some(out) = &self.out {
            scenario::check_name(out)?;
        }
        if let Some(out) = &self.figure {
            figure::check_name(out)?;
        }
        let fleet = &source.fleet;
        let warnings = [source.warnings.clone(), fleet.warnings(&limits)].concat();
        if (0..fleet.models.len()).all(|model| !fleet.lacks(model, &limits).is_empty()) {
            let sentence = format!("no model can be held against these limits: {}", warnings.join("; "));
            return Err(Problem::input(sentence)
                .help("add the keys to the fleet's file; 0 is allowed where something is free or instant"));
        }
        let mut choice = choose(fleet, &limits);
        if let Some(best) = choice.best().filter(|_| !self.quiet) {
            tell(&format!("by theory: {}; simulating it and its rivals", best.plan.describe(fleet)));
        }
        let cancellation = cancelled_by_signal()?;
        let streams = |purpose| Streams::new(self.seed, purpose, Family::common());
        let mut too_slow = Vec::new();
        let (contenders, contest) = loop {
            let contenders = near(&choice, NEAR, MOST_CONTENDERS);
            let Some(best) = contenders.first() else {
                report::print_none(&reasons(fleet, &choice), &warnings, self.format)?;
                return self.out.as_deref().map_or(Ok(()), remove_old).map(|()| Exit::Nothing);
            };
            let plans: Vec<Plan> = contenders.iter().map(|scored| scored.plan).collect();
            let bar = Bar::trials(self.trials * plans.len() as u64, self.quiet);
            let control = Control::new(cancellation.clone()).watched_by(bar.watcher());
            let contest =
                contest(fleet, &plans, limits.unit(), self.trials, &streams(Purpose::World), &control);
            bar.finish();
            if contest.cancelled {
                return Ok(Exit::Cancelled);
            }
            // Exact evaluation approximates the times of some plans.
            let slow = contest.contenders.first().map(|first| first.tally.time(0.95).low);
            if limits.deadline.is_none_or(|deadline| slow.is_none_or(|slow| slow <= deadline)) {
                break (contenders, contest);
            }
            too_slow.push(best.plan.describe(fleet));
            let plan = best.plan;
            choice.remove(&plan);
        };
        let best = contenders[0];
        let mut reasons = reasons(fleet, &choice);
        reasons.extend(too_slow.iter().map(|plan| format!("too slow in the simulation: {plan}")));
        // What would change the answer is asked of the exact evaluation, which would have chosen another plan in that case.
        let flips = too_slow.is_empty().then(|| {
            let parameters = Parameter::all(fleet).into_par_iter();
            parameters.filter_map(|parameter| flip(fleet, &limits, &best.plan, parameter)).collect()
        });
        let draws = self.draws as usize;
        let confidence = confidence(fleet, &limits, &contenders, draws, &streams(Purpose::ReEstimation));
        let fleet = fleet.clone();
        let findings = Findings { fleet, choice, reasons, warnings, contenders, contest, flips, confidence };
        match self.format {
            Format::Table => report::print_tables(&findings)?,
            Format::Json => report::print_json(&findings)?,
            Format::Csv => report::print_csv(&findings)?,
        }
        if let Some(out) = &self.out {
            self.write(out, &source, &findings)?;
        }
        if let Some(out) = &self.figure {
            figure::draw(&findings, out)?;
            if self.format == Format::Table {
                say(format_args!("figure: {}", out.display()))?;
            }
        }
        Ok(Exit::Success)
    }

    /// The scenario, and the fleet beside it where no file has it as it is.
    fn write(&self, out: &Path, source: &Source, findings: &Findings) -> Outcome<()> {
        let file = if source.is_file {
            self.fleet.clone()
        } else {
            let beside = out.with_extension("fleet.json");
            write_file(&beside, scenario::merged(&source.texts)?.as_bytes())?;
            beside
        };
        let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        let text = scenario::scenario(findings, &scenario::seen_from(&file, folder)?);
        write_file(out, text.as_bytes())?;
        match self.format {
            Format::Table => say(format_args!("\nscenario: {}", out.display())),
            _ => Ok(()),
        }
    }

    /// What is given, and else what a scenario has.
    fn limits(&self, told: &Limits) -> Outcome<Limits> {
        let budget = match &self.budget {
            Some(text) if text.trim_end().ends_with("tokens") => {
                Some((amount("--budget", text, Typed::Tokens)?, Unit::Tokens))
            }
            Some(text) => Some((amount("--budget", text, Typed::Dollars)?, Unit::Dollars)),
            None => told.budget,
        };
        let given = |flag, text: &Option<String>, unit| {
            text.as_deref().map(|text| amount(flag, text, unit)).transpose()
        };
        let accuracy = self.accuracy.as_deref().map(probability).transpose()?;
        Ok(Limits {
            budget,
            deadline: given("--deadline", &self.deadline, Typed::Seconds)?,
            window: given("--window", &self.window, Typed::Tokens)?.or(told.window),
            accuracy,
        })
    }
}

/// Takes an older recommendation away, which would look like that of the limits which nothing keeps. Other files are left alone.
fn remove_old(out: &Path) -> Outcome<()> {
    let Ok(text) = fs::read_to_string(out) else { return Ok(()) };
    if !text.starts_with(scenario::FIRST_WORDS) {
        warn(&format!("{} is no recommendation, and is left as it is", out.display()));
        return Ok(());
    }
    fs::remove_file(out).map_err(|error| Problem::file("remove", out, &error))?;
    warn(&format!("{} was removed: it recommended something for other limits", out.display()));
    Ok(())
}

/// A probability above 0, also in percent.
fn probability(text: &str) -> Outcome<f64> {
    let trimmed = text.trim();
    let (digits, unit) = match trimmed.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), 0.01),
        None => (trimmed, 1.0),
    };
    let number = digits.parse::<f64>().ok().map(|x| x * unit).filter(|x| *x > 0.0 && *x <= 1.0);
    number.ok_or_else(|| {
        let sentence = format!(
            "--accuracy is a probability above 0 and at most 1, such as 0.9 or '90%'; found `{trimmed}`"
        );
        Problem::input(sentence)
    })
}

/// A positive amount.
fn amount(flag: &str, text: &str, unit: Typed) -> Outcome<f64> {
    let text = text.trim();
    let number: Option<f64> =
        text.parse().ok().or_else(|| unit.read(&Value::Text(text.to_owned()))?.as_number());
    number.filter(|x| *x > 0.0 && x.is_finite()).ok_or_else(|| {
        let allowed = match (flag, unit.name()) {
            ("--budget", _) => "a positive amount such as '0.002 USD' or '20k tokens'".to_owned(),
            (_, "") => "a positive number".to_owned(),
            (_, name) => format!("a positive number, alone or in {name}"),
        };
        Problem::input(format!("{flag} takes {allowed}; found `{text}`"))
    })
}
