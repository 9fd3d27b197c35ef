//! A timed model of your own with the whole command line, traces included:
//! `cargo run --example own_timed_model -- run help-desk`, and `... -- trace help-desk --where outcome=late`.
//!
//! ```text
//! questions --> line --> agents --> answered
//!                 |
//!                 +--> given up, after `patience`
//! ```

use sim_core::estimate::{Confidence, Estimate, Proportion};
use sim_core::events::resource::{NeverServes, Servers};
use sim_core::events::{Calendar, Duration, Limits, Record, System, Time, Trace, run};
use sim_core::monte_carlo::{Block, Simulation};
use sim_core::random::{Address, Stream, Streams};
use sim_models::registry::*;

/// Questions that come all day, agents that answer them.
#[derive(Clone)]
struct HelpDesk {
    /// Agents that answer.
    agents: u32,
    /// Mean time between two questions, and of an answer [s].
    between: f64,
    answering: f64,
    /// Time after which a question in line is given up.
    patience: Duration,
    /// Length of the day.
    day: Duration,
}

/// What happens to the question of a number.
#[derive(Clone, Copy)]
enum Event {
    Asked,
    Answered(u32),
    GivenUp(u32),
}

/// The state of one day.
struct Day<'a> {
    desk: &'a HelpDesk,
    agents: Servers<u32>,
    draws: Stream,
    /// When each question was asked.
    asked: Vec<Time>,
    lost: u32,
    trace: Trace,
}

impl Day<'_> {
    fn exponential(&mut self, mean: f64) -> Duration {
        Duration::from_seconds_saturating(mean * self.draws.exponential())
    }
}

impl System for Day<'_> {
    type Event = Event;

    fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
        let now = calendar.now();
        match event {
            Event::Asked => {
                let question = self.asked.len() as u32;
                self.asked.push(now);
                let work = self.exponential(self.desk.answering);
                self.agents.arrive(question, 0, work, calendar, Event::Answered);
                calendar.schedule(self.desk.patience, Event::GivenUp(question));
                let next = self.exponential(self.desk.between);
                calendar.schedule(next, Event::Asked);
            }
            Event::Answered(question) => {
                self.agents.complete(question, calendar, Event::Answered);
                let track = self.trace.track(format!("question {}", question + 1));
                let (name, start) = ("answered".to_owned(), self.asked[question as usize]);
                self.trace.push(Record::Span {
                    track,
                    name,
                    kind: "answered",
                    start,
                    end: now,
                    details: vec![],
                });
            }
            // Whoever is being answered by now does not leave.
            Event::GivenUp(question) => {
                self.lost += u32::from(self.agents.leave_line(question).is_some());
            }
        }
    }
}

impl HelpDesk {
    /// One day: how many questions were given up, and what happened.
    fn day(&self, trial: u64, streams: &Streams) -> Result<(u32, Trace), NeverServes> {
        let agents = Servers::new(self.agents as usize)?;
        let draws = streams.open(Address::trial(trial));
        let mut day = Day { desk: self, agents, draws, asked: Vec::new(), lost: 0, trace: Trace::new() };
        let mut calendar = Calendar::new();
        calendar.schedule(Duration::ZERO, Event::Asked);
        run(&mut day, &mut calendar, &Limits::until(self.day));
        Ok((day.lost, day.trace))
    }
}

impl Simulation for HelpDesk {
    type Tally = Proportion;

    fn run(&self, block: &Block, streams: &Streams, tally: &mut Proportion) {
        for trial in block.trials() {
            if let Ok((lost, _)) = self.day(trial, streams) {
                tally.record(lost == 0);
            }
        }
    }

    fn estimates(&self, tally: &Proportion, confidence: Confidence) -> Vec<Estimate> {
        vec![tally.estimate(confidence)]
    }
}

impl Parameters for HelpDesk {
    fn read(form: &mut Form) -> Result<Self, ParameterError> {
        let seconds = |key, default| real(key, default).between(0.0, 1e6).unit(Unit::Seconds);
        let agents = integer("agents", 2).between(1, 100).unit(Unit::Agents).help("agents that answer");
        let patience = seconds("patience", 300.0).help("time after which a question in line is given up");
        let day = seconds("day", 28_800.0).help("length of a day");
        Ok(Self {
            agents: form.read(agents)?,
            between: form.read(seconds("between", 150.0).help("mean time between two questions"))?,
            answering: form.read(seconds("answering", 120.0).help("mean time of an answer"))?,
            patience: form.read(patience.try_map(Duration::from_seconds))?,
            day: form.read(day.try_map(Duration::from_seconds))?,
        })
    }
}

struct HelpDeskModel;

impl Model for HelpDeskModel {
    type Parameters = HelpDesk;
    type Plan = HelpDesk;

    fn about(&self) -> About {
        About {
            name: "help-desk",
            summary: "Agents answer questions that do not wait for ever",
            references: &[],
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        vec![Metric { name: "good_day", help: "no question is given up", unit: Unit::One, range: (0.0, 1.0) }]
    }

    fn predictions(&self) -> Vec<Prediction<HelpDesk>> {
        Vec::new()
    }

    fn prepare(&self, desk: &HelpDesk) -> Result<HelpDesk, ParameterError> {
        Ok(desk.clone())
    }

    // With this, `trace` shows a day, and finds one by its facts.
    fn replay(&self, desk: &HelpDesk, trial: u64, streams: &Streams) -> Option<Replay> {
        let (lost, trace) = desk.day(trial, streams).ok()?;
        let outcome = if lost == 0 { "good" } else { "late" };
        Some(Replay { facts: vec![("outcome", outcome.to_owned()), ("lost", lost.to_string())], trace })
    }
}

fn main() -> std::process::ExitCode {
    synergy::main(Registry::builtin().with(HelpDeskModel))
}
