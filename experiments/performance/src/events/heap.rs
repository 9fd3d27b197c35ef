//! The engine that everybody writes first: the standard library's heap of (time, sequence, boxed event).

use super::{Case, Engine, Outcome, synergy::stream};
use crate::clock::thread_cpu_seconds;
use sim_core::random::Stream;
use std::{cmp::Reverse, collections::BinaryHeap, error::Error};

/// Events in boxes on a heap.
pub struct HeapOfBoxes;

/// What happens, as a handler would get it.
trait Event {
    fn happen(self: Box<Self>, engine: &mut Heap);
}

struct Heap {
    now: u64,
    sequence: u64,
    pending: BinaryHeap<Reverse<Entry>>,
    stream: Stream,
}

struct Entry {
    time: u64,
    sequence: u64,
    event: Box<dyn Event>,
}

impl Entry {
    fn key(&self) -> (u64, u64) {
        (self.time, self.sequence)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Heap {
    fn schedule(&mut self, after: f64, event: Box<dyn Event>) {
        let time = self.now + (after * 1e9) as u64;
        self.sequence += 1;
        self.pending.push(Reverse(Entry { time, sequence: self.sequence, event }));
    }
}

struct Token(u64);

impl Event for Token {
    fn happen(self: Box<Self>, engine: &mut Heap) {
        let after = engine.stream.exponential();
        // A new event, as most are.
        engine.schedule(after, Box::new(Self(self.0)));
    }
}

impl Engine for HeapOfBoxes {
    fn name(&self) -> &'static str {
        "heap of boxed events"
    }

    fn run(&mut self, case: Case, events: u64, seed: u64) -> Result<Option<Outcome>, Box<dyn Error>> {
        let Case::Hold(pending) = case else { return Ok(None) };
        let mut heap =
            Heap { now: 0, sequence: 0, pending: BinaryHeap::with_capacity(pending), stream: stream(seed) };
        for event in 0..pending as u64 {
            Box::new(Token(event)).happen(&mut heap);
        }
        let begin = thread_cpu_seconds();
        for _ in 0..events {
            let Some(Reverse(entry)) = heap.pending.pop() else { break };
            heap.now = entry.time;
            entry.event.happen(&mut heap);
        }
        Ok(Some(Outcome { events, seconds: thread_cpu_seconds() - begin, wait: None }))
    }
}
