//! Limits of the providers of models: places and tokens for which samples wait in line.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use sim_core::events::resource::{Refusal, TokenBucket};
use sim_core::events::{Duration, Time};

use super::Problem;
use super::batch::Verified;

/// How many samples of a model run at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// As many as are launched: each begins at once.
    Infinite,
    /// As many as the provider of each model allows: the others wait, first in, first out, whatever their subtasks are. A model with limits
    /// of its own has those instead.
    Limited(ProviderLimits),
}

/// What a provider allows. Samples that have not begun when their batch ends cost nothing.
///
/// Planners know of lines approximately: in their rollouts all samples of a model are as long as they are on average, those that run hold
/// their places until their batch ends, and its tokens are there. Their price tables, dynamic programmes and the other policies take
/// samples to begin when they are launched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProviderLimits {
    /// Samples that run at a time, at least 1; `None` for any number.
    pub concurrency: Option<u32>,
    /// Tokens per minute, at least 1; `None` for any number. A sample begins when as many tokens are there as it will generate, or as a
    /// minute brings if it is longer. At most a minute's tokens gather.
    pub tokens_per_minute: Option<u32>,
}

/// The samples of a model that run, and those that wait.
///
/// Lines are first in, first out, and a sample that runs is not interrupted for another: when a sample begins depends on those before it
/// alone, so that the whole line is known from when places become free. (A test compares it with
/// [`Servers`](sim_core::events::resource::Servers).)
#[derive(Clone, Debug)]
pub(super) struct Line {
    concurrency: usize,
    /// When places in use become free, each with the number of its batch.
    busy: BinaryHeap<Reverse<(Time, u64)>>,
    tokens: Option<TokenBucket>,
    /// When the last sample begins.
    last: Time,
    batches: u64,
}

impl Line {
    fn new(limits: ProviderLimits) -> Self {
        let tokens = limits.tokens_per_minute.and_then(|tokens| {
            // In its range: from 1 to 2^32.
            TokenBucket::per_minute(f64::from(tokens), u64::from(tokens)).ok()
        });
        let concurrency = limits.concurrency.map_or(usize::MAX, |places| places as usize);
        Self { concurrency, busy: BinaryHeap::new(), tokens, last: Time::START, batches: 0 }
    }

    /// When the next sample can begin, and its tokens taken then.
    fn next(&self, now: Time, tokens: u64) -> (Time, Option<TokenBucket>) {
        let place = match self.busy.peek() {
            Some(&Reverse((free, _))) if self.busy.len() >= self.concurrency => free,
            _ => now,
        };
        let mut begins = now.max(place).max(self.last);
        let Some(mut bucket) = self.tokens else { return (begins, None) };
        let tokens = tokens.min(bucket.burst());
        // What is missing is there after the wait.
        while let Err(Refusal::Wait(wait)) = bucket.try_take(begins, tokens) {
            if begins == Time::END {
                break;
            }
            begins += wait.max(Duration::from_nanoseconds(1));
        }
        (begins, Some(bucket))
    }

    /// The samples of a batch join the line: sets when each begins. Where the first success ends the batch, those that have not begun then
    /// leave, and those that run do not hold their places any longer.
    pub(super) fn join(&mut self, now: Time, samples: &mut Vec<Verified>, ends_at_success: bool) {
        self.batches += 1;
        while self.busy.peek().is_some_and(|&Reverse((free, _))| free <= now) {
            self.busy.pop();
        }
        let mut stop = f64::INFINITY;
        for position in 0..samples.len() {
            let sample = &mut samples[position];
            let (begins, bucket) = self.next(now, sample.tokens);
            sample.begins = begins.since(now).as_seconds();
            if ends_at_success && sample.begins >= stop {
                samples.truncate(position);
                break;
            }
            (self.tokens, self.last) = (bucket, begins);
            if self.busy.len() >= self.concurrency {
                self.busy.pop();
            }
            if self.concurrency < usize::MAX {
                let free = begins + Duration::from_seconds_saturating(sample.generated);
                self.busy.push(Reverse((free, self.batches)));
            }
            if sample.passed {
                stop = stop.min(sample.begins + sample.end);
            }
        }
        if ends_at_success && stop.is_finite() {
            self.free(self.batches, now + Duration::from_seconds_saturating(stop));
        }
    }

    /// A batch holds no place after some time.
    fn free(&mut self, batch: u64, from: Time) {
        let busy = std::mem::take(&mut self.busy).into_iter();
        let cut =
            busy.map(|Reverse((free, of))| Reverse((if of == batch { free.min(from) } else { free }, of)));
        self.busy = cut.collect();
    }

    /// So many places are in use until then.
    pub(super) fn occupy(&mut self, places: u32, until: Time) {
        if self.concurrency == usize::MAX {
            return;
        }
        for _ in 0..places.min(u32::try_from(self.concurrency).unwrap_or(u32::MAX)) {
            if self.busy.len() >= self.concurrency {
                self.busy.pop();
            }
            self.busy.push(Reverse((until, 0)));
        }
    }
}

impl Problem {
    /// Empty lines, by model; none where every sample begins at once.
    pub(super) fn lines(&self) -> Vec<Line> {
        let Capacity::Limited(usual) = self.rules().capacity else { return Vec::new() };
        let models = self.workflow().models().iter();
        models.map(|model| Line::new(model.limits.unwrap_or(usual))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sim_core::events::resource::Servers;
    use sim_core::events::{Calendar, Limits, System, run};
    use sim_core::random::{Address, Family, Purpose, Streams};

    use super::*;

    fn sample(seconds: f64, tokens: u64) -> Verified {
        Verified::of_length(seconds, tokens)
    }

    /// Samples at the servers of the engine, which arrive at their times and are served one after the other.
    struct Served {
        servers: Servers<usize>,
        work: Vec<Duration>,
        ends: Vec<Time>,
    }

    #[derive(Clone, Copy)]
    enum Event {
        Arrive(usize),
        End(usize),
    }

    impl System for Served {
        type Event = Event;
        fn handle(&mut self, event: Event, calendar: &mut Calendar<Event>) {
            match event {
                Event::Arrive(who) => {
                    self.servers.arrive(who, 0, self.work[who], calendar, Event::End);
                }
                Event::End(who) => {
                    self.ends[who] = calendar.now();
                    self.servers.complete(who, calendar, Event::End);
                }
            }
        }
    }

    #[test]
    fn lines_are_those_of_the_servers_of_the_engine() {
        let streams = Streams::new(51, Purpose::SamplingPlan, Family::common());
        for number in 0..200 {
            let mut stream = streams.open(Address::trial(number));
            let places = 1 + stream.below(4) as u32;
            let mut line = Line::new(ProviderLimits { concurrency: Some(places), tokens_per_minute: None });
            let (mut now, mut ends) = (Time::START, Vec::new());
            let servers = Servers::new(places as usize).unwrap();
            let mut served = Served { servers, work: Vec::new(), ends: Vec::new() };
            let mut calendar = Calendar::new();
            for _ in 0..10 {
                let mut samples: Vec<Verified> = (0..1 + stream.below(5))
                    .map(|_| sample((1 + stream.below(1000)) as f64 / 1000.0, 1))
                    .collect();
                line.join(now, &mut samples, false);
                for sample in &samples {
                    let length = Duration::from_seconds(sample.generated).unwrap();
                    ends.push((now + Duration::from_seconds(sample.begins).unwrap()) + length);
                    calendar.schedule_at(now, Event::Arrive(served.work.len())).unwrap();
                    served.work.push(length);
                }
                now += Duration::from_nanoseconds(1_000_000 * stream.below(1500));
            }
            served.ends = vec![Time::START; served.work.len()];
            run(&mut served, &mut calendar, &Limits::NONE);
            assert_eq!(served.ends, ends, "{number}");
        }
    }

    /// 60 tokens a minute, all there in the beginning: 60 and 30 tokens begin at 0 and 30 seconds; a sample of 600 tokens counts as one of
    /// 60, and begins when those are there, after 90 seconds.
    #[test]
    fn tokens_are_waited_for() {
        let mut line = Line::new(ProviderLimits { concurrency: None, tokens_per_minute: Some(60) });
        let mut samples = vec![sample(1.0, 60), sample(1.0, 30), sample(1.0, 600)];
        line.join(Time::START, &mut samples, false);
        let begins: Vec<f64> = samples.iter().map(|sample| sample.begins).collect();
        assert_eq!(begins, [0.0, 30.0, 90.0]);
    }

    /// Two places: the second of four samples passes after 3 seconds; the third began after 1 second and is cut, the fourth never begins,
    /// and both places are free then.
    #[test]
    fn success_clears_the_line() {
        let mut line = Line::new(ProviderLimits { concurrency: Some(2), tokens_per_minute: None });
        let passing = Verified { passed: true, right: true, ..sample(3.0, 1) };
        let mut samples = vec![sample(1.0, 1), passing, sample(9.0, 1), sample(9.0, 1)];
        line.join(Time::START, &mut samples, true);
        assert_eq!(samples.iter().map(|sample| sample.begins).collect::<Vec<_>>(), [0.0, 0.0, 1.0]);
        let mut next = vec![sample(1.0, 1), sample(1.0, 1), sample(1.0, 1)];
        line.join(Time::START + Duration::SECOND, &mut next, true);
        assert_eq!(next.iter().map(|sample| sample.begins).collect::<Vec<_>>(), [2.0, 2.0, 3.0]);
    }
}
