//! NeXosim on one thread: one model that schedules events to itself.

use super::{Case, Engine, Outcome, synergy::stream};
use crate::clock::thread_cpu_seconds;
use nexosim::{
    model::{Context, Model, schedulable},
    simulation::{Mailbox, SimInit},
    time::MonotonicTime,
};
use serde::{Deserialize, Serialize};
use sim_core::random::Stream;
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// The peer.
pub struct Nexosim;

#[derive(Serialize, Deserialize)]
struct Hold {
    pending: usize,
    /// Models are saved and restored; this one is not.
    #[serde(skip)]
    stream: Option<Stream>,
    #[serde(skip)]
    events: Arc<AtomicU64>,
}

#[Model]
impl Hold {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for event in 0..self.pending as u64 {
            self.schedule(event, cx);
        }
    }

    #[nexosim(schedulable)]
    async fn token(&mut self, event: u64, cx: &Context<Self>) {
        self.events.fetch_add(1, Relaxed);
        self.schedule(event, cx);
    }

    fn schedule(&mut self, event: u64, cx: &Context<Self>) {
        let Some(stream) = &mut self.stream else { return };
        // Its times are whole nanoseconds, and none may be zero.
        let after = Duration::from_nanos((stream.exponential() * 1e9) as u64 + 1);
        // It fails only for no time.
        let _ = cx.schedule_event(after, schedulable!(Self::token), event);
    }
}

impl Engine for Nexosim {
    fn name(&self) -> &'static str {
        "nexosim 1.0"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let Case::Hold(pending) = case else { return Ok(None) };
        let counted = Arc::new(AtomicU64::new(0));
        let model = Hold { pending, stream: Some(stream(seed)), events: Arc::clone(&counted) };
        let mailbox = Mailbox::new();
        let bench = SimInit::with_num_threads(1).add_model(model, mailbox, "hold");
        let mut simulation = bench.init(MonotonicTime::EPOCH)?;
        let begin = thread_cpu_seconds();
        simulation.step_until(Duration::from_secs_f64(events as f64 / pending as f64))?;
        let seconds = thread_cpu_seconds() - begin;
        Ok(Some(Outcome { events: counted.load(Relaxed), seconds, wait: None }))
    }
}
