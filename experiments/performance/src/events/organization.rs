//! An organization in time on synergy's engine, and the same events and draws on the engine alone: what agents, messages and votes cost.

use super::{Case, Engine, Outcome};
use crate::clock::thread_cpu_seconds;
use sim_core::{
    events::{Calendar, Duration, Limits, System, run},
    random::{Coin, Entity, Family, Purpose, Streams, TrialStreams},
};
use sim_models::{
    law::Law,
    organization::{
        Bias,
        graph::shapes::{Shape, Star},
        timed::{Delivery, Service, TimedOrganization, Timing},
    },
};
use std::error::Error;

const BIAS: f64 = 0.2;
const LATENCY: f64 = 0.2;

/// The product's evaluator of organizations in time.
pub struct InTime;

impl Engine for InTime {
    fn name(&self) -> &'static str {
        "synergy, organization in time"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let Case::Star(agents) = case else { return Ok(None) };
        let star = Star::new(agents, Bias::new(BIAS)?).organization()?;
        let mut timing =
            Timing::instant(agents + 1).serving(0..agents, &Service::lasting(Law::exponential(1.0)?));
        timing.delivery = Delivery { latency: Law::exponential(LATENCY)?, ..Delivery::default() };
        let timed = TimedOrganization::new(&star, &timing)?;
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let mut trials = timed.trials(&streams);
        let (mut handled, mut trial) = (0, 0);
        let begin = thread_cpu_seconds();
        while handled < events {
            handled += trials.run(trial).events;
            trial += 1;
        }
        Ok(Some(Outcome { events: handled, seconds: thread_cpu_seconds() - begin, wait: None }))
    }
}

/// The same events and draws without an organization: a vote, a duration and a latency per agent, each from its own stream.
pub struct SameEvents;

#[derive(Clone, Copy)]
enum Happens {
    Answer(u32),
    Message(u32),
}

struct BareStar {
    agents: Vec<Entity>,
    right: Coin,
    draws: TrialStreams,
    votes: Vec<bool>,
    events: u64,
    count: u64,
}

impl BareStar {
    fn trial(&mut self, streams: &Streams, trial: u64, calendar: &mut Calendar<Happens>) {
        calendar.clear();
        self.draws = streams.trial(trial);
        self.votes.clear();
        for (agent, &entity) in self.agents.iter().enumerate() {
            self.votes.push(self.draws.open(entity, 0, 0).toss(&self.right));
            let duration = self.draws.open(entity, 0, 1).exponential();
            calendar.schedule(Duration::from_seconds_saturating(duration), Happens::Answer(agent as u32));
        }
        run(self, calendar, &Limits::NONE);
    }
}

impl System for BareStar {
    type Event = Happens;

    fn handle(&mut self, event: Happens, calendar: &mut Calendar<Happens>) {
        self.events += 1;
        match event {
            Happens::Answer(agent) => {
                let latency = LATENCY * self.draws.open(self.agents[agent as usize], 0, 2).exponential();
                calendar.schedule(Duration::from_seconds_saturating(latency), Happens::Message(agent));
            }
            Happens::Message(agent) => self.count += u64::from(self.votes[agent as usize]),
        }
    }
}

impl Engine for SameEvents {
    fn name(&self) -> &'static str {
        "synergy, the same events and draws"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let Case::Star(agents) = case else { return Ok(None) };
        let streams = Streams::new(seed, Purpose::World, Family::common());
        let mut star = BareStar {
            agents: (0..agents).map(|agent| Entity::named(&agent.to_string())).collect(),
            right: Coin::new(f64::midpoint(1.0, BIAS))?,
            draws: streams.trial(0),
            votes: Vec::new(),
            events: 0,
            count: 0,
        };
        let mut calendar = Calendar::new();
        let mut trial = 0;
        let begin = thread_cpu_seconds();
        while star.events < events {
            star.trial(&streams, trial, &mut calendar);
            trial += 1;
        }
        let seconds = thread_cpu_seconds() - begin;
        let share = star.count as f64 / (trial * agents as u64) as f64;
        if (share - f64::midpoint(1.0, BIAS)).abs() > 0.05 {
            return Err(format!("{share} of the votes were right").into());
        }
        Ok(Some(Outcome { events: star.events, seconds, wait: None }))
    }
}
