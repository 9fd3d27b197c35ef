//! The event engine: hold model, M/M/1, and what cancelling costs; and the same hold model on the queue that everybody writes first.
//!
//! Hold model: every event schedules another one an exponential time later, so that always as many are pending.

#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Duration as WallTime;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sim_core::events::resource::Servers;
use sim_core::events::{Calendar, Duration, Handle, Limits, System, run};
use sim_core::random::{Address, Family, Purpose, Stream, Streams};

const EVENTS: u64 = 100_000;

fn stream() -> Stream {
    Streams::new(1, Purpose::World, Family::common()).open(Address::trial(0))
}

/// A standard exponential time, in nanoseconds of simulated time.
fn after(stream: &mut Stream) -> u64 {
    (stream.exponential() * 1e9) as u64
}

struct Hold(Stream);

impl System for Hold {
    type Event = u64;
    fn handle(&mut self, event: u64, calendar: &mut Calendar<u64>) {
        calendar.schedule(Duration::from_nanoseconds(after(&mut self.0)), event);
    }
}

fn hold(c: &mut Criterion) {
    let mut group = c.benchmark_group("hold");
    group.throughput(Throughput::Elements(EVENTS)).measurement_time(WallTime::from_secs(2)).sample_size(20);
    for pending in [10, 1_000, 100_000] {
        group.bench_with_input(BenchmarkId::new("synergy", pending), &pending, |b, &pending| {
            let mut system = Hold(stream());
            let mut calendar = Calendar::with_capacity(pending);
            for event in 0..pending as u64 {
                calendar.schedule(Duration::from_nanoseconds(after(&mut system.0)), event);
            }
            b.iter(|| run(&mut system, &mut calendar, &Limits::NONE.events(EVENTS)));
        });
        group.bench_with_input(BenchmarkId::new("heap of boxes", pending), &pending, |b, &pending| {
            let mut stream = stream();
            let mut heap = BinaryHeap::new();
            let mut sequence = 0u64;
            for event in 0..pending as u64 {
                heap.push(Reverse((after(&mut stream), sequence, Box::new(event))));
                sequence += 1;
            }
            b.iter(|| {
                for _ in 0..EVENTS {
                    let Some(Reverse((now, _, event))) = heap.pop() else { break };
                    let event = Box::new(*black_box(event));
                    heap.push(Reverse((now + after(&mut stream), sequence, event)));
                    sequence += 1;
                }
            });
        });
    }
    group.finish();
}

/// Poisson arrivals at rate 0.8 to one exponential server of mean 1.
struct Queue {
    stream: Stream,
    server: Servers<u32>,
    customers: u32,
}

enum Customer {
    Comes,
    Leaves(u32),
}

impl System for Queue {
    type Event = Customer;
    fn handle(&mut self, event: Customer, calendar: &mut Calendar<Customer>) {
        match event {
            Customer::Comes => {
                let next = Duration::from_seconds_saturating(1.25 * self.stream.exponential());
                calendar.schedule(next, Customer::Comes);
                let work = Duration::from_nanoseconds(after(&mut self.stream));
                self.customers = self.customers.wrapping_add(1);
                self.server.arrive(self.customers, 0, work, calendar, Customer::Leaves);
            }
            Customer::Leaves(customer) => {
                self.server.complete(customer, calendar, Customer::Leaves);
            }
        }
    }
}

fn mm1(c: &mut Criterion) {
    let mut group = c.benchmark_group("M/M/1");
    group.throughput(Throughput::Elements(EVENTS)).measurement_time(WallTime::from_secs(2)).sample_size(20);
    group.bench_function("synergy", |b| {
        let server = Servers::new(1).unwrap_or_else(|_| std::process::exit(1));
        let mut queue = Queue { stream: stream(), server, customers: 0 };
        let mut calendar = Calendar::new();
        calendar.schedule(Duration::ZERO, Customer::Comes);
        b.iter(|| run(&mut queue, &mut calendar, &Limits::NONE.events(EVENTS)));
    });
    group.finish();
}

/// A timeout beside every event that is cancelled before it happens, as most are.
struct Timeouts(Stream, Vec<Option<Handle>>);

impl System for Timeouts {
    type Event = (usize, bool);
    fn handle(&mut self, (who, _): (usize, bool), calendar: &mut Calendar<(usize, bool)>) {
        if let Some(timeout) = self.1[who].take() {
            calendar.cancel(timeout);
        }
        calendar.schedule(Duration::from_nanoseconds(after(&mut self.0)), (who, false));
        self.1[who] = Some(calendar.schedule(Duration::from_nanoseconds(50_000_000_000), (who, true)));
    }
}

fn cancel(c: &mut Criterion) {
    let mut group = c.benchmark_group("timeouts cancelled");
    group.throughput(Throughput::Elements(EVENTS)).measurement_time(WallTime::from_secs(2)).sample_size(20);
    group.bench_function("1000 pending", |b| {
        let mut system = Timeouts(stream(), vec![None; 1000]);
        let mut calendar = Calendar::new();
        for who in 0..1000 {
            calendar.schedule(Duration::from_nanoseconds(after(&mut system.0)), (who, false));
        }
        b.iter(|| run(&mut system, &mut calendar, &Limits::NONE.events(EVENTS)));
    });
    group.finish();
}

criterion_group!(benches, hold, mm1, cancel);
criterion_main!(benches);
