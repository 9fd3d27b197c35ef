//! One way to answer questions with a fleet of agents, as `synergy advise` recommends them.

use serde::{Deserialize, Serialize};
use sim_core::estimate::{Confidence, Estimate, Mean, Proportion, Quantiles, Tally};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::Streams;

use crate::advice::{Fleet, Kind, Outlook, Plan, SimulatedPlan};
use crate::registry::{
    About, Form, Metric, Model, ParameterError, Parameters, Prediction, Unit, choice, document, integer,
    real, text,
};

/// The model `fleet`: agents of known skill, price and speed, organized in one way, answer questions.
#[derive(Clone, Copy, Debug)]
pub struct AnyFleet;

/// Parameters of [`AnyFleet`].
#[derive(Clone, Debug)]
pub struct FleetParameters {
    fleet: Fleet,
    plan: Plan,
}

/// Most agents of a debate, whose exact evaluation takes the cube of their number.
const MOST_DEBATING: u32 = 201;

/// The fleet of a scenario that names none.
const DEFAULT: &str = "[question]\ncorrelation = 0.2\n[channel]\nfidelity = 0.9\nmessage_tokens = 50\n\
    [checker]\ntrue_positive = 0.95\nfalse_positive = 0.05\n\
    [[models]]\nname = \"small\"\naccuracy = 0.6\noutput_tokens = 500\nprice_per_million_output_tokens = 0.5\n\
    latency_seconds = { mean = 5, deviation = 2 }\n\
    [[models]]\nname = \"large\"\naccuracy = 0.8\noutput_tokens = 1000\nprice_per_million_output_tokens = 5\n\
    latency_seconds = { mean = 15, deviation = 6 }\n";

impl Parameters for FleetParameters {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let file = form.read(
            document("file")
                .help("file of the fleet (TOML or JSON): models, question, channel, checker")
                .or_word("none", "a small and a large model of an example"),
        )?;
        let kinds = [
            (Kind::Single, "one agent"),
            (Kind::Vote, "`size` answers side by side, counted by a program"),
            (Kind::Margin, "answers until one is ahead by `size`"),
            (Kind::Retry, "answers until the checker accepts one, at most `size`"),
            (Kind::Cascade, "`size` answers of `agent`, and one of `second` if they differ, or if the checker rejects a single one"),
            (Kind::Mixed, "a vote of `size` answers of `agent`, `second_size` of `second` and `third_size` of `third`"),
            (Kind::Star, "`size` agents report to one that decides"),
            (Kind::Tree, "`size` children per node in `depth` layers"),
            (Kind::Debate, "`size` agents hear each other `depth` times, and one decides that hears them all"),
            (Kind::Chain, "one agent answers, and `depth` pass it on"),
        ]
        .map(|(kind, help)| (kind.name(), kind, help));
        let kind = form.read(choice("organization", &kinds).help("who answers, and who decides"))?;
        let agent =
            form.read(text("agent", "").help("name of the model; the first one of the fleet if empty"))?;
        let second = form.read(text("second", "").help("name of the other model; the last one if empty"))?;
        let size = form.read(
            integer("size", 5).between(1, 10_001).unit(Unit::Agents).help("how many, by organization"),
        )?;
        let second_size = form.read(
            integer("second_size", 2)
                .between(1, 10_001)
                .unit(Unit::Agents)
                .help("answers of the other model"),
        )?;
        let third =
            form.read(text("third", "").help("name of a third model in a mixed vote; none if empty"))?;
        let third_size = form.read(
            integer("third_size", 2).between(1, 10_001).unit(Unit::Agents).help("answers of the third model"),
        )?;
        let depth = form.read(
            integer("depth", 2)
                .between(1, 30)
                .unit(Unit::Layers)
                .help("layers of a tree, exchanges of a debate, relays of a chain"),
        )?;
        let tokens = form.read(
            real("answer_tokens", 1000.0)
                .positive()
                .unit(Unit::Tokens)
                .help("length of an answer, for models whose skill grows with it"),
        )?;
        let message = form.read(
            real("message_tokens", 50.0)
                .not_negative()
                .unit(Unit::Tokens)
                .help("length of a message, for fleets that do not fix it"),
        )?;
        let fleet = match file {
            Some(file) => Fleet::from_toml(file.text()).map_err(|error| {
                ParameterError::impossible(&["file"], format!("{}: {error}", file.name()))
            })?,
            None => Fleet::from_toml(DEFAULT)
                .map_err(|error| ParameterError::impossible(&["file"], error.to_string()))?,
        };
        let model = |key: &'static str, name: &str, empty: usize| {
            let position = fleet.models.iter().position(|model| model.name == name);
            position.or(name.is_empty().then_some(empty)).ok_or_else(|| {
                let names: Vec<&str> = fleet.models.iter().map(|model| model.name.as_str()).collect();
                let sentence = format!("the fleet has no model `{name}`; it has {}", names.join(", "));
                ParameterError::impossible(&[key], sentence)
            })
        };
        let (first, other) = (model("agent", &agent, 0)?, model("second", &second, fleet.models.len() - 1)?);
        let third = (!third.is_empty()).then(|| model("third", &third, 0)).transpose()?;
        let tokens = fleet.models[first].known_tokens().unwrap_or(tokens);
        let message = fleet.channel.tokens.unwrap_or(message);
        let odd = |what: &str, size: u32| {
            if size % 2 == 1 {
                return Ok(size);
            }
            let sentence =
                format!("{what} has an odd number of votes, so that there is no tie; found {size}");
            Err(ParameterError::impossible(&["size"], sentence))
        };
        let plan = match kind {
            Kind::Single => Plan::Single { model: first, tokens },
            Kind::Vote => Plan::Vote { model: first, tokens, votes: odd("a vote", size)? },
            Kind::Margin => Plan::Margin { model: first, tokens, margin: size.min(100) },
            Kind::Retry => Plan::Retry { model: first, tokens, tries: size },
            Kind::Cascade => Plan::Cascade { student: first, votes: size, teacher: other },
            Kind::Mixed => {
                let third = third.map(|model| (model, third_size));
                odd("a mixed vote", size + second_size + third.map_or(0, |(_, votes)| votes))?;
                Plan::Mixed { first: (first, size), second: (other, second_size), third }
            }
            Kind::Star => Plan::Tree { model: first, tokens, fan_in: size.max(2), depth: 1, message },
            Kind::Tree => Plan::Tree { model: first, tokens, fan_in: size.max(2), depth, message },
            Kind::Debate => Plan::Debate { model: first, tokens, agents: size, exchanges: depth, message },
            Kind::Chain => Plan::Chain { model: first, tokens, relays: depth, message },
        };
        let used = plan.models();
        if (1..used.len()).any(|at| used[..at].contains(&used[at])) {
            let sentence = format!("a {} takes different models; it has one of them twice", kind.name());
            return Err(ParameterError::impossible(&["agent", "second", "third"], sentence));
        }
        if kind == Kind::Debate && size > MOST_DEBATING {
            let sentence = format!(
                "everybody hears everybody in a debate: at most {MOST_DEBATING} agents are possible; found {size}"
            );
            return Err(ParameterError::impossible(&["size"], sentence));
        }
        if plan.agents().0 > 1e9 {
            let sentence = format!("a tree of {size}^{depth} leaves is too large; at most 1e9 are possible");
            return Err(ParameterError::impossible(&["size", "depth"], sentence));
        }
        if !fleet.outlook(&plan).accuracy.is_finite() {
            let sentence = match kind {
                Kind::Retry => "a retry needs a [checker] in the fleet",
                Kind::Cascade if size == 1 => "a cascade of one answer needs a [checker] in the fleet",
                Kind::Cascade | Kind::Mixed => "this organization takes models of known accuracy",
                _ => "this organization has no accuracy with these numbers",
            };
            return Err(ParameterError::impossible(&["organization"], sentence.to_owned()));
        }
        Ok(Self { fleet, plan })
    }
}

/// What questions came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FleetTally {
    right: Proportion,
    dollars: Mean,
    tokens: Mean,
    time: Mean,
    times: Quantiles,
}

impl Tally for FleetTally {
    fn merge(&mut self, later: &Self) {
        self.right.merge(&later.right);
        self.dollars.merge(&later.dollars);
        self.tokens.merge(&later.tokens);
        self.time.merge(&later.time);
        self.times.merge(&later.times);
    }
}

impl Simulation for SimulatedPlan {
    type Tally = FleetTally;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut FleetTally) {
        for trial in block.trials() {
            let outcome = self.ask(&streams.trial(trial));
            tally.right.record(outcome.right);
            tally.dollars.record(outcome.spend.dollars);
            tally.tokens.record(outcome.spend.tokens);
            tally.time.record(outcome.time);
            tally.times.record(outcome.time);
        }
    }

    fn estimates(&self, tally: &FleetTally, confidence: Confidence) -> Vec<Estimate> {
        vec![
            tally.right.estimate(confidence),
            tally.dollars.estimate(confidence),
            tally.tokens.estimate(confidence),
            tally.time.estimate(confidence),
            tally.times.estimate(0.5, confidence),
            tally.times.estimate(0.95, confidence),
        ]
    }
}

/// A number of the exact evaluation.
fn of(parameters: &FleetParameters, part: impl Fn(&Outlook) -> f64) -> Option<f64> {
    Some(part(&parameters.fleet.outlook(&parameters.plan)))
}

impl Model for AnyFleet {
    type Parameters = FleetParameters;
    type Plan = SimulatedPlan;

    fn about(&self) -> About {
        About {
            name: "fleet",
            summary: "A fleet of agents organized in one way answers questions: accuracy, cost and time",
            references: &[
                "theory 3, 4 and 5: majorities, trees and shared errors",
                "mechanisms B0.7, B35, B42, B46: checkers, debates, votes to a margin, cascades",
            ],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let any = (0.0, f64::INFINITY);
        let metric = |name, unit, range, help| Metric { name, help, unit, range };
        vec![
            metric("accuracy", Unit::One, (0.0, 1.0), "probability that the answer is right"),
            metric("cost", Unit::Dollars, any, "what a question costs"),
            metric("tokens", Unit::Tokens, any, "tokens read and written for a question"),
            metric("makespan", Unit::Seconds, any, "mean time until the answer"),
            metric("makespan_p50", Unit::Seconds, any, "median of that time"),
            metric("makespan_p95", Unit::Seconds, any, "95 % quantile of that time"),
        ]
    }

    fn predictions(&self) -> Vec<Prediction<FleetParameters>> {
        vec![
            Prediction::in_unit(
                "accuracy",
                Unit::One,
                "exact, by closed form or recursion",
                |p: &FleetParameters| of(p, |it| it.accuracy),
            ),
            Prediction::in_unit("cost", Unit::Dollars, "exact mean", |p: &FleetParameters| {
                of(p, |it| it.spend.dollars)
            }),
            Prediction::in_unit("tokens", Unit::Tokens, "exact mean", |p: &FleetParameters| {
                of(p, |it| it.spend.tokens)
            }),
        ]
    }

    fn prepare(&self, parameters: &FleetParameters) -> Result<SimulatedPlan, ParameterError> {
        SimulatedPlan::new(&parameters.fleet, &parameters.plan).ok_or_else(|| {
            ParameterError::impossible(&["organization"], "this fleet has no such plan".to_owned())
        })
    }
}
