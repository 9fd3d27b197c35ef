//! synergy's own engine.

use super::{Case, Engine, Outcome};
use crate::clock::thread_cpu_seconds;
use sim_core::{
    estimate::Confidence,
    events::{Calendar, Duration, Limits, System, Time, run, statistics::BatchMeans},
    random::{Address, Family, Purpose, Stream, Streams},
};
use std::{collections::VecDeque, error::Error};

/// The product.
pub struct Synergy;

/// The stream that all Rust engines draw from.
pub fn stream(seed: u64) -> Stream {
    Streams::new(seed, Purpose::World, Family::common()).open(Address::trial(0))
}

struct Hold(Stream);

impl System for Hold {
    type Event = u64;
    fn handle(&mut self, event: u64, calendar: &mut Calendar<u64>) {
        calendar.schedule(Duration::from_seconds_saturating(self.0.exponential()), event);
    }
}

enum Customer {
    Comes,
    Leaves,
}

struct Queue {
    stream: Stream,
    line: VecDeque<Time>,
    waits: BatchMeans,
}

impl Queue {
    fn begin(&mut self, came: Time, calendar: &mut Calendar<Customer>) {
        self.waits.record(calendar.now().since(came).as_seconds());
        let work = Duration::from_seconds_saturating(self.stream.exponential());
        calendar.schedule(work, Customer::Leaves);
    }
}

impl System for Queue {
    type Event = Customer;
    fn handle(&mut self, event: Customer, calendar: &mut Calendar<Customer>) {
        match event {
            Customer::Comes => {
                let between = Duration::from_seconds_saturating(1.25 * self.stream.exponential());
                calendar.schedule(between, Customer::Comes);
                self.line.push_back(calendar.now());
                if let [came] = *self.line.make_contiguous() {
                    self.begin(came, calendar);
                }
            }
            Customer::Leaves => {
                self.line.pop_front();
                if let Some(&came) = self.line.front() {
                    self.begin(came, calendar);
                }
            }
        }
    }
}

/// A mean wait and its standard error.
pub fn wait(waits: &BatchMeans) -> Option<(f64, f64)> {
    // One standard error on each side.
    let estimate = waits.estimate(Confidence::new(0.6827).ok()?);
    Some((estimate.value, estimate.half_width()))
}

impl Engine for Synergy {
    fn name(&self) -> &'static str {
        "synergy"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let stream = stream(seed);
        match case {
            Case::Hold(pending) => {
                let mut system = Hold(stream);
                let mut calendar = Calendar::with_capacity(pending);
                for event in 0..pending as u64 {
                    system.handle(event, &mut calendar);
                }
                let begin = thread_cpu_seconds();
                run(&mut system, &mut calendar, &Limits::NONE.events(events));
                Ok(Some(Outcome { events, seconds: thread_cpu_seconds() - begin, wait: None }))
            }
            Case::Mm1 => {
                let mut queue = Queue { stream, line: VecDeque::new(), waits: BatchMeans::new(1000) };
                let mut calendar = Calendar::new();
                calendar.schedule(Duration::ZERO, Customer::Comes);
                let begin = thread_cpu_seconds();
                run(&mut queue, &mut calendar, &Limits::NONE.events(events));
                let seconds = thread_cpu_seconds() - begin;
                Ok(Some(Outcome { events, seconds, wait: wait(&queue.waits) }))
            }
            Case::Star(_) => Ok(None),
        }
    }
}
