//! simcore, the kernel of DSLab: components that emit events to each other.

use super::{
    Case, Engine, Outcome,
    synergy::{stream, wait},
};
use crate::clock::thread_cpu_seconds;
use serde::Serialize;
use sim_core::{events::statistics::BatchMeans, random::Stream};
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::{cell::RefCell, collections::VecDeque, error::Error, rc::Rc};

/// The peer.
pub struct Simcore;

#[derive(Clone, Serialize)]
struct Token {}

#[derive(Clone, Serialize)]
struct Comes {}

#[derive(Clone, Serialize)]
struct Leaves {}

struct Hold {
    stream: Stream,
    context: SimulationContext,
}

impl EventHandler for Hold {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Token {} => {
                self.context.emit_self(Token {}, self.stream.exponential());
            }
        });
    }
}

struct Queue {
    stream: Stream,
    context: SimulationContext,
    line: VecDeque<f64>,
    waits: BatchMeans,
}

impl Queue {
    fn begin(&mut self, came: f64) {
        self.waits.record(self.context.time() - came);
        self.context.emit_self(Leaves {}, self.stream.exponential());
    }
}

impl EventHandler for Queue {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Comes {} => {
                self.context.emit_self(Comes {}, 1.25 * self.stream.exponential());
                let now = self.context.time();
                self.line.push_back(now);
                if self.line.len() == 1 {
                    self.begin(now);
                }
            }
            Leaves {} => {
                self.line.pop_front();
                if let Some(&came) = self.line.front() {
                    self.begin(came);
                }
            }
        });
    }
}

impl Engine for Simcore {
    fn name(&self) -> &'static str {
        "simcore 0.1"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let mut simulation = Simulation::new(seed);
        let context = simulation.create_context("model");
        match case {
            Case::Hold(pending) => {
                let mut hold = Hold { stream: stream(seed), context };
                for _ in 0..pending {
                    hold.context.emit_self(Token {}, hold.stream.exponential());
                }
                simulation.add_handler("model", Rc::new(RefCell::new(hold)));
                let begin = thread_cpu_seconds();
                simulation.steps(events);
                Ok(Some(Outcome { events, seconds: thread_cpu_seconds() - begin, wait: None }))
            }
            Case::Mm1 => {
                let (stream, waits) = (stream(seed), BatchMeans::new(1000));
                let queue = Queue { stream, context, line: VecDeque::new(), waits };
                queue.context.emit_self(Comes {}, 0.0);
                let queue = Rc::new(RefCell::new(queue));
                simulation.add_handler("model", queue.clone());
                let begin = thread_cpu_seconds();
                simulation.steps(events);
                let seconds = thread_cpu_seconds() - begin;
                Ok(Some(Outcome { events, seconds, wait: wait(&queue.borrow().waits) }))
            }
            Case::Star(_) => Ok(None),
        }
    }
}
